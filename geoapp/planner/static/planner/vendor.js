// The only entrance for third-party code: everything our modules need from OpenLayers and proj4, bundled to
// dist/ol.js (and dist/ol.css) by `npm run build`. Add an export here before using it elsewhere.
import "ol/ol.css";

export { default as Feature } from "ol/Feature.js";
export { default as OlMap } from "ol/Map.js";
export { default as View } from "ol/View.js";
export { unByKey } from "ol/Observable.js";
export { never, noModifierKeys, primaryAction } from "ol/events/condition.js";
export { default as ScaleLine } from "ol/control/ScaleLine.js";
export { defaults as defaultControls } from "ol/control/defaults.js";
export { defaults as defaultInteractions } from "ol/interaction/defaults.js";
export {
  boundingExtent,
  buffer,
  containsExtent,
  createEmpty,
  extend,
  getCenter,
  getHeight,
  getWidth,
  isEmpty,
} from "ol/extent.js";
export { default as GeoJSON } from "ol/format/GeoJSON.js";
export { default as LineString } from "ol/geom/LineString.js";
export { default as MultiPoint } from "ol/geom/MultiPoint.js";
export { default as Point } from "ol/geom/Point.js";
export { default as Draw } from "ol/interaction/Draw.js";
export { default as Modify } from "ol/interaction/Modify.js";
export { default as Snap } from "ol/interaction/Snap.js";
export { default as VectorLayer } from "ol/layer/Vector.js";
export { default as VectorSource } from "ol/source/Vector.js";
export { get as getProjection, transform, transformExtent } from "ol/proj.js";
export { register } from "ol/proj/proj4.js";
export { default as CircleStyle } from "ol/style/Circle.js";
export { default as Fill } from "ol/style/Fill.js";
export { default as RegularShape } from "ol/style/RegularShape.js";
export { default as Stroke } from "ol/style/Stroke.js";
export { default as Style } from "ol/style/Style.js";
export { default as Text } from "ol/style/Text.js";
export { default as proj4 } from "proj4";
