/**
 * Firefox without a window, driven over WebDriver BiDi (https://w3c.github.io/webdriver-bidi/): the
 * pages of Debian's Firefox, which Playwright cannot drive.
 */
import { findProgram } from "../../tools/support/machine.ts";
import { machine } from "./machine.ts";

/** Milliseconds in which Firefox starts and a page loads on a busy machine. */
const PATIENCE = 60_000;

const program = ["firefox-esr", "firefox"].map((name) => findProgram(machine, name))
  .find((path) => path !== undefined);

/** Why tests cannot use Firefox; undefined if they can. */
export const missingFirefox: string | undefined = program === undefined
  ? "Firefox is not on the PATH: apt-get install firefox-esr"
  : undefined;

/** An answer of the browser. */
interface Answer {
  readonly id?: number;
  readonly type: string;
  readonly result?: {
    readonly context?: string;
    readonly type?: string;
    readonly result?: { readonly value?: unknown };
    readonly exceptionDetails?: { readonly text: string };
  };
  readonly message?: string;
}

/** A running Firefox with one page. */
export class Firefox {
  readonly #process: Deno.ChildProcess;
  readonly #profile: string;
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #context = "";

  private constructor(process: Deno.ChildProcess, profile: string, socket: WebSocket) {
    this.#process = process;
    this.#profile = profile;
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => {
      const answer: Answer = JSON.parse(data);
      if (answer.id !== undefined) this.#waiting.get(answer.id)?.(answer);
    });
  }

  /** Starts Firefox with a profile of its own. */
  static async start(): Promise<Firefox> {
    if (program === undefined) throw new Error(missingFirefox);
    const profile = await Deno.makeTempDir({ prefix: "firefox-" });
    const process = new Deno.Command(program, {
      args: ["--headless", "--no-remote", "--profile", profile, "--remote-debugging-port=0"],
      env: { HOME: profile },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const socket = new WebSocket(`${await addressIn(process.stderr)}/session`);
    await new Promise((resolve, reject) => {
      socket.addEventListener("open", resolve);
      socket.addEventListener("error", () => reject(new Error("Firefox: no connection")));
    });
    const firefox = new Firefox(process, profile, socket);
    await firefox.#send("session.new", { capabilities: {} });
    const { context } = await firefox.#send("browsingContext.create", { type: "tab" });
    firefox.#context = context ?? "";
    return firefox;
  }

  async goto(url: string): Promise<void> {
    await this.#send("browsingContext.navigate", { context: this.#context, url, wait: "complete" });
  }

  /** The value of an expression in the page: text, a number or a truth value. */
  async evaluate(expression: string): Promise<unknown> {
    const target = { context: this.#context };
    const { result, exceptionDetails } = await this.#send("script.evaluate", {
      expression,
      target,
      awaitPromise: true,
    });
    if (exceptionDetails) throw new Error(`Firefox: ${exceptionDetails.text}`);
    return result?.value;
  }

  /** Waits until an expression is true. */
  async waitFor(expression: string, milliseconds = PATIENCE): Promise<void> {
    const deadline = performance.now() + milliseconds;
    while (await this.evaluate(`Boolean(${expression})`) !== true) {
      if (performance.now() > deadline) throw new Error(`Firefox: expected ${expression} in time`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  async end(): Promise<void> {
    this.#socket.close();
    this.#process.kill();
    await this.#process.status;
    await Deno.remove(this.#profile, { recursive: true });
  }

  async #send(method: string, params: object): Promise<NonNullable<Answer["result"]>> {
    const id = this.#waiting.size + 1;
    const { promise, resolve } = Promise.withResolvers<Answer>();
    this.#waiting.set(id, resolve);
    this.#socket.send(JSON.stringify({ id, method, params }));
    const { result, message } = await promise;
    if (result === undefined) throw new Error(`Firefox: ${method}: ${message}`);
    return result;
  }
}

/** The address at which Firefox listens, which it prints. The rest of its output is thrown away. */
async function addressIn(stderr: ReadableStream<Uint8Array>): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const timer = setTimeout(() => reject(new Error("Firefox: expected it to start")), PATIENCE);
  (async () => {
    let text = "";
    for await (const piece of stderr.pipeThrough(new TextDecoderStream())) {
      text += piece;
      const [, address] = /BiDi listening on (ws:\S+)\s/.exec(text) ?? [];
      if (address !== undefined) resolve(address);
    }
    reject(new Error(`Firefox ended: ${text}`));
  })();
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
  }
}
