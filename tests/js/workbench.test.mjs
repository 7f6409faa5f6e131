import assert from "node:assert/strict";
import { test } from "node:test";
import { answers } from "../../geoapp/planner/static/planner/workbench_matching.js";
import {
  closed,
  convert,
  declaring,
  lock,
  locksIn,
  merge,
  moveEdge,
  namedIn,
  redrawBetween,
  reparent,
  split,
  toMetres,
  toMillimetres,
  transfer,
  unlocked,
} from "../../geoapp/planner/static/planner/workbench_operations.js";
import { afterOf, balance, fates, startingRow } from "../../geoapp/planner/static/planner/workbench_rows.js";
import { dividerAt, landAfter, landBefore } from "../../geoapp/planner/static/planner/workbench_states.js";
import {
  Missing,
  choicesOf,
  kindWith,
  offeredBorders,
  operationOf,
  withBeyond,
} from "../../geoapp/planner/static/planner/workbench_tools.js";

import { faultOf, freeEnds, nudgeOf, nudged, step } from "../../geoapp/planner/static/planner/workbench_vertices.js";

const known = new Map([
  ["a", { name: "甲村", kind: "village", households: 100, population: 300, parent: "t" }],
  ["b", { name: "乙社区", kind: "community", households: 50, population: 150, parent: "t" }],
  ["f", { name: "外社区", kind: "community", households: 9, population: 9, parent: "u" }],
]);
const rowsOf = (list, typed = new Map()) => new Map(list.map((one) => [one.id, startingRow(one, known, typed, known.get("a"))]));

test("metres become whole millimetres and come back", () => {
  const path = toMillimetres([[410000.1234, 2545000.9996]]);
  assert.deepEqual(path, [[410000123, 2545001000]]);
  assert.deepEqual(toMetres(path), [[410000.123, 2545001]]);
});

test("operations have the members the server reads, and no others", () => {
  const line = [[0, 0], [0, 9]];
  assert.deepEqual(split("a", line, "n"), { op: "split", unit: "a", lines: [line], new_ids: ["a", "n"], declare: [] });
  assert.deepEqual(split("a", line, "n", "right").new_ids, ["n", "a"]);
  assert.deepEqual(transfer("a", "b", [[0, 0], [1, 0], [1, 1]]).polygon, [[[0, 0], [1, 0], [1, 1], [0, 0]]]);
  assert.deepEqual(closed([[0, 0], [1, 0], [0, 0]]), [[0, 0], [1, 0], [0, 0]]);
  assert.deepEqual(Object.keys(moveEdge({ first: "a", second: "b", path: line, index: 3 }, line)), ["op", "first", "second", "edge", "line", "declare"]);
  assert.deepEqual(merge(["a", "b"], "a"), { op: "merge", units: ["a", "b"], into: "a", declare: [] });
  assert.deepEqual(convert("a", "community"), { op: "convert", unit: "a", kind: "community" });
});

test("a redrawn line is tied to both junctions, whichever way it was drawn", () => {
  const border = { first: "a", second: "b", path: [[0, 0], [5, 0], [10, 0]] };
  for (const line of [[[0, 1], [5, 5], [10, 1]], [[10, 1], [5, 5], [0, 1]]]) {
    const made = redrawBetween(border, line);
    assert.deepEqual(made.line, [[0, 0], [5, 5], [10, 0]]);
    assert.deepEqual([made.junction_a, made.junction_b], [[0, 0], [10, 0]]);
  }
});

test("fates follow splits, merges and conversions", () => {
  const line = [[0, 0], [0, 9]];
  assert.deepEqual(fates([split("a", line, "n")], known), [
    { id: "a", state: "stays", becomes: "" },
    { id: "n", state: "new", becomes: "" },
  ]);
  const merged = fates([split("a", line, "n"), merge(["n", "b"], "b")], known);
  assert.deepEqual(merged.map(({ id, state }) => [id, state]), [["a", "stays"], ["b", "stays"]]);
  const turned = fates([convert("a", "community")], known, ["a"], { a: "n" });
  assert.deepEqual(turned, [
    { id: "a", state: "gone", becomes: "n" },
    { id: "n", state: "new", becomes: "" },
  ]);
  // Undone: what the unit would have become is forgotten again.
  assert.deepEqual(fates([], known, ["a"], { a: "n" }), [{ id: "a", state: "stays", becomes: "" }]);
  assert.deepEqual(fates([], known, ["nowhere"]), []);
});

