// The collection app: opens the phone's store, shows a screen per address, sends what waits whenever it can.
import { noticed } from "./clock.js";
import { h } from "./dom.js";
import { doorScreen } from "./door_screen.js";
import { makeGps } from "./gps.js";
import { counts, saved } from "./outbox.js";
import { makeForward } from "./plane.js";
import { outboxScreen, taskScreen, tasksScreen } from "./screens.js";
import { openStore } from "./store.js";
import { makeSync } from "./sync.js";
import { t } from "./texts.js";

const RETRY_MS = 30_000;
const TOAST_MS = 4000;
// Browsers inside these apps may hand out positions shifted by the GCJ-02 offset, without saying so.
const SHIFTING_BROWSER = /MicroMessenger|AlipayClient|DingTalk/u;
const SIGN_IN = "/signin/?next=/collect/";

const stage = document.getElementById("stage");
const notes = document.getElementById("notes");
const totals = document.getElementById("totals");
const toast = document.getElementById("toast");

async function persist() {
  try {
    return (await navigator.storage?.persisted?.()) || (await navigator.storage?.persist?.()) || false;
  } catch {
    return false;
  }
}

function inWords(seconds) {
  const minutes = Math.round(Math.abs(seconds) / 60);
  return minutes < 90 ? t("app.minutes", { n: minutes }) : t("app.hours", { n: Math.round(minutes / 6) / 10 });
}

