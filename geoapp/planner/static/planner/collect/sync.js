// Sending what waits: doors in batches, then photos, then asking how everything stands. Safe to call at any time and
// as often as one likes: an answer that got lost is answered again as «duplicate».
import { Problem, cookieValue, getJSON, postJSON } from "../api.js";
import { skewOf } from "./clock.js";
import { answered, batchOf, standing } from "./outbox.js";

// A bad signal answers never rather than no: a request that hangs must not hold up the next try.
const PATIENCE_MS = 30_000;
const PHOTO_PATIENCE_MS = 120_000;
const patience = (ms = PATIENCE_MS) => ({ signal: AbortSignal.timeout(ms) });

async function sendPhoto(photo) {
  const body = new FormData();
  body.append("door", photo.door);
  body.append("kind", photo.kind);
  body.append("sha256", photo.sha256);
  body.append("file", photo.blob, `${photo.kind}.jpg`);
  const headers = { Accept: "application/json", "X-CSRFToken": cookieValue(document.cookie, "csrftoken") };
  const response = await fetch("/collect/photos", {
    method: "POST",
    body,
    headers,
    credentials: "same-origin",
    ...patience(PHOTO_PATIENCE_MS),
  });
  if (!response.ok) {
    throw new Problem(response.status, await response.json().catch(() => ({})));
  }
}

/**
 * The road to the server. `told` is called after every change with {busy, error, session, skew}; `session` is what
 * /collect/session last said.
 */
export function makeSync(store, told) {
  const room = { busy: false, error: "", session: null, skew: null, signedOut: false, again: false };

  async function timed(ask) {
    const sent = Date.now();
    const answer = await ask();
    const skew = skewOf(answer.now, sent, Date.now());
    if (skew !== null) {
      room.skew = skew;
      await store.setValue("skew", skew);
    }
    return answer;
  }

  async function hello() {
    room.session = await timed(() => getJSON("/collect/session", patience()));
    room.signedOut = !room.session.signed_in;
    if (room.session.signed_in) {
      await store.setValue("session", room.session);
    }
    return room.session.signed_in && room.session.collects;
  }

  async function sendDoors(user, device) {
    for (;;) {
      const now = new Date().toISOString();
      const batch = batchOf(await store.all("doors"), { device, user, now });
      if (!batch) {
        return;
      }
      const { items } = await timed(() => postJSON("/collect/sync", batch, patience()));
      let moved = false;
      for (const answer of items) {
        await store.update("doors", answer.door, (row) => {
          const changed = answered(row, answer);
          moved ||= changed.status !== "queued";
          return changed;
        });
      }
      await told(room);
      if (!moved) {
        return; // asked to come again later
      }
    }
  }

  async function sendPhotos(user) {
    for (const photo of await store.all("photos")) {
      const door = photo.status === "queued" && photo.user === user && (await store.get("doors", photo.door));
      if (!door || !["sent", "conflict", "returned", "accepted", "withdrawn"].includes(door.status)) {
        continue;
      }
      try {
        await sendPhoto(photo);
        // The picture is on the server: what stays here is that it was sent.
        await store.update("photos", photo.id, (row) => ({ ...row, status: "sent", blob: null }));
      } catch (error) {
        if (!(error instanceof Problem) || [401, 403, 409, 429].includes(error.status) || error.status >= 500) {
          throw error;
        }
        await store.update("photos", photo.id, (row) => ({ ...row, status: "refused", reason: error.message }));
      }
      await told(room);
    }
  }

  async function askState() {
    const state = await timed(() => getJSON("/collect/state", patience()));
    await store.setValue("tasks", state.tasks);
    for (const door of state.doors) {
      await store.update("doors", door.door, (row) => (door.revision === row.revision ? standing(row, door) : row));
    }
  }

  async function once() {
    if (!(await hello())) {
      return;
    }
    const [user, device] = [room.session.user, await store.value("device")];
    await sendDoors(user, device);
    await sendPhotos(user);
    await askState();
  }

  return {
    room,
    /** Send what waits. Calls made meanwhile run once more afterwards. Never throws. */
    async drain() {
      if (room.busy) {
        room.again = true;
        return;
      }
      room.busy = true;
      room.error = "";
      await told(room);
      try {
        do {
          room.again = false;
          await once();
        } while (room.again);
      } catch (error) {
        room.error = error instanceof Problem ? [error.message, error.document.remedy].filter(Boolean).join(" ") : "network";
        if (error instanceof Problem && error.status === 403) {
          await hello().catch(() => {});
        }
      } finally {
        room.busy = false;
        await told(room);
      }
    },
    /** Fetch a task with everything a walk needs. Throws as api.js does. */
    async download(task) {
      const found = await timed(() => getJSON(`/collect/package/${task}`, patience(PHOTO_PATIENCE_MS)));
      await store.put("tasks", { id: task, ...found });
      return found;
    },
  };
}
