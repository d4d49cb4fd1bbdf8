/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />
/** The kernel's thread: it runs cells. */
import { CellTimers } from "../tools/inside_kernel/timers.ts";
import { splitMetadata } from "../lib/support/display.ts";
import { DISPLAY } from "../lib/support/display.ts";
import { makeConsole } from "./deno/console.ts";
import { makeDeno } from "./deno/deno.ts";
import { NotInBrowserError } from "./deno/errors.ts";
import { Files } from "./deno/files.ts";
import { inspect, inspectLast } from "./deno/inspect.ts";
import { fillGaps } from "./gaps.ts";
import { Session } from "./kernel/session.ts";
import type { Content, FromWorker, ToWorker } from "./protocol.ts";

/** Milliseconds after Stop in which a cell ends by itself, before what it waits for is broken off. */
const STOP_PATIENCE = 500;

fillGaps();
// Read now: a cell may assign something else to these names.
const post = (message: FromWorker) => self.postMessage(message);
const later = setTimeout;
const output = (message: string, content: Content) => post({ type: "output", message, content });
const timers = new CellTimers(globalThis);

/** 1 from the press of Stop until the cell ends. */
const stopFlag = new Int32Array(1);

/** Breaks off the cell that runs. */
let breakOff = () => {};

/** What the page has been asked and has not answered. */
const questions = new Map<number, PromiseWithResolvers<Uint8Array<ArrayBuffer> | undefined>>();
let asked = 0;

function ask(
  question: (id: number) => FromWorker,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const id = asked++;
  const answer = Promise.withResolvers<Uint8Array<ArrayBuffer> | undefined>();
  questions.set(id, answer);
  post(question(id));
  return answer.promise;
}

/** The course, once it is loaded. */
let library: typeof import("./library.ts");
const session = new Session((name) => library.importModule(name));

async function start({ files: address, index, csv, ...given }: ToWorker & { type: "start" }) {
  const environment = { ...given.environment };
  const files = new Files(address, index, {
    load: (path) => ask((id) => ({ type: "load", id, path })),
    save: async (path, bytes) => void await ask((id) => ({ type: "save", id, path, bytes })),
    remove: async (path) => void await ask((id) => ({ type: "remove", id, path })),
  });
  Object.assign(globalThis, {
    Deno: makeDeno(files, environment, output),
    console: makeConsole((name, text) => output("stream", { name, text })),
    prompt: noDialog("prompt", "Write the answer into the cell."),
    alert: noDialog("alert", "Use show(…) or console.log(…)."),
    confirm: noDialog("confirm", "Write the answer into the cell."),
  });
  library = await import("./library.ts");
  library.surroundWith({ files, environment });
  library.useBrowserChannel(output);
  if (csv !== undefined) library.useStdCsv(() => import(csv));
  library.watchStop(stopFlag);
  post({ type: "ready" });
}

function noDialog(name: string, instead: string): () => never {
  return () => {
    throw new NotInBrowserError(`${name}()`, instead);
  };
}

/** Runs a cell and returns the content of the reply. */
async function execute(code: string, count: number): Promise<Content> {
  Atomics.store(stopFlag, 0, 0);
  const stopped = Promise.withResolvers<never>();
  breakOff = () => {
    timers.clear();
    stopped.reject(Object.assign(new Error("stopped by the Stop button"), { name: "Stopped" }));
  };
  try {
    const { value } = await Promise.race([session.run(code, count), stopped.promise]);
    if (value !== undefined) await show(value, count);
    return { status: "ok", execution_count: count, user_expressions: {}, payload: [] };
  } catch (thrown) {
    const failure = sendError(thrown);
    return { status: "error", execution_count: count, ...failure };
  } finally {
    breakOff = () => {};
    timers.forget();
    Atomics.store(stopFlag, 0, 0);
    await new Promise((resolve) => later(resolve, 0)); // what it has not waited for, such as a display
  }
}

async function show(value: unknown, count: number): Promise<void> {
  const isObject = typeof value === "object" && value !== null;
  const display: unknown = isObject ? Reflect.get(value, DISPLAY) : undefined;
  const bundle: Record<string, unknown> = typeof display === "function"
    ? await display.call(value)
    : { "text/plain": await inspectLast(value) };
  output("execute_result", { execution_count: count, metadata: {}, ...splitMetadata(bundle) });
}

function sendError(thrown: unknown): Content {
  const { name, message, traceback } = session.failure(thrown, inspect);
  const content = { ename: name, evalue: message, traceback };
  output("error", content);
  return content;
}

self.addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  sendError(event.reason);
});
self.addEventListener("error", (event) => {
  event.preventDefault();
  sendError(event.error);
});

self.addEventListener("message", async ({ data }: MessageEvent<ToWorker>) => {
  switch (data.type) {
    case "start":
      try {
        return await start(data);
      } catch (error) {
        return post({
          type: "failed",
          reason: error instanceof Error ? error.message : `${error}`,
        });
      }
    case "execute":
      return post({ type: "done", reply: await execute(data.code, data.count) });
    case "stop": {
      Atomics.store(stopFlag, 0, 1);
      const stop = breakOff;
      later(() => stop(), STOP_PATIENCE);
      return;
    }
    case "answer": {
      const question = questions.get(data.id);
      questions.delete(data.id);
      if (data.error === undefined) question?.resolve(data.bytes);
      else question?.reject(new Error(data.error));
    }
  }
});
