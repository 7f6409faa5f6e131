import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { Problem, cookieValue, getJSON, postJSON } from "../../geoapp/planner/static/planner/api.js";
import { itemsPath, makeCovering, nextPath } from "../../geoapp/planner/static/planner/covering.js";
import { makeHistory } from "../../geoapp/planner/static/planner/history.js";
import { optionOf } from "../../geoapp/planner/static/planner/options.js";
import { isoDay, proposalOf } from "../../geoapp/planner/static/planner/proposal.js";
import { snapPosition } from "../../geoapp/planner/static/planner/snapping.js";
import { CATALOGUES, t as text } from "../../geoapp/planner/static/planner/texts.js";

const STATIC = new URL("../../geoapp/planner/static/planner/", import.meta.url);
const SOURCES = readdirSync(STATIC).filter((name) => name.endsWith(".js"));

test("undo and redo walk the states; a change forgets what was undone", () => {
  const history = makeHistory([]);
  history.push([1]);
  history.push([1, 2]);
  assert.deepEqual(history.undo(), [1]);
  assert.deepEqual(history.undo(), []);
  assert.deepEqual(history.undo(), []);
  assert.deepEqual(history.redo(), [1]);
  history.push([9]);
  assert.equal(history.canRedo, false);
  assert.deepEqual(history.undo(), [1]);
});

test("a vertex beats a nearer edge; out of reach nothing moves", () => {
  const street = [[0, 0], [100, 0]];
  assert.deepEqual(snapPosition([8, 3], [street], 10), [0, 0]);
  assert.deepEqual(snapPosition([50, 3], [street], 10), [50, 0]);
  assert.deepEqual(snapPosition([50, 30], [street], 10), [50, 30]);
  assert.deepEqual(snapPosition([50, 3], [], 10), [50, 3]);
  assert.deepEqual(snapPosition([97, 2], [street, [[98, 2], [98, 50]]], 10), [98, 2]);
});

test("small moves ask nothing; a failed piece is asked again; a cut-off one when closer", () => {
  const covering = makeCovering(0.5);
  const [piece] = covering.wanted([0, 0, 100, 100]);
  assert.deepEqual(piece, [-50, -50, 150, 150]);
  assert.deepEqual(covering.wanted([40, 0, 140, 100]), []);
  assert.equal(covering.wanted([60, 0, 160, 100]).length, 1);
  covering.failed(piece);
  assert.equal(covering.wanted([-10, 0, 90, 100]).length, 1);

  const dense = makeCovering(0.5);
  const [cut] = dense.wanted([0, 0, 100, 100]);
  dense.cut(cut);
  assert.deepEqual(dense.wanted([10, 0, 110, 100]), []);
  assert.equal(dense.wanted([25, 25, 75, 75]).length, 1);
});

test("layer addresses are bbox queries in lon, lat; the next page stays on our server", () => {
  assert.equal(itemsPath("streets", [113.00000012, 23, 113.1, 23.1]), "/ogc/collections/streets/items?bbox=113,23,113.1,23.1&limit=1000&f=json");
  assert.equal(itemsPath("districts", null), "/ogc/collections/districts/items?limit=1000&f=json");
  const links = [{ rel: "self", href: "/a" }, { rel: "next", href: "https://elsewhere.example/ogc/x?offset=1000" }];
  assert.equal(nextPath({ links }, "http://here.example/"), "/ogc/x?offset=1000");
  assert.equal(nextPath({}, "http://here.example/"), null);
});

test("the body of a check; none without a name", () => {
  const line = { type: "LineString", coordinates: [[113.1, 23], [113.2, 23]] };
  assert.equal(proposalOf({ name: "  " }, line, "2026-11-23"), null);
  const body = proposalOf({ name: " 同华路 ", width_m: "18", pinyin: "", case: "SM-1", item: "" }, line, "2026-11-23");
  assert.deepEqual(body, {
    kind: "name", name: "同华路", pinyin: null, category: "STR", width_m: 18, geometry: line,
    meaning: "", start_text: "", end_text: "", on: "2026-11-23", case: "SM-1",
  });
  assert.equal(proposalOf({ name: "同华路", width_m: "宽" }, null, "2026-11-23").width_m, null);
  const fields = { kind: "rename", name: "映霞路", street: "s1", trigger: "nature", legal_basis: "" };
  const renaming = proposalOf(fields, null, "2026-11-23");
  assert.deepEqual([renaming.kind, renaming.street, renaming.trigger], ["rename", "s1", "nature"]);
  assert.equal("legal_basis" in renaming, false);
  assert.equal("street" in proposalOf({ name: "映霞路", street: "s1" }, null, "2026-11-23"), false);
  assert.equal(isoDay(new Date(2026, 0, 5)), "2026-01-05");
});

