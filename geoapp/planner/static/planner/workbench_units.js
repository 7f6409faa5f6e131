// The list of a person's units with its search box: fifty names are found by typing, ticked by Enter.
import { t } from "./texts.js";
import { answers } from "./workbench_matching.js";

const byId = (id) => document.getElementById(id);

/** Mount the list; `onChange()` hears every tick. */
export function makeUnitList(form, { onChange }) {
  const boxes = [...form.querySelectorAll("input[name=near]")];
  const rows = boxes.map((box) => ({ box, label: box.closest("label"), ...box.closest("label").dataset }));
  const search = byId("unit-search");
  const status = byId("unit-status");

  const shown = () => rows.filter(({ label }) => !label.hidden);

  function tell() {
    const values = { shown: shown().length, all: rows.length, chosen: boxes.filter((box) => box.checked).length };
    status.textContent = !search.value.trim() ? t("wb.units.chosen", values) : values.shown ? t("wb.units.found", values) : t("wb.units.none");
  }

  function filter() {
    rows.forEach((row) => {
      row.label.hidden = !answers(search.value, row);
    });
    tell();
  }

  function tick(box, checked) {
    box.checked = checked;
    tell();
    onChange();
  }

  search.addEventListener("input", filter);
  search.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && search.value) {
      search.value = "";
      filter();
      event.stopPropagation();
    }
    if (event.key === "Enter" && !event.isComposing) {
      event.preventDefault(); // it would send the form
      const first = search.value.trim() ? shown()[0] : null;
      if (first) {
        search.value = "";
        filter();
        tick(first.box, !first.box.checked);
        first.label.scrollIntoView({ block: "nearest" });
      }
    }
  });
  boxes.forEach((box) => box.addEventListener("change", () => tick(box, box.checked)));
  tell();

  return {
    ids: boxes.map((box) => box.value),
    chosen: () => boxes.filter((box) => box.checked).map((box) => box.value),
    /** The units of a town, by the town's id. */
    inTown: (town) => rows.filter((row) => row.parent === town).map(({ box }) => box.value),
    toggle(id) {
      const box = boxes.find((one) => one.value === id);
      if (box) {
        tick(box, !box.checked);
      }
    },
  };
}
