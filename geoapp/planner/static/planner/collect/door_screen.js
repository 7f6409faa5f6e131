// One door: where it is, which street, what hangs there, two photos, save. An ordinary door takes six taps.
import { offsetFrom } from "./axis.js";
import { makeCanvasMap, doorsOf } from "./canvas.js";
import { button, h, zh } from "./dom.js";
import { sha256 } from "./outbox.js";
import { numbersOf, plateOf, press, shownOf } from "./pad.js";
import { shrink } from "./photo.js";
import { judge, nearest } from "./place.js";
import { inside } from "./plane.js";
import { suggest } from "./suggest.js";
import { t } from "./texts.js";

const PLATES = ["hangs", "none", "damaged"];
const KEYS = ["1", "2", "3", "back", "4", "5", "6", "sub", "7", "8", "9", "0"];
const MORE = [
  ["plate_text", "door.plateText", 200],
  ["compound", "door.compound", 100],
  ["building", "door.building", 40],
  ["unit_no", "door.unit", 40],
  ["floor", "door.floor", 20],
  ["room", "door.room", 40],
  ["note", "door.note", 300],
];

const blank = () => ({ plate: "hangs", shown: "", street: undefined, manual: null, text: {}, suggested: false });

/** What the form holds of a door that was saved before. */
function formOf(row) {
  const { fields } = row;
  return {
    plate: fields.plate,
    shown: shownOf(fields.number, fields.sub_number),
    street: fields.street,
    manual: fields.method === "map" ? row.at : null,
    kept: fields.method === "gnss" ? { ...fields, x: row.at[0], y: row.at[1] } : null,
    suggested: fields.suggested,
    text: Object.fromEntries([...MORE.map(([name]) => name), "street_text", "village"].map((name) => [name, fields[name] ?? ""])),
  };
}

/**
 * The form. `app`: {store, gps, save(row, fields, at, draftKey)}; `pack`: the task; `rows`: the doors on this phone;
 * `row`: the door to change, null for a new one. Returns {element, close()}.
 */
