// The ledger beside the map: what would come of the operations, and the list of them. Builds nodes, no markup.
import { t } from "./texts.js";
import { FIGURES } from "./workbench_rows.js";

export function node(name, { text, className, lang, data, ...rest } = {}, children = []) {
  const made = document.createElement(name);
  if (text !== undefined) {
    made.textContent = text;
  }
  if (className) {
    made.className = className;
  }
  if (lang) {
    made.lang = lang;
  }
  Object.assign(made.dataset, data || {});
  for (const [key, value] of Object.entries(rest)) {
    made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

const HAN = "zh-Hans";
export const whole = (value) => (value === null || value === undefined ? "—" : Math.round(value).toLocaleString("en-US"));

function delta(before, after) {
  if (before === null || after === null || Math.round(before) === Math.round(after)) {
    return [];
  }
  const n = Math.round(after) - Math.round(before);
  const words = `${n > 0 ? "+" : "−"}${whole(Math.abs(n))}`;
  return [" ", node("span", { className: `delta delta--${n > 0 ? "more" : "less"}`, text: words })];
}

function figure(label, before, after) {
  return [
    node("dt", { text: label }),
    node("dd", { text: `${whole(before)} → ${whole(after)}` }, delta(before, after)),
  ];
}

function unitBlock(row) {
  const isNew = row.area_before_m2 === null;
  const isGone = row.area_after_m2 === null;
  const badge = isNew ? ["info", "wb.badge.new"] : isGone ? ["warn", "wb.badge.gone"] : null;
  const head = node("h4", {}, [node("span", { text: row.name_after || row.name || t("wb.new"), lang: HAN })]);
  if (badge) {
    head.append(" ", node("span", { className: `badge badge--${badge[0]}`, text: t(badge[1]) }));
  }
  return node("li", { data: { unit: row.id, testid: "balance" } }, [
    head,
    node("dl", { className: "dl dl--tight" }, [
      ...figure(t("wb.area"), row.area_before_m2, row.area_after_m2),
      ...figure(t("wb.households"), row.households_before, row.households_after),
      ...figure(t("wb.population"), row.population_before, row.population_after),
      ...figure(t("wb.addresses"), row.addresses_before, row.addresses_after),
    ]),
  ]);
}

function counts(answer) {
  const streets = answer.streets.slice(0, 8).join("、") + (answer.streets.length > 8 ? t("wb.more") : "");
  const rows = [
    ["wb.movedArea", t("wb.count.areas", { n: whole(answer.moved_area_m2) }), "moved-area"],
    ["wb.moves", whole(answer.moves), "moves"],
    ["wb.streets", `${answer.streets.length}${streets ? ` · ${streets}` : ""}`, "streets"],
    ["wb.signs", whole(answer.signs), "signs"],
  ];
  if (answer.homeless) {
    rows.push(["wb.homeless", whole(answer.homeless), "homeless"]);
  }
  return node(
    "dl",
    { className: "dl" },
    rows.flatMap(([key, value, testid]) => [
      node("dt", { text: t(key) }),
      node("dd", { text: value, data: { testid }, lang: key === "wb.streets" ? HAN : "" }),
    ]),
  );
}

function trouble(message, remedy, testid) {
  const parts = [node("p", { className: "finding__message", text: message, lang: HAN })];
  if (remedy) {
    parts.push(node("p", { className: "finding__remedy", text: remedy, lang: HAN }));
  }
  return node("li", { className: "finding finding--block", data: { testid } }, parts);
}

/** Faults of land: figures that do not add up yet are told by the balance under the rows, not as faults. */
export const landFaults = (answer) => (answer?.faults || []).filter((fault) => !FIGURES.includes(fault.code));

/** How a trial stands: idle, refused, unproved, figures (land proved, figures open) or proved. */
export function standing(answer) {
  if (!answer) {
    return "idle";
  }
  if (answer.refused) {
    return "refused";
  }
  return landFaults(answer).length ? "unproved" : answer.proved ? "proved" : "figures";
}

const BADGE = {
  proved: ["ok", "wb.proved"],
  figures: ["warn", "wb.figures"],
  unproved: ["block", "wb.unproved"],
};

/** Show a trial's answer in the panel: state, troubles, figures; `division` when a town line moves. */
export function renderLedger(panel, answer, division = false) {
  const slot = (name) => panel.querySelector(`[data-slot=${name}]`);
  const troubles = [];
  if (answer?.refused) {
    const { message, remedy, operation } = answer.refused;
    troubles.push(trouble(t("wb.refused", { n: operation + 1, message }), remedy, "refused"));
  }
  for (const fault of landFaults(answer)) {
    troubles.push(trouble(`${t("wb.fault")}: ${fault.message}`, "", "fault"));
  }
  slot("troubles").replaceChildren(...troubles);
  const badge = slot("proof");
  const state = standing(answer);
  const [tone, key] = (answer?.words.length && BADGE[state]) || [];
  badge.hidden = !key;
  badge.textContent = key ? t(division && state === "proved" ? "wb.proved.division" : key) : "";
  badge.className = `badge badge--wrap badge--${tone}`;
  slot("balances").replaceChildren(...(answer?.balances || []).map(unitBlock));
  slot("counts").replaceChildren(...(answer && !answer.refused && answer.words.length ? [counts(answer)] : []));
  panel.dataset.state = state;
}

/** Show the operations in words; the refused one is marked. */
export function renderHistory(list, words, refusedAt) {
  list.replaceChildren(
    ...words.map((text, index) => {
      const refused = index === refusedAt;
      return node("li", { text, lang: HAN, className: refused ? "is-refused" : "", data: { testid: "operation" } });
    }),
  );
}
