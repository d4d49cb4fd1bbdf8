/**
 * The kernel that Jupyter starts for the course: Deno's own, behind a relay (`relay.ts`).
 *
 *     deno run -A tools/kernel/main.ts CONNECTION_FILE [--types]
 *
 * @module
 */

import { pathToFileURL } from "node:url";
import { projectRoot } from "../../lib/support/paths.ts";
import { Client, ConnectionLost } from "../jupyter/client.ts";
import { Front } from "./front.ts";
import type { Order } from "../jupyter/inner_protocol.ts";
import { type Connection, Kernel } from "../jupyter/kernel_process.ts";
import { lockOf } from "../jupyter/lock_file.ts";
import { CellTypes } from "../language/cell_types.ts";
import { LanguageService } from "../language/service.ts";
import { codeCells, readNotebook, sourceText } from "../notebook_file/notebook.ts";
import { type Behind, Relay } from "./relay.ts";
import { isObject, type JsonObject } from "../support/json.ts";

/** Milliseconds that the kernel may take to end when asked to. */
const END_PATIENCE = 2000;

/** Milliseconds between two checks whether the Jupyter server still runs. */
const CHECK_INTERVAL = 1000;

/** Starts the kernel behind the relay. When it ends, so does this program. */
async function startKernel(): Promise<Behind> {
  const { kernel, greeted: client } = await Kernel.start(
    {
      cwd: Deno.cwd(),
      // So that an interrupted cell can be collected, and so end; see `RunningCell.stop`.
      env: {
        DENO_V8_FLAGS: [Deno.env.get("DENO_V8_FLAGS"), "--expose-gc"].filter(Boolean).join(","),
      },
    },
    (kernel, signal) => Client.connect(kernel.connection, signal),
  );
  const orders = new Orders(kernel, client);
  await client.prepare();
  let isEnding = false;
  kernel.ended.then(({ code }) => Deno.exit(isEnding ? 0 : code));
  client.lost.catch(async ({ message }) => {
    // Usually because the kernel ends, which is handled above.
    if (await kernel.endsWithin(END_PATIENCE) !== null) return;
    console.error(message);
    Deno.exit(1);
  });
  return {
    client,
    info: withMimeType(await client.ask("kernel_info_request", {})),
    listening: orders.listening,
    order: (order) => orders.give(order),
    kill: () => kernel.kill(),
    lock: lockOf(Deno.cwd()),
    async end() {
      isEnding = true;
      await client.shutdown();
      await kernel.stop(END_PATIENCE);
    },
  };
}

/** Orders to a kernel, and their acknowledgements. */
class Orders {
  readonly #kernel: Kernel;
  readonly #listening = Promise.withResolvers<void>();
  /** Who waits for the acknowledgement of an order, by its number. */
  readonly #unheard = new Map<number, (interrupted: boolean) => void>();
  #given = 0;

  constructor(kernel: Kernel, client: Client) {
    this.#kernel = kernel;
    client.onOrderHeard = ({ count, interrupted }) => {
      if (count === 0) this.#listening.resolve();
      this.#unheard.get(count)?.(interrupted);
      this.#unheard.delete(count);
    };
  }

  /** Resolves when the kernel can receive orders. */
  get listening(): Promise<void> {
    return this.#listening.promise;
  }

  /** Gives an order; resolves when the main thread has received it, with whether it interrupted it. */
  give(order: Order): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#unheard.set(++this.#given, resolve);
    this.#kernel.order(order);
    return promise;
  }
}

/** The cells of the notebook that this kernel was started for, if Jupyter names it. */
async function cellsOfFile(): Promise<string[]> {
  try {
    const notebook = await readNotebook(Deno.env.get("JPY_SESSION_NAME") ?? "");
    return codeCells(notebook).map(sourceText);
  } catch {
    return []; // not saved yet, or another front end
  }
}

/** Types for the notebook in the working folder: with `--types`, unless `MNIST_TYPES=off`. */
function cellTypes(args: readonly string[]): CellTypes {
  const folder = pathToFileURL(Deno.cwd() + "/"), root = pathToFileURL(projectRoot + "/");
  return new CellTypes(new LanguageService({ root, folder }), {
    isOn: args.includes("--types") && Deno.env.get("MNIST_TYPES") !== "off",
    isInCourse: folder.href.startsWith(root.href),
  });
}

/**
 * JupyterLab names the language server's language after this type; of Deno's own,
 * `text/x.typescript`, it would make "x.typescript".
 */
function withMimeType(info: JsonObject): JsonObject {
  const { language_info } = info;
  return isObject(language_info)
    ? { ...info, language_info: { ...language_info, mimetype: "text/typescript" } }
    : info;
}

async function main(file: string, ...args: string[]): Promise<void> {
  const connection: Connection = JSON.parse(await Deno.readTextFile(file));
  const behind = startKernel();
  const front = new Front(connection, {
    shell: (request) => relay.shell(request),
    control: (request) => relay.control(request),
  });
  const types = cellTypes(args);
  const relay = new Relay(front, behind, types);

  // For front ends that interrupt by signal, although the kernel spec asks for a message.
  Deno.addSignalListener("SIGINT", () => relay.stop());
  // Every pending request fails with the connection; `startKernel` reports it once.
  globalThis.addEventListener("unhandledrejection", (event) => {
    if (event.reason instanceof ConnectionLost) event.preventDefault();
  });
  const parent = Deno.ppid;
  setInterval(() => {
    // Another process became our parent: the server has ended without ending us.
    if (Deno.ppid !== parent) Deno.exit(1);
  }, CHECK_INTERVAL);
  await behind;
  // Not before: the first cell does not wait for the types.
  await types.warmUp(await cellsOfFile());
}

if (import.meta.main) {
  try {
    await main(Deno.args[0], ...Deno.args.slice(1));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
