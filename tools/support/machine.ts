/**
 * What this machine offers: programs on its PATH, its rights, its kind. Everything that the rest
 * asks of it goes through here, so that a test can describe another machine.
 *
 * @module
 */

import { statSync } from "node:fs";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { delimiter, isAbsolute, join } from "node:path";
import { projectRoot } from "../../lib/support/paths.ts";

/** What matters of a machine when Jupyter is looked for. */
export interface Machine {
  /** `"windows"`, `"darwin"`, `"linux"` or another, as `Deno.build.os` says. */
  os: string;
  /** The folders in which programs are looked for, as the variable PATH has them. */
  path: string;
  /** On Windows the endings of programs, as the variable PATHEXT has them. */
  pathExtensions: string;
  /** Whether we may do everything. */
  root: boolean;
  /** Whether Debian's package manager rules here (Debian, Ubuntu and their kin). */
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

/** The absolute path of a program on the PATH, or undefined where there is none. */
export function findProgram(machine: Machine, name: string): string | undefined {
  const endings = machine.os === "windows" ? machine.pathExtensions.split(";") : [""];
  for (const folder of machine.path.split(delimiter)) {
    // A relative folder would make what is found depend on where we stand.
    if (!isAbsolute(folder)) continue;
    for (const ending of endings) {
      const path = join(folder, name + ending);
      if (isProgram(path, machine.os)) return path;
    }
  }
  return undefined;
}

/** Whether a file is there. */
export function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function isProgram(path: string, os: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return found !== undefined && found.isFile() && (os === "windows" || (found.mode & 0o111) !== 0);
}

/** Milliseconds that a program may take to say its version. */
const PATIENCE = 60_000;

/**
 * What a program prints, or undefined where it cannot be run, fails or does not end within a
 * minute. A program on the PATH need not work: think of the shims of version managers.
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

/** A program that had to do something for us and did not. */
export class ProgramError extends Error {
  override name = "ProgramError";
}

/** How a program is run. */
export interface Performance {
  /** Environment variables beside those of this process. */
  env?: Record<string, string>;
  /** Takes the lines that it prints, which are shown otherwise. */
  onLine?: (line: string) => void | Promise<void>;
}

/**
 * Runs a program that downloads or installs something. What it prints is shown, with its progress
 * bars, unless `onLine` takes it; its complaints are always shown.
 *
 * @throws {ProgramError} when it cannot be started or ends with another exit code than 0.
 */
export async function perform(
  machine: Machine,
  program: string,
  args: string[],
  { env = {}, onLine }: Performance = {},
): Promise<void> {
  let process: Deno.ChildProcess;
  try {
    process = new Deno.Command(program, {
      args,
      env: { PATH: machine.path, ...env },
      stdin: "null",
      stdout: onLine ? "piped" : "inherit",
      stderr: "inherit",
    }).spawn();
  } catch (cause) {
    throw new ProgramError(`${program}: expected it to start, found ${messageOf(cause)}`, {
      cause,
    });
  }
  if (onLine) {
    const lines = createInterface({ input: Readable.fromWeb(process.stdout) });
    for await (const line of lines) await onLine(line);
  }
  const { code } = await process.status;
  if (code !== 0) {
    throw new ProgramError(
      `${[program, ...args].join(" ")}: expected it to succeed, found exit code ${code}`,
    );
  }
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