test("what is sent names changes only; figures always; nonsense goes as typed for the server to refuse", () => {
  const list = fates([split("a", [[0, 0], [0, 9]], "n")], known);
  const typed = new Map([["n", { name: " 丙村 ", households: "40", population: "x" }], ["a", { households: "60" }]]);
  assert.deepEqual(afterOf(list, rowsOf(list, typed), known), [
    { id: "a", households: 60, population: 300 },
    { id: "n", name: "丙村", kind: "village", households: 40, population: "x" },
  ]);
  const gone = fates([convert("a", "community")], known, [], { a: "n" });
  assert.deepEqual(afterOf(gone, rowsOf(gone), known)[0], { id: "a", ceases: true, becomes: "n" });
});

test("the balance adds up, is off, or is not complete", () => {
  const list = fates([split("a", [[0, 0], [0, 9]], "n")], known);
  const sums = (a, n) => balance(list, rowsOf(list, new Map([["a", { households: a }], ["n", { households: n }]])), known).households;
  assert.deepEqual(sums("60", "40"), { before: 100, after: 100, difference: 0, complete: true, even: true });
  assert.deepEqual(sums("60", "41"), { before: 100, after: 101, difference: 1, complete: true, even: false });
  assert.equal(sums("100", "").even, false);
  assert.equal(sums("60", "4.5").complete, false);
});

test("a tool says what it lacks, and makes its operation of what it has", () => {
  assert.throws(() => choicesOf("transfer", { giver: "a", receiver: "a" }), Missing);
  assert.throws(() => choicesOf("edge", {}, null), Missing);
  assert.throws(() => choicesOf("merge", { chosen: ["a"], into: "a" }), Missing);
  const chosen = choicesOf("split", { unit: "a", keep: "right" });
  assert.deepEqual(operationOf("split", chosen, [[0, 0], [1, 1]], () => "n").new_ids, ["n", "a"]);
  assert.equal(kindWith("edge", "split"), "transfer");
  assert.equal(kindWith("split", "setup"), "setup");
  assert.equal(kindWith("", "rename"), "rename");
  assert.deepEqual(namedIn(transfer("a", "b", [[0, 0], [1, 0], [1, 1]])), ["a", "b"]);
});

test("only borders inside one town that concern the chosen units are offered", () => {
  const edges = [
    { first: "a", second: "b", path: [] },
    { first: "a", second: "", path: [] },
    { first: "b", second: "f", path: [] },
    { first: "b", second: "n", path: [] },
  ];
  const offered = offeredBorders(edges, new Set(["b"]), (id) => known.get(id)?.parent);
  assert.deepEqual(offered.map(({ index }) => index), [0, 3]);
});

test("a trial's lines replace those it knows; lines beyond it stay", () => {
  const line = (first, second) => ({ first, second, path: [] });
  const ground = [line("a", "b"), line("b", "f"), line("f", "g"), line("a", "")];
  const trial = [line("a", "n"), line("a", "")];
  const sides = withBeyond(trial, ground, new Set(["a", "b"])).map(({ first, second }) => first + second);
  assert.deepEqual(sides, ["an", "a", "bf", "fg"]);
});

test("a renaming carries its naming application, another adjustment does not", () => {
  const list = [{ id: "a", state: "stays", becomes: "" }];
  const said = { id: "a", name: "映霞社区", pinyin: "Yìngxiá Shèqū", meaning: "晚霞", trigger: "nature" };
  const typed = new Map([["a", said]]);
  const [row] = afterOf(list, rowsOf(list, typed), known, "rename");
  assert.deepEqual([row.name, row.pinyin, row.meaning, row.trigger], ["映霞社区", "Yìngxiá Shèqū", "晚霞", "nature"]);
  assert.equal("legal_basis" in row, false);
  assert.equal("pinyin" in afterOf(list, rowsOf(list, typed), known, "transfer")[0], false);
  const same = new Map([["a", { ...said, name: known.get("a").name }]]);
  assert.equal("trigger" in afterOf(list, rowsOf(list, same), known, "rename")[0], false);
});

test("a unit is found by name, town, pinyin or initials; every word counts", () => {
  const unit = { name: "祖庙社区居委会", town: "祖庙街道", keys: "zumiaoshequ zmsq" };
  for (const query of ["", "祖庙", "庙社", "zm", "ZuMiao", "祖庙街道 社区", " ｚｍ "]) {
    assert.equal(answers(query, unit), true, query);
  }
  assert.equal(answers("sq", unit), false);
  assert.equal(answers("祖庙 石湾", unit), false);
  assert.equal(answers("zm", { name: "祖庙", town: "", keys: "" }), false);
});

