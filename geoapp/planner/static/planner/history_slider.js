// The history slider of a unit: a range over the days of change and the years, beside the form of a date.
// Without it the form works as it is; the slider only fills in the date and sends the form.

/** The index of the last stop not after a day (ISO text); the first when all are later. */
export function stopAt(stops, day) {
  let found = 0;
  stops.forEach(([stop], index) => {
    if (stop <= day) {
      found = index;
    }
  });
  return found;
}

/** The next index in a direction at which something changed, the same index when there is none. */
export function changeFrom(stops, index, step) {
  for (let i = index + step; i >= 0 && i < stops.length; i += step) {
    if (stops[i][3]) {
      return i;
    }
  }
  return index;
}

/** What a screen reader says of a stop. */
export function spoken([day, name, note]) {
  return [day, name, note].filter(Boolean).join(" ");
}

function mount(form) {
  const stops = JSON.parse(form.dataset.stops);
  const box = form.querySelector("[data-slider]");
  const range = box.querySelector("input[type=range]");
  const shown = box.querySelector("output");
  const [day, name, note] = ["time", "[data-name]", "[data-note]"].map((part) => shown.querySelector(part));
  const date = form.elements.on;
  let pointing = false;

  const say = () => {
    const stop = stops[Number(range.value)];
    day.textContent = stop[0];
    day.dateTime = stop[0];
    name.textContent = stop[1];
    note.textContent = stop[2];
    range.setAttribute("aria-valuetext", spoken(stop));
    return stop;
  };
  const go = (index) => {
    range.value = String(index);
    date.value = say()[0];
  };

  range.max = String(stops.length - 1);
  range.value = String(stopAt(stops, date.value));
  say();
  const marks = box.querySelector("[data-marks]");
  stops.forEach(([, , , changed], index) => {
    if (changed) {
      const mark = document.createElementNS("http://www.w3.org/2000/svg", "circle");
      mark.setAttribute("cx", `${stops.length > 1 ? (100 * index) / (stops.length - 1) : 0}%`);
      mark.setAttribute("cy", "4");
      mark.setAttribute("r", "3");
      marks.append(mark);
    }
  });
  box.hidden = false;

  range.addEventListener("input", () => go(Number(range.value)));
  range.addEventListener("pointerdown", () => {
    pointing = true;
  });
  // Letting go of the pointer is a choice; a key is only a step, and Enter sends.
  range.addEventListener("change", () => {
    if (pointing) {
      pointing = false;
      form.requestSubmit();
    }
  });
  range.addEventListener("keydown", (event) => {
    const step = { PageUp: 1, PageDown: -1 }[event.key];
    if (step) {
      event.preventDefault();
      go(changeFrom(stops, Number(range.value), step));
    } else if (event.key === "Enter") {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  date.addEventListener("change", () => {
    range.value = String(stopAt(stops, date.value));
    say();
  });
}

if (typeof document !== "undefined") {
  document.querySelectorAll("form[data-stops]").forEach(mount);
}
