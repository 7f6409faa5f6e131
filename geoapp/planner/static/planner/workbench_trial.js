// Asking the server what would come of the operations: a quarter of a second after the last change, the last one wins.
import { postJSON } from "./api.js";
import { reasonOf, t } from "./texts.js";
import { debounce, latestOnly } from "./timing.js";

const TRY_MS = 250;

/**
 * Make the asking about a step that is still being drawn: `ask(body, at)` tries a draft whose step number `at` is
 * the candidate; `onVerdict(reason)` hears why that step is refused, "" when it is not.
 */
export function makeCandidate(onVerdict) {
  const fetchVerdict = latestOnly((given, signal) => postJSON("/boundaries/try/", given, { signal }));
  return debounce(async (given, at) => {
    try {
      const answer = await fetchVerdict(given);
      if (!answer.stale) {
        const refused = answer.value.refused?.operation === at ? answer.value.refused : null;
        onVerdict(refused && refused.code !== "no_change" ? refused.message : "");
      }
    } catch {
      onVerdict(""); // the step itself is tried again when it is done, and a failure told then
    }
  }, TRY_MS);
}

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
