/**
 * What JupyterLite reads in the place of a server: settings, and lists of files.
 *
 * @module
 */
import { basename, dirname, join } from "node:path";
import { ask, thisMachine } from "../support/machine.ts";

/** The folder of the extension in the site. */
export const EXTENSION = "extensions/mnist-course";

/** The applications of JupyterLite that the course uses. */
const APPLICATIONS = ["lab", "notebooks", "tree"];

/** Writes a value as JSON, and creates the folders above it. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true });
  await Deno.writeTextFile(path, JSON.stringify(value));
}

/** Writes the lists of files that JupyterLite reads in the place of a server. */
export async function writeContents(
  files: string,
  api: string,
  made: string,
  path = "",
): Promise<void> {
  const folder = join(files, path);
  const content: object[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const inner = path === "" ? name : `${path}/${name}`;
    const { size } = await Deno.stat(join(folder, name));
    const type = isDirectory ? "directory" : name.endsWith(".ipynb") ? "notebook" : "file";
    content.push(entry(name, inner, type, made, isDirectory ? null : size));
    if (isDirectory) await writeContents(files, api, made, inner);
  }
  const listing = {
    ...entry(basename(path), path, "directory", made, null),
    format: "json",
    content,
  };
  await writeJson(join(api, path, "all.json"), listing);
}

/** When the notebooks were last changed, as git knows it: the same course gives the same site. */
export async function lastChange(root: string): Promise<string> {
  const git = ["-C", root, "log", "-1", "--format=%cI", "--", "notebooks"];
  const time = Date.parse(await ask(thisMachine(), "git", ...git) ?? "");
  return new Date(Number.isNaN(time) ? 0 : time).toISOString();
}

function entry(
  name: string,
  path: string,
  type: string,
  made: string,
  size: number | null,
): object {
  const none = { content: null, format: null, hash: null, hash_algorithm: null, mimetype: null };
  return { ...none, created: made, last_modified: made, name, path, size, type, writable: true };
}

/** Merges the course's settings into JupyterLite's. */
export async function configure(
  out: string,
  { hasMnist, hasCsv }: { hasMnist: boolean; hasCsv: boolean },
): Promise<void> {
  const path = join(out, "jupyter-lite.json");
  const config = JSON.parse(await Deno.readTextFile(path));
  Object.assign(config["jupyter-config-data"], {
    appName: "MNIST course",
    contentsAllJsonFile: "all.json",
    // Other sites of the same host, such as other pages of the same owner, have their own.
    contentsStorageName: "mnist-course contents",
    settingsStorageName: "mnist-course settings",
    workspacesStorageName: "mnist-course workspaces",
    defaultKernelName: "deno",
    enableServiceWorkerCache: "true",
    exposeAppInBrowser: true,
    federated_extensions: [{
      name: "mnist-course",
      load: "static/extension.js",
      extension: "./extension",
    }],
    fileTypes: FILE_TYPES,
    settingsOverrides: {
      "@jupyterlab/apputils-extension:notification": {
        checkForUpdates: false,
        fetchNews: "false",
      },
      "@jupyterlab/completer-extension:manager": {
        providerTimeout: 3000,
        showDocumentationPanel: true,
      },
    },
    mnistCourse: {
      hasCsv,
      environment: hasMnist ? {} : { MNIST_SOURCE: "digits" },
    },
  });
  await writeJson(path, config);
  for (const name of await Array.fromAsync(Deno.readDir(out), ({ name }) => name)) {
    if (!APPLICATIONS.includes(name)) continue;
    const application = join(out, name, "jupyter-lite.json");
    const settings = JSON.parse(await Deno.readTextFile(application));
    await writeJson(application, settings);
  }
}

/** How JupyterLite stores what a cell or a person saves. */
const FILE_TYPES = Object.fromEntries(
  Object.entries({
    ipynb: ["json", "application/x-ipynb+json"],
    json: ["json", "application/json"],
    csv: ["text", "text/csv"],
    txt: ["text", "text/plain"],
    md: ["text", "text/markdown"],
    ts: ["text", "text/typescript"],
    html: ["text", "text/html"],
    png: ["base64", "image/png"],
    gz: ["base64", "application/gzip"],
    safetensors: ["base64", "application/octet-stream"],
    onnx: ["base64", "application/octet-stream"],
    jsonl: ["text", "application/jsonl"],
  }).map(([name, [fileFormat, mime]]) => [name, {
    name,
    extensions: [`.${name}`],
    fileFormat,
    mimeTypes: [mime],
  }]),
);
