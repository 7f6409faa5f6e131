// A number for a door between its neighbours along a street: the same rule as naming/addressing/neighbours.py, for
// phones without a signal. Both are held to tests/naming/data/suggestions.json. Pure; frame metres.

const ODD_LEFT = "left"; // 左单右双, UNVERIFIED, where no door tells
const MIXED_SHARE = 1 / 3;
const MIXED_LEAST = 3;

/** Where a point lies along an axis (a list of lines): {along_m, offset_m, side}; null when it has no segment. */
export function placeOn(axis, [px, py]) {
  let best = null;
  let start = 0;
  for (const line of axis) {
    for (let i = 1; i < line.length; i += 1) {
      const [[ax, ay], [bx, by]] = [line[i - 1], line[i]];
      const [dx, dy] = [bx - ax, by - ay];
      const length = Math.hypot(dx, dy);
      if (length === 0) {
        continue;
      }
      const t = Math.min(1, Math.max(0, ((px - ax) * dx + (py - ay) * dy) / (length * length)));
      const distance = Math.hypot(px - (ax + t * dx), py - (ay + t * dy));
      if (best === null || distance < best.distance - 1e-9) {
        best = { distance, along: start + t * length, cross: dx * (py - ay) - dy * (px - ax) };
      }
      start += length;
    }
  }
  if (best === null) {
    return null;
  }
  const side = best.cross > 0 ? "left" : best.cross < 0 ? "right" : "";
  return { along_m: best.along, offset_m: best.distance, side };
}

const keyOf = (number, sub) => `${number}/${sub ?? ""}`;

function countsAll(beside) {
  const odd = beside.filter((door) => door.number % 2 === 1).length;
  return beside.length >= MIXED_LEAST && Math.min(odd, beside.length - odd) >= beside.length * MIXED_SHARE;
}

function parityOf(placed, side, oddSide) {
  let votes = 0;
  for (const door of placed.filter((row) => row.side)) {
    votes += (door.number % 2 === 1) === (door.side === "left") ? 1 : -1;
  }
  const oddLeft = votes === 0 ? oddSide === "left" : votes > 0;
  return (side === "left") === oddLeft ? 1 : 0;
}

const alongFirst = (a, b) => a.along_m - b.along_m || a.number - b.number;

function ascending(doors) {
  const rows = [...doors].sort(alongFirst);
  let trend = 0;
  for (let i = 1; i < rows.length; i += 1) {
    trend += Math.sign(rows[i].number - rows[i - 1].number);
  }
  return trend >= 0;
}

function freeFrom(number, step, mains) {
  let n = number;
  while (mains.has(n)) {
    n += step;
  }
  return n;
}

function nextSub(number, used) {
  let sub = 1;
  while (used.has(keyOf(number, sub))) {
    sub += 1;
  }
  return sub;
}

function choose({ beside, along, step, parity, used, mains, up }) {
  const near = beside.filter((door) => door.along_m <= along).at(-1);
  const far = beside.find((door) => door.along_m > along);
  const [low, high] = up ? [near, far] : [far, near];
  if (low && high && low.number < high.number) {
    const free = [];
    for (let n = low.number + step; n < high.number; n += step) {
      if (!mains.has(n)) {
        free.push(n);
      }
    }
    if (free.length) {
      const share = Math.abs(along - low.along_m) / Math.max(Math.abs(high.along_m - low.along_m), 1e-9);
      return [free[Math.min(free.length - 1, Math.trunc(share * free.length))], null, "between"];
    }
    return [low.number, nextSub(low.number, used), "under"];
  }
  if (low) {
    return [freeFrom(low.number + step, step, mains), null, "after"];
  }
  if (high) {
    let number = high.number - step;
    while (number > 0 && mains.has(number)) {
      number -= step;
    }
    return number > 0 ? [number, null, "before"] : [high.number, nextSub(high.number, used), "under"];
  }
  return [freeFrom(step === 1 || parity === 1 ? 1 : 2, step, mains), null, "first"];
}

/**
 * A free number at `point`: {number, sub_number, side, parity, basis, along_m, offset_m}, null without a line.
 * `doors`: [{number, sub_number, x, y}]; `taken`: [[number, sub_number]] that have no place of their own.
 */
export function suggest(axis, doors, taken, point, oddSide = ODD_LEFT) {
  const place = placeOn(axis, point);
  if (place === null) {
    return null;
  }
  const placed = doors.flatMap((door) => {
    const at = placeOn(axis, [door.x, door.y]);
    return at ? [{ number: door.number, along_m: at.along_m, side: at.side }] : [];
  });
  const pairs = [...taken, ...doors.map((door) => [door.number, door.sub_number])];
  const used = new Set(pairs.map(([number, sub]) => keyOf(number, sub)));
  const mains = new Set(pairs.map(([number]) => number));
  let beside = placed.filter((door) => door.side === place.side);
  const step = countsAll(beside) ? 1 : 2;
  const parity = parityOf(placed, place.side || "left", oddSide);
  if (step === 2) {
    beside = beside.filter((door) => door.number % 2 === parity);
  }
  beside.sort(alongFirst);
  const up = ascending(beside.length ? beside : placed);
  const [number, sub_number, basis] = choose({ beside, along: place.along_m, step, parity, used, mains, up });
  return { number, sub_number, basis, parity: step === 1 ? "any" : parity ? "odd" : "even", ...place };
}
