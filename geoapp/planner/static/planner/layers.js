// The base map: our own published layers, fetched by bounding box from the OGC API.
import { getJSON } from "./api.js";
import { itemsPath, makeCovering, nextPath } from "./covering.js";
import { GeoJSON, VectorLayer, VectorSource, transformExtent } from "./dist/ol.js";
import { FRAME, LONLAT } from "./frame.js";
import "./projection.js";
import { communityStyle, districtStyle, streetStyle, townStyle } from "./styles.js";

const MAX_PAGES = 5;
const RETRY_MS = 5000;
const EVERYTHING = [-Infinity, -Infinity, Infinity, Infinity];

// `maxResolution` in metres per pixel: from there outwards the layer is neither fetched nor drawn.
export const BASE_LAYERS = [
  { id: "districts", style: districtStyle, whole: true },
  { id: "towns", style: townStyle, maxResolution: 90 },
  { id: "communities", style: communityStyle, maxResolution: 14 },
  { id: "streets", style: streetStyle, maxResolution: 40 },
];

const format = new GeoJSON({ dataProjection: LONLAT, featureProjection: FRAME });

/** Read a GeoJSON document (CRS84) into features in the frame; null geometries are left out. */
export function readFeatures(document) {
  return format.readFeatures(document).filter((feature) => feature.getGeometry());
}

async function fetchPages(path) {
  const features = [];
  let next = path;
  for (let page = 0; next && page < MAX_PAGES; page += 1) {
    const answer = await getJSON(next);
    features.push(...readFeatures(answer));
    next = nextPath(answer, window.location.href);
  }
  return { features, cut: Boolean(next) };
}

function makeSource({ id, whole }, onFailure) {
  const covering = makeCovering();

  async function load(extent) {
    const bbox = whole ? null : transformExtent(extent, FRAME, LONLAT, 4);
    try {
      const { features, cut } = await fetchPages(itemsPath(id, bbox));
      if (cut) {
        covering.cut(extent);
      }
      return features;
    } catch (error) {
      onFailure(id, error);
      // Asked again by the next move of the map after a pause, so that a server in trouble is not flooded.
      window.setTimeout(() => {
        covering.failed(extent);
        source.removeLoadedExtent(extent);
      }, RETRY_MS);
      throw error; // the source hears of it as featuresloaderror
    }
  }

  const strategy = whole ? () => [EVERYTHING] : (view) => covering.wanted(view);
  const source = new VectorSource({ strategy, loader: load });
  return source;
}

/** Make the base layers, bottom first: [{id, layer, source}]. `onFailure(id, error)` hears of a failed fetch. */
export function makeBaseLayers(onFailure) {
  return BASE_LAYERS.map((row, order) => {
    const source = makeSource(row, onFailure);
    const layer = new VectorLayer({
      source,
      style: row.style,
      declutter: true,
      zIndex: order,
      maxResolution: row.maxResolution ?? Infinity,
      className: `layer-${row.id}`,
    });
    return { id: row.id, layer, source };
  });
}
