// The boundary workbench: choose units, make operations by mouse or by typed coordinates, see what comes of them.
import { makeHistory } from "./history.js";
import { mountSteering } from "./steering.js";
import { t } from "./texts.js";
import { borderIndex, choice, fillBorders, fillUnits } from "./workbench_choices.js";
import { makeDeclare } from "./workbench_declare.js";
import { makeDivision } from "./workbench_division.js";
import { makeUnitForm, renderBalance } from "./workbench_form.js";
import { makeGround } from "./workbench_ground.js";
import { renderHistory, renderLedger } from "./workbench_ledger.js";
import { makeLocks } from "./workbench_locks.js";
import { makeBoundaryMap } from "./workbench_map.js";
import { locksIn, moveEdge } from "./workbench_operations.js";
import { makePen } from "./workbench_pen.js";
import { makePlans } from "./workbench_plans.js";
import { makeRebase } from "./workbench_rebase.js";
import { afterOf, balance, fates, startingRow } from "./workbench_rows.js";
import { mountSaving } from "./workbench_save.js";
import { mountSurvey } from "./workbench_survey.js";
import { makeSwipe } from "./workbench_swipe.js";
import { FIRST_TOOL, SKETCHES, choicesOf, kindWith, offeredBorders, operationOf, telling, withBeyond } from "./workbench_tools.js";
import { makeCandidate, makeTrial } from "./workbench_trial.js";
import { makeUnitList } from "./workbench_units.js";
import { freeEnds } from "./workbench_vertices.js";

const byId = (id) => document.getElementById(id);
const state = JSON.parse(byId("workbench-state").textContent);
const form = byId("workbench-form");
const panel = byId("ledger");

const history = makeHistory(state.operations);
const typed = new Map(state.after.map((row) => [row.id, row]));
const becomes = Object.fromEntries(state.after.filter((row) => row.becomes).map((row) => [row.id, row.becomes]));
let known = new Map(); // units of the register around, by id
let edges = []; // boundary lines as they are after the operations
let groundEdges = [];
let land = null; // the ground as it came, GeoJSON
let rows = new Map();
let tool = "";
let dirty = false;
let baseSeq = state.base_seq; // the act up to which the land was known that the operations were drawn on
const said = new Map(); // an operation's words by its JSON: the list is right at once, and when a trial fails

const units = makeUnitList(form, { onChange: chosenChanged });
const guarded = telling(byId("tool-error"));
const chosenIds = () => units.chosen();
const newId = () => crypto.randomUUID();

const boundaries = makeBoundaryMap(byId("map"), {
  onPick: (id) => units.toggle(id),
  mayPick: () => !pen.busy,
});
const { room } = boundaries;
const swipe = makeSwipe(room, boundaries.layers);
const pen = makePen(room, boundaries.edges, {
  onDone: complete,
  onState: penState,
  onEdited: (path) => {
    const operations = [...history.current, moveEdge(borderPicked(), path)];
    candidate({ ...body(), operations }, operations.length - 1);
  },
});
const candidate = makeCandidate((reason) => pen.judge(reason));
const unitForm = makeUnitForm(byId("after-units"), {
  onInput: (unit, field, value) => {
    typed.set(unit, { ...typed.get(unit), [field]: value });
    changed({ rebuild: false });
  },
});
const plans = makePlans(byId("plans"), byId("plans-status"), {
  onShow: (plan) => boundaries.showPlan(plan.cut),
  onUse: (plan) => {
    boundaries.showPlan(null);
    plan.after.forEach((row) => typed.set(row.id, { ...typed.get(row.id), ...row }));
    push([...history.current, ...plan.operations], { force: true });
    plans.clear();
  },
});

const rebase = makeRebase(byId("rebase"), {
  body,
  baseSeq: () => baseSeq,
  showLands: (answer) => boundaries.showLands(answer),
  onRemove: (index) => push(history.current.filter((_, n) => n !== index)),
  onRebase: async (seq) => {
    baseSeq = seq;
    await ground.load(ground.ids);
    dirty = true;
    byId("save-status").textContent = t("wb.rebase.done", { seq });
  },
});

const declare = makeDeclare(byId("declare"), {
  nameOf: (id) => rows.get(id)?.name || known.get(id)?.name,
  operations: () => history.current,
  onDeclared: (operations) => push(operations),
});

const division = makeDivision({
  fixed: state.case ? state.division : null,
  onChange: () => {
    if (tool === "reparent") {
      choose("");
    }
  },
});
const locks = makeLocks({
  operations: () => history.current,
  nameOf,
  onChange: (operations) => push(operations),
});

