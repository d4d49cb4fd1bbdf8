/**
 * JupyterLite's own files: a package of Python that contains them as an archive. It is downloaded once,
 * checked by its hash and unpacked; nothing of it is run.
 *
 * @module
 */
import { join } from "node:path";
import { findPython } from "../lab/jupyter.ts";
import { findProgram, isFile, type Machine, perform } from "../support/machine.ts";
import { writeWhole } from "../support/write_file.ts";

/** JupyterLite cannot be downloaded on this machine. */
export class JupyterLiteError extends Error {
  override name = "JupyterLiteError";
}

const REQUIREMENTS = "tools/lite/requirements.txt";

/** The folder of the download, which git ignores. */
export function downloadFolder({ project }: Machine): string {
  return join(project, ".lite");
}

/**
 * The folder with JupyterLite's files, downloaded if they are not here.
 *
 * @throws {JupyterLiteError} where there is neither Python nor uv, or no network.
 */
export async function jupyterLite(machine: Machine): Promise<string> {
  const folder = downloadFolder(machine);
  const requirements = join(machine.project, ...REQUIREMENTS.split("/"));
  const pinned = await Deno.readTextFile(requirements);
  const mark = join(folder, "downloaded.txt");
  // A second build waits for the first one's download.
  await Deno.mkdir(join(machine.project, ".jupyter"), { recursive: true });
  const path = join(machine.project, ".jupyter", "lite.lock");
  using lock = await Deno.open(path, { write: true, create: true });
  await lock.lock(true);
  if (isFile(mark) && await Deno.readTextFile(mark) === pinned) return join(folder, "package");
  await Deno.remove(folder, { recursive: true }).catch(() => {}); // an older or unfinished one
  const packages = join(folder, "python");
  await Deno.mkdir(packages, { recursive: true });
  await install(machine, requirements, packages);
  await unpack(machine, packages, folder);
  await Deno.remove(packages, { recursive: true });
  await writeWhole(mark, pinned);
  return join(folder, "package");
}

/** Installs the Python package into a folder. */
async function install(machine: Machine, requirements: string, target: string): Promise<void> {
  const options = ["--quiet", "--no-deps", "--require-hashes", "--target", target];
  const uv = findProgram(machine, "uv");
  const python = await findPython(machine);
  const [program, ...args] = python
    ? [
      ...python,
      "-I",
      "-m",
      "pip",
      "--disable-pip-version-check",
      "install",
      "--no-compile",
      "--retries",
      "1",
    ]
    : [uv ?? "", "pip", "install"];
  if (program === "") {
    throw new JupyterLiteError(
      "lite: expected Python 3.10 or newer with pip, or uv, to download JupyterLite with, found " +
        "neither. deno task doctor says how to install Python.",
    );
  }
  console.log("Downloading JupyterLite (16 MB) ...");
  try {
    await perform(machine, program, [...args, ...options, "-r", requirements], {
      showErrors: false,
    });
  } catch (cause) {
    throw new JupyterLiteError(
      `lite: expected to download JupyterLite, found ${
        cause instanceof Error ? cause.message : cause
      }`,
      { cause },
    );
  }
}

/** Unpacks the archive in the Python package. */
async function unpack(machine: Machine, packages: string, folder: string): Promise<void> {
  const inside = join(packages, "jupyterlite_core");
  for await (const { name } of Deno.readDir(inside)) {
    if (!/^jupyterlite-app-.*\.tgz$/.test(name)) continue;
    // Every system has this program, Windows too.
    const tar = findProgram(machine, "tar") ?? "tar";
    await perform(machine, tar, ["-xzf", join(inside, name), "-C", folder]);
    return;
  }
  throw new JupyterLiteError(`${inside}: expected JupyterLite's archive, found none`);
}