test("before and after: what the draft changes is replaced, what it dissolves is gone, the rest stays", () => {
  const land = ["a", "b", "f"].map((id) => ({ type: "Feature", id, geometry: null, properties: { name: id } }));
  const answer = { units: [{ id: "a", geometry: {} }, { id: "n", geometry: {} }], balances: [{ id: "b", area_after_m2: null }] };
  const touched = (list) => list.map((one) => `${one.id}${one.properties.touched ? "!" : ""}`);
  assert.deepEqual(touched(landBefore(land, answer)), ["a!", "b!", "f"]);
  assert.deepEqual(touched(landAfter(land, answer, (id) => id)), ["f", "a!", "n!"]);
  assert.deepEqual([0, 0.5, 1].map((share) => dividerAt(share, 434, 34)), [17, 217, 417]);
});

test("a declaration goes into its operation, in place of an earlier one for the same unit", () => {
  const ops = [merge(["a", "b"], "a"), transfer("a", "b", [[0, 0], [1, 0], [1, 1]])];
  const once = declaring(ops, 1, [{ unit: "b", name: "乙", parts: 2, enclaves: 0 }], "协议");
  assert.deepEqual(once[1].declare, [{ unit: "b", parts: 2, enclaves: 0, basis: "协议" }]);
  assert.equal(once[0], ops[0]);
  assert.deepEqual(ops[1].declare, []);
  const twice = declaring(once, 1, [{ unit: "b", parts: 3, enclaves: 0 }, { unit: "a", parts: 1, enclaves: 1 }], "批复");
  assert.deepEqual(twice[1].declare.map(({ unit, parts, basis }) => [unit, parts, basis]), [["b", 3, "批复"], ["a", 1, "批复"]]);
});

test("a lock is kept among the steps, concerns no unit, and is taken out again", () => {
  const ops = [lock("a", "权属争议"), merge(["a", "b"], "a")];
  assert.deepEqual([...locksIn(ops)], [["a", "权属争议"]]);
  assert.deepEqual(namedIn(ops[0]), []);
  assert.deepEqual(fates([lock("f", "另案")], known), []);
  assert.deepEqual(unlocked(ops, "a"), [ops[1]]);
  assert.deepEqual(unlocked(ops, "b"), ops);
});

test("units go to another town: only with units ticked and a town that is not theirs", () => {
  assert.deepEqual(reparent(["a"], "u"), { op: "reparent", units: ["a"], parent: "u" });
  assert.deepEqual(namedIn(reparent(["a", "b"], "u")), ["a", "b"]);
  assert.throws(() => choicesOf("reparent", { picked: [], town: "u" }), Missing);
  assert.throws(() => choicesOf("reparent", { picked: ["a"], town: "" }), Missing);
  const chosen = choicesOf("reparent", { picked: ["a"], town: "u" });
  assert.deepEqual(operationOf("reparent", chosen, []), reparent(["a"], "u"));
  assert.equal(kindWith("reparent", "split"), "transfer");
});

test("arrows push a point by a tenth of a metre, with Shift by one, on the millimetre grid", () => {
  assert.deepEqual(nudgeOf({ key: "ArrowLeft" }), [-0.1, 0]);
  assert.deepEqual(nudgeOf({ key: "ArrowUp", shiftKey: true }), [0, 1]);
  assert.equal(nudgeOf({ key: "Enter" }), null);
  assert.deepEqual(nudged([[0, 0], [0.1, 0.2]], 1, [0.1, -0.1]), [[0, 0], [0.2, 0.1]]);
  assert.deepEqual([step(-1, 1, 5), step(4, 1, 5), step(0, -1, 5), step(2, 1, 5)], [1, 0, 4, 3]);
});

test("a line that crosses itself or comes too near itself is told with the point", () => {
  assert.equal(faultOf([[0, 0], [10, 0], [20, 5]]), null);
  assert.deepEqual(faultOf([[0, 0], [10, 0], [5, 5], [5, -5]]), { index: 1, code: "crossing" });
  assert.deepEqual(faultOf([[0, 0], [10, 0], [10, 5], [5, 0.005]]), { index: 3, code: "close" });
  assert.deepEqual(faultOf([[0, 0], [0.005, 0], [10, 0]]).code, "close");
  assert.equal(faultOf([[0, 0], [10, 0], [10, 10], [0, 0]]), null);
});

test("a junction is free only where a line of one of its units goes on; a ring has none", () => {
  const border = { first: "a", second: "b", path: [[0, 0], [9, 0]] };
  const on = { first: "a", second: "f", path: [[0, 0], [0, 9]] };
  const foreign = { first: "f", second: "g", path: [[9, 0], [9, 9]] };
  assert.deepEqual(freeEnds(border, [border, on, foreign]), [true, false]);
  assert.deepEqual(freeEnds({ ...border, path: [[0, 0], [9, 0], [9, 9], [0, 0]] }, [border, on]), [false, false]);
});
