/**
 * The project's own kernel spec: how Jupyter starts Deno's kernel for the course.
 *
 * It has the standard name `deno`, so that a notebook opens with it as with any other Deno kernel,
 * and it lies in the project's folder `.jupyter/`, which Jupyter finds through `JUPYTER_PATH`:
 * nothing of the user's is changed.
 *
 * @module
 */

import { delimiter, join } from "node:path";
import { projectRoot } from "../../lib/support/paths.ts";
import { writeTemplates } from "./templates.ts";

/** A kernel spec as `kernel.json` holds it (jupyter-client, "Kernel specs"). */
export interface KernelSpec {
  /** The command that starts a kernel; Jupyter puts a file's path for `{connection_file}`. */
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
    // The configuration is named, because the working folder is the notebook's.
    argv: [
      deno,
      "run",
      "-A",
      "-q",
      "-c",
      join(project, "deno.json"),
      kernel,
      "{connection_file}",
      ...types ? ["--types"] : [],
    ],
    display_name: "Deno",
    language: "typescript",
    interrupt_mode: "message",
    // Without it results carry the control codes of coloured terminals.
    env: { NO_COLOR: "1" },
  };
}

/** The folder for `JUPYTER_PATH`, under which the kernel spec lies. */
export function jupyterFolder(project: string = projectRoot): string {
  return join(project, ".jupyter");
}

/**
 * Writes `.jupyter/kernels/deno/kernel.json` anew, and gives its path. It is written at every start,
 * because the path of Deno changes when Deno is upgraded or moved.
 *
 * @param jupyter the folder in which Jupyter looks for kernels, instead of `.jupyter/`.
 * @param options see {@linkcode kernelSpec}.
 */
export async function writeKernelSpec(
  project: string = projectRoot,
  deno: string = Deno.execPath(),
  jupyter: string = jupyterFolder(project),
  options: { types?: boolean } = {},
): Promise<string> {
  const folder = join(jupyter, "kernels", "deno");
  await Deno.mkdir(folder, { recursive: true });
  const path = join(folder, "kernel.json");
  const unfinished = await Deno.makeTempFile({ dir: folder, prefix: "kernel-", suffix: ".tmp" });
  try {
    await Deno.writeTextFile(
      unfinished,
      JSON.stringify(kernelSpec(deno, project, options), null, 2) + "\n",
    );
    if (Deno.build.os !== "windows") await Deno.chmod(unfinished, 0o644);
    await Deno.rename(unfinished, path);
  } catch (error) {
    await Deno.remove(unfinished).catch(() => {});
    throw error;
  }
  return path;
}

/**
 * The environment with which any Jupyter program finds the kernel spec before all others of the
 * same name, keeps its running files in the project, and JupyterLab asks no questions about news.
 */
export function jupyterEnvironment(project: string = projectRoot): Record<string, string> {
  const folder = jupyterFolder(project);
  return {
    JUPYTER_PATH: before(folder, "JUPYTER_PATH"),
    JUPYTER_CONFIG_PATH: before(join(project, "tools", "lab", "config"), "JUPYTER_CONFIG_PATH"),
    JUPYTER_RUNTIME_DIR: join(folder, "runtime"),
    // JupyterLab opens what was open before: here, not in another project.
    JUPYTERLAB_WORKSPACES_DIR: join(folder, "workspaces"),
  };
}

/** A folder put before those that a variable of the environment names. */
function before(folder: string, variable: string): string {
  const others = Deno.env.get(variable);
  return others ? folder + delimiter + others : folder;
}

/** For a hub or a container: all that lies under `JUPYTER_PATH`. */
if (import.meta.main) {
  console.log(await writeKernelSpec());
  await writeTemplates(jupyterFolder());
}
