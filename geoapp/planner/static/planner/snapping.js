// Snapping for the keyboard's crosshair: a vertex beats an edge, as for the pointer. Pure.

function onSegment([px, py], [ax, ay], [bx, by]) {
  const [dx, dy] = [bx - ax, by - ay];
  const square = dx * dx + dy * dy;
  const share = square === 0 ? 0 : Math.min(1, Math.max(0, ((px - ax) * dx + (py - ay) * dy) / square));
  return [ax + share * dx, ay + share * dy];
}

const nearer = (best, distance_m, at) => (distance_m <= best.distance_m ? { distance_m, at } : best);

/**
 * The nearest vertex of `lines` (lists of frame positions) within `tolerance_m` of `position`, else the nearest
 * place on one of them, else `position` itself.
 */
export function snapPosition(position, lines, tolerance_m) {
  const away = (place) => Math.hypot(place[0] - position[0], place[1] - position[1]);
  let vertex = { distance_m: tolerance_m, at: null };
  let edge = { distance_m: tolerance_m, at: null };
  for (const line of lines) {
    line.forEach((place, i) => {
      vertex = nearer(vertex, away(place), [place[0], place[1]]);
      if (i > 0) {
        const foot = onSegment(position, line[i - 1], place);
        edge = nearer(edge, away(foot), foot);
      }
    });
  }
  return vertex.at || edge.at || position;
}
