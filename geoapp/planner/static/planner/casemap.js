// The map of a case: its items from the data block #case-geometry, its findings, and buttons that show one of them
// ([data-zoom-item="seq"], [data-zoom-finding="place in the list"]).
import { readCase } from "./caseitems.js";
import { readFeatures } from "./layers.js";
import { makeMap } from "./map.js";

function mountCase(block, target) {
  const { items, findings } = readCase(JSON.parse(block.textContent));
  const room = makeMap(target);
  const shown = room.highlight(items);
  shown.forEach((feature) => feature.set("label", feature.get("name") || feature.get("title")));
  room.findings.source.addFeatures(findings.flatMap(readFeatures));
  target.dataset.itemCount = items.length;

  const zoomTo = (features) => {
    if (features.length) {
      room.fitExtent(room.extentOf(features), { minResolution: 0.5, duration: 250 });
      target.scrollIntoView({ block: "nearest" });
    }
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-zoom-item], [data-zoom-finding]");
    if (button?.dataset.zoomItem !== undefined) {
      zoomTo(shown.filter((feature) => String(feature.get("seq")) === button.dataset.zoomItem));
    } else if (button) {
      const index = Number(button.dataset.zoomFinding);
      const picked = room.findings.source.getFeatures().filter((feature) => feature.get("index") === index);
      room.findings.source.forEachFeature((feature) => feature.set("picked", picked.includes(feature)));
      zoomTo(picked);
    }
  });
}

const block = document.querySelector("#case-geometry");
const target = document.querySelector("#case-map, [data-map=case], .map");
if (block && target && !target.dataset.mapReady && !target.dataset.mounted) {
  target.dataset.mounted = "true";
  mountCase(block, target);
}
