/**
 * Serves a folder of files, to this computer or to a room.
 *
 * @module
 */
import { extname, join, resolve, sep } from "node:path";

/** The types of files that browsers insist on. */
const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript",
  ".json": "application/json",
  ".ipynb": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
  ".woff": "font/woff",
  ".woff2": "font/woff2",
};

/** Text that is sent compressed where the browser accepts it. */
const COMPRESSED = /^(text|application\/(json|manifest))/;

/** Answers a request for a file of a folder. */
export async function answer(folder: string, request: Request): Promise<Response> {
  if (request.method !== "GET" && request.method !== "HEAD") {
    return new Response("Method Not Allowed", { status: 405 });
  }
  const path = fileOf(folder, new URL(request.url).pathname);
  if (path === undefined) return new Response("Bad Request", { status: 400 });
  try {
    const stat = await Deno.stat(path);
    if (stat.isDirectory) {
      const { pathname, search } = new URL(request.url);
      if (pathname.endsWith("/")) return await send(join(path, "index.html"), request);
      return new Response(null, { status: 301, headers: { location: `${pathname}/${search}` } });
    }
    return await send(path, request);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return new Response("Not Found", { status: 404 });
  }
}

/** The file of an address, or undefined for one outside the folder. */
function fileOf(folder: string, pathname: string): string | undefined {
  try {
    const path = resolve(folder, `.${decodeURIComponent(pathname)}`);
    return path === folder || path.startsWith(folder + sep) ? path : undefined;
  } catch {
    return undefined; // not an encoded address
  }
}

async function send(path: string, request: Request): Promise<Response> {
  const file = await Deno.open(path);
  const { size } = await file.stat();
  const type = TYPES[extname(path)] ?? "application/octet-stream";
  const headers = new Headers({ "content-type": type, "cache-control": "no-cache" });
  if (request.method === "HEAD") {
    file.close();
    headers.set("content-length", String(size));
    return new Response(null, { headers });
  }
  const accepts = /\bgzip\b/.test(request.headers.get("accept-encoding") ?? "");
  if (accepts && COMPRESSED.test(type)) {
    headers.set("content-encoding", "gzip");
    return new Response(file.readable.pipeThrough(new CompressionStream("gzip")), { headers });
  }
  headers.set("content-length", String(size));
  return new Response(file.readable, { headers });
}

/** A running server. */
export interface SiteServer {
  readonly port: number;
  shutdown(): Promise<void>;
}

/** Serves a folder; port 0 chooses a free one. */
export function serve(folder: string, hostname: string, port: number): SiteServer {
  const root = resolve(folder);
  const server = Deno.serve(
    { hostname, port, onListen: () => {} },
    (request) => answer(root, request),
  );
  return { port: server.addr.port, shutdown: () => server.shutdown() };
}
