// The map of a case: its streets, where findings point, and the buttons of the page that show one of them
// ([data-zoom="feature id"]). [data-case-map] names the address of the GeoJSON.
import { getJSON } from "./api.js";
import { readFeatures } from "./layers.js";
import { makeMap } from "./map.js";
import { reasonOf } from "./texts.js";

async function mountCase(target) {
  const room = makeMap(target);
  let collection;
  try {
    collection = await getJSON(target.dataset.caseMap);
  } catch (error) {
    room.say(reasonOf(error));
    return;
  }
  const withRole = (role) => collection.features.filter((feature) => feature.properties.role === role);
  const items = room.highlight(withRole("item"));
  items.forEach((feature) => feature.set("label", feature.get("name")));
  const findings = withRole("finding").flatMap(readFeatures);
  room.findings.source.addFeatures(findings);
  target.dataset.itemCount = items.length;

  const byId = new Map([...items, ...findings].map((feature) => [feature.getId(), feature]));
  for (const button of document.querySelectorAll("[data-zoom]")) {
    const picked = byId.get(button.dataset.zoom);
    button.hidden = !picked;
    button.addEventListener("click", () => {
      findings.forEach((feature) => feature.set("picked", feature === picked));
      room.fitExtent(picked.getGeometry().getExtent(), { minResolution: 0.5, duration: 250 });
      target.scrollIntoView({ block: "nearest" });
    });
  }
}

document.querySelectorAll("[data-case-map]").forEach(mountCase);
