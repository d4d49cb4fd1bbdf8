/**
 * `deno task kernel`: registers the course's kernel for the user account, so that front ends such as
 * VS Code find it without `deno task lab`.
 *
 * @module
 */

import { homedir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { exitWith } from "../support/command.ts";
import { projectRoot } from "../../lib/support/paths.ts";
import { kernelSpec, writeKernelSpec } from "./kernelspec.ts";
import { isObject, texts } from "../support/json.ts";

const USAGE = `deno task kernel [--replace] [--remove]

Registers the course's kernel as "Deno" for your user account, for VS Code without a server.

  --replace   replace another kernel of that name, such as Deno's own
  --remove    remove it again
  --help      print this`;

/**
 * Jupyter's data folder of a user (jupyter-core, `jupyter_data_dir`).
 *
 * @param os a value of `Deno.build.os`.
 */
export function userFolder(
  os: string = Deno.build.os,
  env: Record<string, string | undefined> = Deno.env.toObject(),
  home: string = homedir(),
): string {
  if (env.JUPYTER_DATA_DIR) return env.JUPYTER_DATA_DIR;
  if (os === "darwin") return join(home, "Library", "Jupyter");
  if (os === "windows") return join(env.APPDATA ?? join(home, "AppData", "Roaming"), "jupyter");
  return join(env.XDG_DATA_HOME || join(home, ".local", "share"), "jupyter");
}

/** The program that a course's kernel spec starts; earlier versions of the course had it one folder up. */
const PROGRAM = /[\\/]tools[\\/]kernel(?:[\\/]main)?\.ts$/;

/** What a folder has under the name `deno`: no kernel, that of a course, or another one. */
async function owner(folder: string): Promise<"none" | "course" | "other"> {
  let json: string;
  try {
    json = await Deno.readTextFile(join(folder, "kernels", "deno", "kernel.json"));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "none";
    throw error;
  }
  try {
    const spec = JSON.parse(json);
    const starts = isObject(spec) ? texts(spec.argv) : [];
    return starts.some((part) => PROGRAM.test(part)) ? "course" : "other";
  } catch {
    return "other";
  }
}

/**
 * Registers the kernel in a user's folder.
 *
 * @returns the path of its spec.
 * @throws {Error} if another kernel of that name is there and `replace` is false.
 */
export async function registerKernel(folder: string, replace: boolean): Promise<string> {
  if (await owner(folder) === "other" && !replace) {
    throw new Error(
      `kernel: expected no kernel of the name deno in ${
        join(folder, "kernels")
      }, found another one. ` +
        "--replace replaces it; deno jupyter --install restores Deno's own.",
    );
  }
  const spec = kernelSpec(Deno.execPath(), projectRoot, { types: false });
  return await writeKernelSpec(folder, spec);
}

/** Removes the kernel of a course. False if there was none. */
export async function removeKernel(folder: string): Promise<boolean> {
  if (await owner(folder) !== "course") return false;
  await Deno.remove(join(folder, "kernels", "deno"), { recursive: true });
  return true;
}

async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      replace: { type: "boolean", default: false },
      remove: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const folder = userFolder();
  if (values.remove) {
    const removed = await removeKernel(folder);
    console.log(removed ? "Removed the kernel." : "There is no kernel of the course.");
    return 0;
  }
  console.log(`Written: ${await registerKernel(folder, values.replace)}`);
  console.log("VS Code: Select Kernel, Jupyter Kernel, Deno. It uses this folder; do not move it.");
  return 0;
}

if (import.meta.main) await exitWith(main);
