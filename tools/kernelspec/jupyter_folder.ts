/**
 * The project's folder `.jupyter/`, in which Jupyter finds the kernel spec and the export templates
 * and keeps what belongs to running servers: nothing of the user's is changed.
 *
 * @module
 */
import { delimiter, join } from "node:path";
import { projectRoot } from "../../lib/support/paths.ts";
import { messageOf } from "../support/machine.ts";

/** The folder for `JUPYTER_PATH`. On a hub all students read its kernel spec and templates. */
export function jupyterFolder(project: string = projectRoot): string {
  return join(project, ".jupyter");
}

/** Tokens, connection files and cookie secrets of running servers. */
export function runtimeFolder(project: string = projectRoot): string {
  return join(jupyterFolder(project), "runtime");
}

/** Logs of servers. */
export function logFolder(project: string = projectRoot): string {
  return join(jupyterFolder(project), "logs");
}

/** The tabs that JupyterLab opens again. */
function workspaceFolder(project: string): string {
  return join(jupyterFolder(project), "workspaces");
}

/** The folder `.jupyter/` cannot be used. */
export class JupyterFolderError extends Error {
  override name = "JupyterFolderError";
}

/**
 * Creates `.jupyter/` with the folders for running servers, which only the user may enter: who reads
 * a token there can run programs as the user. Existing folders are restricted, too.
 *
 * @throws {JupyterFolderError} if the project's folder is read-only, or if Jupyter cannot work there.
 */
export async function prepareJupyterFolder(project: string = projectRoot): Promise<void> {
  const folder = jupyterFolder(project);
  if (folder.includes(delimiter)) {
    throw new JupyterFolderError(
      `Jupyter: expected a path without "${delimiter}" for the course's folder, found ${project}. ` +
        "Jupyter cannot find the course's kernel there: rename the folder or move it.",
    );
  }
  try {
    await Deno.mkdir(folder, { recursive: true });
    for (const secret of [runtimeFolder(project), logFolder(project), workspaceFolder(project)]) {
      await Deno.mkdir(secret, { recursive: true, mode: 0o700 });
      if (Deno.build.os !== "windows") await Deno.chmod(secret, 0o700);
    }
  } catch (cause) {
    throw new JupyterFolderError(
      `Jupyter: expected a folder of your own that can be written to, found ${folder} (${
        messageOf(cause)
      }). ` +
        "Copy the course to your home folder and start it there.",
      { cause },
    );
  }
}

/**
 * The environment in which any Jupyter program prefers the course's kernel spec to others of the same
 * name, keeps its running files in the project, and does not ask for news.
 */
export function jupyterEnvironment(project: string = projectRoot): Record<string, string> {
  return {
    JUPYTER_PATH: prepend(jupyterFolder(project), "JUPYTER_PATH"),
    JUPYTER_CONFIG_PATH: prepend(join(project, "tools", "lab", "config"), "JUPYTER_CONFIG_PATH"),
    JUPYTER_RUNTIME_DIR: runtimeFolder(project),
    // JupyterLab opens what was open before: here, not in another project.
    JUPYTERLAB_WORKSPACES_DIR: workspaceFolder(project),
  };
}

/** A folder before those that an environment variable lists. */
function prepend(folder: string, variable: string): string {
  const others = Deno.env.get(variable);
  return others ? folder + delimiter + others : folder;
}
