// Drawing on the workbench's map: a line, a ring, or one border whose points are dragged. One sketch at a time.
import { Draw, Snap, VectorLayer, VectorSource, never } from "./dist/ol.js";
import { snapToGrid, withoutRepeats } from "./frame.js";
import { snapPosition } from "./snapping.js";
import { makeHandles } from "./workbench_handles.js";
import { toMillimetres } from "./workbench_operations.js";
import { handleStyle, penStyle } from "./workbench_styles.js";

const SNAP_PX = 10;
const FEWEST = { LineString: 2, Polygon: 3 };

/**
 * Make the pen. `edges` is snapped to; `onDone(path)` hears a finished sketch as millimetre points (a ring without
 * its first point repeated), `onState({mode, count, words})` every change, `onEdited(path)` a sound border under edit.
 */
export function makePen(room, edges, { onDone, onState, onEdited }) {
  const { map, view, target } = room;
  const sketch = new VectorSource();
  map.addLayer(new VectorLayer({ source: sketch, style: handleStyle, zIndex: 40 }));
  let mode = "";
  let draw = null;
  let held = [];
  let count = 0;
  let handles = null;

  function tell(words = "") {
    target.dataset.tool = mode || "none";
    target.dataset.vertexCount = count;
    onState({ mode, count, words });
  }

  function drop() {
    held.forEach((one) => map.removeInteraction(one));
    held = [];
    handles?.drop();
    handles = null;
    draw = null;
    mode = "";
    count = 0;
    sketch.clear(true);
  }

  function hold(...interactions) {
    interactions.push(new Snap({ source: edges, intersection: true, pixelTolerance: SNAP_PX })); // last, see draw.js
    held = interactions;
    held.forEach((one) => map.addInteraction(one));
  }

  const tidy = (positions) => toMillimetres(withoutRepeats(positions.map(snapToGrid)));

  function finishWith(path) {
    drop();
    tell();
    onDone(path);
  }

  const ringOf = (geometry, type) => (type === "Polygon" ? geometry.getCoordinates()[0].slice(0, -1) : geometry.getCoordinates());

  return {
    get busy() {
      return mode !== "";
    },
    /** Begin a sketch of `type` ("LineString" or "Polygon"). */
    start(type) {
      drop();
      mode = type;
      draw = new Draw({ type, stopClick: true, snapTolerance: SNAP_PX, freehandCondition: never, style: penStyle });
      draw.on("drawstart", ({ feature }) => {
        count = 1;
        tell();
        feature.getGeometry().on("change", ({ target: shape }) => {
          const drawn = type === "Polygon" ? shape.getCoordinates()[0].length - 2 : shape.getCoordinates().length - 1;
          if (drawn !== count && drawn > 0) {
            count = drawn;
            tell();
          }
        });
      });
      draw.on("drawend", ({ feature }) => {
        const path = tidy(ringOf(feature.getGeometry(), type));
        window.setTimeout(() => finishWith(path), 0); // the interaction is still tidying up
      });
      hold(draw);
      tell();
    },
    /** Put handles on one border (millimetre path) and on nothing else; `free`: which ends Alt may free. */
    edit(path, free) {
      drop();
      mode = "edge";
      count = path.length;
      handles = makeHandles(room, sketch, {
        path,
        free,
        onChange: (now) => {
          count = now.count;
          tell(now.words);
          if (now.sound) {
            onEdited(tidy(now.path));
          }
        },
      });
      hold(handles.modify);
      tell();
    },
    /** What the server says of the border under edit: a reason, or "". */
    judge: (reason) => handles?.judge(reason),
    finish() {
      if (mode === "edge") {
        finishWith(tidy(handles.line()));
      } else if (draw && count >= FEWEST[mode]) {
        draw.finishDrawing();
      }
    },
    /** Take back the last point; false when there is none. */
    back() {
      if (draw && count > 0) {
        draw.removeLastPoint();
        return true;
      }
      return false;
    },
    cancel() {
      drop();
      tell();
    },
    /** Set a point under the crosshair. */
    vertex() {
      if (draw) {
        const centre = view.getCenter();
        const reach_m = SNAP_PX * view.getResolution();
        const box = [centre[0] - reach_m, centre[1] - reach_m, centre[0] + reach_m, centre[1] + reach_m];
        const lines = edges.getFeaturesInExtent(box).map((one) => one.getGeometry().getCoordinates());
        draw.appendCoordinates([snapPosition(centre, lines, reach_m)]);
      }
    },
  };
}
