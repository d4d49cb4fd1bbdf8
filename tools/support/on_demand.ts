/**
 * Packages that only some commands use: a compiler, a browser driver, a server for plots.
 *
 * `deno task` downloads everything in the project's `deno.lock` before it runs a command. So each of
 * these packages has a folder of its own with a `deno.json` and a `deno.lock`, and is downloaded by
 * the first command that needs it.
 *
 * @module
 */
import { join } from "node:path";
import { projectRoot } from "../../lib/support/paths.ts";
import { deno } from "./deno.ts";

/** A package that is downloaded when it is first needed. */
export interface OnDemand {
  name: string;
  /** The `deno.json` that pins it; the `deno.lock` beside it pins what it depends on. */
  config: string;
  /** Megabytes on the disk, dependencies included. */
  megabytes: number;
  /** What needs it. */
  usedBy: string;
}

/** All packages of this kind. */
export const ON_DEMAND = {
  assemblyscript: {
    name: "assemblyscript",
    config: join(projectRoot, "tools", "on_demand", "assemblyscript", "deno.json"),
    megabytes: 101,
    usedBy: "deno task build-kernels and one test",
  },
  playwright: {
    name: "playwright-core",
    config: join(projectRoot, "tools", "on_demand", "playwright-core", "deno.json"),
    megabytes: 14,
    usedBy: "deno task run --write and the browser tests",
  },
  lite: {
    name: "typescript",
    config: join(projectRoot, "tools", "on_demand", "lite", "deno.json"),
    megabytes: 40,
    usedBy: "deno task lite",
  },
  nodeplotlib: {
    name: "nodeplotlib",
    config: join(projectRoot, "lib", "notebook", "nodeplotlib", "deno.json"),
    megabytes: 29,
    usedBy: "deno task plot and scripts that show figures",
  },
} as const satisfies Record<string, OnDemand>;

/** A package could not be downloaded. */
export class PackageError extends Error {
  override name = "PackageError";
}

/** A program that imports a package, which downloads it, and prints the URL of its main module. */
const locate = (name: string) =>
  `await import("${name}"); console.log(import.meta.resolve("${name}")); Deno.exit();`;

/** The URL of a package's main module in Deno's cache, or undefined if it is not there. */
export async function cachedModule({ name, config }: OnDemand): Promise<string | undefined> {
  const { ok, stdout } = await evaluate(config, locate(name), "--cached-only");
  return ok ? stdout.trim() : undefined;
}

/**
 * The URL of a package's main module in Deno's cache; downloads the package if it is not there.
 *
 * @throws {PackageError} if the download fails.
 */
export async function moduleOf(wanted: OnDemand): Promise<string> {
  const cached = await cachedModule(wanted);
  if (cached !== undefined) return cached;
  const { name, config, megabytes } = wanted;
  console.error(`Downloading ${name} (${megabytes} MB) ...`);
  const { ok, stdout, stderr } = await evaluate(config, locate(name));
  if (ok) return stdout.trim();
  const [reason] = /(?<=error: ).*/.exec(stderr) ?? [stderr.trim()];
  throw new PackageError(`${name}: expected to download it, found ${reason}`);
}

function evaluate(config: string, code: string, ...flags: string[]) {
  return deno(["eval", "--quiet", "--frozen", "--config", config, ...flags, code], projectRoot);
}

/** The version of a package as `deno.json` pins it: `"npm:name@1.2.3"`. */
export async function pinned({ name, config }: OnDemand): Promise<string> {
  const { imports }: { imports: Record<string, string> } = JSON.parse(
    await Deno.readTextFile(config),
  );
  return imports[name];
}
