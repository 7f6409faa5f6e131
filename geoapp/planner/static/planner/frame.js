// The city frame (EPSG:4547, metres, x east, y north) and the way to and from lon, lat. Pure: the projecting
// function is passed in, so that this file runs in node without the map library.

export const FRAME = "EPSG:4547";
export const LONLAT = "EPSG:4326";
export const FRAME_DEFINITION =
  "+proj=tmerc +lat_0=0 +lon_0=114 +k=1 +x_0=500000 +y_0=0 +ellps=GRS80 +units=m +no_defs";

// Nine decimals of a degree: eight would lose the millimetre.
const DEGREE_FACTOR = 1e9;
const MM_PER_M = 1000;

/** Round a frame position to whole millimetres, the grid of the register. */
export function snapToGrid([x, y]) {
  return [Math.round(x * MM_PER_M) / MM_PER_M, Math.round(y * MM_PER_M) / MM_PER_M];
}

/** Round a lon, lat position to nine decimals. */
export function roundDegrees([lon, lat]) {
  return [Math.round(lon * DEGREE_FACTOR) / DEGREE_FACTOR, Math.round(lat * DEGREE_FACTOR) / DEGREE_FACTOR];
}

function mapPositions(coordinates, move) {
  return typeof coordinates[0] === "number"
    ? move(coordinates.slice(0, 2))
    : coordinates.map((part) => mapPositions(part, move));
}

function mapGeometry(geometry, move) {
  if (geometry.type === "GeometryCollection") {
    return { type: geometry.type, geometries: geometry.geometries.map((part) => mapGeometry(part, move)) };
  }
  return { type: geometry.type, coordinates: mapPositions(geometry.coordinates, move) };
}

/** GeoJSON geometry in CRS84 → the same in the frame, on the millimetre grid. `forward`: [lon, lat] → [x, y]. */
export function toFrame(geometry, forward) {
  return mapGeometry(geometry, (position) => snapToGrid(forward(position)));
}

/** GeoJSON geometry in the frame → CRS84. Snapped to the grid first: coming back gives the same integers. */
export function toLonLat(geometry, inverse) {
  return mapGeometry(geometry, (position) => roundDegrees(inverse(snapToGrid(position))));
}

/** Length in metres of a list of frame positions, measured in the plane of the frame. */
export function frameLength(positions) {
  let length = 0;
  for (let i = 1; i < positions.length; i += 1) {
    length += Math.hypot(positions[i][0] - positions[i - 1][0], positions[i][1] - positions[i - 1][1]);
  }
  return length;
}

/** Drop positions that repeat the one before (a double click leaves one). */
export function withoutRepeats(positions) {
  return positions.filter(
    (position, i) => i === 0 || position[0] !== positions[i - 1][0] || position[1] !== positions[i - 1][1],
  );
}
