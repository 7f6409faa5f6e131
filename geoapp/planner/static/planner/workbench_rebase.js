// When somebody else moved the land meanwhile: three lands on the map, and the operations that no longer fit by name.
import { postJSON } from "./api.js";
import { reasonOf, t } from "./texts.js";
import { node } from "./workbench_ledger.js";

const HAN = "zh-Hans";

function changeRow(change) {
  const values = { name: change.name, who: change.who, number: change.case || "—", seq: change.seq ?? "—", day: change.day ?? "—" };
  return node("li", { text: t("wb.rebase.change", values), data: { testid: "change" } });
}

function stepRow(step, index, onRemove) {
  const row = node("li", { data: { testid: "step", fits: String(step.fits) } }, [
    node("span", { text: step.words, lang: HAN }),
    " ",
    node("span", { className: `badge badge--${step.fits ? "ok" : "block"}`, text: t(step.fits ? "wb.rebase.fits" : "wb.rebase.misfits") }),
  ]);
  if (!step.fits) {
    const remove = node("button", { type: "button", className: "button button--small", text: t("wb.rebase.remove", { n: index + 1 }) });
    remove.addEventListener("click", () => onRemove(index));
    row.append(node("p", { className: "hint", text: [step.message, step.remedy].filter(Boolean).join(t("wb.stop")), lang: HAN }), remove);
  }
  return row;
}

/**
 * Make the panel. `body()` gives the adjustment as the server reads it, `baseSeq()` the act it was drawn at;
 * `onRemove(index)` takes an operation out, `onRebase(seq)` goes over to the land now. `showLands` draws.
 */
export function makeRebase(panel, { body, baseSeq, showLands, onRemove, onRebase }) {
  const slot = (name) => panel.querySelector(`[data-slot=${name}]`);
  let seq = null;

  async function open() {
    panel.hidden = false;
    slot("rebase-status").textContent = t("wb.rebase.waiting");
    try {
      const answer = await postJSON("/boundaries/rebase/", { ...body(), base_seq: baseSeq() });
      seq = answer.seq;
      const misfits = answer.steps.filter((step) => !step.fits).length;
      const key = misfits ? "wb.rebase.some" : answer.steps.length ? "wb.rebase.all" : "wb.rebase.nothing";
      slot("rebase-status").textContent = t(key, { count: misfits });
      slot("changes").replaceChildren(...answer.changes.map(changeRow));
      const remove = (index) => {
        onRemove(index);
        open();
      };
      slot("steps").replaceChildren(...answer.steps.map((step, index) => stepRow(step, index, remove)));
      panel.dataset.misfits = misfits;
      showLands(answer);
      panel.scrollIntoView({ block: "nearest" });
    } catch (error) {
      slot("rebase-status").textContent = reasonOf(error);
    }
  }

  function close() {
    panel.hidden = true;
    showLands(null);
  }

  panel.querySelector("[data-act=rebase]").addEventListener("click", () => {
    if (seq !== null) {
      close();
      onRebase(seq);
    }
  });
  panel.querySelector("[data-act=close]").addEventListener("click", close);
  return { open, close };
}
