/**
 * The project's own kernel spec: how Jupyter starts Deno's kernel for the course.
 *
 * It has the standard name `deno`, so a notebook opens with it as with any other Deno kernel.
 *
 * @module
 */

import { join } from "node:path";
import { projectRoot } from "../../lib/support/paths.ts";
import { writeWhole } from "../support/write_file.ts";
import { jupyterFolder } from "./jupyter_folder.ts";
import { writeTemplates } from "./templates.ts";

/** A kernel spec as `kernel.json` holds it (jupyter-client, "Kernel specs"). */
export interface KernelSpec {
  /** The command that starts a kernel; Jupyter replaces `{connection_file}` by a path. */
  argv: string[];
  display_name: string;
  language: string;
  /** `"message"`: Stop sends the kernel a message. The default is a signal, which would end it. */
  interrupt_mode: "message";
  env: Record<string, string>;
}

/**
 * The kernel spec that starts the course's kernel with the Deno at `deno`, an absolute path.
 *
 * @param options `types`: whether the kernel answers questions about types and checks the cells, for
 *   front ends that do not do so themselves, as VS Code does.
 */
export function kernelSpec(
  deno: string,
  project: string = projectRoot,
  { types = true } = {},
): KernelSpec {
  const kernel = join(project, "tools", "kernel", "main.ts");
  return {
    argv: [
      deno,
      "run",
      // What the relay needs. The cells run in a process of their own, with all permissions.
      "--allow-read",
      "--allow-write",
      "--allow-env",
      "--allow-run",
      "--allow-net",
      "-q",
      // Named, because the working folder is the notebook's.
      "-c",
      join(project, "deno.json"),
      kernel,
      "{connection_file}",
      ...types ? ["--types"] : [],
    ],
    display_name: "Deno",
    language: "typescript",
    interrupt_mode: "message",
    // Otherwise results contain the control codes of coloured terminals.
    env: { NO_COLOR: "1" },
  };
}

/**
 * Writes a kernel spec to `kernels/deno/kernel.json` and returns its path. Every start writes it again,
 * because the path of Deno changes when Deno is upgraded or moved.
 *
 * @param folder a folder in which Jupyter looks for kernels.
 */
export async function writeKernelSpec(
  folder: string = jupyterFolder(),
  spec: KernelSpec = kernelSpec(Deno.execPath()),
): Promise<string> {
  const path = join(folder, "kernels", "deno", "kernel.json");
  await writeWhole(path, JSON.stringify(spec, null, 2) + "\n", 0o644);
  return path;
}

/** For a hub or a container: everything that `JUPYTER_PATH` needs. */
if (import.meta.main) {
  console.log(await writeKernelSpec());
  await writeTemplates(jupyterFolder());
}
