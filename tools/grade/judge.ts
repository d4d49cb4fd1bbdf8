/**
 * Judges answers anew, each in a process of its own with few permissions.
 *
 * @module
 */

import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import type { Exercise, Judgement } from "../../exercises/exercise.ts";
import { projectPath, projectRoot } from "../../lib/support/paths.ts";
import type { JsonObject } from "../support/json.ts";
import { declarationOf, StudentCodeError, studentModule } from "./student_code.ts";

/** What an answer may use. */
export interface Limits {
  /** Seconds beside those that the exercise gives its judge: to start, and to run the cell. */
  readonly seconds: number;
  readonly megabytes: number;
}

/** Bytes of output at most; what is printed is thrown away. */
const MAX_OUTPUT = 1e6;

/** Milliseconds between two looks at the memory. */
const LOOK = 200;

/** The judge's own seconds, where the exercise does not say. */
const JUDGE_SECONDS = 20;

/** How many declarations of other cells an answer may need. */
const MAX_DECLARATIONS = 50;

/** A student's answer to an exercise. */
export interface Answer {
  readonly id: string;
  /** The student's cell. */
  readonly source: string;
  /** The cells above it. */
  readonly above: readonly string[];
}

/** Judges an answer. What it uses of the cells above comes along, declaration by declaration. */
export async function judgeAnew(
  { id, source, above }: Answer,
  exercise: Exercise<unknown>,
  limits: Limits,
  seed: number,
): Promise<Judgement> {
  if (source === exercise.cell) return { kind: "unanswered" };
  const before: string[] = [];
  for (;;) {
    let module: string;
    try {
      module = studentModule(id, source, exercise.cell, before);
    } catch (error) {
      if (error instanceof StudentCodeError) return { kind: "wrong", mistake: error.message };
      throw error;
    }
    const seconds = limits.seconds + (exercise.seconds ?? JUDGE_SECONDS);
    const judgement = await inSandbox({ id, module, seed }, { ...limits, seconds });
    const missing = missingName(judgement);
    const declaration = missing === undefined ? undefined : declarationOf(missing, above);
    const isNew = declaration !== undefined && !before.includes(declaration);
    if (!isNew || before.length === MAX_DECLARATIONS) return judgement;
    before.unshift(declaration);
  }
}

/** The name without which the code could not run. */
function missingName(judgement: Judgement): string | undefined {
  if (judgement.kind !== "wrong") return undefined;
  const texts = [judgement.mistake, judgement.form].join(" ");
  return /ReferenceError: ([\w$]+) is not defined/.exec(texts)?.[1];
}

/** The data of the course, which answers may read. */
const DATA = [projectPath("data"), Deno.env.get("MNIST_DIR")].filter((path) => path !== undefined);

async function inSandbox(
  task: { readonly id: string; readonly module: string; readonly seed: number },
  { seconds, megabytes }: Limits,
): Promise<Judgement> {
  const token = randomUUID();
  const process = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-prompt",
      "--cached-only",
      "--no-lock",
      `--config=${projectPath("deno.json")}`,
      ...DATA.map((path) => `--allow-read=${path.replaceAll(",", ",,")}`),
      "--allow-env=MNIST_*",
      // Without code from text, `import` and the like can be seen before the code runs.
      `--v8-flags=--max-old-space-size=${megabytes},--disallow-code-generation-from-strings`,
      fileURLToPath(new URL("./sandbox.ts", import.meta.url)),
    ],
    cwd: projectRoot,
    env: { NO_COLOR: "1", MNIST_EXERCISES: "" },
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  let reason = "Your code ended the program that judges it";
  const end = (why: string) => {
    reason = why;
    try {
      process.kill("SIGKILL");
    } catch {
      // It has ended.
    }
  };
  const timer = setTimeout(() => end(`Your code did not end within ${seconds} s`), seconds * 1000);
  const memory = setInterval(async () => {
    const used = await megabytesOf(process.pid);
    if (used > megabytes) end(`Your code needs more than ${megabytes} MB of memory`);
  }, LOOK);
  try {
    const writer = process.stdin.getWriter();
    // A process that ends early does not read all.
    await writer.write(new TextEncoder().encode(JSON.stringify({ ...task, token }))).catch(
      () => {},
    );
    await writer.close().catch(() => {});
    let text = "";
    for await (const part of process.stdout.pipeThrough(new TextDecoderStream())) {
      text += part;
      if (text.length <= MAX_OUTPUT) continue;
      end("Your code prints more than a megabyte");
      break;
    }
    await process.status;
    const line = text.split("\n").find((line) => line.startsWith(`${token} `));
    return line === undefined
      ? { kind: "wrong", mistake: reason }
      : judgementFrom(JSON.parse(line.slice(token.length)));
  } finally {
    clearTimeout(timer);
    clearInterval(memory);
  }
}

/** The judgement in a line of the sandbox. */
function judgementFrom({ kind, text, mistake, form, example }: JsonObject): Judgement {
  if (kind === "correct" || kind === "unanswered") return { kind };
  if (kind === "stored") return { kind, text: String(text) };
  const hint = [mistake, form, example].find((part) => typeof part === "string");
  return { kind: "wrong", mistake: typeof hint === "string" ? hint : undefined };
}

/** The memory that a process uses, or 0 where this cannot be found out. */
async function megabytesOf(pid: number): Promise<number> {
  try {
    const args = ["-o", "rss=", "-p", String(pid)];
    const { stdout } = await new Deno.Command("ps", { args, stderr: "null" }).output();
    return Number(new TextDecoder().decode(stdout)) / 1000 || 0;
  } catch {
    return 0; // a system without ps
  }
}
