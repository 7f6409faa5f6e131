// The counter: a click on the map sets the door's place; the streets near it come with the number a door would get.
import { getJSON } from "./api.js";
import { makeMap } from "./map.js";
import { forward, inverse } from "./projection.js";
import { reasonOf } from "./texts.js";
import { debounce } from "./timing.js";

const byId = (id) => document.getElementById(id);
const target = document.querySelector("[data-door-map]");
const room = makeMap(target);
const lon = byId("id_lon");
const lat = byId("id_lat");
const street = byId("id_street");
const address = byId("id_address");
const status = byId("door-status");
const hint = document.querySelector("[data-suggestion]");
let asked = 0;

function option(value, text, data = {}) {
  const made = new Option(text, value);
  made.lang = "zh-Hans";
  Object.assign(made.dataset, data);
  return made;
}

function refill(select, options, groups = options) {
  const kept = select.value;
  select.replaceChildren(select.options[0], ...groups);
  select.value = options.some((made) => made.value === kept) ? kept : "";
}

function showSuggestion() {
  const chosen = street.selectedOptions[0];
  hint.replaceChildren();
  if (chosen?.dataset.number) {
    const number = document.createElement("strong");
    number.textContent = chosen.dataset.number;
    number.lang = "zh-Hans";
    hint.append(`${hint.dataset.words} `, number, ` ${chosen.dataset.why}`);
  }
}

/** The groups of places a number may count along, as the page itself would list them. */
function grouped(groups) {
  return groups.map((group) => {
    const made = document.createElement("optgroup");
    made.label = group.label;
    made.append(
      ...group.options.map((row) =>
        option(row.id, row.aside ? `${row.name}（${row.aside}）` : row.name, {
          number: row.number,
          why: row.why,
        }),
      ),
    );
    return made;
  });
}

function show(found) {
  const groups = grouped(found.groups);
  refill(
    street,
    groups.flatMap((group) => [...group.children]),
    groups,
  );
  if (!street.value && found.streets.length) {
    street.value = found.streets[0].id;
  }
  refill(
    address,
    found.doors.map((row) => option(row.id, row.text)),
  );
  status.replaceChildren();
  if (found.community) {
    const name = document.createElement("span");
    name.lang = "zh-Hans";
    name.textContent = found.community.name;
    status.append(status.dataset.label, name);
  }
  if (!found.streets.length) {
    status.append(` ${status.dataset.none}`);
  }
  showSuggestion();
  target.dataset.streets = found.streets.length;
}

async function lookUp() {
  const turn = (asked += 1);
  if (!lon.value || !lat.value) {
    return;
  }
  status.textContent = status.dataset.busy;
  try {
    const query = new URLSearchParams({ lon: lon.value, lat: lat.value, q: byId("id_q").value });
    const found = await getJSON(`${target.dataset.near}?${query}`);
    if (turn === asked) {
      show(found);
    }
  } catch (error) {
    if (turn === asked) {
      status.textContent = reasonOf(error);
    }
  }
}

function mark({ fit }) {
  const position = [Number(lon.value), Number(lat.value)];
  if (lon.value && lat.value && position.every(Number.isFinite)) {
    room.point(position, { fit });
  }
}

const later = debounce(() => {
  mark({ fit: true });
  lookUp();
}, 400);

function place(coordinate) {
  [lon.value, lat.value] = inverse(coordinate).map((value) => value.toFixed(9));
  mark({ fit: false });
  lookUp();
}

room.map.on("singleclick", (event) => place(event.coordinate));
// The keyboard's equal of the click: Enter puts the door in the middle of the map.
target.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target === target) {
    event.preventDefault();
    place(room.view.getCenter());
  }
});
const kind = byId("id_kind");
/** Fields that only some kinds of application need stand aside for the others. */
function showFields() {
  for (const part of document.querySelectorAll("[data-for]")) {
    part.hidden = !part.dataset.for.split(" ").includes(kind.value);
  }
}
kind.addEventListener("change", showFields);
showFields();

lon.addEventListener("input", later);
lat.addEventListener("input", later);
street.addEventListener("change", showSuggestion);
document.querySelector("[data-lookup]").hidden = true;
if (lon.value && lat.value) {
  const position = forward([Number(lon.value), Number(lat.value)]);
  if (position.every(Number.isFinite)) {
    mark({ fit: true });
  }
  showSuggestion();
} else if (target.dataset.extent) {
  room.fitExtent(target.dataset.extent.split(",").map(Number), { padding: [16, 16, 16, 16] });
}
