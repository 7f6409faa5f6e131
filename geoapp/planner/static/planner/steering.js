// The drawing tool by keyboard: chords become actions, the arrows move the map under a crosshair in its middle.
import { chord, drawingAction, isTyping } from "./keys.js";
import { shortcutsOn } from "./shortcuts.js";

const ARROWS = ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"];
const SINGLE = /^[A-Z?]$/u;

/**
 * Listen on the document (text fields keep their keys). `actions` holds a function per action name; `crosshair` is
 * shown while the keyboard steers, that is from an arrow key on the map until the pointer moves again.
 */
export function mountSteering({ target, crosshair, actions, isDrawing }) {
  let steering = false;

  function steer(on) {
    steering = on;
    crosshair.hidden = !(on && isDrawing());
  }

  target.addEventListener("keydown", (event) => {
    if (ARROWS.includes(event.key)) {
      steer(true);
    }
  });
  target.addEventListener("focus", () => steer(target.matches(":focus-visible")));
  target.addEventListener("blur", () => steer(false));
  target.addEventListener("pointermove", () => steer(false));

  document.addEventListener("keydown", (event) => {
    const onMap = target.contains(event.target);
    const pressed = chord(event);
    const enterElsewhere = pressed === "Enter" && !onMap;
    const letterOff = SINGLE.test(pressed) && !shortcutsOn();
    if (!pressed || isTyping(event.target) || enterElsewhere || letterOff) {
      return;
    }
    const action = drawingAction(pressed, { drawing: isDrawing(), steering });
    if (action && actions[action]) {
      event.preventDefault();
      actions[action]();
      if (action === "draw") {
        target.focus({ preventScroll: true });
      }
      crosshair.hidden = !(steering && isDrawing());
    }
  });
}
