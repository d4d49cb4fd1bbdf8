/**
 * The lab extension: a kernel named `deno`, so that the course's notebooks open with it unchanged.
 *
 * A prebuilt extension is a container of module federation: an object with `init` and `get` under its
 * name in `window._JUPYTERLAB`. What it shares with JupyterLite comes from the scope that `init`
 * receives.
 */
import { fillGaps } from "../gaps.ts";
import type { SiteFile } from "../protocol.ts";
import { chaptersPlugin } from "./chapters.ts";
import type {
  Application,
  AppUtils,
  KernelClient,
  KernelOptions,
  KernelSpecs,
  LiteServices,
  Plugin,
  Tokens,
} from "./jupyter.ts";
import { type CourseKernel, kernelClass } from "./kernel.ts";

/** The extension's name, also that of its folder. */
const NAME = "mnist-course";

fillGaps();

/** This script, in `extensions/mnist-course/static/` of the site. */
const script: string = document.currentScript?.src ?? location.href;
const site = new URL("../../../", script);

/** What the site's build has written into `jupyter-lite.json`. */
interface CourseConfig {
  readonly environment?: Readonly<Record<string, string>>;
  /** Whether the site has `@std/csv`. */
  readonly hasCsv?: boolean;
}

function courseConfig(): CourseConfig {
  const text = document.getElementById("jupyter-config-data")?.textContent ?? "{}";
  const config: { mnistCourse?: CourseConfig } = JSON.parse(text);
  return config.mnistCourse ?? {};
}

async function siteFiles(): Promise<readonly SiteFile[]> {
  const response = await fetch(new URL("files.json", site));
  if (!response.ok) throw new Error(`kernel: expected the list of files, found ${response.status}`);
  return await response.json();
}

function kernelPlugin(services: LiteServices, { Notification }: AppUtils): Plugin {
  const kernels = new Map<string, CourseKernel>();
  return {
    id: `${NAME}:kernel`,
    autoStart: true,
    requires: [services.IKernelSpecs],
    optional: [services.IKernelClient],
    activate(app: Application, specs: KernelSpecs, client: KernelClient | null) {
      const { environment = {}, hasCsv = false } = courseConfig();
      const Kernel = kernelClass(services, {
        contents: app.serviceManager.contents,
        report: (message) => void Notification.error(message, { autoClose: false }),
        worker: new URL("worker.js", script).href,
        files: new URL("files/", site).href,
        index: siteFiles(),
        csv: hasCsv ? new URL("csv.js", script).href : undefined,
        environment,
        types: {
          worker: new URL("types/worker.js", script).href,
          compiler: new URL("types/typescript.js", script).href,
          sources: new URL("types/sources.json", script).href,
        },
      });
      specs.register({
        spec: {
          name: "deno",
          display_name: "Deno",
          language: "typescript",
          argv: [],
          resources: {},
          interrupt_mode: "message",
        },
        create: (options: KernelOptions) => {
          const kernel = new Kernel(options);
          kernels.set(options.id, kernel);
          return Promise.resolve(kernel);
        },
      });
      if (!client) return;
      // JupyterLite removes the cells that wait, and leaves the one that runs alone.
      const removeWaiting = client.interrupt.bind(client);
      client.interrupt = async (id) => {
        await removeWaiting(id);
        kernels.get(id)?.stop();
      };
    },
  };
}

/** The modules that JupyterLite shares: by name, then by version. */
type Shared = Readonly<Record<string, Readonly<Record<string, { get(): Promise<() => unknown> }>>>>;

let shared: Shared = {};

async function sharedModule<Module>(name: string): Promise<Module> {
  const [version] = Object.values(shared[name] ?? {});
  if (version === undefined) throw new Error(`${NAME}: expected JupyterLite to share ${name}`);
  return (await version.get())() as Module;
}

const container = {
  init: (scope: Shared) => void (shared = scope),
  async get(): Promise<() => unknown> {
    const services = await sharedModule<LiteServices>("@jupyterlite/services");
    const utils = await sharedModule<AppUtils>("@jupyterlab/apputils");
    const notebook = await sharedModule<Pick<Tokens, "INotebookTracker">>("@jupyterlab/notebook");
    const mainMenu = await sharedModule<Pick<Tokens, "IMainMenu">>("@jupyterlab/mainmenu");
    const tokens = { ...notebook, ...mainMenu };
    const plugins = [
      kernelPlugin(services, utils),
      chaptersPlugin(`${NAME}:chapters`, utils, tokens),
    ];
    const exported = { __esModule: true, default: plugins };
    return () => exported;
  },
};

declare global {
  /** The page, as far as a script of an extension needs it: Deno has no types of a document. */
  const document: {
    readonly currentScript: { readonly src: string } | null;
    getElementById(id: string): { readonly textContent: string | null } | null;
  };
  /** The browser's data base. */
  const indexedDB: {
    open(name: string): {
      readonly result: { close(): void };
      readonly error: unknown;
      onsuccess: (() => void) | null;
      onerror: (() => void) | null;
    };
    deleteDatabase(name: string): unknown;
  };
  /** The containers of all extensions. */
  var _JUPYTERLAB: Record<string, typeof container> | undefined;
}

(globalThis._JUPYTERLAB ??= {})[NAME] = container;
