// Lines without a mouse: typed coordinates, a pasted table of boundary points, bearings and distances.
import { postJSON } from "./api.js";
import { reasonOf, t } from "./texts.js";

const byId = (id) => document.getElementById(id);

/** Mount the fields; `ready()` says whether a line is wanted now, `closed()` whether a ring, `onPath` hears it. */
export function mountSurvey({ ready, closed, onPath }) {
  const [text, status, mode] = ["typed-text", "typed-status", "typed-mode"].map(byId);

  async function read() {
    if (!text.value.trim()) {
      status.textContent = t("wb.need.text");
      return;
    }
    if (!ready()) {
      return;
    }
    const asked = { text: text.value, mode: mode.value, start: byId("typed-start").value, axes: byId("typed-axes").value };
    try {
      const found = await postJSON("/boundaries/survey/", { ...asked, closed: closed() });
      const length = t("wb.metres", { n: found.length_m.toFixed(2) });
      const missed = found.closure_error_m
        ? ` ${t("wb.closure", { error: found.closure_error_m.toFixed(3), relative: found.relative })}`
        : "";
      status.textContent = t("wb.surveyed", { count: found.points.length, length }) + missed;
      text.removeAttribute("aria-invalid");
      onPath(found.points);
    } catch (error) {
      status.textContent = reasonOf(error);
      text.setAttribute("aria-invalid", "true");
    }
  }

  byId("typed-apply").addEventListener("click", read);
  mode.addEventListener("change", () => {
    byId("typed-start-field").hidden = mode.value !== "bearings";
  });
}
