// The planning page: map, form, typed coordinates and findings kept in step.
import { postJSON } from "./api.js";
import { makeChecker, mayRetry } from "./check.js";
import { formatCoordinates, parseCoordinates, readLine, readParts } from "./coordinates.js";
import { getCenter } from "./dist/ol.js";
import { makeDrawing } from "./draw.js";
import { readableDistance } from "./findings.js";
import { readFeatures } from "./layers.js";
import { makeMap } from "./map.js";
import { makePanel } from "./panel.js";
import { mountPinyin } from "./pinyin.js";
import { forward, lineToLonLat } from "./projection.js";
import { isoDay, proposalOf } from "./proposal.js";
import { mountSteering } from "./steering.js";
import { t } from "./texts.js";
import { debounce } from "./timing.js";

const byId = (id) => document.getElementById(id);
// A finding farther from the sketch than this is shown by itself, not together with the sketch.
const TOGETHER_M = 4000;

const form = byId("plan-form");
const renaming = form.dataset.renaming === "true"; // the street stays where it is: nothing is drawn
const geometry = byId("id_geometry");
const coords = byId("coords");
const room = makeMap(byId("map"));
const pinyin = mountPinyin(byId("id_pinyin"), byId("pinyin-suggestion"));
let places = []; // map features of the findings, by their place in the answer
let nextFinding = 0;
let dirty = false;
let typed = false; // the coordinates field holds something not yet taken over

const fieldsOf = () => Object.fromEntries(new FormData(form));
const stored = renaming ? null : readLine(geometry.value);
// A street of several parts stays as it is in the form until a new line replaces all of them.
let parts = renaming ? JSON.parse(geometry.value) : stored ? null : readParts(geometry.value);

function sketchCentre() {
  const box = drawing.extent();
  return box ? getCenter(box) : null;
}

function placesOf({ index }) {
  const from = sketchCentre();
  return from && places[index] ? { from, to: getCenter(places[index].getGeometry().getExtent()) } : null;
}

function showFinding(index) {
  const feature = places[index];
  if (!feature) {
    return;
  }
  places.forEach((other) => other?.set("picked", other === feature));
  panel.pick(index);
  const extent = [...feature.getGeometry().getExtent()];
  const sketch = drawing.extent();
  const route = placesOf({ index });
  const together =
    sketch && route && Math.hypot(route.from[0] - route.to[0], route.from[1] - route.to[1]) < TOGETHER_M;
  const box = together
    ? [
        Math.min(extent[0], sketch[0]),
        Math.min(extent[1], sketch[1]),
        Math.max(extent[2], sketch[2]),
        Math.max(extent[3], sketch[3]),
      ]
    : extent;
  room.fitExtent(box, { duration: 250, minResolution: 0.5 });
  room.target.dataset.shownFinding = index;
}

function showPlaces(findings) {
  places = findings.map((finding, index) => {
    if (!finding.geometry) {
      return null;
    }
    const properties = { severity: finding.severity, index, label: finding.subject?.name || finding.code };
    return readFeatures({ type: "Feature", properties, geometry: finding.geometry })[0] || null;
  });
  room.findings.source.clear(true);
  room.findings.source.addFeatures(places.filter(Boolean));
  nextFinding = 0;
}

const panel = makePanel(byId("findings"), { onShow: showFinding, placesOf });
const checker = makeChecker({
  post: (body, signal) => postJSON("/api/check", body, { signal }),
  onState: (state) => {
    panel.state(state);
    if (state === "idle") {
      showPlaces([]);
      pinyin.show(null);
    }
  },
  onAnswer: (answer) => {
    showPlaces(answer.findings || []);
    panel.render(answer);
    pinyin.show(answer.name);
  },
  onFailure: (error) => panel.fail(error, mayRetry(error)),
});

function lineOf(positions) {
  return positions.length >= 2 ? lineToLonLat(positions) : null;
}

function check() {
  const line = lineOf(drawing.positions) || parts;
  checker.request(proposalOf(fieldsOf(), line, form.dataset.today || isoDay(new Date())));
}

