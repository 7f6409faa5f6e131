// Which units there are after some operations, and the rows people fill in for them. Pure.
import { namedIn } from "./workbench_operations.js";

export const FIGURES = ["households", "population"];
const TEXTS = ["office_address", "estates"];
/** What a renaming says beside the name: the contents of a naming application. */
export const NAMING = ["pinyin", "meaning", "naming_reason", "trigger", "legal_basis"];

/**
 * Follow operations: which units are concerned, in order, and how each ends. `becomes` maps a converted unit to the
 * new unit that takes its land. Returns [{id, state: "stays" | "new" | "gone", becomes}].
 */
export function fates(operations, known, chosen = [], becomes = {}) {
  const state = new Map();
  const note = (id, value) => state.set(id, value);
  for (const id of chosen.filter((one) => known.has(one))) {
    note(id, "stays");
  }
  for (const op of operations) {
    for (const id of namedIn(op)) {
      if (!state.has(id)) {
        note(id, known.has(id) ? "stays" : "new");
      }
    }
    if (op.op === "split" && !op.new_ids.includes(op.unit)) {
      note(op.unit, "gone");
    }
    if (op.op === "merge") {
      op.units.filter((id) => id !== op.into).forEach((id) => note(id, "gone"));
    }
    if (op.op === "convert" && becomes[op.unit]) {
      note(op.unit, "gone");
      note(becomes[op.unit], "new");
    }
  }
  const converted = new Set(operations.filter((op) => op.op === "convert").map((op) => op.unit));
  return [...state]
    .filter(([id, value]) => value !== "gone" || known.has(id)) // made and gone again: never was
    .map(([id, value]) => ({ id, state: value, becomes: converted.has(id) ? becomes[id] || "" : "" }));
}

/** What a row starts from: what was typed, else the register, else nothing. */
export function startingRow({ id, state }, known, typed, from = null) {
  const seen = known.get(id) || {};
  const blank = state === "new" ? { kind: from?.kind || "community" } : {};
  const base = { id, name: seen.name || "", kind: seen.kind || "", ...blank };
  for (const key of [...FIGURES, ...TEXTS, ...NAMING]) {
    base[key] = seen[key] ?? "";
  }
  return { ...base, ...(typed.get(id) || {}), id };
}

const whole = (value) => (/^\d+$/u.test(String(value ?? "").trim()) ? Number(value) : null);

/**
 * The `after` list for the server: only what differs from the register, figures always. A renaming (`kind`) carries
 * its naming application for the units that get another name.
 */
export function afterOf(list, rows, known, kind = "") {
  return list.map(({ id, state, becomes }) => {
    if (state === "gone") {
      return becomes ? { id, ceases: true, becomes } : { id, ceases: true };
    }
    const row = rows.get(id) || { id };
    const seen = known.get(id) || {};
    const sent = { id };
    const renamed = kind === "rename" && String(row.name ?? "").trim() !== (seen.name ?? "");
    for (const key of ["name", "kind", ...TEXTS, ...(renamed ? NAMING : [])]) {
      const value = String(row[key] ?? "").trim();
      if (value && value !== (seen[key] ?? "")) {
        sent[key] = value;
      }
    }
    for (const key of FIGURES) {
      const text = String(row[key] ?? "").trim();
      if (text !== "") {
        sent[key] = whole(text) ?? text;
      }
    }
    return sent;
  });
}

/** Households and population before and after over the units concerned; `complete` when every figure is given. */
export function balance(list, rows, known) {
  const sums = {};
  for (const key of FIGURES) {
    const before = list.reduce((sum, { id }) => sum + (known.get(id)?.[key] ?? 0), 0);
    const values = list.filter((one) => one.state !== "gone").map(({ id }) => whole(rows.get(id)?.[key]));
    const after = values.reduce((sum, value) => sum + (value ?? 0), 0);
    const complete = values.every((value) => value !== null);
    sums[key] = { before, after, difference: after - before, complete, even: complete && after === before };
  }
  return sums;
}
