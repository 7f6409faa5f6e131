import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import proj4 from "proj4";
import { corrected, noticed, skewOf } from "../../geoapp/planner/static/planner/collect/clock.js";
import { answered, batchOf, choice, counts, saved, sha256, standing } from "../../geoapp/planner/static/planner/collect/outbox.js";
import { numbersOf, plateOf, press, shownOf } from "../../geoapp/planner/static/planner/collect/pad.js";
import { better, judge, nearest } from "../../geoapp/planner/static/planner/collect/place.js";
import { sizeFor } from "../../geoapp/planner/static/planner/collect/photo.js";
import { inside, makeForward } from "../../geoapp/planner/static/planner/collect/plane.js";
import { placeOn, suggest } from "../../geoapp/planner/static/planner/collect/suggest.js";
import { CATALOGUES, t } from "../../geoapp/planner/static/planner/collect/texts.js";
import { FRAME_DEFINITION } from "../../geoapp/planner/static/planner/frame.js";

const ROOM = new URL("../../geoapp/planner/static/planner/collect/", import.meta.url);
const SOURCES = readdirSync(ROOM).filter((name) => name.endsWith(".js"));
const CASES = JSON.parse(readFileSync(new URL("../naming/data/suggestions.json", import.meta.url), "utf8"));

for (const row of CASES) {
  test(`a suggested number: ${row.what}`, () => {
    const doors = row.doors.map(([number, sub_number, x, y]) => ({ number, sub_number, x, y }));
    const found = suggest(row.axis, doors, row.taken, row.point);
    const shown = found && Object.fromEntries(Object.keys(row.want).map((key) => [key, found[key]]));
    assert.deepEqual(shown, row.want);
  });
}

test("the phone's frame is the city's frame to a millimetre", () => {
  const ours = makeForward({ lon_0: 114, k: 1, x_0: 500000, y_0: 0, a: 6378137, rf: 298.257222101 });
  const theirs = proj4(FRAME_DEFINITION).forward;
  for (let i = 0; i < 500; i += 1) {
    const place = [112.3 + (i % 25) * 0.05, 22.6 + Math.floor(i / 25) * 0.05];
    const [[x, y], [u, v]] = [ours(place), theirs(place)];
    assert.ok(Math.abs(x - u) < 0.0011 && Math.abs(y - v) < 0.0011, `${place}: ${x - u} ${y - v}`);
  }
});

test("inside and outside of a ring", () => {
  const ring = [[0, 0], [10, 0], [10, 10], [0, 10], [0, 0]];
  assert.equal(inside([ring], [5, 5]), true);
  assert.equal(inside([ring], [15, 5]), false);
  assert.equal(inside([], [5, 5]), false);
});

test("the pad writes numbers and one sub-number", () => {
  const type = (keys) => keys.reduce(press, "");
  assert.equal(type(["1", "2"]), "12");
  assert.equal(type(["0", "1", "0"]), "10");
  assert.equal(type(["1", "2", "sub", "3", "sub"]), "12-3");
  assert.equal(type(["sub"]), "");
  assert.equal(type(["1", "2", "sub", "back", "back"]), "1");
  assert.equal(type(["1", "2", "clear"]), "");
  assert.equal(type([..."1234567"]), "12345");
  assert.deepEqual(numbersOf("12-3"), { number: 12, sub_number: 3 });
  assert.deepEqual(numbersOf("12-"), { number: 12, sub_number: null });
  assert.deepEqual(numbersOf(""), { number: null, sub_number: null });
  assert.equal(plateOf(12, 3), "12号之3");
  assert.equal(plateOf(12, null), "12号");
  assert.equal(plateOf(null, null), "");
  assert.equal(shownOf(12, 3), "12-3");
});

test("a wrong clock is noticed and times are put right", () => {
  assert.equal(skewOf("2026-11-24T10:00:00Z", Date.parse("2026-11-24T07:59:59Z"), Date.parse("2026-11-24T08:00:01Z")), 7200);
  assert.equal(skewOf("soon", 0, 0), null);
  assert.ok(noticed(-500) && noticed(121) && !noticed(60) && !noticed(null));
  assert.equal(corrected("2026-11-24T08:00:00Z", 7200), "2026-11-24T10:00:00.000Z");
});

test("the best position of a while is kept until one walks on", () => {
  const held = { x: 0, y: 0, accuracy_m: 5, at: 0 };
  const worse = { x: 3, y: 0, accuracy_m: 9, at: 1000 };
  assert.equal(better(null, worse), worse);
  assert.equal(better(held, worse), held);
  assert.equal(better(held, { ...worse, at: 30_000 }).accuracy_m, 9);
  assert.equal(better(held, { ...worse, x: 60 }).x, 60);
  assert.equal(better(worse, held), held);
  assert.deepEqual([judge(null, 5), judge(held, 5), judge(worse, 5)], ["none", "good", "wait"]);
});

test("photos get smaller, never larger", () => {
  assert.deepEqual(sizeFor(4000, 3000), [1600, 1200]);
  assert.deepEqual(sizeFor(300, 900), [300, 900]);
  assert.deepEqual(sizeFor(20000, 2), [1600, 1]);
});

