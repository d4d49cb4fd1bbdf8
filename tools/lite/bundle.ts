/**
 * Bundles the kernel and the extension for the browser, with `deno bundle`. Its import map puts modules
 * of `lite/` in the place of those that need Deno, and packages in the place of Node's modules.
 *
 * @module
 */
import { join } from "node:path";
import { deno } from "../support/deno.ts";

/** A bundle could not be made. */
export class BundleError extends Error {
  override name = "BundleError";
}

/** The import map, and the versions of the packages in it. */
export const CONFIG = "tools/on_demand/lite/deno.json";

/** How a program is bundled. */
interface Bundle {
  /** The program's first module, from the project's folder. */
  readonly entry: string;
  /** `"iife"` for a script that is not a module. */
  readonly format: "esm" | "iife";
  /** The folder inside the site's. */
  readonly folder?: string;
}

/** The programs of the site. */
const BUNDLES: readonly Bundle[] = [
  { entry: "lite/worker.ts", format: "esm" },
  { entry: "lite/extension/extension.ts", format: "iife" },
  { entry: "lite/types/worker.ts", format: "esm", folder: "types" },
  { entry: "tools/on_demand/lite/typescript.ts", format: "esm", folder: "types" },
];

/**
 * Writes the programs into a folder.
 *
 * @throws {BundleError} with the reason, such as a package that cannot be downloaded.
 */
export async function bundle(root: string, folder: string): Promise<void> {
  for (const { entry, format, folder: inner = "" } of BUNDLES) {
    await bundleOne(root, join(folder, inner), entry, format);
  }
}

/** Bundles one program. */
export async function bundleOne(
  root: string,
  folder: string,
  entry: string,
  format: Bundle["format"],
): Promise<void> {
  const { ok, stderr } = await deno([
    "bundle",
    "--quiet",
    "--frozen",
    "--config",
    join(root, ...CONFIG.split("/")),
    "--platform=browser",
    `--format=${format}`,
    "--minify",
    ...(format === "esm" ? ["--code-splitting"] : []),
    "--outdir",
    folder,
    join(root, ...entry.split("/")),
  ], root);
  if (!ok) throw new BundleError(`${entry}: expected it to be bundled, found ${stderr.trim()}`);
}

/**
 * Bundles the module for tables of text, which comes from JSR.
 *
 * @param specifier where it comes from, such as `jsr:@std/csv@1.0.6`.
 * @returns whether it could be downloaded: not every network reaches JSR.
 */
export async function bundleCsv(root: string, file: string, specifier: string): Promise<boolean> {
  const options = ["--quiet", "--no-lock", "--no-config", "--platform=browser", "--minify"];
  const { ok } = await deno(["bundle", ...options, "-o", file, specifier], root);
  return ok;
}

/** The version of `@std/csv` that the course uses. */
export async function csvSpecifier(root: string): Promise<string> {
  const { imports }: { imports: Record<string, string> } = JSON.parse(
    await Deno.readTextFile(join(root, "deno.json")),
  );
  return imports["@std/csv"];
}
