// A number for a door, without a signal: the server's numbering room has worked every stretch of a street out
// beforehand (naming/addressing/numbering/slots.py); here the stretch is looked up. Doors of this phone that the server
// did not know yet take numbers away, and what follows keeps their order. Pure; frame metres.
import { placeAlong } from "./axis.js";
import { plateOf } from "./pad.js";

const keyOf = (number, sub) => `${number}/${sub ?? ""}`;
const past = ([m, tie], [n, tied]) => m > n || (m === n && tie > tied);

function gapAt(side, order) {
  return side.gaps.findIndex((gap) => !gap.until || past(gap.until, order));
}

const rowAt = (rows, measure_m) => rows.find(([until]) => measure_m <= until) ?? rows.at(-1);
const mainOf = (text) => (text ? Number(text.split("-")[0]) : null);

/** The numbers of a gap's slots, the nearest to a measure first. */
function byNearness(slots, measure_m) {
  const rows = slots.map(([until, number], i) => {
    const from = i ? slots[i - 1][0] : -Infinity;
    return { number, away: Math.max(0, from - measure_m, i < slots.length - 1 ? measure_m - until : 0) };
  });
  return rows.sort((a, b) => a.away - b.away).map((row) => row.number);
}

/** What doors of this phone leave of a gap: [number, sub_number], null when nothing is left. */
function left(gap, own, here, used) {
  const [low, high] = [mainOf(gap.low), mainOf(gap.high)];
  const odd = (number) => number % 2;
  const first = gap.slots[0][1];
  const bounds = own.filter(({ door }) => odd(door.number) === odd(first) && door.number > (low ?? 0) && (high === null || door.number < high));
  const before = Math.max(0, ...bounds.filter((one) => !past(one.order, here.order)).map((one) => one.door.number));
  const after = Math.min(Infinity, ...bounds.filter((one) => past(one.order, here.order)).map((one) => one.door.number));
  const fits = (number) => number > before && number < after && !used.mains.has(number);
  const found = byNearness(gap.slots, here.measure_m).find(fits);
  if (found !== undefined) {
    return [found, null];
  }
  if (high === null && after === Infinity) {
    let number = Math.max(gap.slots.at(-1)[1], before) + 2;
    while (used.all.has(number)) {
      number += 2;
    }
    return [number, null];
  }
  return sub(gap, here, used);
}

function sub(gap, here, used) {
  const [, parent, given] = rowAt(gap.subs, here.measure_m);
  if (!parent) {
    return null;
  }
  let number = given;
  while (used.keys.has(keyOf(parent, number))) {
    number += 1;
  }
  return [parent, number];
}

function choose(gap, own, here, used) {
  const [, number, sub_number] = rowAt(gap.slots, here.measure_m);
  if (!number) {
    return null;
  }
  if (sub_number) {
    return sub(gap, here, used);
  }
  return own.length || used.mains.has(number) ? left(gap, own, here, used) : [number, null];
}

/**
 * A number at `point`: {number, sub_number, side, parity, offset_m, steps}; number null where the rules give none.
 * `street`: one of the package; `words`: the package's words; `held`: numbers others have, [[number, sub_number]];
 * `own`: doors of this phone that the package does not know, [{number, sub_number, x, y}].
 */
export function suggest(street, words, held, own, point) {
  const { numbers } = street;
  const here = placeAlong(numbers, point);
  const side = numbers.sides[here.side];
  const index = gapAt(side, here.order);
  const gap = side.gaps[index];
  const beside = own
    .map((door) => ({ door, ...placeAlong(numbers, [door.x, door.y]) }))
    .filter((one) => one.side === here.side && gapAt(side, one.order) === index);
  const mine = own.map(({ number, sub_number }) => [number, sub_number]);
  const used = {
    mains: new Set(mine.map(([number]) => number)),
    all: new Set([...held, ...mine].map(([number]) => number)),
    keys: new Set([...held, ...mine].map(([number, sub_number]) => keyOf(number, sub_number))),
  };
  const found = choose(gap, beside, here, used);
  const [number, sub_number] = found ?? [null, null];
  const shifted = found !== null && rowAt(gap.slots, here.measure_m)[1] !== number;
  const steps = words ? [...numbers.why, ...stepsOf(numbers, gap, here, found, shifted, words)] : [];
  return { number, sub_number, side: here.side, parity: side.odd ? "odd" : "even", offset_m: here.distance_m, steps };
}

// What the room would say, in the words it sent along (naming/addressing/numbering/words.py).

const tenth = (value) => Math.round(value * 10) / 10;

function target(gap, measure_m, say) {
  const [id, value] = gap.target;
  if (id === "target_metric") {
    return say(id, { metres: Math.round(measure_m), step: value });
  }
  if (id === "target_between") {
    const span = gap.to_m - gap.from_m;
    const share = span > 0 ? (measure_m - gap.from_m) / span : 0.5;
    return say(id, { from_low_m: tenth(share * span), to_high_m: tenth((1 - share) * span) });
  }
  if (id === "target_facing") {
    return say(id, { door: value });
  }
  if (id === "target_empty") {
    return say(id, { frontage_m: value, reserved: Math.floor(Math.max(measure_m, 0) / value), measure_m: tenth(measure_m) });
  }
  const away = Math.abs(measure_m - (gap.from_m ?? gap.to_m));
  return say(id, { away_m: tenth(away), pitch_m: tenth(value), reserved: Math.max(0, Math.round(away / value) - 1) });
}

function noneFree(gap, say) {
  const { low, high } = gap;
  if (!low || !high) {
    return say("no_free_before", { high: high ?? low });
  }
  return mainOf(low) === mainOf(high) ? say("no_free_within", { number: mainOf(low) }) : say("no_free", { low, high });
}

function stepsOf(numbers, gap, here, found, shifted, words) {
  const plate = (text) => (words.english ? text : plateOf(...text.split("-").map(Number)));
  const say = (id, values) =>
    words.notes[id].replace(/\{(\w+)\}/gu, (_, key) =>
      ["low", "high", "door"].includes(key) ? plate(values[key]) : key === "side" ? words.sides[values.side] : String(values[key]),
    );
  const { side, kind, measure_m } = here;
  const near = gap.low && gap.high ? "both" : gap.low ? "low" : gap.high ? "high" : "none";
  const steps = [
    say(`place_${kind}`, { measure_m: tenth(kind === "before" ? -measure_m : measure_m), offset_m: tenth(here.distance_m), side }),
    say(numbers.sides[side].odd ? "side_odd" : "side_even", { side }),
    say(`neighbours_${near}`, gap),
    target(gap, measure_m, say),
  ];
  if (found === null) {
    return [...steps, noneFree(gap, say), say(numbers.subs_allowed ? "no_parent" : "no_sub_level", {})];
  }
  const [number, sub_number] = found;
  if (sub_number !== null) {
    return [...steps, ...(gap.slots[0][2] ? [noneFree(gap, say)] : []), say("sub_given", { number, sub_number })];
  }
  return [...steps, say(shifted ? "chosen_passing_kept" : near === "none" ? "chosen_first" : "chosen", { number })];
}
