/**
 * This machine: its operating system, the programs on its PATH, the user's rights. All other modules
 * ask through here, so that a test can describe another machine.
 *
 * @module
 */

import { type Stats, statSync } from "node:fs";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { delimiter, isAbsolute, join } from "node:path";
import { projectRoot } from "../../lib/support/paths.ts";

/** A machine, as far as it matters to the search for Jupyter. */
export interface Machine {
  /** `"windows"`, `"darwin"`, `"linux"` or another, as `Deno.build.os` says. */
  os: string;
  /** The folders in which programs are searched, as in the variable PATH. */
  path: string;
  /** On Windows the extensions of programs, as in the variable PATHEXT. */
  pathExtensions: string;
  /** Whether the user is root. */
  root: boolean;
  /** Whether the system is Debian or based on it, such as Ubuntu. */
  debian: boolean;
  /** The project's folder. */
  project: string;
}

/** The machine on which this program runs. */
export function thisMachine(): Machine {
  return {
    os: Deno.build.os,
    path: Deno.env.get("PATH") ?? "",
    pathExtensions: Deno.env.get("PATHEXT") ?? ".EXE;.CMD;.BAT",
    root: Deno.build.os !== "windows" && Deno.uid() === 0,
    debian: isFile("/etc/debian_version"),
    project: projectRoot,
  };
}

/** The absolute path of a program on the PATH, or undefined if there is none. */
export function findProgram(machine: Machine, name: string): string | undefined {
  const endings = machine.os === "windows" ? machine.pathExtensions.split(";") : [""];
  for (const folder of machine.path.split(delimiter)) {
    // With a relative folder the result would depend on the working folder.
    if (!isAbsolute(folder)) continue;
    for (const ending of endings) {
      const path = join(folder, name + ending);
      if (isProgram(path, machine.os)) return path;
    }
  }
  return undefined;
}

/** Whether a path is that of a file. False for a path that this user may not look at. */
export function isFile(path: string): boolean {
  return look(path)?.isFile() ?? false;
}

function isProgram(path: string, os: string): boolean {
  const found = look(path);
  return found !== undefined && found.isFile() && (os === "windows" || (found.mode & 0o111) !== 0);
}

/** What is at a path, or undefined for nothing, a forbidden folder, a circle of links and the like. */
function look(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

/** Milliseconds in which a program must print its version. */
const PATIENCE = 60_000;

/**
 * What a program prints, or undefined if it cannot be run, fails or does not end within a minute. A
 * program on the PATH may not work, for example a shim of a version manager.
 */
export async function ask(
  machine: Machine,
  program: string,
  ...args: string[]
): Promise<string | undefined> {
  try {
    const { success, stdout } = await new Deno.Command(program, {
      args,
      env: { PATH: machine.path },
      stdin: "null",
      stdout: "piped",
      stderr: "null",
      signal: AbortSignal.timeout(PATIENCE),
    }).output();
    return success ? new TextDecoder().decode(stdout).trim() : undefined;
  } catch {
    return undefined;
  }
}

/** A program failed. */
export class ProgramError extends Error {
  override name = "ProgramError";
}

/** How to run a program. */
export interface Performance {
  /** Environment variables in addition to those of this process. */
  env?: Record<string, string>;
  /** Receives the lines of its standard output, which are printed otherwise. */
  onLine?: (line: string) => void | Promise<void>;
  /** Whether to print its standard error; otherwise the error has the last line of it. */
  showErrors?: boolean;
}

/**
 * Runs a program that downloads, installs or converts something.
 *
 * @throws {ProgramError} if it cannot be started or its exit code is not 0.
 */
export async function perform(
  machine: Machine,
  program: string,
  args: string[],
  { env = {}, onLine, showErrors = true }: Performance = {},
): Promise<void> {
  let process: Deno.ChildProcess;
  try {
    process = new Deno.Command(program, {
      args,
      env: { PATH: machine.path, ...env },
      stdin: "null",
      stdout: onLine ? "piped" : "inherit",
      stderr: showErrors ? "inherit" : "piped",
    }).spawn();
  } catch (cause) {
    throw new ProgramError(`${program}: expected it to start, found ${messageOf(cause)}`, {
      cause,
    });
  }
  const errors = showErrors ? "" : new Response(process.stderr).text();
  if (onLine) {
    const lines = createInterface({ input: Readable.fromWeb(process.stdout) });
    for await (const line of lines) await onLine(line);
  }
  const { code } = await process.status;
  if (code !== 0) {
    const command = [program, ...args].join(" ");
    const shown = command.length > 500 ? `${command.slice(0, 500)} …` : command;
    const reason = (await errors).trim().split("\n").at(-1)?.slice(0, 300) || `exit code ${code}`;
    throw new ProgramError(`${shown}: expected it to succeed, found ${reason}`);
  }
}

/** The message of a thrown value. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