function writeLine(positions) {
  const line = lineOf(positions);
  geometry.value = line ? JSON.stringify(line) : "";
  if (document.activeElement !== coords) {
    coords.value = line ? formatCoordinates(line.coordinates) : "";
    coords.removeAttribute("aria-invalid");
    typed = false;
    byId("coords-errors").textContent = "";
  }
}

const drawing = makeDrawing(room, {
  initial: stored ? stored.map(forward) : [],
  onChange: (positions, { final }) => {
    dirty = true;
    if (final) {
      parts = null;
      writeLine(positions);
      room.highlight([], { fit: false });
    }
    check();
  },
  onState: ({ drawing: active, count, length_m, snapped }) => {
    if (renaming) {
      return;
    }
    const length = readableDistance(length_m);
    const words = active
      ? t("draw.drawing", { count, length })
      : count >= 2
        ? t("draw.done", { count, length })
        : t("draw.idle");
    byId("draw-status").textContent = snapped ? `${words} ${t("draw.snapped", { name: snapped })}` : words;
    for (const button of document.querySelectorAll("[data-tool=draw]")) {
      button.setAttribute("aria-pressed", String(active));
    }
  },
});

/** Take over the typed coordinates; false (and the reasons beside the field) when they cannot be read. */
function applyTyped() {
  const { coordinates, errors } = parseCoordinates(coords.value);
  coords.toggleAttribute("aria-invalid", errors.length > 0);
  byId("coords-errors").textContent = errors.slice(0, 3).map(({ line, key }) => t(key, { line })).join(t("coords.join"));
  typed = errors.length > 0;
  if (!errors.length) {
    drawing.replace(coordinates.map(forward));
    goHome();
  }
  return !errors.length;
}

const readTyped = debounce(applyTyped, 250);

function goHome() {
  const box = drawing.extent();
  if (box) {
    room.fitExtent(box, { duration: 250, minResolution: 0.5 });
  }
}

function showNext() {
  const order = places.map((place, index) => (place ? index : -1)).filter((index) => index >= 0);
  if (order.length) {
    showFinding(order[nextFinding % order.length]);
    nextFinding += 1;
  }
}

const actions = { ...drawing.actions, home: goHome, next: showNext };

function mountTools() {
  document.querySelector("[data-tools]").hidden = false;
  document.querySelector("[data-tools]").addEventListener("click", (event) => {
    const tool = event.target.closest("[data-tool]")?.dataset.tool;
    if (tool) {
      actions[tool]();
    }
  });
  mountSteering({ target: room.target, crosshair: byId("crosshair"), actions, isDrawing: () => drawing.drawing });

  byId("geometry-field").hidden = true;
  byId("coords-field").hidden = false;
  coords.value = stored ? formatCoordinates(stored) : "";
  coords.addEventListener("input", () => {
    dirty = true;
    typed = true;
    readTyped();
  });
}

if (!renaming) {
  mountTools();
}
form.addEventListener("input", (event) => {
  dirty = true;
  if (event.target !== coords && !event.isComposing) {
    check();
  }
});
form.addEventListener("compositionend", check);
form.addEventListener("submit", (event) => {
  if (!renaming) {
    actions.finish(); // a line under way is meant to be kept
  }
  readTyped.cancel();
  if (typed && !applyTyped()) {
    event.preventDefault(); // never save another line than the one in sight
    coords.focus();
    return;
  }
  dirty = false;
});
window.addEventListener("beforeunload", (event) => {
  if (dirty) {
    event.preventDefault();
  }
});

const near = room.target.dataset.near?.split(",").map(Number);
if (near && !stored) {
  room.point(near); // the door that waits for this street to be named
}
if (stored) {
  goHome();
} else if (parts) {
  room.highlight([{ type: "Feature", properties: {}, geometry: parts }]);
  if (!renaming) {
    byId("draw-status").textContent = t("draw.parts");
  }
} else if (geometry.value.trim()) {
  byId("geometry-field").hidden = false; // let the person see and mend what cannot be read
}
check();
