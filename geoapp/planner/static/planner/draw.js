// Drawing one street axis: a line in the city frame with snapping, undo, editing by handles and by keyboard.
// Every committed state is on the millimetre grid; the caller hears of each.
import { Draw, Feature, LineString, Modify, Snap, VectorLayer, VectorSource, never, unByKey } from "./dist/ol.js";
import { frameLength, snapToGrid, withoutRepeats } from "./frame.js";
import { makeHistory } from "./history.js";
import { snapPosition } from "./snapping.js";
import { drawingStyle, sketchStyle } from "./styles.js";

const SNAP_PX = 12;
const tidy = (positions) => withoutRepeats(positions.map(snapToGrid));

/** The positions of every street line within `tolerance_m` of a frame position. */
function linesNear(source, [x, y], tolerance_m) {
  const box = [x - tolerance_m, y - tolerance_m, x + tolerance_m, y + tolerance_m];
  return source.getFeaturesInExtent(box).flatMap((feature) => {
    const geometry = feature.getGeometry();
    return geometry.getType() === "LineString" ? [geometry.getCoordinates()] : geometry.getCoordinates();
  });
}

/**
 * Make the drawing tool on a map room. `onChange(positions, {final})` hears every change of the line (frame
 * positions; not final while drawing), `onState({tool, count, length_m, snapped})` what to tell the person.
 */
export function makeDrawing(room, { onChange, onState, initial = [] }) {
  const { map, view, target } = room;
  const streets = room.source("streets");
  const sketch = new VectorSource();
  map.addLayer(new VectorLayer({ source: sketch, style: sketchStyle, zIndex: 40 }));
  const history = makeHistory(tidy(initial));
  let tool = "none";
  let draw = null;
  let modify = null;
  let snap = null;
  let snapped = { kind: "none", name: "" };
  let drawn = [];

  const positions = () => (tool === "draw" && drawn.length ? drawn : history.current);

  function tell() {
    target.dataset.tool = tool;
    target.dataset.vertexCount = positions().length;
    target.dataset.snap = snapped.kind;
    const drawing = tool === "draw";
    onState({ tool, drawing, count: positions().length, length_m: frameLength(positions()), snapped: snapped.name });
  }

  function show(line) {
    sketch.clear(true);
    if (line.length >= 2) {
      sketch.addFeature(new Feature(new LineString(line)));
    }
  }

  function drop() {
    for (const interaction of [draw, modify, snap]) {
      if (interaction) {
        map.removeInteraction(interaction);
      }
    }
    draw = modify = snap = null;
    drawn = [];
    snapped = { kind: "none", name: "" };
  }

  function addSnap() {
    snap = new Snap({ source: streets, intersection: true, pixelTolerance: SNAP_PX });
    snap.on("snap", (event) => {
      snapped = { kind: event.segment ? "edge" : "vertex", name: event.feature?.get("name") || "" };
      tell();
    });
    snap.on("unsnap", () => {
      snapped = { kind: "none", name: "" };
      tell();
    });
    map.addInteraction(snap); // last, or the other interactions see the raw pointer
  }

  function commit(line) {
    history.push(line);
    show(line);
    onChange(line, { final: true });
  }

  function startModify() {
    drop();
    tool = history.current.length >= 2 ? "modify" : "none";
    show(history.current);
    if (tool === "modify") {
      modify = new Modify({ source: sketch, pixelTolerance: 12, style: drawingStyle(() => snapped.kind) });
      modify.on("modifyend", () => {
        const line = tidy(sketch.getFeatures()[0].getGeometry().getCoordinates());
        if (line.length >= 2) {
          commit(line);
        } else {
          show(history.current);
        }
        tell();
      });
      map.addInteraction(modify);
      addSnap();
    }
    tell();
  }

  function startDraw() {
    drop();
    tool = "draw";
    sketch.clear(true);
    draw = new Draw({
      type: "LineString",
      stopClick: true,
      snapTolerance: SNAP_PX,
      freehandCondition: never,
      style: drawingStyle(() => snapped.kind),
    });
    let watching = null;
    draw.on("drawstart", ({ feature }) => {
      drawn = tidy(feature.getGeometry().getCoordinates().slice(0, 1));
      tell();
      watching = feature.getGeometry().on("change", ({ target: line }) => {
        // The last position only follows the pointer.
        const fixed = tidy(line.getCoordinates().slice(0, -1));
        if (fixed.length !== drawn.length) {
          drawn = fixed;
          if (drawn.length >= 2) {
            onChange(drawn, { final: false });
          }
          tell();
        }
      });
    });
    draw.on("drawabort", () => unByKey(watching || []));
    draw.on("drawend", ({ feature }) => {
      unByKey(watching || []);
      const line = tidy(feature.getGeometry().getCoordinates());
      if (line.length >= 2) {
        commit(line);
      }
      // Not inside the draw interaction's own event: it is still tidying up.
      window.setTimeout(startModify, 0);
    });
    map.addInteraction(draw);
    addSnap();
    tell();
  }

  function restore(line) {
    show(line);
    startModify();
    onChange(line, { final: true });
  }

  const actions = {
    draw: startDraw,
    modify: startModify,
    finish() {
      if (tool === "draw" && drawn.length >= 2) {
        draw.finishDrawing();
      }
    },
    undo() {
      if (tool === "draw" && drawn.length) {
        draw.removeLastPoint();
        tell();
      } else if (history.canUndo) {
        restore(history.undo());
      }
    },
    redo() {
      if (tool !== "draw" && history.canRedo) {
        restore(history.redo());
      }
    },
    cancel() {
      if (tool === "draw") {
        draw.abortDrawing();
        startModify();
        onChange(history.current, { final: true });
      }
    },
    clear() {
      drop();
      tool = "none";
      commit([]);
      tell();
    },
    /** Set a vertex under the crosshair (the middle of the map), snapped like the pointer. */
    vertex() {
      if (tool === "draw") {
        const centre = view.getCenter();
        const tolerance_m = SNAP_PX * view.getResolution();
        draw.appendCoordinates([snapPosition(centre, linesNear(streets, centre, tolerance_m), tolerance_m)]);
      }
    },
  };

  startModify();
  return {
    actions,
    get drawing() {
      return tool === "draw";
    },
    get positions() {
      return positions();
    },
    /** Replace the line from elsewhere (typed coordinates, frame positions); undoable like any change. */
    replace(line) {
      commit(tidy(line));
      startModify();
    },
    extent: () => (history.current.length ? new LineString(history.current).getExtent() : null),
  };
}
