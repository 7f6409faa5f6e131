// Live judgement while drawing: one question 250 ms after the last change, an overtaken one is aborted, and one
// that failed on the way (network, server, rate limit) is asked again.
import { debounce, latestOnly } from "./timing.js";

export const CHECK_DELAY_MS = 250;
export const RETRY_DELAY_MS = 5000;

/** Say whether asking again may help: yes unless the server refused the question itself. */
export function mayRetry(error) {
  return !error?.status || error.status === 429 || error.status >= 500;
}

/**
 * Make the checker. `post(body, signal)` asks the server; `onState` hears "idle" | "waiting" | "done" | "failed",
 * `onAnswer` the answer, `onFailure` the error. `request(null)` clears: nothing to judge.
 */
export function makeChecker({ post, onAnswer, onFailure, onState, delay = CHECK_DELAY_MS, retryDelay = RETRY_DELAY_MS }) {
  const ask = latestOnly(post);
  const again = debounce((body) => send(body), retryDelay);
  const soon = debounce((body) => send(body), delay);

  async function send(body) {
    try {
      const { value, stale } = await ask(body);
      if (!stale) {
        onState("done");
        onAnswer(value);
      }
    } catch (error) {
      onState("failed");
      onFailure(error);
      if (mayRetry(error)) {
        again(body);
      }
    }
  }

  return {
    request(body) {
      ask.cancel();
      again.cancel();
      if (body === null) {
        soon.cancel();
        onState("idle");
        return;
      }
      onState("waiting");
      soon(body);
    },
  };
}
