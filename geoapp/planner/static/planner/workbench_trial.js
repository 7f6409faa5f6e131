// Asking the server what would come of the operations: a quarter of a second after the last change, the last one wins.
import { postJSON } from "./api.js";
import { reasonOf, t } from "./texts.js";
import { debounce, latestOnly } from "./timing.js";

const TRY_MS = 250;

/** Make the trial: `body()` is what is asked, `onAnswer(answer)` hears it (null: nothing to ask). Returns later(). */
export function makeTrial(panel, status, { body, onAnswer }) {
  const ask = latestOnly((given, signal) => postJSON("/boundaries/try/", given, { signal }));

  async function attempt() {
    const given = body();
    if (!given.operations.length && !given.after.length) {
      onAnswer(null);
      return;
    }
    panel.dataset.busy = "true";
    status.textContent = t("wb.trying");
    try {
      const answer = await ask(given);
      if (!answer.stale) {
        onAnswer(answer.value);
      }
    } catch (error) {
      panel.dataset.state = "failed";
      panel.dataset.busy = "false";
      status.textContent = t("wb.failed", { reason: reasonOf(error) });
    }
  }

  const later = debounce(attempt, TRY_MS);
  return { later, cancel: later.cancel };
}
