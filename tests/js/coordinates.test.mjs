import assert from "node:assert/strict";
import { test } from "node:test";
import { formatCoordinates, parseCoordinates, readLine, readParts } from "../../geoapp/planner/static/planner/coordinates.js";

test("reads lines with commas of both widths, tabs and spaces, passing over empty ones", () => {
  const text = "113.1,23.02\n\n113.11，23.03\r\n113.12\t23.04\n 113.13 ; 23.05 ";
  const { coordinates, errors } = parseCoordinates(text);
  assert.deepEqual(errors, []);
  assert.deepEqual(coordinates, [[113.1, 23.02], [113.11, 23.03], [113.12, 23.04], [113.13, 23.05]]);
});

test("names the line at fault and why", () => {
  const { coordinates, errors } = parseCoordinates("113.1,23.02\n23.02,113.1\nabc,1\n113\n400123.5,2546000\n0,0");
  assert.deepEqual(coordinates, [[113.1, 23.02]]);
  assert.deepEqual(errors, [
    { line: 2, key: "coords.swapped" },
    { line: 3, key: "coords.number" },
    { line: 4, key: "coords.two" },
    { line: 5, key: "coords.metres" },
    { line: 6, key: "coords.range" },
  ]);
});

test("a single point is not a line, nothing is an empty line without fault", () => {
  assert.deepEqual(parseCoordinates("113.1,23.02").errors, [{ line: 1, key: "coords.onlyOne" }]);
  assert.deepEqual(parseCoordinates(" \n "), { coordinates: [], errors: [] });
});

test("writing and reading again gives the same nine decimals", () => {
  const line = [[113.123456789, 23.987654321], [113.1, 23]];
  const text = formatCoordinates(line);
  assert.equal(text, "113.123456789,23.987654321\n113.1,23");
  assert.deepEqual(parseCoordinates(text).coordinates, line);
});

test("readLine takes one line and refuses what it would have to cut down", () => {
  const line = [[113.1, 23], [113.2, 23]];
  assert.deepEqual(readLine(JSON.stringify({ type: "LineString", coordinates: line })), line);
  assert.deepEqual(readLine(JSON.stringify({ type: "MultiLineString", coordinates: [line] })), line);
  assert.deepEqual(readLine(JSON.stringify({ type: "Feature", geometry: { type: "LineString", coordinates: line } })), line);
  const several = JSON.stringify({ type: "MultiLineString", coordinates: [line, line] });
  assert.equal(readLine(several), null);
  assert.deepEqual(readParts(several), JSON.parse(several));
  assert.equal(readParts(JSON.stringify({ type: "MultiLineString", coordinates: [line, [[1]]] })), null);
});

test("readLine refuses what is not a line", () => {
  for (const text of ["", "{", "null", "[]", '{"type":"Point","coordinates":[113,23]}', '{"type":"LineString","coordinates":[[113,23]]}', '{"type":"LineString","coordinates":[[113,"x"],[1,2]]}']) {
    assert.equal(readLine(text), null, text);
  }
});
