import assert from "node:assert/strict";
import { test } from "node:test";
import { changeFrom, spoken, stopAt } from "../../geoapp/planner/static/planner/history_slider.js";

const STOPS = [
  ["2016-12-31", "甲村", "最早的记录", true],
  ["2018-01-01", "甲村", "", false],
  ["2019-03-05", "甲社区", "更名", true],
  ["2020-01-01", "甲社区", "", false],
];

test("a day stands at the last stop not after it", () => {
  assert.equal(stopAt(STOPS, "2019-03-05"), 2);
  assert.equal(stopAt(STOPS, "2019-03-04"), 1);
  assert.equal(stopAt(STOPS, "2030-01-01"), 3);
  assert.equal(stopAt(STOPS, "1999-01-01"), 0);
});

test("paging goes from change to change and stops at the ends", () => {
  assert.equal(changeFrom(STOPS, 0, 1), 2);
  assert.equal(changeFrom(STOPS, 3, -1), 2);
  assert.equal(changeFrom(STOPS, 2, 1), 2);
  assert.equal(changeFrom(STOPS, 0, -1), 0);
});

test("what is said leaves out what is empty", () => {
  assert.equal(spoken(STOPS[2]), "2019-03-05 甲社区 更名");
  assert.equal(spoken(["2021-01-01", "", "已撤销", false]), "2021-01-01 已撤销");
});
