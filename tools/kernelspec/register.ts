/**
 * `deno task kernel`: registers the course's kernel for the user account, so that front ends which
 * we do not start find it, VS Code above all.
 *
 * @module
 */

import { homedir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { exitWith } from "../support/command.ts";
import { isObject, texts } from "../jupyter/messages.ts";
import { projectRoot } from "../../lib/support/paths.ts";
import { kernelSpec, writeKernelSpec } from "./kernelspec.ts";

const USAGE = `deno task kernel [--replace] [--remove]

Registers the course's kernel as "Deno" for your user account, for VS Code without a server.

  --replace   in the place of another kernel of that name, such as Deno's own
  --remove    takes it away again`;

/**
 * Where Jupyter programs keep what belongs to a user (jupyter-core, `jupyter_data_dir`).
 *
 * @param os as `Deno.build.os` has it.
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

/** Whose kernel of the name `deno` stands in a folder: nobody's, one of a course's, or another. */
async function owner(folder: string): Promise<"nobody" | "course" | "other"> {
  let json: string;
  try {
    json = await Deno.readTextFile(join(folder, "kernels", "deno", "kernel.json"));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "nobody";
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
 * Registers the kernel in a user's folder, and gives the path of its spec.
 *
 * @throws {Error} when another kernel of that name is there and `replace` is false.
 */
export async function registerKernel(folder: string, replace: boolean): Promise<string> {
  if (await owner(folder) === "other" && !replace) {
    throw new Error(
      `kernel: expected no kernel of the name deno in ${
        join(folder, "kernels")
      }, found another's. ` +
        "With --replace this one takes its place; deno jupyter --install brings Deno's own back.",
    );
  }
  const spec = kernelSpec(Deno.execPath(), projectRoot, { types: false });
  return await writeKernelSpec(folder, spec);
}

/** Takes the kernel away again, and gives whether one of a course was there. */
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
    console.log(removed ? "The kernel is removed." : "There was no kernel of the course.");
    return 0;
  }
  console.log(`Written: ${await registerKernel(folder, values.replace)}`);
  console.log("VS Code: Select Kernel, Jupyter Kernel, Deno. It uses this folder; do not move it.");
  return 0;
}

if (import.meta.main) await exitWith(main);
