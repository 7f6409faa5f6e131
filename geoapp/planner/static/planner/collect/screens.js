// The other screens: my tasks, one task with its map, the outbox with conflicts side by side.
import { boundsOf, doorsOf, makeCanvasMap } from "./canvas.js";
import { button, h, zh } from "./dom.js";
import { choice, counts } from "./outbox.js";
import { plateOf } from "./pad.js";
import { judge } from "./place.js";
import { t } from "./texts.js";

const NONE = "—";
const ATTENTION = { conflict: 0, returned: 1, refused: 2, queued: 3, sent: 4, accepted: 5, withdrawn: 6 };

const byAttention = (a, b) => ATTENTION[a.status] - ATTENTION[b.status] || b.fields.seq - a.fields.seq;

/** A door's number as it is listed. */
export function labelOf(fields) {
  const inside = [fields.compound, fields.building, fields.unit_no, fields.floor && `${fields.floor}层`, fields.room && `${fields.room}室`];
  return (plateOf(fields.number, fields.sub_number) || fields.plate_text || NONE) + inside.filter(Boolean).join("");
}

const heading = (text) => h("h1", { id: "screen-title", tabindex: "-1" }, text);

function badge(row) {
  const status = row.status === "conflict" && row.settled ? "settled" : row.status;
  return h("span", { class: `badge badge--${status}`, "data-status": status }, t(`status.${status}`));
}

/** My tasks: download, open. */
export async function tasksScreen(app) {
  const [listed, packs, rows] = [(await app.store.value("tasks")) ?? [], await app.store.all("tasks"), await app.store.all("doors")];
  const held = new Map(packs.map((pack) => [pack.id, pack]));
  // A task that is no longer listed stays as long as the phone holds doors of it.
  const gone = packs.filter((pack) => !listed.some((one) => one.id === pack.id) && rows.some((row) => row.task === pack.id));
  const cards = [...listed, ...gone.map((pack) => pack.task)].map((task) => card(app, task, held.get(task.id)));
  const element = h(
    "section",
    { "data-testid": "tasks", "aria-labelledby": "screen-title" },
    h("div", { class: "head" }, heading(t("tasks.title")), button(t("tasks.refresh"), () => app.sync.drain(), { class: "button button--small", "data-testid": "refresh" })),
    cards.length ? h("ul", { class: "cards" }, cards) : h("p", { class: "empty" }, t("tasks.none")),
    h("p", { class: "hint" }, app.persisted() ? t("app.storage.kept") : t("app.storage.risky")),
  );
  return { element, refresh: true };
}

function card(app, task, pack) {
  const status = h("p", { class: "hint", role: "status" });
  const doors = pack?.streets.reduce((sum, street) => sum + street.doors.length, 0);
  const fetchIt = async (event) => {
    event.target.disabled = true;
    try {
      await app.sync.download(task.id);
      app.rerender();
    } catch (error) {
      status.textContent = t("outbox.failed", { reason: error.document ? error.message : t("outbox.network") });
      event.target.disabled = false;
    }
  };
  return h(
    "li",
    { class: "card", "data-task": task.id },
    h("h2", {}, zh(task.community), " ", zh(task.block)),
    h(
      "p",
      { class: "hint" },
      [task.due_on && t("tasks.due", { day: task.due_on }), task.doors !== undefined && t("tasks.doors", { n: task.doors }), task.synthetic && t("app.synthetic")]
        .filter(Boolean)
        .join(t("punct.join")),
    ),
    task.note ? h("p", {}, zh(task.note)) : null,
    pack
      ? h("p", { class: "ready" }, `✓ ${t("tasks.ready")}${t("punct.join")}${t("tasks.downloaded", { n: pack.streets.length, m: doors })}`)
      : h("p", { class: "hint" }, t("tasks.notHere")),
    status,
    h(
      "div",
      { class: "form__actions" },
      pack ? h("a", { class: "button button--primary", href: `#/task/${task.id}`, "data-testid": "open" }, t("tasks.open")) : null,
      button(pack ? t("tasks.again") : t("tasks.download"), fetchIt, { class: pack ? "button" : "button button--primary", "data-testid": "download" }),
    ),
  );
}

/** One task: where I am, what is there, what I collected. */
export function taskScreen(app, pack, rows) {
  const map = makeCanvasMap({ label: t("task.map") });
  const fix = h("p", { class: "fix", role: "status" });
  const list = h("ul", { class: "door-list", "data-testid": "doors" });
  const empty = h("p", { class: "empty" }, t("task.none"));
  let mine = [];
  let found = false;
  const fill = (held) => {
    mine = held.filter((row) => row.task === pack.id).sort(byAttention);
    list.replaceChildren(...mine.map((row) => doorLine(pack, row)));
    list.hidden = !mine.length;
    empty.hidden = mine.length > 0;
  };
  fill(rows);
  const element = h(
    "section",
    { class: "task", "data-testid": "task", "aria-labelledby": "screen-title" },
    heading(h("span", {}, zh(pack.task.community), " ", zh(pack.task.block))),
    h("div", { class: "task__map" }, map.element, fix),
    h("h2", {}, t("task.mine")),
    list,
    empty,
    h("div", { class: "save-row" }, h("a", { class: "button button--primary save", href: `#/task/${pack.id}/new`, "data-testid": "new" }, t("task.new"))),
  );
  const show = () => {
    const at = app.gps.position;
    const verdict = app.gps.denied && !at ? "denied" : judge(at, pack.config.accuracy_m);
    fix.textContent = t(`fix.${verdict}`, { m: at ? Math.round(at.accuracy_m) : "", wanted: pack.config.accuracy_m });
    fix.dataset.verdict = verdict;
    map.draw({ outline: pack.outline, area: pack.area, streets: pack.streets, doors: doorsOf(pack, mine), position: at, good: verdict === "good" });
    if (at && !found) {
      found = true; // once: from then on the map is the collector's
      map.centre([at.x, at.y], 0.5);
    }
  };
  const unlisten = app.gps.listen(show);
  return {
    element,
    shown() {
      map.fit(boundsOf(pack.area.length ? pack.area : pack.outline));
      show();
    },
    /** The doors changed: an answer came, or one was saved. */
    update(held) {
      fill(held);
      show();
    },
    close: unlisten,
  };
}

