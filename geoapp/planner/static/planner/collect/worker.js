// The service worker of /collect/. The view puts `self.SHELL = {edition, page, files}` before this text.
// The app's own files come from the edition's cache, so that it starts without a signal; everything else is asked of
// the network as if there were no worker. Data is kept by the page (IndexedDB), never here.

const CACHE = `collect-${self.SHELL.edition}`;
const FILES = new Set(self.SHELL.files);

/** Keep the page, but never what a signed-out phone is sent to instead. */
async function keepPage(cache, response) {
  if (response.ok && !response.redirected) {
    await cache.put(self.SHELL.page, response.clone());
  }
}

async function install() {
  const cache = await caches.open(CACHE);
  await cache.addAll(self.SHELL.files.map((url) => new Request(url, { cache: "reload" })));
  const page = await fetch(self.SHELL.page, { cache: "reload", credentials: "same-origin" });
  await keepPage(cache, page);
  if (!(await cache.match(self.SHELL.page))) {
    // Signed out while the new edition came: the page of the old one goes on, the rest waits for the next visit.
    const old = await caches.match(self.SHELL.page);
    if (!old) {
      throw new Error("no page to keep");
    }
    await cache.put(self.SHELL.page, old);
  }
}

async function tidy() {
  for (const name of await caches.keys()) {
    if (name.startsWith("collect-") && name !== CACHE) {
      await caches.delete(name);
    }
  }
  await self.clients.claim();
}

async function page(request) {
  const cache = await caches.open(CACHE);
  if (new URL(request.url).searchParams.has("lang")) {
    // Another language was asked for: the page is fetched anew when there is a network.
    try {
      const fresh = await fetch(request);
      await keepPage(cache, fresh);
      return fresh;
    } catch {
      return (await cache.match(self.SHELL.page)) ?? Response.error();
    }
  }
  return (await cache.match(self.SHELL.page)) ?? fetch(request);
}

async function file(request, path) {
  const cache = await caches.open(CACHE);
  return (await cache.match(path)) ?? fetch(request);
}

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(tidy()));
self.addEventListener("message", (event) => {
  if (event.data === "take over") {
    self.skipWaiting();
  }
});
self.addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== self.location.origin) {
    return;
  }
  if (event.request.mode === "navigate" && pathname === self.SHELL.page) {
    event.respondWith(page(event.request));
  } else if (FILES.has(pathname)) {
    event.respondWith(file(event.request, pathname));
  }
});