test("a former name says so and leads to the present one", () => {
  const now = { id: "n2", name: "新路" };
  const option = optionOf({ type: "street", id: "n1", name: "旧路", former: true, now, point: [113, 23] });
  assert.equal(option.url, "/names/n2");
  assert.deepEqual(option.note, ["search.former", { now: "新路" }]);
  assert.deepEqual(option.point, [113, 23]);
  const present = optionOf({ type: "unit", id: "u1", name: "祖庙街道", former: false, now: null, point: null });
  assert.equal(present.note, null);
  assert.equal(present.url, "/units/u1");
  assert.equal(present.point, null);
});

function answering(status, body, type = "application/json") {
  const seen = [];
  const fetcher = async (url, options) => {
    seen.push({ url, options });
    return new Response(body, { status, headers: { "content-type": type } });
  };
  return { fetcher, seen };
}

test("POST carries the CSRF token of the cookie", async () => {
  const { fetcher, seen } = answering(200, '{"ok":1}');
  const answer = await postJSON("/api/check", { a: 1 }, { fetcher, cookies: "x=1; csrftoken=ab%2Bc; y=2" });
  assert.deepEqual(answer, { ok: 1 });
  assert.equal(seen[0].options.headers["X-CSRFToken"], "ab+c");
  assert.equal(seen[0].options.body, '{"a":1}');
  assert.equal(cookieValue("acsrftoken=1", "csrftoken"), "");
});

test("problem+json becomes a Problem with its words; other failures keep their status", async () => {
  const problem = answering(422, '{"title":"填写内容有误","detail":"名称没有填写","remedy":"请填写"}', "application/problem+json; charset=utf-8");
  await assert.rejects(getJSON("/x", problem), (error) => {
    assert.ok(error instanceof Problem);
    assert.deepEqual([error.status, error.message, error.document.remedy], [422, "名称没有填写", "请填写"]);
    return true;
  });
  await assert.rejects(getJSON("/x", answering(502, "<html>", "text/html")), { status: 502, message: "HTTP 502" });
  await assert.rejects(getJSON("/x", answering(200, "<html>", "text/html")), Problem);
});

test("both languages have the same keys and the same placeholders", () => {
  assert.deepEqual(Object.keys(CATALOGUES.zh).sort(), Object.keys(CATALOGUES.en).sort());
  const holes = (words) => [...words.matchAll(/\{\w+\}/gu)].map(String).sort();
  for (const key of Object.keys(CATALOGUES.zh)) {
    assert.deepEqual(holes(CATALOGUES.zh[key]), holes(CATALOGUES.en[key]), key);
  }
  assert.equal(text("panel.more", { count: 3 }, "en"), "3 more of this kind");
  assert.throws(() => text("no.such.key", {}, "en"), /no\.such\.key/u);
});

test("every text key used in the modules exists, and none is kept unused", () => {
  const code = SOURCES.filter((name) => !name.endsWith("texts.js")).map((name) => readFileSync(new URL(name, STATIC), "utf8")).join("\n");
  const used = new Set([...code.matchAll(/"((?:map|panel|draw|coords|search|problem|wb)(?:\.\w+)+)"/gu)].map((m) => m[1]));
  for (const key of used) {
    assert.ok(key in CATALOGUES.zh, key);
  }
  const composed = /^(?:severity|wind|layer|problem|wb\.(?:tool|field|kind))\./u;
  const idle = Object.keys(CATALOGUES.zh).filter((key) => !composed.test(key) && !used.has(key));
  assert.deepEqual(idle, []);
});

test("modules stay small and bring no inline code", () => {
  for (const name of SOURCES) {
    const source = readFileSync(new URL(name, STATIC), "utf8");
    assert.ok(source.split("\n").length < 400, name);
    assert.doesNotMatch(source, /\beval\(|new Function|innerHTML|insertAdjacentHTML|document\.write/u, name);
  }
});
