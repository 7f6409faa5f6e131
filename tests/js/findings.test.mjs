import assert from "node:assert/strict";
import { test } from "node:test";
import { bearingTo, countFindings, entryUrl, groupFindings, readableDistance } from "../../geoapp/planner/static/planner/findings.js";

const FINDINGS = [
  { code: "N-14", severity: "warn", message: "a" },
  { code: "N-08", severity: "block", message: "b" },
  { code: "N-14", severity: "warn", message: "c" },
  { code: "N-12", severity: "warn", message: "d" },
  { code: "X-1", severity: "strange", message: "e" },
];

test("blocking comes first, one heap per rule, places in the answer are kept", () => {
  const groups = groupFindings(FINDINGS);
  assert.deepEqual(groups.map((g) => [g.severity, g.count]), [["block", 1], ["warn", 3], ["info", 1]]);
  assert.deepEqual(groups[1].rules.map((r) => [r.code, r.findings.map((f) => f.index)]), [["N-14", [0, 2]], ["N-12", [3]]]);
  assert.deepEqual(groupFindings([]), []);
});

test("counts name every severity", () => {
  assert.deepEqual(countFindings(FINDINGS), { block: 1, warn: 3, info: 1 });
  assert.deepEqual(countFindings([]), { block: 0, warn: 0, info: 0 });
});

test("eight winds and the distance", () => {
  const at = (x, y) => bearingTo([0, 0], [x, y]).wind;
  assert.deepEqual([at(1, 0), at(1, 1), at(0, 1), at(-1, 1), at(-1, 0), at(-1, -1), at(0, -1), at(1, -1)], ["e", "ne", "n", "nw", "w", "sw", "s", "se"]);
  assert.equal(bearingTo([0, 0], [30, 40]).distance_m, 50);
});

test("entry pages by type; none for what has none", () => {
  assert.equal(entryUrl("street", "a/b"), "/names/a%2Fb");
  assert.equal(entryUrl("unit", "u1"), "/units/u1");
  assert.equal(entryUrl("case", "SM-1"), "/cases/SM-1/");
  assert.equal(entryUrl("rule", "x"), "");
  assert.equal(entryUrl("street", ""), "");
});

test("distances for people", () => {
  assert.equal(readableDistance(86.4), "86 m");
  assert.equal(readableDistance(3240), "3.2 km");
});
