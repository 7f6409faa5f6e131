// The land before and after a draft as two lists of GeoJSON features, for looking at side by side. Pure.

/** Units of the register around, each marked when the draft touches it; GeoJSON features (CRS84). */
export function landBefore(features, answer) {
  const touched = new Set([...answer.units, ...answer.balances].map((one) => one.id));
  return features.map((one) => ({
    ...one,
    properties: { ...one.properties, touched: touched.has(String(one.id)) },
  }));
}

/** The same after the draft: its units in place of those it changes or dissolves; `nameOf(id)` names them. */
export function landAfter(features, answer, nameOf) {
  const made = answer.units.map(({ id, geometry }) => ({
    type: "Feature",
    id,
    geometry,
    properties: { name: nameOf(id), touched: true },
  }));
  const replaced = new Set(made.map(({ id }) => id));
  const gone = answer.balances.filter((row) => row.area_after_m2 === null).map((row) => row.id);
  gone.forEach((id) => replaced.add(id));
  return [...features.filter((one) => !replaced.has(String(one.id))), ...made];
}

/** Where the divider stands, in px from the left, for a slider of `width` with a thumb of `thumb` px; share 0 to 1. */
export const dividerAt = (share, width, thumb) => thumb / 2 + share * (width - thumb);
