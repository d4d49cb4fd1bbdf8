/** Paths in the project, from any working folder: that of a notebook is not the project's. */
import { resolve } from "node:path";
import { describe } from "./describe.ts";
import { platform } from "./environment.ts";

/** The project's folder: the one above `lib/`. */
export const projectRoot: string = platform.root;

/**
 * The absolute form of a path. A relative path is resolved against the project's folder, so
 * `data/sample_weight.safetensors` names the same file in every notebook.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { projectPath } from "mnist";
 *
 * assert.match(projectPath("data/mnist"), /data.mnist$/);
 * assert.equal(projectPath(projectPath("data")), projectPath("data"));
 * ```
 *
 * @throws TypeError for what is no text.
 */
export function projectPath(path: string): string {
  if (typeof path !== "string") throw new TypeError(`expected a path, found ${describe(path)}`);
  return resolve(platform.root, path);
}
