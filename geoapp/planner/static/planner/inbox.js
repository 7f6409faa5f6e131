// A list worked through by keyboard: J and K move from row to row, Enter follows the row's link (it has the focus).
// Rows are the `tr` of anything marked [data-inbox] (or the marked rows themselves) that hold a link.
import { chord, isTyping, nextRow } from "./keys.js";
import { shortcutsOn } from "./shortcuts.js";

function rowsOf(root) {
  const rows = [...root.querySelectorAll("tr[data-inbox], [data-inbox] tr")];
  return rows.filter((row) => row.querySelector("a[href]"));
}

/** Listen for J and K on the document. */
export function mountInbox(root = document) {
  root.addEventListener("keydown", (event) => {
    if (isTyping(event.target) || !shortcutsOn()) {
      return;
    }
    const rows = rowsOf(root);
    const current = rows.findIndex((row) => row.classList.contains("is-current"));
    const next = nextRow(chord(event), current, rows.length);
    if (next === null) {
      return;
    }
    event.preventDefault();
    rows.forEach((row, i) => {
      row.classList.toggle("is-current", i === next);
    });
    const link = rows[next].querySelector("a[href]");
    link.focus();
    rows[next].scrollIntoView({ block: "nearest" });
  });
  root.addEventListener("focusin", (event) => {
    const row = event.target.closest?.("tr");
    const rows = rowsOf(root);
    if (rows.includes(row)) {
      rows.forEach((other) => other.classList.toggle("is-current", other === row));
    }
  });
}

mountInbox();
