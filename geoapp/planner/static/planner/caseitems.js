// The data block of a case page, in the shapes a template may write it. Pure.

const isGeometry = (value) => Boolean(value?.type && (value.coordinates || value.geometries));

function featureOf(thing) {
  if (thing?.type === "Feature") {
    return isGeometry(thing.geometry) ? thing : null;
  }
  const { geometry, ...properties } = thing || {};
  return isGeometry(geometry) ? { type: "Feature", properties, geometry } : null;
}

/**
 * Read {items, findings} as two lists of GeoJSON features. Accepts a FeatureCollection, a list, or an object with
 * `items` and `findings`, each member a Feature or a plain dict with `geometry`; members without one fall out but
 * keep their place in `index`.
 */
export function readCase(document) {
  const listOf = (value) => (value?.type === "FeatureCollection" ? value.features : value) || [];
  const grouped = !Array.isArray(document) && document?.type !== "FeatureCollection";
  const read = (list) =>
    listOf(list)
      .map((thing, index) => {
        const feature = featureOf(thing);
        return feature && { ...feature, properties: { index, ...feature.properties } };
      })
      .filter(Boolean);
  return {
    items: read(grouped ? document?.items : document),
    findings: read(grouped ? document?.findings : []),
  };
}
