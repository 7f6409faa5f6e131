import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import proj4 from "proj4";
import { offsetFrom } from "../../geoapp/planner/static/planner/collect/axis.js";
import { corrected, noticed, skewOf } from "../../geoapp/planner/static/planner/collect/clock.js";
import { answered, batchOf, choice, counts, saved, sha256, standing } from "../../geoapp/planner/static/planner/collect/outbox.js";
import { numbersOf, plateOf, press, shownOf } from "../../geoapp/planner/static/planner/collect/pad.js";
import { better, judge, nearest } from "../../geoapp/planner/static/planner/collect/place.js";
import { sizeFor } from "../../geoapp/planner/static/planner/collect/photo.js";
import { inside, makeForward } from "../../geoapp/planner/static/planner/collect/plane.js";
import { suggest } from "../../geoapp/planner/static/planner/collect/suggest.js";
import { CATALOGUES, t } from "../../geoapp/planner/static/planner/collect/texts.js";
import { FRAME_DEFINITION } from "../../geoapp/planner/static/planner/frame.js";

const ROOM = new URL("../../geoapp/planner/static/planner/collect/", import.meta.url);
const SOURCES = readdirSync(ROOM).filter((name) => name.endsWith(".js"));
const ROOM_SAYS = JSON.parse(readFileSync(new URL("../naming/data/phone_suggestions.json", import.meta.url), "utf8"));

for (const { what, numbers, points, want, steps } of ROOM_SAYS.streets) {
  test(`the phone looks up what the numbering room says: ${what}`, () => {
    const found = points.map((point) => suggest({ numbers }, ROOM_SAYS.words, [], [], point));
    assert.deepEqual(found.map((one) => [one.number, one.sub_number, one.side]), want);
    assert.ok(found.every((one) => one.parity === (numbers.sides[one.side].odd ? "odd" : "even")));
    steps.forEach((said, i) => {
      // Which door across the street, and whether a nearer number was passed, is known for the stretch, not for the spot.
      const told = found[i * 9].steps.filter((step) => !/^参照对面|^取 /u.test(step));
      assert.deepEqual(told, said.filter((step) => !/^参照对面|^取 |^更近的号/u.test(step)), what);
    });
  });
}

const at = (what, door, own = [], held = []) => {
  const { numbers } = ROOM_SAYS.streets.find((row) => row.what === what);
  const [x0, y0] = numbers.origin.map((mm) => mm / 1000);
  // These streets run west from their origin: left is south.
  const spot = ([measure_m, left]) => [x0 - measure_m, y0 + (left ? -8 : 8)];
  const mine = own.map(([number, sub_number, ...place]) => {
    const [x, y] = spot(place);
    return { number, sub_number, x, y };
  });
  const found = suggest({ numbers }, ROOM_SAYS.words, held, mine, spot(door));
  return [found.number, found.sub_number];
};

test("doors of this phone take numbers away, and the next keeps their order", () => {
  const vacant = "vacant frontage"; // 1 3 5 at 10 30 50 m, 31 at 200 m on the left
  assert.deepEqual(at(vacant, [125, true]), [17, null]);
  assert.deepEqual(at(vacant, [130, true], [[17, null, 125, true]]), [19, null]);
  assert.deepEqual(at(vacant, [121, true], [[17, null, 125, true]]), [15, null]);
  assert.deepEqual(at(vacant, [125, true], [[17, null, 125, false]]), [19, null]);
  // A door across the street with another number changes nothing.
  assert.deepEqual(at(vacant, [125, true], [[8, null, 125, false]]), [17, null]);
  // Between two of one's own that leave nothing: a sub-number of the nearer door that has one.
  assert.deepEqual(at(vacant, [125, true], [[17, null, 124, true], [19, null, 126, true]]), [5, 1]);
  // A plate far off the numbers worked out is followed, on its side of it.
  assert.deepEqual(at("no door yet", [40, true], [[101, null, 20, true]]), [103, null]);
  assert.deepEqual(at("no door yet", [40, true], [[101, null, 20, true]], [[103, null]]), [105, null]);
});

test("sub-numbers given on this phone are passed", () => {
  const full = "full on both sides";
  assert.deepEqual(at(full, [13, true]), [1, 1]);
  assert.deepEqual(at(full, [13, true], [[1, 1, 12, true]]), [1, 2]);
  assert.deepEqual(at(full, [13, true], [], [[1, 1]]), [1, 2]);
  assert.deepEqual(at("no sub-numbers", [13, true]), [null, null]);
});

test("a street from another edition of the package has no suggestion, but its distance", () => {
  assert.equal(offsetFrom([[[0, 0], [100, 0]], [[100, 0], [100, 50]]], [110, 25]), 10);
  assert.equal(offsetFrom([], [0, 0]), null);
});

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
  assert.deepEqual(nearest(streets, [50, 0], offsetFrom, 2).map((row) => row.street.id), [1, 0]);
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