export async function doorScreen(app, pack, rows, row) {
  const draftKey = row ? null : `draft:${pack.id}`;
  const draft = draftKey && (await app.store.value(draftKey));
  let door = row?.door ?? draft?.door ?? crypto.randomUUID();
  let form = row ? formOf(row) : (draft?.form ?? blank());
  let photos = (await app.store.all("photos")).filter((photo) => photo.door === door);
  let picking = false;

  const map = makeCanvasMap({ label: t("task.map"), small: true });
  const fix = h("p", { class: "fix", role: "status", "data-testid": "fix" });
  const pickButton = button(t("door.pick"), () => pick(), { class: "button button--small", "data-testid": "pick" });
  const streets = h("div", { class: "chips-row", role: "group", "aria-label": t("door.street") });
  const where = h("p", { class: "where", "data-testid": "where" });
  const plates = h("div", { class: "segments", role: "group", "aria-label": t("door.plate") });
  const shown = h("output", { class: "plate", "data-testid": "plate" });
  const proposal = button("", () => takeProposal(), { class: "button proposal", "data-testid": "suggestion" });
  const hint = h("p", { class: "plate-hint", role: "status" });
  const reasons = h("details", { class: "reasons", "data-testid": "reasons" }, h("summary", {}, t("door.why")), h("ol", {}));
  const pads = KEYS.map((key) =>
    button(key === "sub" ? t("door.key.sub") : key === "back" ? "⌫" : key, () => typed(key), {
      class: "pad__key",
      "aria-label": key === "back" ? t("door.key.back") : false,
      "data-key": key,
    }),
  );
  const cameras = ["plate", "front"].map((kind) => camera(kind));
  const more = h("details", { class: "more" }, h("summary", {}, t("door.more")), ...MORE.map((line) => field(...line)));
  const named = h("div", { class: "named", hidden: true }, field("street_text", "door.streetText", 200), field("village", "door.village", 100));
  const problem = h("p", { class: "error", role: "alert", "data-testid": "problem" });
  const saveButton = button(t("door.save"), () => save(), { class: "button button--primary save", "data-testid": "save" });

  function field(name, key, most) {
    const input = h("input", { type: "text", maxlength: most, autocomplete: "off", name, id: `f_${name}` });
    input.value = form.text[name] ?? "";
    input.addEventListener("input", () => {
      form.text[name] = input.value;
      keep();
    });
    return h("div", { class: "field" }, h("label", { for: `f_${name}` }, t(key)), input);
  }

  function camera(kind) {
    const input = h("input", { type: "file", accept: "image/*", capture: "environment", class: "visually-hidden", "data-testid": `photo-${kind}` });
    const label = h("span", {});
    input.addEventListener("change", async () => {
      const [file] = input.files;
      input.value = "";
      if (!file) {
        return;
      }
      problem.textContent = "";
      try {
        const blob = await shrink(file);
        const photo = { id: crypto.randomUUID(), door, user: app.user(), kind, blob, status: row ? "queued" : "held" };
        photo.sha256 = await sha256(await blob.arrayBuffer());
        await app.store.put("photos", photo);
        for (const gone of photos.filter((one) => one.kind === kind && one.status === "refused")) {
          await app.store.remove("photos", gone.id);
        }
        photos = [...photos.filter((one) => one.kind !== kind || one.status !== "refused"), photo];
        keep();
        if (row) {
          app.sync.drain();
        }
      } catch (error) {
        problem.textContent = error.name === "QuotaExceededError" ? t("app.noSpace") : t("door.photo.failed");
      }
      show();
    });
    return { kind, label, element: h("label", { class: "button camera" }, input, label) };
  }

  /** Where the door is now: by hand, as saved before, or where the phone is. */
  function spot() {
    if (form.manual) {
      return { x: form.manual[0], y: form.manual[1], method: "map" };
    }
    const position = form.kept ?? app.gps.position;
    return position ? { ...position, method: "gnss" } : null;
  }

  /** The street: what was chosen, else the nearest; null when it is not in the list. */
  function street(near) {
    if (form.street !== undefined) {
      return pack.streets.find((one) => one.id === form.street) ?? null;
    }
    return near.length && near[0].offset_m <= pack.config.far_m ? near[0].street : null;
  }

  function proposed(chosen, at) {
    if (!chosen?.numbers || !at) {
      return null;
    }
    const others = (list) => list.filter((one) => one.door !== door && one.street === chosen.id && one.number);
    const collected = others(pack.collected);
    const known = new Set(collected.map((one) => `${one.door} ${one.number} ${one.sub_number}`));
    const own = others(
      rows
        .filter((one) => one.status !== "withdrawn")
        .map((one) => ({ door: one.door, street: one.fields.street, number: one.fields.number, sub_number: one.fields.sub_number, x: one.at[0], y: one.at[1] })),
    );
    const fresh = own.filter((one) => !known.has(`${one.door} ${one.number} ${one.sub_number}`));
    const held = [...chosen.doors, ...chosen.taken, ...collected.map((one) => [one.number, one.sub_number])];
    const found = suggest(chosen, pack.words, held, fresh, [at.x, at.y]);
    // Who is counted as a neighbour in what was downloaded keeps the number it has.
    const itself = pack.collected.some((one) => one.door === door && one.street === chosen.id);
    const doors = [...chosen.doors.map(([number, sub_number]) => ({ number, sub_number })), ...collected, ...own];
    return { ...found, number: itself ? null : found.number, doors };
  }

  function typed(key) {
    form.shown = press(form.suggested ? "" : form.shown, key);
    form.suggested = false;
    keep();
    show();
  }

  function takeProposal() {
    const found = proposal.proposed;
    if (found?.number) {
      form.shown = shownOf(found.number, found.sub_number);
      form.suggested = true;
      form.plate = form.plate === "hangs" ? "none" : form.plate;
      keep();
      show();
    }
  }

  function pick() {
    if (form.manual) {
      form.manual = null;
      form.kept = null;
    } else if (picking) {
      form.manual = map.middle();
      picking = false;
    } else {
      picking = true;
      const at = spot();
      if (at) {
        map.centre([at.x, at.y], Math.min(map.view.resolution, 0.3));
      }
    }
    keep();
    show();
  }

  function keep() {
    if (draftKey) {
      app.store.setValue(draftKey, { door, form }).catch((error) => app.fail(error));
    }
  }

  function choose(id) {
    form.street = id;
    keep();
    show();
  }

  function show() {
    const at = spot();
    const near = at ? nearest(pack.streets, [at.x, at.y], offsetFrom) : [];
    const chosen = street(near);
    const found = proposed(chosen, at);
    showMap(at, chosen);
    showStreets(near, chosen, found);
    for (const part of plates.children) {
      part.setAttribute("aria-pressed", String(part.dataset.plate === form.plate));
    }
    const { number, sub_number } = numbersOf(form.shown);
    shown.replaceChildren(number === null ? "—" : zh(plateOf(number, sub_number)));
    shown.classList.toggle("plate--suggested", form.suggested);
    proposal.proposed = found;
    reasons.hidden = !found?.number;
    reasons.lastChild.replaceChildren(...(found?.steps ?? []).map((step) => h("li", {}, step)));
    proposal.hidden = !found?.number;
    if (found?.number) {
      proposal.replaceChildren(t("door.suggest", { number: "" }), zh(plateOf(found.number, found.sub_number)));
    }
    hint.replaceChildren(...hintOf(found, number, sub_number));
    for (const one of cameras) {
      const count = photos.filter((photo) => photo.kind === one.kind && photo.status !== "refused").length;
      one.label.textContent = t(`door.photo.${one.kind}`) + (count ? ` ✓${count > 1 ? count : ""}` : "");
      one.element.classList.toggle("camera--taken", count > 0);
    }
  }

  function hintOf(found, number, sub) {
    if (form.suggested) {
      return [t("door.suggested")];
    }
    if (!found || number === null) {
      return [];
    }
    if (form.plate !== "hangs" && found.doors.some((one) => one.number === number && (one.sub_number ?? null) === sub)) {
      return [t("door.taken", { number: plateOf(number, sub) })];
    }
    const odd = number % 2 === 1 ? "odd" : "even";
    return found.parity !== odd ? [t("door.parityWarn", { parity: t(`door.parity.${found.parity}`) })] : [];
  }

  function showMap(at, chosen) {
    const wanted = pack.config.accuracy_m;
    const verdict = form.manual ? "manual" : app.gps.denied && !at ? "denied" : judge(at, wanted);
    const out = at && pack.outline.length && !inside(pack.outline, [at.x, at.y]);
    const words = t(`fix.${verdict}`, { m: at?.accuracy_m ? Math.round(at.accuracy_m) : "", wanted });
    fix.textContent = out ? words + t("punct.join") + t("fix.outside") : words;
    fix.dataset.verdict = out ? "wait" : verdict;
    pickButton.textContent = form.manual ? t("door.useGps") : picking ? t("door.pickHere") : t("door.pick");
    pickButton.classList.toggle("button--primary", picking);
    map.draw({
      outline: pack.outline,
      area: pack.area,
      streets: pack.streets,
      street: chosen?.id,
      doors: doorsOf(pack, rows),
      position: form.manual ? null : at,
      good: verdict === "good",
      mark: form.manual,
      cross: picking,
    });
    if (at && !picking && !map.view.moved) {
      map.centre([at.x, at.y], Math.max(0.25, (at.accuracy_m || 5) / 40));
    }
  }

  function showStreets(near, chosen, found) {
    const listed = near.map((one) => one.street);
    if (chosen && !listed.includes(chosen)) {
      listed.unshift(chosen);
    }
    const chip = (label, id, pressed) => button(label, () => choose(id), { class: "chip-button", "aria-pressed": String(pressed) });
    streets.replaceChildren(
      ...listed.map((one) => chip(zh(one.name), one.id, chosen?.id === one.id)),
      chip(t("door.noStreet"), null, !chosen),
    );
    named.hidden = Boolean(chosen);
    where.textContent = found
      ? [t(`door.side.${found.side}`), t(`door.parity.${found.parity}`), t("door.away", { m: Math.round(found.offset_m) })].join(t("punct.join"))
      : "";
  }

  function fieldsNow(at) {
    const { number, sub_number } = numbersOf(form.shown);
    const chosen = street(nearest(pack.streets, [at.x, at.y], offsetFrom));
    const text = (name) => (form.text[name] ?? "").trim();
    const fields = Object.fromEntries(MORE.map(([name]) => [name, text(name)]));
    return {
      ...fields,
      street: chosen?.id ?? null,
      street_text: chosen ? "" : text("street_text"),
      village: chosen ? "" : text("village"),
      plate: form.plate,
      plate_text: fields.plate_text || (form.plate === "none" || form.suggested ? "" : plateOf(number, sub_number)),
      number,
      sub_number,
      suggested: form.suggested || (form.plate === "none" && number !== null),
      method: at.method,
      accuracy_m: at.method === "gnss" ? at.accuracy_m : null,
      ...(at.method === "gnss" ? { lon: at.lon, lat: at.lat } : { x: at.x, y: at.y }),
      recorded_at: row?.fields.recorded_at,
    };
  }

  async function save() {
    const at = spot();
    problem.textContent = "";
    if (!at) {
      problem.textContent = t("door.needPlace");
      return;
    }
    const fields = fieldsNow(at);
    if (fields.plate === "hangs" && fields.number === null && !fields.plate_text) {
      problem.textContent = t("door.needNumber");
      return;
    }
    saveButton.disabled = true;
    try {
      const base = row ?? { door, task: pack.id, user: app.user() };
      const kept = await app.save({ ...base, at: [at.x, at.y] }, fields, draftKey);
      app.toast(t("door.saved", { number: plateOf(fields.number, fields.sub_number) || fields.plate_text || "—" }));
      if (row) {
        app.go(`#/task/${pack.id}`);
        return;
      }
      rows = [...rows, kept];
      startNext();
    } catch (error) {
      problem.textContent = error.name === "QuotaExceededError" ? t("app.noSpace") : t("app.broken", { reason: error.message });
    } finally {
      saveButton.disabled = false;
    }
  }

  /** The next door: the street stays as it was chosen, everything else is blank. */
  function startNext() {
    const street_chosen = form.street;
    door = crypto.randomUUID();
    form = { ...blank(), street: street_chosen };
    photos = [];
    map.view.moved = false;
    element.querySelectorAll(".more input, .named input").forEach((input) => {
      input.value = "";
    });
    more.open = false;
    show();
  }

  plates.append(
    ...PLATES.map((plate) =>
      button(
        t(`door.plate.${plate}`),
        () => {
          form.plate = plate;
          keep();
          show();
        },
        { class: "segment", "data-plate": plate },
      ),
    ),
  );
  const element = h(
    "section",
    { class: "door", "data-testid": "door", "aria-labelledby": "screen-title" },
    h("h1", { id: "screen-title", class: "visually-hidden", tabindex: "-1" }, row ? t("door.edit") : t("door.title")),
    row?.answer?.note ? h("p", { class: "message message--block" }, zh(row.answer.note)) : null,
    row?.status === "refused" ? h("p", { class: "message message--block" }, `${row.answer.reason} ${row.answer.remedy}`) : null,
    map.element,
    h("div", { class: "fix-row" }, fix, pickButton),
    streets,
    named,
    h("div", { class: "plate-row" }, plates),
    h("div", { class: "number-row" }, h("div", {}, shown, where), h("div", {}, proposal, hint)),
    h("div", { class: "pad", role: "group", "aria-label": t("door.number") }, pads),
    h("div", { class: "cameras" }, cameras.map((one) => one.element)),
    reasons,
    more,
    problem,
    h("div", { class: "save-row" }, saveButton),
  );
  const unlisten = app.gps.listen(show);
  show();
  return { element, close: unlisten };
}
