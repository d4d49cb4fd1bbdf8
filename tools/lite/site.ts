/**
 * The static site: JupyterLite, the kernel, the chapters and what they read, in one folder that any
 * server of files can serve, in a subfolder too.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { moduleOf, ON_DEMAND } from "../support/on_demand.ts";
import { basename, dirname, join, relative, sep } from "node:path";
import { courseNetworks } from "../../lib/playground/course_networks.ts";
import { playgroundPage } from "../../lib/playground/page.ts";
import { DATA_SETS } from "../../lib/data/sets/sources.ts";
import type { SiteFile } from "../../lite/protocol.ts";
import { type Chapter, startPage } from "../../lite/start_page.ts";
import { notebooksIn } from "../notebook_file/find_notebooks.ts";
import { readNotebook, sourceText } from "../notebook_file/notebook.ts";
import { configure, EXTENSION, lastChange, writeContents, writeJson } from "./settings.ts";
import { bundle, bundleCsv, bundleOne, csvSpecifier } from "./bundle.ts";

/** What goes into the site. */
export interface SiteOptions {
  /** The course's folder. */
  readonly root: string;
  /** JupyterLite's files. */
  readonly jupyterLite: string;
  /** The folder of the notebooks. */
  readonly notebooks: string;
  /** The folder with MNIST's files; undefined for the drawn digits. */
  readonly mnist: string | undefined;
  /** The site's folder. It must be empty or not exist. */
  readonly out: string;
  /** Where `@std/csv` comes from; by default as `deno.json` says. */
  readonly csv?: string;
  /** Says what is being done. */
  readonly say: (text: string) => void;
}

/** What of JupyterLite is left out: source maps, other applications, fonts of old browsers. */
const LEFT_OUT =
  /\.map$|\.(eot|ttf|svg)$|\/fa-[\w-]+\.woff$|^rspack|^(consoles|edit|repl|doc)\/|^build\/(consoles|edit|repl)\//;

/** What is kept in spite of that. */
const KEPT = /^build\/themes\//;

/** The page on which one draws digits. */
const PLAYGROUND = "playground.html";

/** Files that are not kept for use without a network. */
const NOT_KEPT = /^files\/data\/mnist\/|LICENSE|licenses\.json$/;

/** Builds the site. */
export async function buildSite(options: SiteOptions): Promise<void> {
  const { root, jupyterLite, notebooks, mnist, out, say } = options;
  say("Copying JupyterLite ...");
  await copyFolder(jupyterLite, out, (name) => !LEFT_OUT.test(name) || KEPT.test(name));
  await copyIcons(out);
  say("Bundling the kernel ...");
  await bundle(root, join(out, EXTENSION, "static"));
  const csv = options.csv ?? await csvSpecifier(root);
  const hasCsv = await bundleCsv(root, join(out, EXTENSION, "static", "csv.js"), csv);
  if (!hasCsv) say("JSR cannot be reached: on the site, tables of text say so.");
  await writeSources(root, join(out, EXTENSION, "static", "types", "sources.json"));
  await bundleOne(root, out, "lite/service_worker.ts", "iife");
  say("Copying the chapters ...");
  const chapters = await copyChapters(notebooks, out);
  const index = await copyData(root, mnist, out);
  await writeJson(join(out, "files.json"), index);
  const made = await lastChange(root);
  await writeContents(join(out, "files"), join(out, "api", "contents"), made);
  await writeJson(join(out, "api", "translations", "all.json"), {
    data: { en: { displayName: "English", nativeName: "English" } },
    message: "",
  });
  await writeJson(join(out, "api", "translations", "en.json"), { data: {}, message: "" });
  await configure(out, { hasMnist: mnist !== undefined, hasCsv });
  await Deno.writeTextFile(join(out, PLAYGROUND), await playgroundPage(await courseNetworks()));
  const first = startPage(chapters, mnist !== undefined, PLAYGROUND);
  await Deno.writeTextFile(join(out, "index.html"), first);
  const worker = join(out, "service_worker.js");
  const program = await Deno.readTextFile(worker);
  await Deno.remove(worker);
  await writeVersion(out, program);
}

/** Copies the files of a folder whose paths, with forward slashes, are wanted. */
async function copyFolder(
  from: string,
  to: string,
  isWanted: (path: string) => boolean = () => true,
): Promise<void> {
  for (const path of await filesIn(from)) {
    if (!isWanted(path)) continue;
    const target = join(to, path);
    await Deno.mkdir(dirname(target), { recursive: true });
    await Deno.copyFile(join(from, path), target);
  }
}

