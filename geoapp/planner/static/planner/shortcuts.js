// Whether single letters act as shortcuts; a person may switch them off (WCAG 2.1.4).
const STORE = "shortcuts";

/** Say whether single-letter shortcuts are on (the default; also where the browser forbids storage). */
export function shortcutsOn() {
  try {
    return window.localStorage.getItem(STORE) !== "off";
  } catch {
    return true;
  }
}

/** Tie a checkbox to the switch and show it. */
export function mountSwitch(box) {
  box.checked = shortcutsOn();
  box.closest("[hidden]")?.removeAttribute("hidden");
  box.addEventListener("change", () => {
    try {
      window.localStorage.setItem(STORE, box.checked ? "on" : "off");
    } catch {
      box.checked = true;
    }
  });
}
