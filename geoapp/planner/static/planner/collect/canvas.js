// A small map without tiles: outline, streets, doors, the position with its ring of accuracy. Frame metres.
import { button, h } from "./dom.js";
import { shownOf } from "./pad.js";
import { t } from "./texts.js";

const COLOURS = {
  queued: "#7a4a00",
  sent: "#1d4f86",
  conflict: "#a3211b",
  refused: "#a3211b",
  returned: "#a3211b",
  accepted: "#1b6236",
  withdrawn: "#7b8893",
};
const FONT = '"Noto Sans CJK SC", "Microsoft YaHei", sans-serif';
const [CLOSEST, FARTHEST] = [0.05, 40]; // metres per pixel
const STEP_PX = 40;
const BARS_M = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

/** The bounds of rings or lines: [xmin, ymin, xmax, ymax]; null without a point. */
export function boundsOf(lines) {
  const points = lines.flat();
  if (!points.length) {
    return null;
  }
  const [xs, ys] = [points.map((p) => p[0]), points.map((p) => p[1])];
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

/**
 * Make a map: {element, draw(scene), centre(point, resolution), fit(bounds), middle()}. A scene holds outline and
 * area (rings), streets, doors [{x, y, label, status, mine}], position {x, y, accuracy_m}, mark [x, y], cross.
 */
export function makeCanvasMap({ label, small = false, onMove = () => {} } = {}) {
  const canvas = h("canvas", { class: "cm__canvas", tabindex: "0", role: "application", "aria-label": label });
  const bar = h("p", { class: "cm__bar", "aria-hidden": "true" });
  const tools = h(
    "div",
    { class: "cm__tools" },
    button("+", () => zoom(0.6), { "aria-label": t("map.in"), class: "cm__tool" }),
    button("−", () => zoom(1 / 0.6), { "aria-label": t("map.out"), class: "cm__tool" }),
    button("◎", () => scene.position && centre([scene.position.x, scene.position.y], view.resolution, true), {
      "aria-label": t("map.here"),
      class: "cm__tool",
    }),
  );
  const element = h("div", { class: small ? "cm cm--small" : "cm", "data-testid": "map" }, canvas, tools, bar);
  const view = { x: 0, y: 0, resolution: 0.5, moved: false };
  let scene = {};

  const size = () => [canvas.clientWidth || 320, canvas.clientHeight || 200];
  const toPixel = ([x, y]) => {
    const [width, height] = size();
    return [(x - view.x) / view.resolution + width / 2, (view.y - y) / view.resolution + height / 2];
  };

  function path(pen, line) {
    line.forEach((point, i) => pen[i ? "lineTo" : "moveTo"](...toPixel(point)));
  }

  function paint() {
    const [width, height] = size();
    const ratio = globalThis.devicePixelRatio || 1;
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    const pen = canvas.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.fillStyle = "#e4e9e5";
    pen.fillRect(0, 0, width, height);
    land(pen);
    streets(pen);
    doors(pen);
    position(pen, width, height);
    scale();
    element.dataset.doors = (scene.doors || []).length;
    element.dataset.mapReady = "true";
  }

  function land(pen) {
    pen.lineJoin = "round";
    for (const [rings, fill, stroke] of [
      [scene.outline || [], "#ffffff", "#8b99a6"],
      [scene.area || [], "rgba(201,138,26,0.12)", "#c98a1a"],
    ]) {
      for (const ring of rings) {
        pen.beginPath();
        path(pen, ring);
        pen.closePath();
        pen.fillStyle = fill;
        pen.fill();
        pen.strokeStyle = stroke;
        pen.lineWidth = 2;
        pen.stroke();
      }
    }
  }

  function streets(pen) {
    for (const pass of ["casing", "surface", "name"]) {
      for (const street of scene.streets || []) {
        const chosen = street.id === scene.street;
        for (const line of street.axis) {
          if (pass === "name") {
            streetName(pen, street, line, chosen);
            continue;
          }
          pen.beginPath();
          path(pen, line);
          pen.lineCap = "round";
          pen.strokeStyle = pass === "casing" ? (chosen ? "#b45f00" : "#b79a5b") : chosen ? "#ffe2a8" : "#fff8e6";
          pen.lineWidth = pass === "casing" ? 9 : 6;
          pen.stroke();
        }
      }
    }
  }

  function streetName(pen, street, line, chosen) {
    const [width, height] = size();
    const seen = line.map(toPixel).filter(([x, y]) => x > 0 && y > 0 && x < width && y < height);
    const ends = line.map(toPixel);
    const middle = seen.length ? seen[Math.floor(seen.length / 2)] : [(ends[0][0] + ends.at(-1)[0]) / 2, (ends[0][1] + ends.at(-1)[1]) / 2];
    if (view.resolution < 4) {
      words(pen, street.name, Math.min(width - 84, Math.max(44, middle[0])), middle[1] - 10, chosen ? "#7a3d00" : "#4a3a10", 13);
    }
  }

  function words(pen, text, x, y, colour, size_px) {
    pen.font = `${size_px}px ${FONT}`;
    pen.textAlign = "center";
    pen.lineWidth = 3;
    pen.strokeStyle = "#ffffff";
    pen.strokeText(text, x, y);
    pen.fillStyle = colour;
    pen.fillText(text, x, y);
  }

  function doors(pen) {
    for (const door of scene.doors || []) {
      const [x, y] = toPixel([door.x, door.y]);
      pen.beginPath();
      pen.arc(x, y, door.mine ? 6 : 3.5, 0, Math.PI * 2);
      pen.fillStyle = door.mine ? COLOURS[door.status] : "#5d6b77";
      pen.fill();
      pen.lineWidth = 1.5;
      pen.strokeStyle = "#ffffff";
      pen.stroke();
      if (view.resolution < 0.6 && door.label) {
        words(pen, door.label, x, y - 9, door.mine ? COLOURS[door.status] : "#33424f", 12);
      }
    }
  }

  function position(pen, width, height) {
    if (scene.position) {
      const [x, y] = toPixel([scene.position.x, scene.position.y]);
      pen.beginPath();
      pen.arc(x, y, Math.max(6, scene.position.accuracy_m / view.resolution), 0, Math.PI * 2);
      pen.fillStyle = scene.good ? "rgba(27,98,54,0.18)" : "rgba(201,138,26,0.22)";
      pen.fill();
      pen.lineWidth = 2;
      pen.strokeStyle = scene.good ? "#1b6236" : "#c98a1a";
      pen.stroke();
      pen.beginPath();
      pen.arc(x, y, 5, 0, Math.PI * 2);
      pen.fillStyle = "#14548f";
      pen.fill();
    }
    if (scene.mark) {
      const [x, y] = toPixel(scene.mark);
      pen.fillStyle = "#b00069";
      pen.fillRect(x - 7, y - 1.5, 14, 3);
      pen.fillRect(x - 1.5, y - 7, 3, 14);
    }
    if (scene.cross) {
      pen.strokeStyle = "#b00069";
      pen.lineWidth = 2;
      pen.beginPath();
      pen.arc(width / 2, height / 2, 15, 0, Math.PI * 2);
      pen.moveTo(width / 2 - 23, height / 2);
      pen.lineTo(width / 2 + 23, height / 2);
      pen.moveTo(width / 2, height / 2 - 23);
      pen.lineTo(width / 2, height / 2 + 23);
      pen.stroke();
    }
  }

  function scale() {
    const metres = BARS_M.filter((m) => m / view.resolution < 110).at(-1) ?? BARS_M[0];
    bar.textContent = t("map.scale", { m: metres });
    bar.style.width = `${metres / view.resolution}px`;
  }

  function changed() {
    view.moved = true;
    paint();
    onMove([view.x, view.y]);
  }
  function zoom(factor) {
    view.resolution = Math.min(FARTHEST, Math.max(CLOSEST, view.resolution * factor));
    changed();
  }
  function pan(dx_px, dy_px) {
    view.x -= dx_px * view.resolution;
    view.y += dy_px * view.resolution;
    changed();
  }
  function centre([x, y], resolution = view.resolution, byHand = false) {
    Object.assign(view, { x, y, resolution });
    view.moved = byHand || view.moved;
    paint();
    onMove([x, y]);
  }

  const held = new Map();
  canvas.addEventListener("pointerdown", (event) => {
    held.set(event.pointerId, [event.clientX, event.clientY]);
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    const before = held.get(event.pointerId);
    if (!before) {
      return;
    }
    const now = [event.clientX, event.clientY];
    if (held.size === 2) {
      const other = [...held].find(([id]) => id !== event.pointerId)[1];
      const reach = ([x, y]) => Math.max(1, Math.hypot(x - other[0], y - other[1]));
      zoom(reach(before) / reach(now));
    } else {
      pan(now[0] - before[0], now[1] - before[1]);
    }
    held.set(event.pointerId, now);
  });
  for (const end of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(end, (event) => held.delete(event.pointerId));
  }
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoom(event.deltaY > 0 ? 1.25 : 0.8);
  });
  canvas.addEventListener("keydown", (event) => {
    const moves = { ArrowLeft: [STEP_PX, 0], ArrowRight: [-STEP_PX, 0], ArrowUp: [0, STEP_PX], ArrowDown: [0, -STEP_PX] };
    if (moves[event.key]) {
      event.preventDefault();
      pan(...moves[event.key].map((px) => (event.shiftKey ? px / 8 : px)));
    } else if (event.key === "+" || event.key === "=") {
      zoom(0.6);
    } else if (event.key === "-") {
      zoom(1 / 0.6);
    }
  });
  new ResizeObserver(() => paint()).observe(canvas);

  return {
    element,
    view,
    draw(next) {
      scene = { ...scene, ...next };
      paint();
    },
    centre,
    fit(bounds) {
      if (bounds) {
        const [width, height] = size();
        const [xmin, ymin, xmax, ymax] = bounds;
        const resolution = Math.max((xmax - xmin) / (width - 24), (ymax - ymin) / (height - 24), CLOSEST);
        Object.assign(view, { x: (xmin + xmax) / 2, y: (ymin + ymax) / 2, resolution });
        paint();
      }
    },
    middle: () => [Math.round(view.x * 1000) / 1000, Math.round(view.y * 1000) / 1000],
  };
}

/** The doors of a package and of this phone as the map shows them. */
export function doorsOf(pack, rows) {
  const own = new Set(rows.map((row) => row.door));
  const registered = pack.streets.flatMap((street) =>
    street.doors.map(([number, sub, x, y]) => ({ x, y, label: shownOf(number, sub) })),
  );
  const others = pack.collected
    .filter((row) => !own.has(row.door))
    .map(({ x, y, number, sub_number }) => ({ x, y, label: shownOf(number, sub_number) }));
  const mine = rows
    .filter((row) => row.status !== "withdrawn")
    .map(({ at, fields, status }) => ({
      x: at[0],
      y: at[1],
      mine: true,
      status,
      label: shownOf(fields.number, fields.sub_number) || fields.plate_text,
    }));
  return [...registered, ...others, ...mine];
}
