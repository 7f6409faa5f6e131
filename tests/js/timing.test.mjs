import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { makeChecker, mayRetry } from "../../geoapp/planner/static/planner/check.js";
import { debounce, latestOnly } from "../../geoapp/planner/static/planner/timing.js";

const settle = async () => {
  for (let i = 0; i < 8; i += 1) {
    await Promise.resolve();
  }
};

test("debounce runs once, late, with the last arguments", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const work = mock.fn();
  const late = debounce(work, 250);
  late(1);
  t.mock.timers.tick(249);
  late(2);
  t.mock.timers.tick(249);
  assert.equal(work.mock.callCount(), 0);
  t.mock.timers.tick(1);
  assert.deepEqual(work.mock.calls.map((call) => call.arguments), [[2]]);
  late(3);
  late.cancel();
  t.mock.timers.tick(1000);
  assert.equal(work.mock.callCount(), 1);
});

test("latestOnly aborts the question before and marks its answer stale", async () => {
  const answers = [];
  const signals = [];
  const ask = latestOnly((q, signal) => {
    signals.push(signal);
    return new Promise((resolve) => answers.push(() => resolve(q)));
  });
  const first = ask("a");
  const second = ask("b");
  assert.equal(signals[0].aborted, true);
  assert.equal(signals[1].aborted, false);
  answers[1]();
  answers[0]();
  assert.deepEqual(await first, { stale: true });
  assert.deepEqual(await second, { value: "b" });
});

test("latestOnly passes on a real failure and swallows that of an aborted question", async () => {
  const failing = latestOnly(async () => {
    throw new Error("no");
  });
  await assert.rejects(failing("a"), /no/u);
  const abortable = latestOnly((_, signal) => new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(new Error("aborted")));
  }));
  const lost = abortable("a");
  abortable.cancel();
  assert.deepEqual(await lost, { stale: true });
});

function checker(post) {
  const seen = { states: [], answers: [], failures: [] };
  const made = makeChecker({
    post,
    onState: (state) => seen.states.push(state),
    onAnswer: (answer) => seen.answers.push(answer),
    onFailure: (error) => seen.failures.push(error.message),
  });
  return { ...made, seen };
}

test("the checker asks 250 ms after the last change, once", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const post = mock.fn(async (body) => ({ for: body }));
  const { request, seen } = checker(post);
  request("同");
  t.mock.timers.tick(100);
  request("同华路");
  t.mock.timers.tick(250);
  await settle();
  assert.deepEqual(post.mock.calls.map((call) => call.arguments[0]), ["同华路"]);
  assert.deepEqual(seen.answers, [{ for: "同华路" }]);
  assert.deepEqual(seen.states, ["waiting", "waiting", "done"]);
});

test("an answer that arrives after a newer change is never shown", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const pending = [];
  const { request, seen } = checker((body) => new Promise((resolve) => pending.push(() => resolve(body))));
  request("a");
  t.mock.timers.tick(250);
  request("b");
  pending[0]();
  await settle();
  assert.deepEqual(seen.answers, []);
  t.mock.timers.tick(250);
  pending[1]();
  await settle();
  assert.deepEqual(seen.answers, ["b"]);
});

test("nothing to judge: idle, and the waiting question is dropped", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const post = mock.fn(async () => ({}));
  const { request, seen } = checker(post);
  request("a");
  request(null);
  t.mock.timers.tick(1000);
  await settle();
  assert.equal(post.mock.callCount(), 0);
  assert.deepEqual(seen.states, ["waiting", "idle"]);
});

test("a broken connection is tried again, a refusal is not", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let turn = 0;
  const flaky = mock.fn(async () => {
    turn += 1;
    if (turn === 1) {
      throw new TypeError("offline");
    }
    return "answer";
  });
  const { request, seen } = checker(flaky);
  request("a");
  t.mock.timers.tick(250);
  await settle();
  assert.deepEqual(seen.failures, ["offline"]);
  t.mock.timers.tick(5000);
  await settle();
  assert.deepEqual(seen.answers, ["answer"]);
  assert.equal(mayRetry({ status: 422 }), false);
  assert.equal(mayRetry({ status: 429 }), true);
  assert.equal(mayRetry({ status: 503 }), true);
  assert.equal(mayRetry(new TypeError("offline")), true);
});
