// How things look on the map. Boundaries are never dashed: a shared edge is drawn twice and dashes would fill up.
import { CircleStyle, Fill, MultiPoint, RegularShape, Stroke, Style, Text } from "./dist/ol.js";

const FONT = '"Noto Sans CJK SC", "Microsoft YaHei", sans-serif';
const HALO = new Stroke({ color: "#ffffff", width: 3 });
const SEVERITY_COLOUR = { block: "#a3211b", warn: "#8a5300", info: "#1d5b9c" };

function label(name, size, colour, options = {}) {
  const fill = new Fill({ color: colour });
  return new Text({ text: name || "", font: `${size}px ${FONT}`, fill, stroke: HALO, overflow: false, ...options });
}

function area({ stroke, width, fill, size, colour, labelFrom = 0, labelTo = Infinity }) {
  const outline = new Style({
    stroke: new Stroke({ color: stroke, width }),
    fill: new Fill({ color: fill }),
  });
  return (feature, resolution) => {
    const named = resolution >= labelFrom && resolution < labelTo;
    outline.setText(named ? label(feature.get("name"), size, colour) : undefined);
    return outline;
  };
}

export const districtStyle = area({
  stroke: "#5b6b7b",
  width: 2.2,
  fill: "rgba(255,255,255,0.55)",
  size: 16,
  colour: "#33424f",
  labelFrom: 60,
});
export const townStyle = area({
  stroke: "#8b99a6",
  width: 1.4,
  fill: "rgba(255,255,255,0)",
  size: 13,
  colour: "#465664",
  labelFrom: 12,
  labelTo: 60,
});
export const communityStyle = area({
  stroke: "#c3ccd3",
  width: 1,
  fill: "rgba(255,255,255,0)",
  size: 12,
  colour: "#5d6b77",
  labelTo: 12,
});

/** Streets: a casing and a surface whose width follows the scale, the name along the line when close. */
export function streetStyle(feature, resolution) {
  const surface_px = Math.min(14, Math.max(1.6, (feature.get("width_m") || 14) / resolution));
  const styles = [
    new Style({ stroke: new Stroke({ color: "#b79a5b", width: surface_px + 2 }), zIndex: 1 }),
    new Style({ stroke: new Stroke({ color: "#fff8e6", width: surface_px }), zIndex: 2 }),
  ];
  if (resolution < 8) {
    const text = label(feature.get("name"), 13, "#4a3a10", { placement: "line", repeat: 420 });
    styles.push(new Style({ text, zIndex: 3 }));
  }
  return styles;
}

/** What a person picked: a wide light band under a dark line, a ring for a point, and its name. */
export function highlightStyle(feature) {
  const name = feature.get("label") || feature.get("name");
  return [
    new Style({ stroke: new Stroke({ color: "rgba(255,193,7,0.75)", width: 12 }) }),
    new Style({
      stroke: new Stroke({ color: "#0b4a8f", width: 3.5 }),
      fill: new Fill({ color: "rgba(11,74,143,0.12)" }),
      image: new CircleStyle({
        radius: 8,
        fill: new Fill({ color: "rgba(255,193,7,0.9)" }),
        stroke: new Stroke({ color: "#0b4a8f", width: 3 }),
      }),
      text: name ? label(name, 14, "#0b4a8f", { offsetY: -18, font: `bold 14px ${FONT}`, overflow: true }) : undefined,
      zIndex: 9,
    }),
  ];
}

/** A finding's place, coloured by severity; the picked one is wider. */
export function findingStyle(feature) {
  const colour = SEVERITY_COLOUR[feature.get("severity")] || SEVERITY_COLOUR.info;
  const width = feature.get("picked") ? 7 : 4;
  return new Style({
    stroke: new Stroke({ color: colour, width, lineDash: feature.get("picked") ? undefined : [10, 6] }),
    fill: new Fill({ color: "rgba(163,33,27,0.07)" }),
    image: new RegularShape({
      points: 3,
      radius: feature.get("picked") ? 12 : 9,
      fill: new Fill({ color: colour }),
      stroke: new Stroke({ color: "#ffffff", width: 2 }),
    }),
    text: label(feature.get("label"), 12, colour, { offsetY: 16, overflow: true }),
    zIndex: 6,
  });
}

const SKETCH_LINE = new Style({ stroke: new Stroke({ color: "#0b4a8f", width: 4 }), zIndex: 8 });
const SKETCH_CASING = new Style({ stroke: new Stroke({ color: "rgba(255,255,255,0.9)", width: 8 }), zIndex: 7 });
const HANDLE = new CircleStyle({
  radius: 5.5,
  fill: new Fill({ color: "#ffffff" }),
  stroke: new Stroke({ color: "#0b4a8f", width: 2.5 }),
});

/** The finished sketch with its vertices as handles. */
export function sketchStyle(feature) {
  const vertices = new MultiPoint(feature.getGeometry().getCoordinates());
  return [SKETCH_CASING, SKETCH_LINE, new Style({ geometry: vertices, image: HANDLE, zIndex: 9 })];
}

const POINTER = {
  none: new CircleStyle({ radius: 4.5, fill: new Fill({ color: "#0b4a8f" }) }),
  edge: new CircleStyle({ radius: 8, stroke: new Stroke({ color: "#b00069", width: 2.5 }) }),
  vertex: new RegularShape({ points: 4, radius: 10, angle: Math.PI / 4, stroke: new Stroke({ color: "#b00069", width: 2.5 }) }),
};

/** The line being drawn and the pointer: a square on a vertex, a ring on an edge, a dot in the open. */
export function drawingStyle(snapKind) {
  return (feature) =>
    feature.getGeometry().getType() === "Point"
      ? new Style({ image: POINTER[snapKind()], zIndex: 10 })
      : [SKETCH_CASING, SKETCH_LINE];
}
