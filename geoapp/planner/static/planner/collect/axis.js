// Where a point lies along a street's axis as its numbers run: the measuring of naming/addressing/numbering/placing.py.
// Held to it by tests/naming/data/phone_suggestions.json, which the server's room writes. Pure; frame metres.

const MM = 1000;
const BRANCH_MARGIN_M = 3; // as in placing.py

const sideOf = ([dx, dy], [x, y]) => (dx * y - dy * x >= 0 ? "left" : "right");
const other = (side) => (side === "left" ? "right" : "left");
const rounded = (value, digits) => Math.round(value * 10 ** digits) / 10 ** digits;

function linear(xy_mm) {
  const xy = xy_mm.map(([x, y]) => [x / MM, y / MM]);
  const along = [0];
  for (let i = 1; i < xy.length; i += 1) {
    along.push(along[i - 1] + Math.hypot(xy[i][0] - xy[i - 1][0], xy[i][1] - xy[i - 1][1]));
  }
  return { xy, along };
}

function atCorner({ along }, steps, corner, off, away, closed) {
  const round = closed && (corner === 0 || corner === steps.length);
  const [before, after] = (round ? [steps.at(-1), steps[0]] : [steps[corner - 1], steps[corner]]).map(([x, y]) => {
    const length = Math.hypot(x, y);
    return [x / length, y / length];
  });
  const turn = before[0] * after[1] - before[1] * after[0];
  const side = Math.abs(turn) < 1e-9 ? sideOf(before, off) : turn > 0 ? "right" : "left"; // outside of the turn
  const middle = [before[0] + after[0], before[1] + after[1]];
  const length = Math.hypot(...middle) * away;
  const tie = length > 1e-9 ? rounded((off[0] * middle[0] + off[1] * middle[1]) / length, 6) : 0;
  return { measure_m: along[round ? 0 : corner], tie, side, distance_m: away, kind: Math.abs(turn) > 0.1 ? "corner" : "along" };
}

function onLine(line, [px, py], closed) {
  const steps = line.xy.slice(1).map(([x, y], i) => [x - line.xy[i][0], y - line.xy[i][1]]);
  let best = null;
  steps.forEach(([dx, dy], i) => {
    const [ax, ay] = line.xy[i];
    const free = ((px - ax) * dx + (py - ay) * dy) / Math.max(dx * dx + dy * dy, 1e-12);
    const share = Math.min(1, Math.max(0, free));
    const off = [px - (ax + dx * share), py - (ay + dy * share)];
    const away = Math.hypot(...off);
    if (best === null || away < best.away) {
      best = { i, free, share, off, away };
    }
  });
  const { i, free, share, off, away } = best;
  const length = line.along[i + 1] - line.along[i];
  if (share === 0 || share === 1) {
    const corner = share === 0 ? i : i + 1;
    if ((corner > 0 && corner < steps.length) || closed) {
      return atCorner(line, steps, corner, off, away, closed);
    }
    const measure_m = line.along[i] + length * free;
    const kind = measure_m < 0 ? "before" : measure_m > line.along.at(-1) ? "beyond" : "along";
    return { measure_m, tie: 0, side: sideOf(steps[i], off), distance_m: away, kind };
  }
  return { measure_m: line.along[i] + length * share, tie: 0, side: sideOf(steps[i], off), distance_m: away, kind: "along" };
}

function placed(numbers, here) {
  const line = linear(numbers.xy);
  const found = onLine(line, here, numbers.closed);
  if (found.kind === "along") {
    const behind = line.along.findLastIndex((m) => m <= found.measure_m);
    const segment = Math.min(line.along.length - 2, Math.max(0, behind));
    found.kind = numbers.links.includes(segment) ? "gap" : "along";
  }
  let best = null;
  for (const branch of numbers.branches) {
    const near = onLine(linear(branch.xy), here, false);
    if (near.measure_m >= 0 && near.distance_m <= found.distance_m - BRANCH_MARGIN_M && (best === null || near.distance_m < best.distance_m)) {
      best = { measure_m: branch.junction_m, tie: rounded(near.measure_m, 2), side: branch.side, distance_m: near.distance_m, kind: "branch" };
    }
  }
  return { place: best ?? found, length_m: line.along.at(-1) };
}

/**
 * A place as the street's numbers run: {measure_m, tie, side, distance_m, kind, order}. `numbers`: a street's material
 * (naming/addressing/numbering/slots.py); the point in frame metres.
 */
export function placeAlong(numbers, [x, y]) {
  const here = [x, y].map((value, i) => (Math.round(value * MM) - numbers.origin[i]) / MM);
  const { place, length_m } = placed(numbers, here);
  if (numbers.back) {
    place.measure_m = length_m - place.measure_m;
    place.side = other(place.side);
    place.tie = place.kind === "branch" ? place.tie : -place.tie;
    place.kind = { before: "beyond", beyond: "before" }[place.kind] ?? place.kind;
  }
  if (numbers.closed && (numbers.cut_m || numbers.back)) {
    place.measure_m = (((place.measure_m - numbers.cut_m) % length_m) + length_m) % length_m;
  }
  return { ...place, order: [rounded(place.measure_m, 2), place.tie] };
}

/** How far a point is from lines as the map draws them, metres; null when they have no segment. */
export function offsetFrom(lines, [px, py]) {
  let best = null;
  for (const line of lines) {
    for (let i = 1; i < line.length; i += 1) {
      const [[ax, ay], [bx, by]] = [line[i - 1], line[i]];
      const [dx, dy] = [bx - ax, by - ay];
      const share = Math.min(1, Math.max(0, ((px - ax) * dx + (py - ay) * dy) / Math.max(dx * dx + dy * dy, 1e-12)));
      const away = Math.hypot(px - (ax + share * dx), py - (ay + share * dy));
      best = best === null ? away : Math.min(best, away);
    }
  }
  return best;
}
