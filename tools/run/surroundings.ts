/** Where a notebook runs: environment, folders, names. */
import { relative, sep } from "node:path";
import { projectPath, projectRoot } from "../../lib/support/paths.ts";
import type { Place } from "./stored.ts";

/** Variables for the kernel: cells run in other folders, so paths must be absolute. */
export function environment(data: string | undefined): Record<string, string> {
  const folder = Deno.env.get("MNIST_DIR");
  return {
    ...folder ? { MNIST_DIR: projectPath(folder) } : {},
    ...data ? { MNIST_SOURCE: data } : {},
  };
}

/** Folders of this machine, and their names in stored notebooks. */
export function places(): Place[] {
  const folder = Deno.env.get("MNIST_DIR");
  return folder ? [{ path: projectPath(folder), name: "$MNIST_DIR" }] : [];
}

/** How a notebook is called in reports: its path from the project's folder. */
export function nameOf(path: string): string {
  const fromRoot = relative(projectRoot, path);
  return (fromRoot.startsWith("..") ? path : fromRoot).split(sep).join("/");
}
