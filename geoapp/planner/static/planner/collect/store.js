// What the phone keeps: IndexedDB, four stores. A write is answered only when it is on the disk.
//
// meta: {key, value} · tasks: a package as downloaded, by id · doors: rows of outbox.js, by door ·
// photos: {id, door, user, kind, sha256, blob, status} with status held (not saved yet), queued, sent or refused.

const NAME = "collect";
const VERSION = 1;
const STORES = { meta: "key", tasks: "id", doors: "door", photos: "id" };

const settled = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

const finished = (transaction) =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error || new DOMException("aborted", "AbortError"));
    transaction.onerror = () => reject(transaction.error);
  });

/** Open the phone's store. Throws what IndexedDB throws (QuotaExceededError when the phone is full). */
export async function openStore(factory = indexedDB) {
  const opening = factory.open(NAME, VERSION);
  opening.onupgradeneeded = () => {
    for (const [name, keyPath] of Object.entries(STORES)) {
      if (!opening.result.objectStoreNames.contains(name)) {
        opening.result.createObjectStore(name, { keyPath });
      }
    }
  };
  const db = await settled(opening);

  async function write(names, work) {
    const transaction = db.transaction(names, "readwrite", { durability: "strict" });
    const done = finished(transaction);
    const store = (name) => transaction.objectStore(name);
    try {
      const result = await work(store);
      await done;
      return result;
    } catch (error) {
      done.catch(() => {});
      try {
        transaction.abort();
      } catch {
        // ended already: the error that matters is the first one
      }
      throw error;
    }
  }

  return {
    get: (name, key) => settled(db.transaction(name).objectStore(name).get(key)),
    all: (name) => settled(db.transaction(name).objectStore(name).getAll()),
    put: (name, value) => write([name], (store) => settled(store(name).put(value))),
    remove: (name, key) => write([name], (store) => settled(store(name).delete(key))),
    /** Read and change one row in one transaction; `change(row)` returns the new row. */
    update: (name, key, change) =>
      write([name], async (store) => {
        const row = await settled(store(name).get(key));
        const changed = row && change(row);
        if (changed && changed !== row) {
          await settled(store(name).put(changed));
        }
        return changed ?? row;
      }),
    /** A door with what belongs to it, all or none: the row, its photos released, the draft dropped. */
    saveDoor: (row, draftKey) =>
      write(["doors", "photos", "meta"], async (store) => {
        await settled(store("doors").put(row));
        for (const photo of await settled(store("photos").getAll())) {
          if (photo.door === row.door && photo.status === "held") {
            await settled(store("photos").put({ ...photo, status: "queued" }));
          }
        }
        if (draftKey) {
          await settled(store("meta").delete(draftKey));
        }
      }),
    /** The next number of this device's own count, never given twice. */
    nextSeq: () =>
      write(["meta"], async (store) => {
        const row = (await settled(store("meta").get("seq"))) ?? { key: "seq", value: 0 };
        await settled(store("meta").put({ key: "seq", value: row.value + 1 }));
        return row.value + 1;
      }),
    value: async (key) => (await settled(db.transaction("meta").objectStore("meta").get(key)))?.value,
    setValue: (key, value) => write(["meta"], (store) => settled(store("meta").put({ key, value }))),
  };
}
