// The map of one registered thing: [data-geojson] names the address of its GeoJSON (Feature or collection).
import { getJSON } from "./api.js";
import { makeMap } from "./map.js";
import { reasonOf } from "./texts.js";

async function mountEntry(target) {
  if (target.dataset.mounted) {
    return;
  }
  target.dataset.mounted = "true";
  const room = makeMap(target);
  try {
    room.highlight([await getJSON(target.dataset.geojson)]);
  } catch (error) {
    room.say(reasonOf(error));
  }
}

document.querySelectorAll("[data-geojson]").forEach(mountEntry);
