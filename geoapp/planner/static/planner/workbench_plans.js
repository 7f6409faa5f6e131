// Plans for splitting an oversize community, side by side; choosing one hands its operations and figures over.
import { getJSON } from "./api.js";
import { reasonOf, t } from "./texts.js";
import { node, whole } from "./workbench_ledger.js";

const HAN = "zh-Hans";

function card(plan, unit, { onShow, onUse }) {
  const show = node("button", { type: "button", className: "button button--small", text: t("wb.plans.show", { n: plan.plan }) });
  const use = node("button", {
    type: "button",
    className: "button button--small button--primary",
    text: t("wb.plans.use", { n: plan.plan }),
    data: { testid: "use-plan" },
  });
  show.addEventListener("click", () => onShow(plan));
  use.addEventListener("click", () => onUse(plan));
  const tone = plan.balanced ? "ok" : "warn";
  const words = t(plan.balanced ? "wb.plans.balanced" : "wb.plans.unbalanced");
  return node("li", { className: "card card--flat plan", data: { testid: "plan" } }, [
    node("h3", { text: `${t("wb.plans.title", { n: plan.plan })} ` }, [node("span", { className: `badge badge--${tone}`, text: words })]),
    node("p", { text: plan.explanation, lang: HAN }),
    node(
      "ul",
      {},
      plan.pieces.map((piece) => {
        const figures = { households: whole(piece.households), population: whole(piece.population) };
        const text = t("wb.plans.piece", { ...figures, area: whole(piece.area_m2), addresses: whole(piece.addresses) });
        return node("li", { text: piece.id === unit ? `${text} · ${t("wb.plans.kept")}` : text });
      }),
    ),
    ...plan.flags.map((flag) => node("p", { className: "hint", text: flag, lang: HAN })),
    node("div", { className: "toolbar" }, [show, use]),
  ]);
}

/** Make the panel. `ask(unit)` fetches; `onUse(plan, unit)` and `onShow(plan)` hear the person. */
export function makePlans(panel, status, { onShow, onUse }) {
  return {
    async ask(unit, pieces) {
      status.textContent = t("wb.plans.waiting");
      panel.replaceChildren();
      panel.dataset.state = "waiting";
      try {
        const query = new URLSearchParams({ unit, pieces });
        const { plans } = await getJSON(`/boundaries/proposals/?${query}`);
        status.textContent = plans.length ? "" : t("wb.plans.none");
        panel.replaceChildren(...plans.map((plan) => card(plan, unit, { onShow, onUse: (one) => onUse(one, unit) })));
        panel.dataset.state = "ready";
        panel.scrollIntoView({ block: "nearest" });
      } catch (error) {
        status.textContent = reasonOf(error);
        panel.dataset.state = "failed";
      }
    },
    clear() {
      panel.replaceChildren();
      status.textContent = "";
    },
  };
}
