// How the workbench looks on the map. Lines come from the edge set, each once, so that dashes stay dashes.
import { CircleStyle, Fill, MultiPoint, Point, Stroke, Style, Text } from "./dist/ol.js";
import { t } from "./texts.js";

const FONT = '"Noto Sans CJK SC", "Microsoft YaHei", sans-serif';
const HALO = new Stroke({ color: "#ffffff", width: 3.5 });

function hatch(colour = "rgba(74,88,99,0.38)", crossed = false) {
  const size = 10;
  const tile = document.createElement("canvas");
  tile.width = tile.height = size;
  const pen = tile.getContext("2d");
  pen.strokeStyle = colour;
  pen.lineWidth = 1.2;
  for (const shift of [-size, 0, size]) {
    pen.beginPath();
    pen.moveTo(shift, size);
    pen.lineTo(shift + size, 0);
    pen.stroke();
    if (crossed) {
      pen.beginPath();
      pen.moveTo(shift, 0);
      pen.lineTo(shift + size, size);
      pen.stroke();
    }
  }
  return pen.createPattern(tile, "repeat");
}

/** Where a unit's name stands: inside its largest part. */
function labelPoint(feature) {
  const shape = feature.getGeometry();
  const parts = shape.getType() === "MultiPolygon" ? shape.getPolygons() : [shape];
  const largest = parts.reduce((best, part) => (part.getArea() > best.getArea() ? part : best));
  return new Point(largest.getInteriorPoint().getCoordinates().slice(0, 2));
}

function named(feature, colour, weight = "") {
  return new Style({
    geometry: labelPoint,
    text: new Text({
      text: feature.get("label") ?? feature.get("name") ?? "",
      font: `${weight} 14px ${FONT}`.trim(),
      fill: new Fill({ color: colour }),
      stroke: HALO,
      overflow: true,
    }),
    zIndex: weight ? 6 : 5,
  });
}

let pattern = null;

/** Units: chosen ones strong, the officer's own pale, other towns' hatched. */
export function unitStyle(feature, resolution) {
  const chosen = feature.get("chosen");
  pattern ??= hatch();
  const fill = chosen ? "rgba(23,69,111,0.22)" : feature.get("own") ? "rgba(255,255,255,0.35)" : pattern;
  const styles = [new Style({ fill: new Fill({ color: fill }) })];
  if (resolution < 40 && !chosen && !feature.get("renamed") && !feature.get("locked")) {
    styles.push(named(feature, "#5d6b77"));
  }
  return styles;
}

/** The names of chosen units, on a layer above their neighbours': these are placed first, at any scale. */
export const chosenStyle = (feature) => (feature.get("renamed") ? [] : [named(feature, "#0f3152", "bold")]);

let lattice = null;

/** Locked units: a lattice, and the reason under the name. */
export function lockStyle(feature) {
  lattice ??= hatch("rgba(122,74,0,0.5)", true);
  const label = t("wb.lock.label", { name: feature.get("name") ?? "", reason: feature.get("locked") });
  const words = named(feature, "#7a4a00", "bold");
  words.getText().setText(label);
  return [
    new Style({ fill: new Fill({ color: lattice }), stroke: new Stroke({ color: "#7a4a00", width: 3, lineDash: [2, 5] }) }),
    words,
  ];
}

/** Towns, for whoever has more units than one look can hold. */
export const outlineStyle = (feature) => [
  new Style({
    fill: new Fill({ color: "rgba(23,69,111,0.08)" }),
    stroke: new Stroke({ color: "#4a3f6b", width: 2.5 }),
  }),
  named(feature, "#0f3152", "bold"),
];

/** Boundary lines as they are now; the picked one wide. */
export function edgeStyle(feature) {
  if (feature.get("picked")) {
    return [
      new Style({ stroke: new Stroke({ color: "rgba(255,193,7,0.85)", width: 10 }), zIndex: 2 }),
      new Style({ stroke: new Stroke({ color: "#0b4a8f", width: 3 }), zIndex: 3 }),
    ];
  }
  const town = feature.get("town");
  return new Style({ stroke: new Stroke({ color: town ? "#4a3f6b" : "#7b8893", width: town ? 3 : 1.6 }), zIndex: 1 });
}

