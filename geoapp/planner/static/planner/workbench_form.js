// The rows people fill in for each unit after the adjustment, and the balance under them.
import { t } from "./texts.js";
import { node } from "./workbench_ledger.js";
import { FIGURES } from "./workbench_rows.js";

const HAN = "zh-Hans";

function labelled(id, key, control) {
  return node("div", { className: "field" }, [node("label", { for: id, text: t(`wb.field.${key}`) }), control]);
}

function input(id, key, row, extra = {}) {
  const made = node("input", { id, type: "text", autocomplete: "off", data: { field: key }, ...extra });
  made.value = row[key] ?? "";
  return made;
}

function kindSelect(id, row) {
  const made = node("select", { id, data: { field: "kind" } });
  for (const kind of ["village", "community"]) {
    made.append(node("option", { value: kind, text: t(`wb.kind.${kind}`) }));
  }
  made.value = row.kind || "community";
  return made;
}

const TRIGGERS = {
  "": "wb.trigger.none",
  division: "wb.trigger.division",
  construction: "wb.trigger.construction",
  nature: "wb.trigger.nature",
  other: "wb.trigger.other",
};

function triggerSelect(id, row) {
  const made = node("select", { id, data: { field: "trigger" } });
  for (const [value, key] of Object.entries(TRIGGERS)) {
    made.append(node("option", { value, text: t(key) }));
  }
  made.value = row.trigger || "";
  return made;
}

/** The naming application a renaming contains (地名管理条例实施办法 art. 5). */
function namingFields(row, at) {
  const line = (key, maxlength) => labelled(at(key), key, input(at(key), key, row, { maxlength }));
  return [
    line("pinyin", 200),
    line("meaning", 1000),
    node("div", { className: "field-row" }, [
      labelled(at("trigger"), "trigger", triggerSelect(at("trigger"), row)),
      line("legal_basis", 500),
    ]),
    line("naming_reason", 1000),
  ];
}

function unitFields(fate, row, index, kind) {
  const at = (key) => `after-${index}-${key}`;
  const badge = fate.state === "new" ? [" ", node("span", { className: "badge badge--info", text: t("wb.badge.new") })] : [];
  const legend = node("legend", {}, [node("span", { text: row.name || t("wb.new"), lang: HAN }), ...badge]);
  if (fate.state === "gone") {
    const words = t(fate.becomes ? "wb.becomes" : "wb.gone");
    return node("fieldset", { data: { unit: fate.id, state: "gone" } }, [legend, node("p", { className: "hint", text: words })]);
  }
  const figures = FIGURES.map((key) => labelled(at(key), key, input(at(key), key, row, { inputmode: "numeric", maxlength: 9 })));
  return node("fieldset", { data: { unit: fate.id, state: fate.state, testid: "after-unit" } }, [
    legend,
    node("div", { className: "field-row" }, [
      labelled(at("name"), "name", input(at("name"), "name", row, { maxlength: 100 })),
      labelled(at("kind"), "kind", kindSelect(at("kind"), row)),
    ]),
    ...(kind === "rename" && fate.state === "stays" ? namingFields(row, at) : []),
    node("div", { className: "field-row" }, figures),
    labelled(at("office_address"), "office_address", input(at("office_address"), "office_address", row, { maxlength: 300 })),
    labelled(at("estates"), "estates", input(at("estates"), "estates", row, { maxlength: 2000 })),
  ]);
}

/** Build the rows anew, only when the units concerned have changed: what somebody types in is never rebuilt. */
export function makeUnitForm(box, { onInput }) {
  let shape = "";
  box.addEventListener("input", (event) => {
    const { field } = event.target.dataset;
    const unit = event.target.closest("[data-unit]")?.dataset.unit;
    if (field && unit) {
      if (field === "name") {
        event.target.closest("fieldset").querySelector("legend span").textContent = event.target.value.trim() || t("wb.new");
      }
      onInput(unit, field, event.target.value);
    }
  });
  return {
    show(fates, rows, { force = false, kind = "" } = {}) {
      const wanted = JSON.stringify([fates, kind === "rename"]);
      if (wanted !== shape || force) {
        shape = wanted;
        box.replaceChildren(...fates.map((fate, index) => unitFields(fate, rows.get(fate.id), index, kind)));
      }
    },
    /** Mark the fields a refusal names: errors [{field: "after-0-name", message}]. */
    mark(errors) {
      box.querySelectorAll("[aria-invalid]").forEach((one) => one.removeAttribute("aria-invalid"));
      const named = errors.map(({ field }) => document.getElementById(field)).filter((one) => one && box.contains(one));
      named.forEach((one) => one.setAttribute("aria-invalid", "true"));
      named[0]?.focus();
    },
  };
}

/** Show whether households and population add up. */
export function renderBalance(list, sums) {
  list.replaceChildren(
    ...FIGURES.map((key) => {
      const sum = sums[key];
      const words = t("wb.balance", { label: t(`wb.field.${key}`), before: sum.before, after: sum.after });
      const state = !sum.complete ? "incomplete" : sum.even ? "even" : "off";
      const n = `${sum.difference > 0 ? "+" : "−"}${Math.abs(sum.difference)}`;
      const verdict = state === "even" ? t("wb.balance.even") : state === "off" ? t("wb.balance.off", { n }) : t("wb.balance.incomplete");
      const tone = { even: "ok", off: "block", incomplete: "warn" }[state];
      return node("li", { data: { balance: key, state } }, [
        node("span", { text: `${words} ` }),
        node("span", { className: `badge badge--${tone}`, text: verdict }),
      ]);
    }),
  );
}
