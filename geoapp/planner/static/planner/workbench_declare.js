// Land in several parts, or with enclaves: an operation refused for that goes through once it is declared with its basis.
import { t } from "./texts.js";
import { node } from "./workbench_ledger.js";
import { declaring } from "./workbench_operations.js";

/**
 * Make the form. `nameOf(id)` names a unit, `operations()` are those drawn, `onDeclared(operations)` hears them with
 * the declaration put in.
 */
export function makeDeclare(box, { nameOf, operations, onDeclared }) {
  let asked = "";
  let refused = null;

  function row({ unit, name, parts, enclaves }) {
    const list = [node("span", { text: nameOf(unit) || name, lang: "zh-Hans" }), "："];
    list.push(parts > 1 ? t("wb.declare.parts", { n: parts }) : t("wb.declare.one"));
    if (enclaves) {
      list.push(t("wb.declare.enclaves", { n: enclaves }));
    }
    return node("li", { data: { testid: "declared" } }, list);
  }

  function build() {
    const basis = node("textarea", { id: "declare-basis", rows: 3, maxlength: 500, "aria-describedby": "declare-hint declare-error" });
    const fault = node("p", { id: "declare-error", className: "error", role: "alert" });
    const go = node("button", { type: "button", className: "button button--small button--primary", text: t("wb.declare.go"), data: { testid: "declare-go" } });
    basis.addEventListener("input", () => {
      fault.textContent = "";
      basis.removeAttribute("aria-invalid");
    });
    go.addEventListener("click", () => {
      if (!basis.value.trim()) {
        fault.textContent = t("wb.declare.need");
        basis.setAttribute("aria-invalid", "true");
        basis.focus();
        return;
      }
      onDeclared(declaring(operations(), refused.operation, refused.declare, basis.value.trim()));
    });
    return [
      node("h3", { text: t("wb.declare.title") }),
      node("p", { className: "hint", id: "declare-hint", text: t("wb.declare.hint") }),
      node("ul", { className: "plain-list" }, refused.declare.map(row)),
      node("div", { className: "field" }, [node("label", { for: "declare-basis", text: t("wb.declare.basis") }), basis]),
      fault,
      node("div", { className: "form__actions" }, [go]),
    ];
  }

  return {
    /** Show the form for a refused operation that a declaration would carry; else hide it. What is typed is kept. */
    show(answer) {
      refused = answer?.refused?.declare?.length ? answer.refused : null;
      const wanted = refused ? JSON.stringify([refused.operation, refused.declare]) : "";
      if (wanted !== asked) {
        asked = wanted;
        box.replaceChildren(...(refused ? build() : []));
      }
      box.hidden = !refused;
    },
  };
}