function nameOf(id) {
  return rows.get(id)?.name || known.get(id)?.name || (id ? t("wb.new") : t("wb.outside"));
}

function say(text) {
  byId("draw-status").textContent = text;
}

function penState({ mode, count, words: told = "" }) {
  if (mode && told) {
    say(told);
    return;
  }
  const words = t(tool ? `wb.tool.${tool}` : "wb.tool.none");
  say(mode && count ? `${words} ${t("wb.drawing", { count })}` : mode ? words : t("wb.tool.none"));
  document.querySelectorAll("[data-draw]").forEach((one) => one.setAttribute("aria-pressed", String(Boolean(mode))));
}

function concerned() {
  const list = fates(history.current, known, chosenIds(), becomes);
  const from = known.get(list.find((one) => one.state !== "new")?.id);
  const kindFrom = history.current.some((op) => op.op === "convert") ? { kind: "community" } : from;
  rows = new Map(list.map((one) => [one.id, startingRow(one, known, typed, kindFrom)]));
  return list;
}

function body() {
  const list = concerned();
  return {
    kind: byId("id_kind").value,
    operations: history.current,
    after: afterOf(list, rows, known, byId("id_kind").value),
    near: chosenIds(),
  };
}

const trial = makeTrial(panel, byId("ledger-status"), { body, onAnswer: show });

function show(answer) {
  panel.dataset.busy = "false";
  byId("ledger-status").textContent = answer ? "" : t("wb.idle");
  edges = answer ? withBeyond(answer.edges, groundEdges, new Set(answer.ground)) : groundEdges;
  boundaries.showEdges(edges);
  boundaries.showTrial(answer, nameOf);
  swipe.show(land, answer, nameOf);
  renderLedger(panel, answer, history.current.some((op) => op.op === "reparent"));
  declare.show(answer);
  (answer?.words || []).forEach((words, n) => said.set(JSON.stringify(history.current[n]), words));
  showHistory(answer?.refused ? answer.refused.operation : -1);
  showBorders();
  if (answer?.refused?.place) {
    boundaries.fitFindings();
  }
  byId("map").dataset.operations = history.current.length;
}

function showHistory(refusedAt = -1) {
  const words = history.current.map((op) => said.get(JSON.stringify(op)) || "…");
  renderHistory(byId("history"), words, refusedAt);
}

function changed({ rebuild = true, force = false } = {}) {
  dirty = true;
  const list = concerned();
  if (rebuild) {
    unitForm.show(list, rows, { force, kind: byId("id_kind").value });
    showUnits(list);
  }
  renderBalance(byId("balance"), balance(list, rows, known));
  showHistory();
  showLocks();
  byId("undo").disabled = !history.canUndo;
  byId("redo").disabled = !history.canRedo;
  trial.later();
}

function push(operations, options) {
  history.push(operations);
  changed(options);
}

function undo() {
  if (!pen.back() && history.canUndo) {
    history.undo();
    changed();
  }
}

function redo() {
  if (!pen.busy && history.canRedo) {
    history.redo();
    changed();
  }
}

function showLocks() {
  const chosen = chosenIds();
  const own = [...known].filter(([, one]) => one.own).map(([id, one]) => [id, one.name]);
  locks.show([...own.filter(([id]) => chosen.includes(id)), ...own.filter(([id]) => !chosen.includes(id))]);
  boundaries.showLocks(locksIn(history.current));
}

function showUnits(list = concerned()) {
  division.offer(known, chosenIds());
  fillUnits(list.filter((one) => one.state !== "gone").map(({ id }) => [id, nameOf(id)]));
}

function showBorders() {
  const own = new Set(fates(history.current, known, chosenIds(), becomes).map((one) => one.id));
  fillBorders(offeredBorders(edges, own, (id) => known.get(id)?.parent), nameOf);
  pickBorder();
}

const borderPicked = () => edges[borderIndex()] || null;

function pickBorder() {
  boundaries.pickEdge(tool === "edge" || tool === "redraw" ? borderIndex() : -1);
}

// Tools.

function choose(name) {
  pen.cancel();
  tool = name;
  form.dataset.tool = name || "none";
  document.querySelectorAll("[data-op]").forEach((one) => one.setAttribute("aria-pressed", String(one.dataset.op === name)));
  form.querySelectorAll("[data-for]").forEach((one) => {
    one.hidden = !one.dataset.for.split(" ").includes(name);
  });
  say(t(name in SKETCHES ? `wb.tool.${name}` : "wb.tool.none"));
  pickBorder();
}