test("nearest streets first", () => {
  const streets = [[0, 40], [0, 10], [0, 90]].map(([x, y], i) => ({ id: i, axis: [[[x, y], [100, y]]] }));
  assert.deepEqual(nearest(streets, [50, 0], placeOn, 2).map((row) => row.street.id), [1, 0]);
});

const NEW = { door: "d1", task: "t1", user: "7" };
const CLOCK = { seq: 4, now: "2026-11-24T08:00:00.000Z" };

test("saving counts revisions up and hashes the very text that is sent", async () => {
  const first = await saved(NEW, { number: 7 }, CLOCK);
  assert.equal(first.revision, 1);
  assert.equal(first.status, "queued");
  assert.equal(first.hash, await sha256(first.payload));
  assert.deepEqual(JSON.parse(first.payload), { number: 7, task: "t1", seq: 4, recorded_at: CLOCK.now });
  assert.equal(await sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  const second = await saved(first, { ...first.fields, number: 9 }, { seq: 4, now: "2026-11-24T09:00:00.000Z" });
  assert.equal(second.revision, 2);
  assert.equal(second.fields.recorded_at, CLOCK.now);
});

test("a batch holds what this person has waiting, in order; a lost answer leaves it waiting", async () => {
  const rows = [await saved({ ...NEW, door: "b" }, {}, { ...CLOCK, seq: 9 }), await saved(NEW, {}, CLOCK), await saved({ ...NEW, door: "x", user: "8" }, {}, CLOCK)];
  const batch = batchOf(rows, { device: "dev", user: "7", now: CLOCK.now });
  assert.deepEqual(batch.items.map((item) => item.door), ["d1", "b"]);
  assert.deepEqual(batchOf(rows, { device: "dev", user: "7", now: CLOCK.now }), batch);
  assert.equal(batchOf(rows, { device: "dev", user: "9", now: CLOCK.now }), null);
});

test("answers move a row; an edit made meanwhile stays to be sent", async () => {
  const row = await saved(NEW, { number: 7 }, CLOCK);
  assert.equal(answered(row, { revision: 1, fate: "accepted", state: "received" }).status, "sent");
  assert.equal(answered(row, { revision: 1, fate: "duplicate", state: "accepted" }).status, "accepted");
  assert.equal(answered(row, { revision: 1, fate: "refused", reason: "x" }).status, "refused");
  assert.equal(answered(row, { revision: 1, fate: "refused", retry: true }).status, "queued");
  const edited = await saved(row, { number: 9 }, CLOCK);
  assert.equal(answered(edited, { revision: 1, fate: "accepted", state: "received" }), edited);
  assert.equal(standing(edited, { state: "accepted" }), edited);
  assert.equal(standing({ ...row, status: "sent" }, { state: "returned", note: "n" }).answer.note, "n");
});

test("a conflict waits for a choice", async () => {
  const row = await saved(NEW, { number: 7, plate: "hangs", plate_text: "7号" }, CLOCK);
  const told = { revision: 1, fate: "conflict", state: "conflict", conflict: { next: { number: 9, sub_number: null } } };
  const held = answered(row, told);
  assert.equal(counts([held]).conflict, 1);
  assert.deepEqual(choice(held, "next"), { ...row.fields, number: 9, sub_number: null, suggested: true, resolution: "next" });
  assert.equal(choice(held, "mine").number, 7);
  const settled = standing(held, { state: "conflict", conflict: { chosen: "mine" } });
  assert.deepEqual([counts([settled]).conflict, counts([settled]).sent], [0, 1]);
});

test("both languages have the same keys and the same placeholders", () => {
  assert.deepEqual(Object.keys(CATALOGUES.zh), Object.keys(CATALOGUES.en));
  const holes = (words) => [...words.matchAll(/\{\w+\}/gu)].map(String).sort();
  for (const key of Object.keys(CATALOGUES.zh)) {
    assert.deepEqual(holes(CATALOGUES.zh[key]), holes(CATALOGUES.en[key]), key);
  }
  assert.equal(t("count.queued", { n: 3 }, "en"), "3 to send");
  assert.throws(() => t("no.such", {}, "en"), /no\.such/u);
});

test("every text key used exists, and none is kept unused", () => {
  const code = SOURCES.filter((name) => name !== "texts.js").map((name) => readFileSync(new URL(name, ROOM), "utf8")).join("\n");
  const used = new Set([...code.matchAll(/"((?:app|nav|count|tasks|task|map|fix|door|outbox|conflict|punct)(?:\.\w+)+)"/gu)].map((m) => m[1]));
  for (const key of used) {
    assert.ok(key in CATALOGUES.zh, key);
  }
  const composed = /^(?:status|count|fix|door\.(?:plate|side|parity|photo))\./u;
  assert.deepEqual(Object.keys(CATALOGUES.zh).filter((key) => !composed.test(key) && !used.has(key)), []);
});

test("modules stay small and bring no inline code", () => {
  for (const name of SOURCES) {
    const source = readFileSync(new URL(name, ROOM), "utf8");
    assert.ok(source.split("\n").length < 400, name);
    assert.doesNotMatch(source, /\beval\(|new Function|innerHTML|insertAdjacentHTML|document\.write/u, name);
  }
});