function streetOf(pack, fields) {
  return pack?.streets.find((street) => street.id === fields.street)?.name || fields.street_text || fields.village || "";
}

function doorLine(pack, row) {
  return h(
    "li",
    { "data-door": row.door },
    h("p", { class: "door-line" }, h("a", { href: `#/door/${row.door}` }, zh(`${streetOf(pack, row.fields)}${labelOf(row.fields)}`)), badge(row)),
    row.status === "returned" && row.answer?.note ? h("p", { class: "hint" }, zh(row.answer.note)) : null,
    row.status === "refused" ? h("p", { class: "error" }, `${row.answer.reason} ${row.answer.remedy}`) : null,
  );
}

/** The outbox: how many wait, what is in conflict, send now. */
export async function outboxScreen(app) {
  const [packs, rows, photos] = [await app.store.all("tasks"), await app.store.all("doors"), await app.store.all("photos")];
  const held = new Map(packs.map((pack) => [pack.id, pack]));
  const sorted = [...rows].sort(byAttention);
  const open = sorted.filter((row) => row.status === "conflict" && !row.settled && row.answer?.conflict);
  const total = counts(rows);
  const kept = photos.filter((photo) => photo.status !== "held");
  const refused = kept.filter((photo) => photo.status === "refused");
  const done = kept.filter((photo) => photo.status === "sent").length;
  const element = h(
    "section",
    { "data-testid": "outbox", "aria-labelledby": "screen-title" },
    h("div", { class: "head" }, heading(t("outbox.title")), button(t("outbox.send"), () => app.sync.drain(), { class: "button button--primary button--small", "data-testid": "send" })),
    h(
      "p",
      { class: "totals" },
      ["queued", "sent", "conflict", "returned", "refused"].map((name) => h("span", { class: `total total--${name}`, "data-count": name }, t(`count.${name}`, { n: total[name] }))),
      kept.length ? h("span", { class: "total" }, t("outbox.photos", { done, all: kept.length })) : null,
    ),
    refused.map((photo) =>
      h("p", { class: "error" }, t("outbox.photoRefused", { reason: photo.reason }), " ", h("a", { href: `#/door/${photo.door}` }, t("door.edit"))),
    ),
    open.map((row) => conflictCard(app, held.get(row.task), row)),
    rows.length ? h("ul", { class: "door-list" }, sorted.map((row) => doorLine(held.get(row.task), row))) : h("p", { class: "empty" }, t("outbox.empty")),
  );
  return { element, refresh: true };
}

function conflictCard(app, pack, row) {
  const { conflict } = row.answer;
  const rival = conflict.with[0];
  const when = (iso) => new Date(iso).toLocaleString(document.documentElement.lang === "en" ? "en-GB" : "zh-CN", { dateStyle: "short", timeStyle: "short" });
  const lines = [
    ["conflict.plate", zh(row.fields.plate_text || t(`door.plate.${row.fields.plate}`)), rival && zh(rival.plate_text || t(`door.plate.${rival.plate}`))],
    ["conflict.by", zh(app.name()), rival && zh(rival.by)],
    ["conflict.when", when(row.fields.recorded_at), rival && when(rival.recorded_at)],
    ["conflict.apart", NONE, rival && t("conflict.metres", { m: Math.round(rival.distance_m) })],
  ];
  const take = async (chosen) => {
    try {
      await app.save(row, choice(row, chosen), null);
      app.rerender();
    } catch (error) {
      app.fail(error);
    }
  };
  const next = conflict.next && plateOf(conflict.next.number, conflict.next.sub_number);
  return h(
    "section",
    { class: "card conflict", "data-testid": "conflict", "data-door": row.door },
    h("h2", {}, t("conflict.title"), " ", zh(`${streetOf(pack, row.fields)}${labelOf(row.fields)}`)),
    rival
      ? h(
          "table",
          { class: "pair" },
          h("thead", {}, h("tr", {}, h("td", {}), h("th", { scope: "col" }, t("conflict.mine")), h("th", { scope: "col" }, t("conflict.theirs")))),
          h("tbody", {}, lines.map(([key, own, other]) => h("tr", {}, h("th", { scope: "row" }, t(key)), h("td", {}, own), h("td", {}, other)))),
        )
      : h("p", {}, t("conflict.register")),
    h(
      "div",
      { class: "choices" },
      next ? button([t("conflict.next", { number: "" }), zh(next)], () => take("next"), { class: "button button--primary", "data-choice": "next" }) : null,
      button(t("conflict.keepMine"), () => take("mine"), { "data-choice": "mine" }),
      rival ? button(t("conflict.keepTheirs"), () => take("theirs"), { "data-choice": "theirs" }) : null,
    ),
    next && conflict.next.why?.length
      ? h("details", { class: "reasons" }, h("summary", {}, t("door.why")), h("ol", {}, conflict.next.why.map((step) => h("li", {}, step))))
      : null,
    h("p", { class: "hint" }, t("conflict.hint")),
  );
}