function startDrawing() {
  guarded(() => {
    const { border } = choicesOf(tool, choice(chosenIds()), borderPicked());
    if (tool === "edge") {
      pen.edit(border.path, freeEnds(border, edges));
    } else if (SKETCHES[tool]) {
      pen.start(SKETCHES[tool]);
    }
    room.target.focus({ preventScroll: true });
  });
}

function complete(path) {
  guarded(() => {
    const chosen = choicesOf(tool, choice(chosenIds()), borderPicked());
    const made = operationOf(tool, chosen, path, newId);
    if (tool === "convert") {
      becomes[chosen.unit] ??= newId();
      const seen = known.get(chosen.unit) || {};
      const figures = { households: seen.households, population: seen.population, kind: "community" };
      typed.set(becomes[chosen.unit], { ...figures, ...typed.get(becomes[chosen.unit]) });
    }
    push([...history.current, made]);
  });
}

// The land around.

const ground = makeGround(boundaries, units, {
  most: state.most,
  onLand: (collection, ids) => {
    known = new Map(collection.features.map((one) => [String(one.id), one.properties]));
    groundEdges = collection.edges;
    land = collection;
    if (baseSeq === null || !history.current.length) {
      baseSeq = collection.seq;
    }
    boundaries.choose(chosenIds());
    boundaries.fit(chosenIds().length ? chosenIds() : ids);
    choose(tool); // what to do now, in place of what to do first
    changed();
    dirty = false;
  },
  onTowns: say,
});

function chosenChanged() {
  const ids = chosenIds();
  boundaries.choose(ids);
  if (ids.some((id) => !known.has(id))) {
    ground.load(ids);
  } else {
    changed();
    showBorders();
  }
}

// Wiring.

document.querySelectorAll("[data-js]").forEach((one) => {
  one.hidden = false;
});
document.querySelector("[data-ops]").addEventListener("click", (event) => {
  const name = event.target.closest("[data-op]")?.dataset.op;
  if (name === "reparent" && !division.allowed()) {
    say(division.refusal());
    return;
  }
  if (name !== undefined) {
    if (!history.current.length) {
      byId("id_kind").value = kindWith(name, byId("id_kind").value);
    }
    choose(name);
  }
});
byId("id_kind").addEventListener("change", () => {
  choose(FIRST_TOOL[byId("id_kind").value] ?? "");
  changed(); // a renaming asks for more
});
byId("op-border").addEventListener("change", pickBorder);
byId("op-giver").addEventListener("change", () => showUnits());
byId("draw-start").addEventListener("click", startDrawing);
byId("draw-finish").addEventListener("click", () => pen.finish());
byId("draw-cancel").addEventListener("click", () => pen.cancel());
byId("op-apply").addEventListener("click", () => complete([]));
mountSurvey({
  ready: () => guarded(() => choicesOf(tool, choice(chosenIds()), borderPicked())) !== null,
  closed: () => tool === "transfer",
  onPath: complete,
});
byId("undo").addEventListener("click", undo);
byId("redo").addEventListener("click", redo);
byId("plans-ask").addEventListener("click", () => {
  const unit = byId("op-unit").value;
  if (unit) {
    plans.ask(unit, byId("plans-pieces").value);
  } else {
    byId("plans-status").textContent = t("wb.need.chosen");
  }
});
mountSaving(form, byId("save-status"), {
  url: state.case ? `/boundaries/${state.case}/` : "/boundaries/new/",
  body: () => ({
    ...body(),
    reason: byId("id_reason")?.value || "",
    note: byId("id_note").value,
    assets_touched: byId("id_assets").checked,
    version: state.version,
    base_seq: baseSeq,
    item: state.item,
    procedure: division.procedure(),
  }),
  onStart: () => trial.cancel(),
  onSaved: () => {
    dirty = false;
  },
  onRefused: ({ document: problem }) => {
    unitForm.mark(problem?.errors || []);
    if (problem?.field === "base_seq") {
      rebase.open();
    }
  },
});
window.addEventListener("beforeunload", (event) => {
  if (dirty && history.current.length) {
    event.preventDefault();
  }
});
mountSteering({
  target: room.target,
  crosshair: byId("crosshair"),
  isDrawing: () => pen.busy,
  actions: {
    undo,
    redo,
    cancel: () => pen.cancel(),
    finish: () => pen.finish(),
    vertex: () => (room.target.dataset.tool === "edge" ? pen.finish() : pen.vertex()),
    draw: startDrawing,
    lock: () => locks.begin(chosenIds()[0]),
    swipe: () => swipe.toggle(),
    home: () => boundaries.fit(chosenIds()),
  },
});
choose(state.operations.length ? "" : (FIRST_TOOL[state.kind] ?? ""));
show(null);
ground.begin(state.near, chosenIds());
if (state.moved) {
  rebase.open();
}
