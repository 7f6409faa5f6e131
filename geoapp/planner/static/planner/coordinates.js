// Typed coordinates: the keyboard's equal of drawing with the mouse. Pure.

const SEPARATORS = /[\s,，;；、\t]+/u;
const LON = [73, 136];
const LAT = [3, 54];

const within = (value, [low, high]) => value >= low && value <= high;

function parseLine(text) {
  const parts = text.trim().split(SEPARATORS).filter(Boolean);
  if (parts.length !== 2) {
    return { error: "coords.two" };
  }
  const [first, second] = parts.map(Number);
  if (!Number.isFinite(first) || !Number.isFinite(second)) {
    return { error: "coords.number" };
  }
  if (within(first, LON) && within(second, LAT)) {
    return { position: [first, second] };
  }
  if (within(first, LAT) && within(second, LON)) {
    return { error: "coords.swapped" };
  }
  return { error: Math.abs(first) > 1000 ? "coords.metres" : "coords.range" };
}

/**
 * Read one "lon,lat" per line (degrees, CRS84); commas of both widths, tabs and spaces separate, empty lines
 * are passed over. Returns {coordinates, errors: [{line, key}]}; `key` is a text key, `line` counts from 1.
 */
export function parseCoordinates(text) {
  const coordinates = [];
  const errors = [];
  text.split(/\r?\n/u).forEach((row, i) => {
    if (!row.trim()) {
      return;
    }
    const { position, error } = parseLine(row);
    if (error) {
      errors.push({ line: i + 1, key: error });
    } else {
      coordinates.push(position);
    }
  });
  if (!errors.length && coordinates.length === 1) {
    errors.push({ line: 1, key: "coords.onlyOne" });
  }
  return { coordinates, errors };
}

/** Write positions (lon, lat) one per line with nine decimals, trailing zeros dropped. */
export function formatCoordinates(coordinates) {
  return coordinates.map((position) => position.map((value) => Number(value.toFixed(9))).join(",")).join("\n");
}

function readGeometry(text) {
  try {
    const document = JSON.parse(text);
    return document?.type === "Feature" ? document.geometry : document;
  } catch {
    return null;
  }
}

const isLine = (positions) =>
  Array.isArray(positions) &&
  positions.length >= 2 &&
  positions.every((p) => Array.isArray(p) && Number.isFinite(p[0]) && Number.isFinite(p[1]));

/**
 * Read the one line of a GeoJSON LineString (or MultiLineString of one part) from text; null if there is none or
 * there are several parts, which the single-line tool must not cut down to one.
 */
export function readLine(text) {
  const geometry = readGeometry(text);
  const single = geometry?.type === "MultiLineString" && geometry.coordinates?.length === 1;
  const positions = single ? geometry.coordinates[0] : geometry?.coordinates;
  const sound = (geometry?.type === "LineString" || single) && isLine(positions);
  return sound ? positions.map(([lon, lat]) => [lon, lat]) : null;
}

/** Read a MultiLineString of several parts from text; null for anything else. */
export function readParts(text) {
  const geometry = readGeometry(text);
  const several = geometry?.type === "MultiLineString" && geometry.coordinates?.length > 1;
  return several && geometry.coordinates.every(isLine) ? geometry : null;
}
