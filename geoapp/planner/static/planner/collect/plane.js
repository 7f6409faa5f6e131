// The city frame on a phone without a map library: transverse Mercator (Krüger's series, to n⁴, well under a
// millimetre in a city), with the figures that came along with the task. Pure.

const RADIANS = Math.PI / 180;

function series(rf) {
  const f = 1 / rf;
  const n = f / (2 - f);
  const [n2, n3, n4] = [n ** 2, n ** 3, n ** 4];
  return {
    n,
    alpha: [
      n / 2 - (2 / 3) * n2 + (5 / 16) * n3 + (41 / 180) * n4,
      (13 / 48) * n2 - (3 / 5) * n3 + (557 / 1440) * n4,
      (61 / 240) * n3 - (103 / 140) * n4,
      (49561 / 161280) * n4,
    ],
    e: Math.sqrt(f * (2 - f)),
    radius: (1 + n2 / 4 + n4 / 64) / (1 + n),
  };
}

/** A function [lon, lat] in degrees → [x, y] in frame metres, whole millimetres. */
export function makeForward({ lon_0, k, x_0, y_0, a, rf }) {
  const { alpha, e, radius } = series(rf);
  return ([lon, lat]) => {
    const lambda = (lon - lon_0) * RADIANS;
    const sine = Math.sin(lat * RADIANS);
    const t = Math.sinh(Math.atanh(sine) - e * Math.atanh(e * sine));
    const xi = Math.atan2(t, Math.cos(lambda));
    const eta = Math.asinh(Math.sin(lambda) / Math.hypot(t, Math.cos(lambda)));
    let [x, y] = [eta, xi];
    alpha.forEach((factor, i) => {
      const order = 2 * (i + 1);
      x += factor * Math.cos(order * xi) * Math.sinh(order * eta);
      y += factor * Math.sin(order * xi) * Math.cosh(order * eta);
    });
    const scale = k * a * radius;
    return [Math.round((x_0 + scale * x) * 1000) / 1000, Math.round((y_0 + scale * y) * 1000) / 1000];
  };
}

/** Say whether a position lies in one of the rings (frame metres). */
export function inside(rings, [x, y]) {
  let found = false;
  for (const ring of rings) {
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
      const [[x1, y1], [x2, y2]] = [ring[i], ring[j]];
      if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) {
        found = !found;
      }
    }
  }
  return found;
}
