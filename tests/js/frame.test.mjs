import assert from "node:assert/strict";
import { test } from "node:test";
import proj4 from "proj4";
import { FRAME_DEFINITION, frameLength, roundDegrees, snapToGrid, toFrame, toLonLat, withoutRepeats } from "../../geoapp/planner/static/planner/frame.js";

const { forward, inverse } = proj4(FRAME_DEFINITION);

test("the central meridian is at 500 km east", () => {
  const { coordinates } = toFrame({ type: "Point", coordinates: [114, 23] }, forward);
  assert.equal(coordinates[0], 500000);
  assert.ok(Math.abs(coordinates[1] - 2544600) < 1500, String(coordinates[1]));
});

test("a frame position comes back to the same millimetre through nine decimals of a degree", () => {
  for (let i = 0; i < 400; i += 1) {
    const place = snapToGrid([360000 + i * 311.737, 2510000 + ((i * 7919) % 97000) + i * 0.0137]);
    const lonlat = toLonLat({ type: "Point", coordinates: place }, inverse);
    assert.deepEqual(toFrame(lonlat, forward).coordinates, place);
    assert.deepEqual(lonlat.coordinates, roundDegrees(lonlat.coordinates));
  }
});

test("nested coordinates keep their shape and lose height", () => {
  const polygon = { type: "Polygon", coordinates: [[[113, 23, 5], [113.1, 23, 5], [113, 23.1, 5], [113, 23, 5]]] };
  const framed = toFrame(polygon, forward);
  assert.equal(framed.coordinates[0].length, 4);
  assert.ok(framed.coordinates[0].every((position) => position.length === 2));
  const collection = toFrame({ type: "GeometryCollection", geometries: [polygon] }, forward);
  assert.deepEqual(collection.geometries[0], framed);
});

test("length is measured in the plane; repeats fall out", () => {
  assert.equal(frameLength([[0, 0], [3, 4], [3, 10]]), 11);
  assert.equal(frameLength([]), 0);
  assert.deepEqual(withoutRepeats([[0, 0], [0, 0], [1, 0], [0, 0]]), [[0, 0], [1, 0], [0, 0]]);
});
