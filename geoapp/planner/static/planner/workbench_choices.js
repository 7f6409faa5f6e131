// The lists a tool chooses from: units that there are now, and the borders between them.
import { readableDistance } from "./findings.js";
import { frameLength } from "./frame.js";
import { t } from "./texts.js";
import { node } from "./workbench_ledger.js";
import { toMetres } from "./workbench_operations.js";

const byId = (id) => document.getElementById(id);

function fill(select, entries) {
  const held = select.value;
  select.replaceChildren(...entries.map(([value, text]) => node("option", { value, text, lang: "zh-Hans" })));
  select.value = entries.some(([value]) => value === held) ? held : (entries[0]?.[0] ?? "");
}

/** Offer units, [[id, name]]; giver and receiver are kept apart. */
export function fillUnits(living) {
  const receiver = byId("op-receiver");
  for (const id of ["op-unit", "op-giver", "op-receiver", "op-into"]) {
    fill(byId(id), living);
  }
  const other = living.find(([id]) => id !== byId("op-giver").value);
  if (receiver.value === byId("op-giver").value && other) {
    [receiver.value] = other;
  }
}

/** Offer borders; `nameOf(id)` names their two sides. */
export function fillBorders(borders, nameOf) {
  const entries = borders.map(({ first, second, path, index }) => {
    const length = readableDistance(frameLength(toMetres(path)));
    return [String(index), t("wb.border", { first: nameOf(first), second: nameOf(second), length, count: path.length })];
  });
  fill(byId("op-border"), entries);
}

/** The index of the border picked; -1 when there is none. */
export const borderIndex = () => (byId("op-border").value === "" ? -1 : Number(byId("op-border").value));

/** What the panel says now; `picked` are the units ticked in the list. */
export function choice(picked) {
  const value = (id) => byId(id).value;
  return {
    unit: value("op-unit"),
    keep: value("op-keep"),
    giver: value("op-giver"),
    receiver: value("op-receiver"),
    into: value("op-into"),
    town: value("op-town"),
    picked,
    chosen: [...byId("op-into").options].map((one) => one.value),
  };
}
