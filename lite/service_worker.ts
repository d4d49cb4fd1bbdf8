/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />
/**
 * Keeps the site in the browser, in the place of JupyterLite's own service worker, which keeps only
 * what happens to be fetched.
 *
 * Each version of the site has a cache of its own, filled as a whole before the version is used. A new
 * version waits until no page of the old one is open, so that files of two versions never meet.
 * Notebooks that students have saved are not here but in the browser's data base.
 */

/** What the site's build writes in front of this program. */
interface Site {
  readonly version: string;
  /** The files to keep, and their sizes. */
  readonly files: readonly (readonly [path: string, bytes: number])[];
}

/** The events of a service worker: Deno has no types of them. */
interface ExtendableEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface FetchEvent extends ExtendableEvent {
  readonly request: Request;
  respondWith(response: Promise<Response> | Response): void;
}
interface ServiceWorker {
  readonly SITE: Site;
  readonly registration: { readonly scope: string };
  readonly clients: { claim(): Promise<void> };
  addEventListener(type: "install" | "activate", listener: (event: ExtendableEvent) => void): void;
  addEventListener(type: "fetch", listener: (event: FetchEvent) => void): void;
}

const worker = self as unknown as ServiceWorker;
const { version, files } = worker.SITE;
const PREFIX = `mnist-course ${worker.registration.scope} `;
const CACHE = PREFIX + version;
const sizes = new Map(files);

const addressOf = (path: string) => new URL(encodeURI(path), worker.registration.scope).href;

/** Fetches files into the cache, past the browser's own cache, which may have older ones. */
async function keep(paths: readonly string[]): Promise<void> {
  const cache = await caches.open(CACHE);
  const waiting = [...paths];
  const fetchNext = async (): Promise<void> => {
    for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
      const response = await fetch(addressOf(path), { cache: "no-cache" });
      if (!response.ok) throw new Error(`${path}: ${response.status}`);
      await cache.put(addressOf(path), response);
    }
  };
  await Promise.all(Array.from({ length: 6 }, fetchNext));
}

/** Deletes the caches of other versions. */
async function deleteOthers(): Promise<void> {
  const names = await caches.keys();
  const others = names.filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  await Promise.all(others.map((name) => caches.delete(name)));
}

/** The path of a file of the site that an address means, or undefined for another address. */
function pathOf(url: URL): string | undefined {
  const { scope } = worker.registration;
  const address = url.origin + decodeURIComponent(url.pathname);
  if (!address.startsWith(scope)) return undefined;
  const path = address.slice(scope.length);
  if (sizes.has(path)) return path;
  const page = path === "" || path.endsWith("/") ? `${path}index.html` : `${path}/index.html`;
  return sizes.has(page) ? page : undefined;
}

/** A file of the site: from the cache, or fetched again if it is not there or damaged. */
async function respond(path: string): Promise<Response> {
  const cache = await caches.open(CACHE);
  const cached = await cache.match(addressOf(path));
  if (cached?.ok && (await cached.clone().arrayBuffer()).byteLength === sizes.get(path)) {
    return cached;
  }
  await cache.delete(addressOf(path));
  const response = await fetch(addressOf(path), { cache: "no-cache" });
  if (response.ok) await cache.put(addressOf(path), response.clone()).catch(() => {});
  return response;
}

worker.addEventListener("install", (event) => event.waitUntil(keep([...sizes.keys()])));

worker.addEventListener("activate", (event) => {
  event.waitUntil(deleteOthers().then(() => worker.clients.claim()));
});

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.pathname.endsWith("/api/service-worker-heartbeat")) {
    return event.respondWith(new Response("ok"));
  }
  if (request.method !== "GET") return;
  const path = pathOf(url);
  if (path !== undefined) event.respondWith(respond(path));
});
