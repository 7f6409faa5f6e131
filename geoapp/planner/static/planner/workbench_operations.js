// Operations as the server replays them (boundaries/editing/operations.py). Coordinates: whole millimetres of the
// frame, [east, north]. Pure.

const MM = 1000;

/** Frame metres → whole millimetres. */
export const toMillimetres = (positions) => positions.map(([x, y]) => [Math.round(x * MM), Math.round(y * MM)]);

/** Whole millimetres → frame metres. */
export const toMetres = (path) => path.map(([x, y]) => [x / MM, y / MM]);

/** Cut a unit along a line; `keep` says which side of it ("left" or "right") keeps the id. */
export function split(unit, path, newId, keep = "left") {
  const ids = keep === "left" ? [unit, newId] : [newId, unit];
  return { op: "split", unit, lines: [path], new_ids: ids, declare: [] };
}

/** Close a ring of millimetre points onto its first. */
export function closed(path) {
  const [first, last] = [path[0], path.at(-1)];
  return first[0] === last[0] && first[1] === last[1] ? path : [...path, first];
}

/** Give `receiver` what of `giver` lies in a ring. */
export function transfer(giver, receiver, path) {
  return { op: "transfer", giver, receiver, polygon: [closed(path)], declare: [] };
}

/** Replace a stretch of the border of two units. */
export function moveEdge({ first, second, path }, line) {
  return { op: "move_edge", first, second, edge: path, line, declare: [] };
}

/** Draw the border of two units anew from one of its junctions to the other; the line is tied to both. */
export function redrawBetween({ first, second, path }, line) {
  const [a, b] = [path[0], path.at(-1)];
  const near = ([x, y], [u, v]) => Math.hypot(x - u, y - v);
  const turned = near(line[0], a) + near(line.at(-1), b) <= near(line[0], b) + near(line.at(-1), a) ? line : [...line].reverse();
  return {
    op: "redraw_between",
    first,
    second,
    junction_a: a,
    junction_b: b,
    line: [a, ...turned.slice(1, -1), b],
    declare: [],
  };
}

/** Join units into one of them. */
export const merge = (units, into) => ({ op: "merge", units, into, declare: [] });

/** Turn a village into a community, or back. */
export const convert = (unit, kind) => ({ op: "convert", unit, kind });

/** Operations with a declaration put into one of them: `rows` are [{unit, parts, enclaves}], with one basis for all. */
export function declaring(operations, index, rows, basis) {
  const said = rows.map(({ unit, parts, enclaves }) => ({ unit, parts, enclaves, basis }));
  const units = new Set(said.map(({ unit }) => unit));
  return operations.map((op, n) => {
    const others = (op.declare || []).filter(({ unit }) => !units.has(unit));
    return n === index ? { ...op, declare: [...others, ...said] } : op;
  });
}

/** Whole units to another town: a recorded change of administrative divisions only. */
export const reparent = (units, parent) => ({ op: "reparent", units, parent });

/** Keep the draft's steps off a unit. */
export const lock = (unit, reason) => ({ op: "lock", unit, reason });

/** The locked units with their reasons, by id. */
export const locksIn = (operations) => new Map(operations.filter((op) => op.op === "lock").map((op) => [op.unit, op.reason]));

/** Operations without the lock of a unit. */
export const unlocked = (operations, unit) => operations.filter((op) => op.op !== "lock" || op.unit !== unit);

/** The ids an operation changes; a lock changes none. */
export function namedIn(op) {
  if (op.op === "lock") {
    return [];
  }
  const listed = [...(op.units || []), ...(op.new_ids || [])];
  const single = [op.unit, op.giver, op.receiver, op.first, op.second, op.into];
  return [...new Set([...single, ...listed].filter(Boolean))];
}
