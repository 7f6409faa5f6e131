// The city frame made known to OpenLayers. Import this before anything that names the frame: a format resolves its
// projections when it is made.
import { proj4, register, transform } from "./dist/ol.js";
import { FRAME, FRAME_DEFINITION, LONLAT, toLonLat } from "./frame.js";

proj4.defs(FRAME, FRAME_DEFINITION);
register(proj4);

/** [lon, lat] → frame metres. */
export const forward = (position) => transform(position, LONLAT, FRAME);
/** Frame metres → [lon, lat]. */
export const inverse = (position) => transform(position, FRAME, LONLAT);

/** Frame positions → a CRS84 LineString on the millimetre grid. */
export function lineToLonLat(positions) {
  return toLonLat({ type: "LineString", coordinates: positions }, inverse);
}
