// The public search page: box, list and map in step.
import { makeMap } from "./map.js";
import { makeSearch } from "./search.js";
import { t } from "./texts.js";

function pointOf(node) {
  const parts = (node?.dataset.point || "").split(",").map(Number);
  return parts.length === 2 && parts.every(Number.isFinite) ? parts : null;
}

function mountResults(room) {
  const rows = [...document.querySelectorAll("[data-result]")];
  const pick = (row, fit) => {
    const point = pointOf(row);
    rows.forEach((other) => other.classList.toggle("is-current", other === row));
    if (point) {
      room.point(point, { label: row.dataset.name, fit });
    }
  };
  for (const row of rows) {
    row.addEventListener("mouseenter", () => pick(row, false));
    row.addEventListener("focusin", () => pick(row, true));
    row.querySelector("[data-show]")?.addEventListener("click", () => pick(row, true));
    row.querySelector("[data-show]")?.removeAttribute("hidden");
  }
  const first = rows.find(pointOf);
  if (first) {
    pick(first, true);
  }
}

function mountCard(room, card) {
  room.map.on("singleclick", (event) => {
    const layer = room.baseLayer("streets");
    const options = { layerFilter: (one) => one === layer, hitTolerance: 6 };
    const feature = room.map.forEachFeatureAtPixel(event.pixel, (one) => one, options);
    card.replaceChildren();
    card.hidden = !feature;
    if (feature) {
      const name = document.createElement("strong");
      name.textContent = feature.get("name");
      const pinyin = document.createElement("span");
      pinyin.className = "pinyin";
      pinyin.textContent = feature.get("pinyin") || "";
      const link = document.createElement("a");
      link.href = `/names/${encodeURIComponent(feature.getId())}`;
      link.textContent = t("search.open");
      card.append(name, " ", pinyin, " ", link);
    }
  });
}

const target = document.querySelector("#map");
if (target) {
  const room = makeMap(target);
  mountResults(room);
  mountCard(room, document.querySelector("#map-card"));
  const input = document.querySelector("#q");
  makeSearch({
    input,
    listbox: document.querySelector("#q-options"),
    status: document.querySelector("#q-status"),
    onActive: (option) => {
      if (option?.point) {
        room.point(option.point, { label: option.title });
      }
    },
    onPick: (option) => {
      if (option.url) {
        window.location.assign(option.url);
      } else {
        input.value = option.title;
        input.form.submit();
      }
    },
  });
}