/** The icons of the browser's tab that Jupyter's server has: here all are the same. */
async function copyIcons(out: string): Promise<void> {
  const folder = join(out, "static", "favicons");
  await Deno.mkdir(folder, { recursive: true });
  for (const kind of ["", "-file", "-notebook", "-terminal", "-busy-1", "-busy-2", "-busy-3"]) {
    // A picture of 4 kB; the icon of Jupyter's is 50 kB.
    await Deno.copyFile(join(out, "icon-120x120.png"), join(folder, `favicon${kind}.ico`));
  }
}

/** The paths of all files below a folder, with forward slashes, sorted. */
export async function filesIn(folder: string): Promise<string[]> {
  const paths: string[] = [];
  const visit = async (inner: string): Promise<void> => {
    for await (const { name, isDirectory } of Deno.readDir(inner)) {
      if (isDirectory) await visit(join(inner, name));
      else paths.push(relative(folder, join(inner, name)).replaceAll(sep, "/"));
    }
  };
  await visit(folder);
  return paths.sort();
}

/** Binary code in base64, of which only the type matters. */
const LONG_TEXT = /"[A-Za-z0-9+/=]{1000,}"/g;

/** Writes what the compiler reads in the browser: the library, and the types of the language. */
async function writeSources(root: string, path: string): Promise<void> {
  const sources: Record<string, string> = {};
  for (const folder of ["lib", "exercises"]) {
    for (const name of await filesIn(join(root, folder))) {
      if (!name.endsWith(".ts") || name.includes("nodeplotlib")) continue;
      const text = await Deno.readTextFile(join(root, folder, name));
      sources[`/course/${folder}/${name}`] = text.replaceAll(LONG_TEXT, '""');
    }
  }
  const compiler = dirname(fileURLToPath(await moduleOf(ON_DEMAND.lite)));
  for (const name of await filesIn(compiler)) {
    if (!/^lib\..*\.d\.ts$/.test(name) || /^lib\.(dom|scripthost)|full/.test(name)) continue;
    sources[`/typescript/${name}`] = await Deno.readTextFile(join(compiler, name));
  }
  await writeJson(path, sources);
}

/** Copies the notebooks, and returns what the start page says of them. */
export async function copyChapters(from: string, out: string): Promise<Chapter[]> {
  const chapters: Chapter[] = [];
  const paths = (await notebooksIn(from)).map((path) => relative(from, path).replaceAll(sep, "/"));
  await copyFolder(from, join(out, "files", "notebooks"), (path) => paths.includes(path));
  for (const path of paths) {
    const texts = (await readNotebook(join(from, path))).cells.map(sourceText);
    // A chapter begins with its title and a sentence or two in italics.
    const [, title = basename(path, ".ipynb"), about = ""] = texts
      .map((text) => /^# (.*)\n+(?:_([^_]+)_)?/.exec(text)).find((found) => found !== null) ?? [];
    chapters.push({ path: `notebooks/${path}`, title, about: about.replaceAll("\n", " ") });
  }
  return chapters;
}

/** Copies weights and data sets, and returns the list of what is there. */
async function copyData(
  root: string,
  mnist: string | undefined,
  out: string,
): Promise<SiteFile[]> {
  const data = join(out, "files", "data");
  await copyFolder(join(root, "data"), data, (name) => !/\/|^\.|\.md$/.test(name));
  if (mnist !== undefined) {
    const names = DATA_SETS.mnist.files.map(({ name }) => name);
    const wanted = (name: string) =>
      names.some((known) => name === known || name === known.replace(".gz", ""));
    await copyFolder(mnist, join(data, "mnist"), wanted);
  }
  return await Promise.all((await filesIn(data)).map(async (name) => ({
    path: `data/${name}`,
    bytes: (await Deno.stat(join(data, name))).size,
  })));
}

/** The file by which a browser installs the service worker; JupyterLite knows its name. */
const SERVICE_WORKER = "service-worker.js";

/** What stands in it before the program. */
const SITE_LINE = /^self\.SITE = .*\n/;

/**
 * Tells the service worker which files the site has, and which version it is: their hash.
 *
 * @param program the service worker's program; what an earlier call put in front of it is replaced.
 */
export async function writeVersion(out: string, program: string): Promise<void> {
  const worker = program.replace(SITE_LINE, "");
  const hash = createHash("sha256").update(worker);
  const files: (readonly [path: string, bytes: number])[] = [];
  for (const path of await filesIn(out)) {
    if (path === SERVICE_WORKER) continue;
    const bytes = await Deno.readFile(join(out, path));
    hash.update(path).update(bytes);
    if (!NOT_KEPT.test(path)) files.push([path, bytes.length]);
  }
  const site = { version: hash.digest("hex").slice(0, 12), files };
  await Deno.writeTextFile(
    join(out, SERVICE_WORKER),
    `self.SITE = ${JSON.stringify(site)};\n${worker}`,
  );
}
