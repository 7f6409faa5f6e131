// The progress map: communities shaded by how many of their doors are active. The table beside it says the same.
import { getJSON } from "./api.js";
import { Fill, Stroke, Style, Text, VectorLayer, VectorSource } from "./dist/ol.js";
import { readFeatures } from "./layers.js";
import { makeMap } from "./map.js";
import { reasonOf } from "./texts.js";

const SHADES = ["rgba(189,215,231,0.75)", "rgba(107,174,214,0.75)", "rgba(49,130,189,0.75)", "rgba(8,81,156,0.8)"];
const FONT = 'bold 13px "Noto Sans CJK SC", "Microsoft YaHei", sans-serif';

function style(feature) {
  return new Style({
    fill: new Fill({ color: SHADES[feature.get("shade")] }),
    stroke: new Stroke({ color: "#0b3a6b", width: 1.5 }),
    text: new Text({
      text: `${feature.get("name")}\n${feature.get("active")}/${feature.get("total")}`,
      font: FONT,
      fill: new Fill({ color: "#10243a" }),
      stroke: new Stroke({ color: "#ffffff", width: 3 }),
      overflow: true,
    }),
  });
}

async function mount(target) {
  const room = makeMap(target);
  try {
    const features = readFeatures(await getJSON(target.dataset.progressMap));
    const source = new VectorSource({ features });
    room.map.addLayer(new VectorLayer({ source, style, zIndex: 15, declutter: true }));
    target.dataset.selected = features.length;
    if (features.length) {
      room.fitExtent(source.getExtent());
    }
  } catch (error) {
    room.say(reasonOf(error));
  }
}

document.querySelectorAll("[data-progress-map]").forEach(mount);