export const movedStyle = new Style({ fill: new Fill({ color: "rgba(201,138,26,0.38)" }) });
export const goneStyle = [
  new Style({ stroke: new Stroke({ color: "rgba(255,255,255,0.95)", width: 5 }) }),
  new Style({ stroke: new Stroke({ color: "#a3211b", width: 2.5, lineDash: [9, 7] }) }),
];
export const freshStyle = [
  new Style({ stroke: new Stroke({ color: "rgba(255,255,255,0.95)", width: 7 }) }),
  new Style({ stroke: new Stroke({ color: "#1b6236", width: 4 }) }),
];
export const afterStyle = (feature) => named(feature, "#1b4d2c", "bold");
export const planStyle = new Style({ stroke: new Stroke({ color: "#b00069", width: 4 }) });

const HANDLE = new CircleStyle({
  radius: 6,
  fill: new Fill({ color: "#ffffff" }),
  stroke: new Stroke({ color: "#0b4a8f", width: 2.5 }),
});

const circle = (radius, fill, stroke) =>
  new CircleStyle({ radius, fill: new Fill({ color: fill }), stroke: new Stroke({ color: stroke, width: 2.5 }) });
const HELD = circle(7, "#d3dae0", "#4a5863");
const SELECTED = circle(9, "#ffc107", "#0b4a8f");
const FAULTY = circle(9, "#a3211b", "#ffffff");

/** The line under edit with its handles: ends that hold are grey, the one picked amber, one that is wrong red. */
export function handleStyle(feature) {
  const points = feature.getGeometry().getCoordinates();
  const fault = feature.get("fault") ?? null;
  const colour = fault === null ? "#0b4a8f" : "#a3211b";
  const one = (index, image, zIndex) =>
    points[index] ? [new Style({ geometry: new Point(points[index]), image, zIndex })] : [];
  return [
    new Style({ stroke: new Stroke({ color: "rgba(255,255,255,0.9)", width: 8 }) }),
    new Style({ stroke: new Stroke({ color: colour, width: 4 }) }),
    new Style({ geometry: new MultiPoint(points), image: HANDLE, zIndex: 9 }),
    ...one(0, HELD, 10),
    ...one(points.length - 1, HELD, 10),
    ...one(feature.get("selected") ?? -1, SELECTED, 11),
    ...(fault === null ? [] : one(fault, FAULTY, 12)),
  ];
}

const PEN = [
  new Style({
    stroke: new Stroke({ color: "#0b4a8f", width: 3.5 }),
    fill: new Fill({ color: "rgba(201,138,26,0.22)" }),
  }),
];
const TIP = new CircleStyle({
  radius: 6,
  fill: new Fill({ color: "rgba(255,255,255,0.6)" }),
  stroke: new Stroke({ color: "#b00069", width: 2.5 }),
});

/** What is being drawn and the pointer. */
export const penStyle = (feature) =>
  feature.getGeometry().getType() === "Point" ? new Style({ image: TIP, zIndex: 10 }) : PEN;

/** One of two states of the land under the slider; what the draft touches stands out. */
export const stateStyle = (feature) => feature.get("moved") ? new Style({ fill: movedStyle.getFill(), zIndex: 3 }) : [
  new Style({
    fill: new Fill({ color: feature.get("touched") ? "rgba(255,236,179,0.95)" : "rgba(255,255,255,0.95)" }),
    stroke: new Stroke({ color: feature.get("touched") ? "#0f3152" : "#7b8893", width: feature.get("touched") ? 3 : 1.6 }),
    zIndex: feature.get("touched") ? 2 : 1,
  }),
  named(feature, "#0f3152", feature.get("touched") ? "bold" : ""),
];

const both = (rgb) => [
  new Style({ fill: new Fill({ color: `rgba(${rgb},0.25)` }) }),
  new Style({ stroke: new Stroke({ color: "rgba(255,255,255,0.9)", width: 6 }) }),
  new Style({ stroke: new Stroke({ color: `rgb(${rgb})`, width: 3 }) }),
];
/** Another person's land and one's own, when both were drawn on the same. */
export const theirStyle = both("107,42,138");
export const mineStyle = both("11,74,143");
