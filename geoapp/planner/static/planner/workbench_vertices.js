// The points of one border under edit: which may move, by how much, and what is wrong with the line. Pure.
// Positions are frame metres, [east, north].

export const NUDGE_M = 0.1;
export const NUDGE_FAR_M = 1;
const CLOSE_M = 0.01; // the server's least clearance (boundaries/editing/refusals.py)

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/** The step an arrow key means, [east, north] in metres, or null: 0.1 m, with Shift 1 m. */
export function nudgeOf({ key, shiftKey }) {
  const step = shiftKey ? NUDGE_FAR_M : NUDGE_M;
  return ARROWS[key] ? ARROWS[key].map((one) => one * step) : null;
}

/** A path with one point moved, on the millimetre grid. */
export function nudged(path, index, [dx, dy]) {
  const mm = (value) => Math.round(value * 1000) / 1000;
  return path.map((point, n) => (n === index ? [mm(point[0] + dx), mm(point[1] + dy)] : point));
}

/** The next point in a direction, round the ends; from nothing (-1) the first that may move. */
export const step = (index, by, count) => (index < 0 ? Math.min(1, count - 1) : (index + by + count) % count);

const cross = ([ax, ay], [bx, by], [cx, cy]) => Math.sign((bx - ax) * (cy - ay) - (by - ay) * (cx - ax));

function meet(a, b, c, d) {
  return cross(a, b, c) * cross(a, b, d) < 0 && cross(c, d, a) * cross(c, d, b) < 0;
}

function away(p, a, b) {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  const square = dx * dx + dy * dy;
  const share = square ? Math.min(1, Math.max(0, ((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / square)) : 0;
  return Math.hypot(p[0] - a[0] - share * dx, p[1] - a[1] - share * dy);
}

/** What is wrong with a line by itself: {index, code} ("crossing" or "close"), or null. `ring`: its ends are one. */
export function faultOf(path) {
  const last = path.length - 1;
  const ring = path[0][0] === path[last][0] && path[0][1] === path[last][1];
  for (let i = 0; i < last; i += 1) {
    for (let k = i + 2; k < last; k += 1) {
      if (meet(path[i], path[i + 1], path[k], path[k + 1])) {
        return { index: i + 1, code: "crossing" };
      }
    }
  }
  for (let n = 0; n <= last; n += 1) {
    for (let i = 0; i < last; i += 1) {
      const own = i === n || i + 1 === n || (ring && [0, last].includes(n) && (i === 0 || i + 1 === last));
      if (!own && away(path[n], path[i], path[i + 1]) < CLOSE_M) {
        return { index: n, code: "close" };
      }
    }
    if (n > 0 && Math.hypot(path[n][0] - path[n - 1][0], path[n][1] - path[n - 1][1]) < CLOSE_M) {
      return { index: n, code: "close" };
    }
  }
  return null;
}

const same = (a, b) => a[0] === b[0] && a[1] === b[1];

/**
 * Which ends of a border (millimetre paths) may be freed with Alt: [first, last]. A junction can slide along a line
 * of one of its two units; a ring has no junction, and where no such line goes on there is nothing to slide along.
 */
export function freeEnds(border, edges) {
  const ends = [border.path[0], border.path.at(-1)];
  if (same(...ends)) {
    return [false, false];
  }
  const own = [border.first, border.second];
  return ends.map((end) =>
    edges.some(
      ({ first, second, path }) =>
        !(first === border.first && second === border.second) &&
        (own.includes(first) || own.includes(second)) &&
        (same(path[0], end) || same(path.at(-1), end)),
    ),
  );
}
