/**
 * The static site without a network: all files of one build, kept under its version, or none of them.
 * convscope/lab/offline.py fills in the build.
 */

const BUILD = { version: "", files: {} };
const PREFIX = `convscope ${new URL(self.registration.scope).pathname} `;
const NAME = PREFIX + BUILD.version;

/** A file of this build, not one of another that lies there meanwhile. */
async function exactly(name) {
  const answer = await fetch(name, { cache: "no-cache" });
  if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
  const bytes = await answer.arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  if (Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("") !== BUILD.files[name])
    throw new Error(`${name} is of another build`);
  return new Response(bytes, { headers: { "content-type": answer.headers.get("content-type") ?? "text/html" } });
}

async function keep() {
  const files = await Promise.all(Object.keys(BUILD.files).map(async (name) => [name, await exactly(name)]));
  const cache = await caches.open(NAME);
  for (const [name, answer] of files) await cache.put(new URL(name, self.registration.scope), answer);
}

self.addEventListener("install", (event) => event.waitUntil(keep()));

self.addEventListener("activate", (event) =>
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) if (name.startsWith(PREFIX) && name !== NAME) await caches.delete(name);
      await self.clients.claim();
    })(),
  ),
);

// "load": the reader wants the new version; "begin": a page begins, and takes it over if it is the only one
self.addEventListener("message", (event) =>
  event.waitUntil(
    (async () => {
      const pages = await self.clients.matchAll({ includeUncontrolled: true });
      if (event.data === "load" || (event.data === "begin" && pages.length <= 1)) await self.skipWaiting();
    })(),
  ),
);

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  const scope = new URL(self.registration.scope);
  if (event.request.method !== "GET" || url.origin !== scope.origin || !url.pathname.startsWith(scope.pathname)) return;
  const name = url.pathname.slice(scope.pathname.length) || "index.html";
  if (!Object.hasOwn(BUILD.files, name)) return;
  event.respondWith(
    (async () => (await (await caches.open(NAME)).match(new URL(name, scope))) ?? fetch(event.request))(),
  );
});
