// What a key press means. Pure: takes the event's plain members, so that node can test it.

/** Say whether the event's target takes text, so that letters belong to it. */
export function isTyping(target) {
  const name = (target?.tagName || "").toUpperCase();
  if (target?.isContentEditable || name === "TEXTAREA" || name === "SELECT") {
    return true;
  }
  const buttons = ["button", "submit", "reset", "checkbox", "radio", "range", "file", "color"];
  return name === "INPUT" && !buttons.includes((target.type || "text").toLowerCase());
}

/**
 * Name the chord pressed: "J", "Ctrl+Z", "Shift+Tab", "Escape", "/"; "" while an input method is composing.
 * Letters come from `code`: with a Chinese input method on, `key` is only "Process".
 */
export function chord(event) {
  const letter = /^Key([A-Z])$/u.exec(event.code || "")?.[1];
  const composing = event.isComposing || (event.keyCode === 229 && event.key !== "Process");
  if (composing || (event.key === "Process" && !letter)) {
    return "";
  }
  const key = letter || (event.key === " " ? "Space" : event.key) || "";
  if (["Control", "Shift", "Alt", "Meta"].includes(key)) {
    return "";
  }
  const modifiers = [
    event.ctrlKey || event.metaKey ? "Ctrl" : "",
    event.altKey ? "Alt" : "",
    // Shift is already in the character of "?" and the like.
    event.shiftKey && (letter || key.length > 1) ? "Shift" : "",
  ].filter(Boolean);
  return [...modifiers, key].join("+");
}

/** The next row for J/K in a list of `count` rows from `current` (-1: none yet); null for any other key. */
export function nextRow(pressed, current, count) {
  if (!count || (pressed !== "J" && pressed !== "K")) {
    return null;
  }
  if (current < 0) {
    return pressed === "J" ? 0 : count - 1;
  }
  return Math.min(count - 1, Math.max(0, current + (pressed === "J" ? 1 : -1)));
}

/**
 * What a chord means to the drawing tool: undo, redo, cancel, finish, vertex, draw, modify, home, next, swipe, lock.
 * Enter sets a vertex under the crosshair while the keyboard steers, else it ends the line.
 */
export function drawingAction(pressed, { drawing, steering }) {
  const always = {
    "Ctrl+Z": "undo",
    "Ctrl+Y": "redo",
    "Ctrl+Shift+Z": "redo",
    Escape: "cancel",
    D: "draw",
    V: "modify",
    Z: "home",
    N: "next",
    H: "swipe",
    L: "lock",
  };
  if (drawing && pressed === "Backspace") {
    return "undo";
  }
  if (drawing && pressed === "Ctrl+Enter") {
    return "finish";
  }
  if (drawing && pressed === "Enter") {
    return steering ? "vertex" : "finish";
  }
  return always[pressed] || null;
}

/** Combobox: the next active option (-1 = the box itself) for a chord; null when the key is not ours. */
export function nextOption(pressed, active, count) {
  if (!count) {
    return null;
  }
  switch (pressed) {
    case "ArrowDown":
      return active + 1 >= count ? -1 : active + 1;
    case "ArrowUp":
      return active < 0 ? count - 1 : active - 1;
    default:
      return null;
  }
}
