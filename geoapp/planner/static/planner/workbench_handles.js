// Handles on one border: drag, or pick a point with [ and ] and push it with the arrows; its ends hold unless Alt
// frees them; a point that would make the line invalid turns red, with the reason in words.
import { Feature, LineString, Modify } from "./dist/ol.js";
import { chord } from "./keys.js";
import { t } from "./texts.js";
import { toMetres } from "./workbench_operations.js";
import { faultOf, nudgeOf, nudged, step } from "./workbench_vertices.js";
import { penStyle } from "./workbench_styles.js";

const REACH_PX = 12;
const FAULTS = { crossing: "wb.vertex.crossing", close: "wb.vertex.close" };

/** Put handles on a border: `free` says which ends Alt may free; `onChange({count, words})` hears every change. */
export function makeHandles(room, sketch, { path, free, onChange }) {
  const { view, target } = room;
  const feature = new Feature(new LineString(toMetres(path)));
  const line = () => feature.getGeometry().getCoordinates();
  let words = "";
  sketch.addFeature(feature);

  const endNear = (position) => {
    const ends = [line()[0], line().at(-1)];
    return ends.findIndex(([x, y]) => Math.hypot(x - position[0], y - position[1]) <= REACH_PX * view.getResolution());
  };

  /** Say whether a point may move now; tells why not. */
  function mayMove(end, altKey) {
    if (end < 0 || (altKey && free[end])) {
      return true;
    }
    words = t(free[end] ? "wb.vertex.held" : "wb.vertex.fixed");
    onChange({ count: line().length, words });
    return false;
  }

  function select(index) {
    feature.set("selected", index);
    target.dataset.vertex = index;
  }

  function mark(fault, reason) {
    feature.set("fault", fault);
    target.dataset.fault = fault === null ? "none" : String(fault);
    words = fault === null ? "" : t("wb.vertex.bad", { n: fault + 1, reason });
  }

  feature.getGeometry().on("change", () => {
    const fault = faultOf(line());
    mark(fault ? fault.index : null, fault ? t(FAULTS[fault.code]) : "");
    onChange({ count: line().length, words, path: line(), sound: !fault });
  });

  const modify = new Modify({
    source: sketch,
    pixelTolerance: REACH_PX,
    style: penStyle,
    condition: ({ coordinate, originalEvent }) => originalEvent.button === 0 && mayMove(endNear(coordinate), originalEvent.altKey),
    // Alt is for junctions; a point is taken out by a click with Shift, or by Delete.
    deleteCondition: ({ type, originalEvent }) => type === "singleclick" && originalEvent.shiftKey,
  });
  modify.on("modifyend", ({ mapBrowserEvent }) => {
    const [x, y] = mapBrowserEvent.coordinate;
    const away = line().map((point) => Math.hypot(point[0] - x, point[1] - y));
    select(away.indexOf(Math.min(...away)));
  });

  function onKey(event) {
    const push = nudgeOf(event);
    const index = feature.get("selected") ?? -1;
    const turn = { "[": -1, "]": 1 }[event.key];
    const wanted = turn || chord(event) === "Delete" || (push && index >= 0);
    if (!wanted || !target.contains(event.target) || event.ctrlKey || event.metaKey) {
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation(); // the arrows would move the map
    const last = line().length - 1;
    const end = index === 0 ? 0 : index === last ? 1 : -1;
    if (turn) {
      select(step(index, turn, last + 1));
      onChange({ count: last + 1, words: t("wb.vertex.at", { n: feature.get("selected") + 1, count: last + 1 }) });
    } else if (push && mayMove(end, event.altKey)) {
      feature.getGeometry().setCoordinates(nudged(line(), index, push));
    } else if (!push && end < 0 && index > 0) {
      feature.getGeometry().setCoordinates(line().filter((_, n) => n !== index));
      select(-1);
    }
  }

  select(-1);
  mark(null);
  feature.set("free", free);
  document.addEventListener("keydown", onKey, true);
  return {
    modify,
    line,
    /** The server's word on the line as it is: a reason, or "". */
    judge(reason) {
      if (!faultOf(line())) {
        const index = feature.get("selected") ?? -1;
        mark(reason ? Math.max(index, 0) : null, reason);
        onChange({ count: line().length, words });
      }
    },
    drop() {
      document.removeEventListener("keydown", onKey, true);
      delete target.dataset.vertex;
      delete target.dataset.fault;
    },
  };
}
