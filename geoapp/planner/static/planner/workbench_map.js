// The workbench's map: units, boundary lines (each once), what goes, what comes, the land that moves.
import { Feature, LineString, VectorLayer, VectorSource } from "./dist/ol.js";
import { readFeatures } from "./layers.js";
import { makeMap } from "./map.js";
import { landFaults } from "./workbench_ledger.js";
import { toMetres } from "./workbench_operations.js";
import { afterStyle, chosenStyle, edgeStyle, freshStyle, goneStyle, lockStyle, mineStyle, movedStyle, outlineStyle, planStyle, theirStyle, unitStyle } from "./workbench_styles.js";

function place({ map, layers }, style, zIndex, declutter = false) {
  const source = new VectorSource();
  const layer = new VectorLayer({ source, style, zIndex, declutter });
  map.addLayer(layer);
  layers.push(layer);
  return source;
}

const asFeatures = (geometry) => (geometry ? readFeatures({ type: "Feature", properties: {}, geometry }) : []);

function put(source, features) {
  source.clear(true);
  source.addFeatures(features);
}

/** Make the map; `onPick(id)` hears a click on a unit of one's own while `mayPick()` says so. */
export function makeBoundaryMap(target, { onPick, mayPick }) {
  const room = makeMap(target);
  const { map } = room;
  const on = { map, layers: [] };
  room.baseLayer("communities").setVisible(false); // its strokes would double the edge set
  room.baseLayer("towns").setVisible(false);
  const units = place(on, unitStyle, 10, true); // a town of fifty names is unreadable otherwise
  // The names of what is chosen and of what comes are placed first, being on the upper layers: neighbours give way.
  const moved = place(on, movedStyle, 12);
  const edges = place(on, edgeStyle, 14);
  const gone = place(on, goneStyle, 16);
  const fresh = place(on, freshStyle, 17);
  const after = place(on, afterStyle, 18, true);
  const chosenNames = place(on, chosenStyle, 20, true);
  const towns = place(on, outlineStyle, 9, true);
  const theirs = place(on, theirStyle, 21);
  const mine = place(on, mineStyle, 22);
  const old = place(on, goneStyle, 23);
  const locks = place(on, lockStyle, 20, true);
  let onTown = null;
  const plan = place(on, planStyle, 19);
  let known = new Map();

  map.on("singleclick", ({ coordinate }) => {
    if (mayPick()) {
      const [town] = towns.getFeaturesAtCoordinate(coordinate);
      if (town) {
        onTown(String(town.getId()));
        return;
      }
      const [hit] = units.getFeaturesAtCoordinate(coordinate).filter((one) => one.get("own"));
      if (hit) {
        onPick(String(hit.getId()));
      }
    }
  });

  function edgeFeature({ first, second, path }, index) {
    const feature = new Feature(new LineString(toMetres(path)));
    const parents = [first, second].map((id) => known.get(id)?.parent);
    feature.setProperties({ index, town: second !== "" && parents[0] !== parents[1] && parents.every(Boolean) });
    return feature;
  }

  function showEdges(list) {
    put(edges, list.map(edgeFeature));
    target.dataset.edgeCount = list.length;
  }

  return {
    room,
    edges,
    layers: on.layers,
    showEdges,
    /** Show the ground: GeoJSON collection with `edges`. */
    showGround(collection) {
      const features = readFeatures(collection);
      known = new Map(features.map((one) => [String(one.getId()), one.getProperties()]));
      put(towns, []);
      put(units, features);
      showEdges(collection.edges);
      target.dataset.unitCount = features.length;
    },
    /** Show towns' outlines (GeoJSON) instead of any unit; `onPick(id)` hears a click on one. */
    showTowns(collection, onPick) {
      onTown = onPick;
      put(towns, readFeatures(collection));
      target.dataset.townCount = collection.features.length;
      room.fitExtent(room.extentOf(towns.getFeatures()), { duration: 0 });
    },
    choose(ids) {
      units.getFeatures().forEach((one) => one.set("chosen", ids.includes(String(one.getId()))));
      put(chosenNames, units.getFeatures().filter((one) => one.get("chosen") && !one.get("locked")));
      target.dataset.chosen = ids.length;
    },
    /** Show what a trial said; null takes everything away. */
    showTrial(answer, nameOf) {
      put(gone, asFeatures(answer?.gone));
      put(fresh, asFeatures(answer?.fresh));
      put(moved, asFeatures(answer?.moved));
      const shapes = (answer?.units || []).flatMap((unit) => {
        const found = asFeatures(unit.geometry);
        found.forEach((one) => one.set("label", nameOf(unit.id)));
        return found;
      });
      put(after, shapes);
      const renamed = new Set((answer?.units || []).map((unit) => unit.id));
      const touched = new Set((answer?.balances || []).map((row) => row.id));
      units.getFeatures().forEach((one) => {
        one.set("renamed", renamed.has(String(one.getId())) || touched.has(String(one.getId())));
      });
      const troubles = [answer?.refused, ...landFaults(answer)].filter((one) => one?.place);
      const places = troubles.flatMap((one) => {
        const found = asFeatures(one.place);
        found.forEach((feature) => feature.setProperties({ severity: "block", label: "", picked: true }));
        return found;
      });
      put(room.findings.source, places);
      Object.assign(target.dataset, {
        goneCount: gone.getFeatures().length,
        freshCount: fresh.getFeatures().length,
        movedCount: moved.getFeatures().length,
        troubleCount: places.length,
      });
    },
    /** Show three lands: the old lines, another person's, one's own; null takes them away. */
    showLands(answer) {
      put(old, asFeatures(answer?.old));
      put(theirs, [...asFeatures(answer?.theirs.moved), ...asFeatures(answer?.theirs.fresh)]);
      put(mine, [...asFeatures(answer?.mine.moved), ...asFeatures(answer?.mine.fresh)]);
      target.dataset.lands = answer ? "three" : "none";
      const features = [old, theirs, mine].flatMap((source) => source.getFeatures());
      if (features.length) {
        room.fitExtent(room.extentOf(features), { duration: 0, minResolution: 0.5 });
      }
    },
    /** Show locked units with their reasons: a map from id to reason. */
    showLocks(reasons) {
      units.getFeatures().forEach((one) => one.set("locked", reasons.get(String(one.getId())) || ""));
      put(locks, units.getFeatures().filter((one) => one.get("locked")));
      put(chosenNames, units.getFeatures().filter((one) => one.get("chosen") && !one.get("locked")));
      target.dataset.locks = locks.getFeatures().length;
    },
    showPlan(geometry) {
      put(plan, asFeatures(geometry));
      target.dataset.plan = geometry ? "true" : "false";
    },
    pickEdge(index) {
      edges.getFeatures().forEach((one) => one.set("picked", one.get("index") === index));
    },
    /** Move the view to some units, else to all of them. */
    fit(ids = []) {
      const features = units.getFeatures().filter((one) => !ids.length || ids.includes(String(one.getId())));
      room.fitExtent(room.extentOf(features), { duration: 0, minResolution: 0.5 });
    },
    fitFindings() {
      if (room.findings.source.getFeatures().length) {
        room.fitExtent(room.findings.source.getExtent(), { duration: 250, minResolution: 2 });
      }
    },
  };
}
