// Positions as they come in: the best of a short while is kept, and the collector is told whether to wait. Pure.

const KEPT_MS = 20_000;
const MOVED_M = 12;

/**
 * The better of the position held and a fresh one ({x, y, accuracy_m, at} in frame metres, ms). A fresh one wins when
 * it is as exact, when the old one is stale, or when the collector has walked away from it.
 */
export function better(held, fresh) {
  if (!held || fresh.accuracy_m <= held.accuracy_m || fresh.at - held.at > KEPT_MS) {
    return fresh;
  }
  const walked = Math.hypot(fresh.x - held.x, fresh.y - held.y);
  return walked > MOVED_M + fresh.accuracy_m ? fresh : held;
}

/** "none" without a position, "good" when it is exact enough, "wait" while it is not. */
export function judge(position, wanted_m) {
  if (!position) {
    return "none";
  }
  return position.accuracy_m <= wanted_m ? "good" : "wait";
}

/** The streets by distance from a place: [{street, offset_m}], nearest first, at most `most`. */
export function nearest(streets, point, offsetFrom, most = 3) {
  return streets
    .map((street) => ({ street, offset_m: offsetFrom(street.axis, point) }))
    .filter((row) => row.offset_m !== null)
    .sort((a, b) => a.offset_m - b.offset_m)
    .slice(0, most);
}
