import assert from "node:assert/strict";
import { test } from "node:test";
import { chord, drawingAction, isTyping, nextOption, nextRow } from "../../geoapp/planner/static/planner/keys.js";

test("letters come from the key's place, so a Chinese input method does not hide them", () => {
  assert.equal(chord({ key: "j", code: "KeyJ" }), "J");
  assert.equal(chord({ key: "Process", code: "KeyJ", keyCode: 229 }), "J");
  assert.equal(chord({ key: "Process", code: "Digit1", keyCode: 229 }), "");
  assert.equal(chord({ key: "j", code: "KeyJ", isComposing: true }), "");
});

test("modifiers are named in one order; Ctrl and Meta are the same", () => {
  assert.equal(chord({ key: "z", code: "KeyZ", ctrlKey: true }), "Ctrl+Z");
  assert.equal(chord({ key: "z", code: "KeyZ", metaKey: true, shiftKey: true }), "Ctrl+Shift+Z");
  assert.equal(chord({ key: "?", code: "Slash", shiftKey: true }), "?");
  assert.equal(chord({ key: "Enter", code: "Enter" }), "Enter");
  assert.equal(chord({ key: "Shift", code: "ShiftLeft", shiftKey: true }), "");
});

test("text fields keep their letters, buttons do not", () => {
  assert.equal(isTyping({ tagName: "INPUT", type: "text" }), true);
  assert.equal(isTyping({ tagName: "INPUT", type: "search" }), true);
  assert.equal(isTyping({ tagName: "textarea" }), true);
  assert.equal(isTyping({ tagName: "DIV", isContentEditable: true }), true);
  assert.equal(isTyping({ tagName: "INPUT", type: "checkbox" }), false);
  assert.equal(isTyping({ tagName: "A" }), false);
  assert.equal(isTyping(null), false);
});

test("J and K walk the rows and stop at the ends", () => {
  assert.equal(nextRow("J", -1, 3), 0);
  assert.equal(nextRow("K", -1, 3), 2);
  assert.equal(nextRow("J", 2, 3), 2);
  assert.equal(nextRow("K", 0, 3), 0);
  assert.equal(nextRow("J", 1, 3), 2);
  assert.equal(nextRow("L", 1, 3), null);
  assert.equal(nextRow("J", -1, 0), null);
});

test("Enter sets a vertex while steering, else ends the line; nothing when not drawing", () => {
  assert.equal(drawingAction("Enter", { drawing: true, steering: true }), "vertex");
  assert.equal(drawingAction("Enter", { drawing: true, steering: false }), "finish");
  assert.equal(drawingAction("Enter", { drawing: false, steering: true }), null);
  assert.equal(drawingAction("Ctrl+Enter", { drawing: true, steering: true }), "finish");
  assert.equal(drawingAction("Backspace", { drawing: true, steering: false }), "undo");
  assert.equal(drawingAction("Backspace", { drawing: false, steering: false }), null);
  assert.equal(drawingAction("Ctrl+Z", { drawing: false, steering: false }), "undo");
  assert.equal(drawingAction("H", { drawing: false, steering: false }), "swipe");
  assert.equal(drawingAction("Escape", { drawing: true, steering: false }), "cancel");
});

test("the arrows go round the options and through the box", () => {
  assert.equal(nextOption("ArrowDown", -1, 2), 0);
  assert.equal(nextOption("ArrowDown", 1, 2), -1);
  assert.equal(nextOption("ArrowUp", -1, 2), 1);
  assert.equal(nextOption("ArrowUp", 0, 2), -1);
  assert.equal(nextOption("Home", 0, 2), null);
  assert.equal(nextOption("ArrowDown", -1, 0), null);
});
