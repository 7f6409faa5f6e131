// The tools: which units or lines each asks for, and the operation it makes of a finished sketch.
import { t } from "./texts.js";
import { convert, merge, moveEdge, redrawBetween, reparent, split, transfer } from "./workbench_operations.js";

export const SKETCHES = { split: "LineString", transfer: "Polygon", redraw: "LineString", edge: "edge" };

/** Thrown when a tool lacks a choice: the message is for the person. */
export class Missing extends Error {}

/** Make a runner of tools that tells the person in `place` what is missing instead of failing. */
export const telling = (place) => (work) => {
  try {
    place.textContent = "";
    return work();
  } catch (error) {
    if (!(error instanceof Missing)) {
      throw error;
    }
    place.textContent = error.message;
    return null;
  }
};

function need(value, key) {
  if (!value) {
    throw new Missing(t(key));
  }
  return value;
}

/** Check that a tool's choices are made; returns them. `choice` are the values of the panel, `border` the line. */
export function choicesOf(tool, choice, border) {
  if (tool === "split") {
    return { unit: need(choice.unit, "wb.need.unit"), keep: choice.keep };
  }
  if (tool === "transfer") {
    const two = choice.giver && choice.receiver && choice.giver !== choice.receiver;
    need(two, "wb.need.two");
    return { giver: choice.giver, receiver: choice.receiver };
  }
  if (tool === "edge" || tool === "redraw") {
    return { border: need(border, "wb.need.border") };
  }
  if (tool === "merge") {
    need(choice.chosen.length > 1 && choice.chosen.includes(choice.into), "wb.need.two");
    return { units: choice.chosen, into: choice.into };
  }
  if (tool === "reparent") {
    need(choice.picked.length, "wb.need.chosen");
    return { units: choice.picked, parent: need(choice.town, "wb.need.town") };
  }
  return { unit: need(choice.unit, "wb.need.unit") };
}

/** The operation of a tool; `path` (millimetres) for those that draw. */
export function operationOf(tool, chosen, path, newId) {
  switch (tool) {
    case "split":
      return split(chosen.unit, path, newId(), chosen.keep);
    case "transfer":
      return transfer(chosen.giver, chosen.receiver, path);
    case "edge":
      return moveEdge(chosen.border, path);
    case "redraw":
      return redrawBetween(chosen.border, path);
    case "merge":
      return merge(chosen.units, chosen.into);
    case "reparent":
      return reparent(chosen.units, chosen.parent);
    default:
      return convert(chosen.unit, "community");
  }
}

/** Which tools a kind of adjustment offers first. */
export const FIRST_TOOL = {
  setup: "split",
  split: "split",
  merge: "merge",
  dissolve: "merge",
  transfer: "transfer",
  convert: "convert",
  rename: "",
};

const KINDS_OF = {
  split: ["split", "setup"],
  transfer: ["transfer"],
  edge: ["transfer"],
  redraw: ["transfer"],
  merge: ["merge", "dissolve"],
  convert: ["convert"],
  reparent: ["transfer"],
};

/** The kind of adjustment once a tool is picked: what was chosen if it goes together, else the tool's own. */
export const kindWith = (tool, kind) => (!KINDS_OF[tool] || KINDS_OF[tool].includes(kind) ? kind : KINDS_OF[tool][0]);

/** Borders that may be picked: between two units of one town, of which one is concerned; each with its index. */
export function offeredBorders(edges, concerned, parentOf) {
  return edges
    .map((edge, index) => ({ ...edge, index }))
    .filter(({ first, second }) => second && (concerned.has(first) || concerned.has(second)))
    .filter(({ first, second }) => !parentOf(first) || !parentOf(second) || parentOf(first) === parentOf(second));
}

/**
 * The lines of a trial, which knows the land around its operations only, with the lines of the map's ground beyond:
 * `inside` are the ids the trial knows.
 */
export function withBeyond(trialEdges, groundEdges, inside) {
  const beyond = (id) => id !== "" && !inside.has(id);
  return [...trialEdges, ...groundEdges.filter(({ first, second }) => beyond(first) || beyond(second))];
}
