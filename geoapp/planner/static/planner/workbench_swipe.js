// Before and after under one slider: left of it the land as it is, right of it the land as drafted.
import { VectorLayer, VectorSource } from "./dist/ol.js";
import { readFeatures } from "./layers.js";
import { t } from "./texts.js";
import { dividerAt, landAfter, landBefore } from "./workbench_states.js";
import { stateStyle } from "./workbench_styles.js";

const THUMB_PX = 34;
const byId = (id) => document.getElementById(id);

/**
 * Mount the slider. `others` are the layers that rest while it is on. Returns {show(collection, answer, nameOf),
 * toggle()}: the slider can be switched on only while there is a draft to look at.
 */
export function makeSwipe(room, others) {
  const { map, target } = room;
  const [button, box, range, divider] = ["swipe", "swipe-box", "swipe-range", "swipe-divider"].map(byId);
  let on = false;

  const at_px = () => dividerAt(Number(range.value) / 100, target.clientWidth, THUMB_PX);

  function layer(isLeft) {
    const source = new VectorSource();
    // Its own canvas and no decluttering: names are drawn later otherwise, outside the clip.
    const made = new VectorLayer({ source, style: stateStyle, zIndex: 25, visible: false, className: `swipe-${isLeft}` });
    made.on("prerender", ({ context }) => {
      const { width, height } = context.canvas;
      const cut = (width * at_px()) / target.clientWidth;
      context.save();
      context.beginPath();
      context.rect(isLeft ? 0 : cut, 0, isLeft ? cut : width - cut, height);
      context.clip();
    });
    made.on("postrender", ({ context }) => context.restore());
    map.addLayer(made);
    return made;
  }

  const layers = [layer(true), layer(false)];

  function place() {
    divider.style.left = `${at_px()}px`;
    range.setAttribute("aria-valuetext", t("wb.swipe.value", { before: range.value, after: 100 - Number(range.value) }));
    target.dataset.swipe = on ? range.value : "off";
    map.render();
  }

  function set(wanted) {
    on = wanted && !button.disabled;
    box.hidden = !on;
    button.setAttribute("aria-pressed", String(on));
    layers.forEach((one) => one.setVisible(on));
    others.forEach((one) => one.setVisible(!on));
    place();
  }

  function toggle() {
    set(!on);
    if (on) {
      range.focus({ preventScroll: true });
    }
  }

  range.addEventListener("input", place);
  button.addEventListener("click", toggle);
  map.on("change:size", place);
  return {
    toggle,
    show(collection, answer, nameOf) {
      const drafted = Boolean(collection && answer && !answer.refused && answer.words.length);
      button.disabled = !drafted;
      button.title = drafted ? "" : t("wb.swipe.nothing");
      const features = drafted ? [landBefore(collection.features, answer), landAfter(collection.features, answer, nameOf)] : [[], []];
      layers.forEach((one, n) => {
        one.getSource().clear(true);
        const moved = drafted && n === 1 ? [{ type: "Feature", geometry: answer.moved, properties: { moved: true } }] : [];
        one.getSource().addFeatures(readFeatures({ type: "FeatureCollection", features: [...features[n], ...moved] }));
      });
      if (on) {
        set(drafted);
      }
    },
  };
}