async function start() {
  const store = await openStore();
  if (!(await store.value("device"))) {
    await store.setValue("device", crypto.randomUUID());
  }
  let session = await store.value("session");
  let kept = await persist();
  let screen = null;
  let worker = null;

  const app = {
    store,
    gps: makeGps(),
    sync: null,
    user: () => session?.user ?? "",
    name: () => session?.name ?? "",
    persisted: () => kept,
    go(hash) {
      window.location.hash = hash;
    },
    toast(text) {
      toast.textContent = text;
      window.clearTimeout(app.timer);
      app.timer = window.setTimeout(() => {
        toast.textContent = "";
      }, TOAST_MS);
    },
    fail(error) {
      app.toast(error.name === "QuotaExceededError" ? t("app.noSpace") : t("app.broken", { reason: error.message }));
    },
    /** Write a door down on the phone and try to send it; returns the row as written. */
    async save(row, fields, draftKey) {
      const seq = row.fields?.seq ?? (await store.nextSeq());
      const next = await saved(row, fields, { seq, now: new Date().toISOString() });
      await store.saveDoor(next, draftKey);
      await tell();
      app.sync.drain();
      return next;
    },
    rerender: () => route(),
  };

  async function tell() {
    const rows = await store.all("doors");
    const { room } = app.sync;
    session = room.session?.signed_in ? room.session : session;
    const count = counts(rows);
    totals.replaceChildren(
      ...["queued", "sent", "conflict"].map((name) =>
        h("span", { class: `total total--${name}${count[name] ? " total--some" : ""}`, "data-count": name, "data-n": count[name] }, t(`count.${name}`, { n: count[name] })),
      ),
    );
    document.body.dataset.busy = String(room.busy);
    document.body.dataset.online = String(navigator.onLine);
    const others = session ? rows.filter((row) => row.status === "queued" && row.user !== session.user).length : 0;
    const skew = room.skew ?? (await store.value("skew"));
    const lines = [];
    const note = (kind, text, ...more) => lines.push(h("p", { class: `note note--${kind}`, "data-note": kind }, text, ...more));
    if (!navigator.onLine || room.error === "network") {
      note("offline", t("app.offline"));
    } else if (room.signedOut) {
      note("signin", t("app.signedOut"), " ", h("a", { class: "button button--small", href: SIGN_IN }, t("app.signIn")));
    } else if (room.session && !room.session.collects) {
      note("role", t("app.noRole"));
    } else if (room.error) {
      note("error", t("outbox.failed", { reason: room.error }));
    }
    if (noticed(skew)) {
      note("skew", t("app.skew", { way: skew > 0 ? t("app.slow") : t("app.fast"), time: inWords(skew) }));
    }
    if (SHIFTING_BROWSER.test(navigator.userAgent)) {
      note("shifted", t("app.shifted"));
    }
    if (others) {
      note("other", t("app.otherUser", { n: others }));
    }
    if (worker) {
      const update = () => worker.postMessage("take over");
      note("update", t("app.update"), " ", h("button", { type: "button", class: "button button--small", onclick: update }, t("app.updateNow")));
    }
    // Words that did not change are not said again.
    if (notes.textContent !== lines.map((line) => line.textContent).join("")) {
      notes.replaceChildren(...lines);
    }
    if (screen?.refresh && !room.busy && stage.contains(screen.element) && !stage.contains(document.activeElement?.closest?.("input"))) {
      const held = document.activeElement?.dataset?.testid;
      await route(true);
      if (held) {
        stage.querySelector(`[data-testid="${held}"]`)?.focus({ preventScroll: true });
      }
    }
    screen?.update?.(rows);
  }

  async function build(parts) {
    const rows = await store.all("doors");
    const row = parts[0] === "door" ? rows.find((one) => one.door === parts[1]) : null;
    const id = row?.task ?? (parts[0] === "task" ? parts[1] : null);
    const pack = id ? await store.get("tasks", id) : null;
    if (pack) {
      app.gps.start(makeForward(pack.frame));
      const own = rows.filter((one) => one.task === pack.id);
      return parts[0] === "task" && parts[2] !== "new" ? taskScreen(app, pack, own) : doorScreen(app, pack, own, row);
    }
    app.gps.stop();
    return parts[0] === "outbox" ? outboxScreen(app) : tasksScreen(app);
  }

  let turn = 0;
  async function route(quiet = false) {
    turn += 1;
    const mine = turn;
    const parts = window.location.hash.replace(/^#\/?/u, "").split("/");
    const next = await build(parts);
    if (mine !== turn) {
      next.close?.();
      return;
    }
    screen?.close?.();
    screen = next;
    stage.replaceChildren(next.element);
    next.shown?.();
    document.body.dataset.screen = next.element.dataset.testid;
    document.querySelectorAll(".tabbar a").forEach((link) => {
      const here = (parts[0] === "outbox") === (link.hash === "#/outbox");
      link.toggleAttribute("aria-current", here);
    });
    if (!quiet) {
      window.scrollTo(0, 0);
      stage.querySelector("#screen-title")?.focus({ preventScroll: true });
    }
  }

  async function install() {
    if (!("serviceWorker" in navigator)) {
      return;
    }
    const first = !navigator.serviceWorker.controller;
    const registration = await navigator.serviceWorker.register("/collect/sw.js", { scope: "/collect/" });
    const waiting = () => {
      worker = registration.waiting;
      if (worker) {
        tell();
      }
    };
    waiting();
    registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", waiting));
    navigator.serviceWorker.addEventListener("controllerchange", () => {
      document.body.dataset.ready = "true";
      if (!first) {
        window.location.reload();
      }
    });
    await navigator.serviceWorker.ready;
    if (navigator.serviceWorker.controller) {
      document.body.dataset.ready = "true";
    }
  }

  app.sync = makeSync(store, tell);
  window.addEventListener("hashchange", () => route());
  window.addEventListener("online", () => app.sync.drain());
  window.addEventListener("offline", () => tell());
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) {
      app.sync.drain();
    }
  });
  window.setInterval(async () => {
    const waiting = counts(await store.all("doors")).queued || (await store.all("photos")).some((photo) => photo.status === "queued");
    if (waiting && navigator.onLine) {
      app.sync.drain();
    }
  }, RETRY_MS);
  await route();
  await tell();
  install().catch(() => {}); // without a worker the app still works while there is a signal
  await app.sync.drain();
  kept = kept || (await persist());
}

start().catch((error) => {
  notes.replaceChildren(h("p", { class: "note note--error" }, t("app.broken", { reason: error.message })));
});
