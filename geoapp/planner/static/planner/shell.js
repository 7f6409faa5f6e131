// What every page has: the "/" key to the search box, the switch for single-key shortcuts, and the maps and lists
// that are on the page and ask for their module by an attribute.
import { chord, isTyping } from "./keys.js";
import { mountSwitch, shortcutsOn } from "./shortcuts.js";

const ROOMS = [
  ["[data-inbox]", () => import("./inbox.js")],
  ["[data-geojson]", () => import("./entry.js")],
  ["[data-case-map]", () => import("./casemap.js")],
];

function mountSlash(input) {
  document.addEventListener("keydown", (event) => {
    if (chord(event) === "/" && shortcutsOn() && !isTyping(event.target)) {
      event.preventDefault();
      input.focus();
      input.select();
    }
  });
}

const box = document.querySelector("[data-shortcut-switch]");
if (box) {
  mountSwitch(box);
}
const search = document.querySelector("input[type=search]");
if (search) {
  mountSlash(search);
}
for (const [selector, load] of ROOMS) {
  if (document.querySelector(selector)) {
    load();
  }
}
