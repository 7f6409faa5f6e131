// Whole units to another town: only in a case that records a change of administrative divisions; elsewhere the tool
// stands there with the reason why not.
import { t } from "./texts.js";
import { node } from "./workbench_ledger.js";

const byId = (id) => document.getElementById(id);

/** The towns on the map that may receive units: [[id, name]] without the one all of them belong to. Pure. */
export function receivers(known, units) {
  const own = new Set(units.map((id) => known.get(id)?.parent));
  const towns = new Map([...known.values()].filter((one) => one.parent).map((one) => [one.parent, one.town]));
  return [...towns].filter(([id]) => own.size !== 1 || !own.has(id));
}

/** Mount the tool; `fixed` says whether the case is a division change, null when the person still chooses. */
export function makeDivision({ fixed, onChange }) {
  const [button, select, why] = ["op-reparent", "id_procedure", "reparent-why"].map(byId);
  const allowed = () => fixed ?? select?.value === "division_change";

  function show() {
    button.setAttribute("aria-disabled", String(!allowed()));
    why.hidden = allowed();
  }

  select?.addEventListener("change", () => {
    show();
    onChange();
  });
  show();
  return {
    allowed,
    procedure: () => (allowed() ? "division_change" : "unit_adjustment"),
    /** Offer the towns that may receive the chosen units. */
    offer(known, units) {
      const town = byId("op-town");
      const held = town.value;
      const rows = receivers(known, units);
      town.replaceChildren(...rows.map(([value, text]) => node("option", { value, text, lang: "zh-Hans" })));
      town.value = rows.some(([id]) => id === held) ? held : (rows[0]?.[0] ?? "");
    },
    refusal: () => t("wb.reparent.only"),
  };
}
