// The findings beside the map: grouped 阻断 / 警告 / 提示, each with its words, law, remedy and the other object.
import { bearingTo, countFindings, entryUrl, groupFindings, readableDistance } from "./findings.js";
import { reasonOf, t } from "./texts.js";

function element(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) {
    node.className = className;
  }
  node.append(...children.filter((child) => child !== null && child !== ""));
  return node;
}

function labelled(className, label, content) {
  return element("p", className, element("span", "finding__label", t("panel.label", { label })), content);
}

function subjectOf({ subject }) {
  if (!subject) {
    return null;
  }
  const url = entryUrl(subject.type, subject.id);
  if (!url) {
    return labelled("finding__subject", t("panel.subject"), subject.name);
  }
  const link = element("a", "", subject.name);
  link.href = url;
  link.target = "_blank"; // the sketch must not be lost to a look-up
  link.rel = "noopener";
  return labelled("finding__subject", t("panel.subject"), link);
}

function distanceChip(finding, places) {
  if (!places) {
    return null;
  }
  const { wind, distance_m } = bearingTo(places.from, places.to);
  const text = t("panel.away", { wind: t(`wind.${wind}`), distance: readableDistance(distance_m) });
  return distance_m < 1 ? null : element("span", "chip", text);
}

function findingNode(finding, { onShow, placesOf }) {
  const severity = t(`severity.${finding.severity}`);
  const head = element(
    "p",
    "finding__head",
    element("span", `badge badge--${finding.severity}`, severity),
    element("span", "finding__code", finding.code),
    distanceChip(finding, placesOf(finding)),
  );
  const node = element(
    "li",
    `finding finding--${finding.severity}`,
    head,
    element("p", "finding__message", finding.message),
    finding.law ? labelled("finding__law", t("panel.law"), finding.law) : null,
    finding.remedy ? labelled("finding__remedy", t("panel.remedy"), finding.remedy) : null,
    subjectOf(finding),
  );
  node.dataset.index = finding.index;
  node.dataset.code = finding.code;
  if (finding.geometry) {
    const button = element("button", "button button--small", t("panel.show"));
    button.type = "button";
    button.dataset.findingShow = finding.index;
    button.setAttribute("aria-label", t("panel.label", { label: t("panel.show") }) + finding.message);
    button.addEventListener("click", () => onShow(finding.index));
    node.append(button);
    node.addEventListener("click", (event) => {
      if (!event.target.closest("a, button, summary")) {
        onShow(finding.index);
      }
    });
    node.classList.add("finding--placed");
  }
  return node;
}

function ruleNodes({ findings }, hooks) {
  const [first, ...rest] = findings.map((finding) => findingNode(finding, hooks));
  if (!rest.length) {
    return [first];
  }
  const more = element(
    "details",
    "",
    element("summary", "", t("panel.more", { count: rest.length })),
    element("ul", "findings", ...rest),
  );
  return [first, element("li", "findings__more", more)];
}

function groupNode(group, hooks) {
  const heading = element("h3", "findings__title", t("panel.group", { severity: t(`severity.${group.severity}`), count: group.count }));
  const list = element("ul", "findings", ...group.rules.flatMap((rule) => ruleNodes(rule, hooks)));
  return element("section", `findings-group findings-group--${group.severity}`, heading, list);
}

/**
 * Make the panel in `root` (holds [data-panel-status] and [data-panel-list]). `onShow(index)` is called when a
 * finding with a place is picked; `placesOf(finding)` gives {from, to} frame positions or null.
 */
export function makePanel(root, { onShow, placesOf = () => null }) {
  const status = root.querySelector("[data-panel-status]");
  const list = root.querySelector("[data-panel-list]");
  const hooks = { onShow, placesOf };
  return {
    /** Show an answer of /api/check. */
    render(answer) {
      const findings = answer.findings || [];
      const counts = countFindings(findings);
      status.textContent = findings.length ? t("panel.summary", counts) : t("panel.clear");
      list.replaceChildren(...groupFindings(findings).map((group) => groupNode(group, hooks)));
      if (answer.profile) {
        list.append(element("p", "hint", t("panel.profile", { profile: answer.profile })));
      }
      root.dataset.band = answer.verdict?.band || (findings.length ? "" : "pass");
      root.dataset.findingCount = findings.length;
    },
    /** "idle" clears, "waiting" keeps the last list in sight. */
    state(name) {
      root.dataset.state = name;
      root.setAttribute("aria-busy", name === "waiting" ? "true" : "false");
      if (name === "waiting") {
        status.textContent = t("panel.waiting");
      } else if (name === "idle") {
        status.textContent = t("panel.idle");
        list.replaceChildren();
        delete root.dataset.band;
        root.dataset.findingCount = 0;
      }
    },
    /** Say why a check did not finish and whether it will be tried again. */
    fail(error, willRetry) {
      status.textContent = t("panel.failed", { reason: reasonOf(error) }) + (willRetry ? t("panel.retry") : "");
    },
    /** Mark one finding as picked and bring it into sight. */
    pick(index) {
      for (const node of list.querySelectorAll("[data-index]")) {
        const picked = node.dataset.index === String(index);
        node.classList.toggle("is-picked", picked);
        if (picked) {
          node.closest("details")?.setAttribute("open", "");
          node.scrollIntoView({ block: "nearest" });
        }
      }
    },
  };
}
