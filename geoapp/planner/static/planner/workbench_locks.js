// Units a planner locks: no step of the draft may touch them; kept with the draft, with the reason, undone like a step.
import { t } from "./texts.js";
import { node } from "./workbench_ledger.js";
import { lock, locksIn, unlocked } from "./workbench_operations.js";

const HAN = "zh-Hans";
const byId = (id) => document.getElementById(id);

/** Mount the panel. `operations()` are those drawn, `nameOf(id)` names units, `onChange(operations)` hears new ones. */
export function makeLocks({ operations, nameOf, onChange }) {
  const [select, reason, fault, list, box] = ["lock-unit", "lock-reason", "lock-error", "locks", "lock-box"].map(byId);

  byId("lock-add").addEventListener("click", () => {
    const words = reason.value.trim();
    const missing = !select.value ? "wb.need.unit" : !words ? "wb.lock.need" : "";
    fault.textContent = missing ? t(missing) : "";
    if (missing) {
      (select.value ? reason : select).focus();
      return;
    }
    reason.value = "";
    onChange([...unlocked(operations(), select.value), lock(select.value, words)]);
  });

  function row([unit, words]) {
    const open = node("button", {
      type: "button",
      className: "button button--small",
      text: t("wb.lock.open"),
      "aria-label": t("wb.lock.openUnit", { name: nameOf(unit) }),
    });
    open.addEventListener("click", () => onChange(unlocked(operations(), unit)));
    const text = t("wb.lock.row", { name: nameOf(unit), reason: words });
    return node("li", { data: { testid: "lock" } }, [node("span", { text, lang: HAN }), " ", open]);
  }

  return {
    /** Offer the units that may be locked, [[id, name]], and list those that are. */
    show(units) {
      const held = select.value;
      select.replaceChildren(...units.map(([value, text]) => node("option", { value, text, lang: HAN })));
      select.value = units.some(([id]) => id === held) ? held : (units[0]?.[0] ?? "");
      list.replaceChildren(...[...locksIn(operations())].map(row));
    },
    /** Open the panel at a unit: the key L. */
    begin(unit) {
      box.open = true;
      if (unit) {
        select.value = unit;
      }
      reason.focus();
    },
  };
}
