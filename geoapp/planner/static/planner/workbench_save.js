// Saving the draft to its case, or to a new one; a refusal leaves everything on the page.
import { postJSON } from "./api.js";
import { reasonOf, t } from "./texts.js";

/** Save on submit. `body()` is the whole draft, `url` where it goes; `onSaved()`, `onRefused(error)` hear the end. */
export function mountSaving(form, status, { url, body, onStart, onSaved, onRefused }) {
  const button = form.querySelector("#save");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    onStart();
    status.textContent = t("wb.saving");
    button.disabled = true;
    try {
      const answer = await postJSON(url, body());
      onSaved();
      status.textContent = t("wb.saved");
      window.location.assign(answer.url);
    } catch (error) {
      button.disabled = false;
      status.textContent = t("wb.notSaved", { reason: reasonOf(error) });
      status.dataset.status = error.status || 0;
      onRefused(error);
    }
  });
}
