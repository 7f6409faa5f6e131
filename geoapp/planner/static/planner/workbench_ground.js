// The land around: the units of a town at once, or, for whoever has too many of them, the outlines of the towns first.
import { getJSON } from "./api.js";
import { reasonOf, t } from "./texts.js";
import { latestOnly } from "./timing.js";

/**
 * Make the loader. `list` is the list of units, `boundaries` the map, `onLand(collection, ids)` hears the land,
 * `onTowns(words)` that only outlines are shown; `most` is how many units
 * the server gives in one answer.
 */
export function makeGround(boundaries, list, { most, onLand, onTowns }) {
  const { room } = boundaries;
  const fetchLand = latestOnly((ids, signal) => getJSON(`/boundaries/ground.geojson?near=${ids.join(",")}`, { signal }));

  let held = [];

  async function load(ids) {
    held = ids;
    try {
      const answer = await fetchLand(ids.slice(0, most));
      if (!answer.stale) {
        boundaries.showGround(answer.value);
        onLand(answer.value, ids);
        room.target.dataset.ground = "ready";
      }
    } catch (error) {
      room.say(reasonOf(error));
    }
  }

  async function outlines() {
    try {
      const towns = await getJSON("/boundaries/ground.geojson?towns=1");
      boundaries.showTowns(towns, (town) => load(list.inTown(town)));
      onTowns(t("wb.towns.first", { count: list.ids.length, towns: towns.features.length }));
      room.target.dataset.ground = "towns";
    } catch (error) {
      room.say(reasonOf(error));
    }
  }

  return {
    load,
    /** What was asked for last. */
    get ids() {
      return held;
    },
    /** Begin: with the units given, else with all of them, else with the towns. */
    begin(near, chosen) {
      const wanted = chosen.length ? [...new Set([...near, ...chosen])] : near.length ? near : list.ids;
      if (!wanted.length) {
        return;
      }
      if (wanted.length <= most) {
        load(wanted);
      } else {
        outlines();
      }
    },
  };
}
