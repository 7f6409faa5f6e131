// One map: the view in the city frame, the base layers, a scale bar, the 示意数据 banner, highlights and findings.
import {
  OlMap,
  ScaleLine,
  VectorLayer,
  VectorSource,
  View,
  createEmpty,
  defaultControls,
  defaultInteractions,
  extend,
  getCenter,
  isEmpty,
  transformExtent,
} from "./dist/ol.js";
import { FRAME, LONLAT } from "./frame.js";
import { makeBaseLayers, readFeatures } from "./layers.js";
import { findingStyle, highlightStyle } from "./styles.js";
import { t } from "./texts.js";

// Only until the districts layer says where the city is.
const FIRST_EXTENT_LONLAT = [112.35, 22.6, 113.45, 23.6];
const FIT = { padding: [48, 48, 48, 48], maxZoom: undefined, minResolution: 0.5, duration: 0 };

function prepare(target) {
  const defaults = { role: "application", tabindex: "0", "aria-label": t("map.label") };
  for (const [name, value] of Object.entries(defaults)) {
    if (!target.hasAttribute(name)) {
      target.setAttribute(name, value);
    }
  }
  target.classList.add("map");
  const note = document.createElement("p");
  note.className = "map__note";
  note.setAttribute("role", "status");
  target.append(note);
  if ((target.dataset.synthetic ?? document.body.dataset.synthetic) === "true") {
    const banner = document.createElement("p");
    banner.className = "map__banner";
    banner.textContent = t("map.synthetic");
    target.append(banner);
  }
  return note;
}

function overlay(style, zIndex) {
  const source = new VectorSource();
  return { source, layer: new VectorLayer({ source, style, zIndex, declutter: true }) };
}

/**
 * Make a map in `target`. The element mirrors its state for tests and assistive code: data-map-ready,
 * data-feature-count, data-selected.
 */
export function makeMap(target) {
  const note = prepare(target);
  const failed = new Set();
  const base = makeBaseLayers((id) => {
    failed.add(t(`layer.${id}`));
    note.textContent = t("map.failed", { layer: [...failed].join(t("map.comma")) });
  });
  const highlight = overlay(highlightStyle, 20);
  const findings = overlay(findingStyle, 30);
  const view = new View({
    projection: FRAME,
    center: getCenter(transformExtent(FIRST_EXTENT_LONLAT, LONLAT, FRAME)),
    resolution: 100,
    maxResolution: 400,
    minResolution: 0.1,
    constrainResolution: false,
    enableRotation: false,
  });
  const map = new OlMap({
    target,
    view,
    layers: [...base.map(({ layer }) => layer), highlight.layer, findings.layer],
    controls: defaultControls({
      attribution: false,
      rotate: false,
      zoomOptions: { zoomInTipLabel: t("map.zoomIn"), zoomOutTipLabel: t("map.zoomOut") },
    }).extend([new ScaleLine({ units: "metric", minWidth: 72 })]),
    interactions: defaultInteractions({ altShiftDragRotate: false, pinchRotate: false }),
  });
  let focused = false;

  function fitExtent(extent, options = {}) {
    if (!isEmpty(extent)) {
      focused = true;
      const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
      view.fit(extent, { ...FIT, ...options, duration: still ? 0 : (options.duration ?? 0) });
    }
  }

  for (const { source, id } of base) {
    source.on("featuresloadend", () => {
      target.dataset.featureCount = base.reduce((sum, row) => sum + row.source.getFeatures().length, 0);
      if (id === "districts" && !focused && source.getFeatures().length) {
        fitExtent(source.getExtent(), { padding: [16, 16, 16, 16] });
      }
    });
  }
  map.once("rendercomplete", () => {
    target.dataset.mapReady = "true";
  });

  return {
    map,
    view,
    target,
    findings,
    /** A base layer's source by name. */
    source: (id) => base.find((row) => row.id === id).source,
    baseLayer: (id) => base.find((row) => row.id === id).layer,
    fitExtent,
    say(text) {
      note.textContent = text;
    },
    /** Draw GeoJSON documents (CRS84) as picked, replacing what was; `fit` moves the view there. */
    highlight(documents, { fit = true, minResolution = 0.8, label = "" } = {}) {
      const features = documents.flatMap(readFeatures);
      features.forEach((feature) => label && feature.set("label", label));
      highlight.source.clear(true);
      highlight.source.addFeatures(features);
      target.dataset.selected = features.length;
      if (fit && features.length) {
        fitExtent(highlight.source.getExtent(), { minResolution, duration: 250 });
      }
      return features;
    },
    /** Show one lon, lat as picked. */
    point([lon, lat], { label = "", fit = true } = {}) {
      const document = { type: "Feature", properties: {}, geometry: { type: "Point", coordinates: [lon, lat] } };
      return this.highlight([document], { fit, label, minResolution: 2.5 });
    },
    /** The common extent of features; empty when there are none. */
    extentOf(features) {
      return features.reduce((box, feature) => extend(box, feature.getGeometry().getExtent()), createEmpty());
    },
  };
}
