/**
 * Stores the outputs of a run.
 *
 * @module
 */

import { basename, join } from "node:path";
import { tmpdir } from "node:os";
import { projectPath } from "../../lib/support/paths.ts";
import { type Notebook, writeNotebook } from "../notebook_file/notebook.ts";
import { messageOf } from "../support/machine.ts";
import type { Job } from "./jobs.ts";
import type { Executed } from "./execute.ts";
import { describeRun, setRunInfo } from "./provenance.ts";
import { refuseMachinePaths, storable } from "./stored.ts";
import { places } from "./surroundings.ts";

/**
 * Writes an executed notebook to the folder of `--out`, and with `write` into the notebook itself.
 *
 * @throws {Error} if that fails; it names another place where the outputs are, so that a long run is
 *   not lost.
 */
export async function save(ran: Executed, { path, name, out }: Job, write: boolean): Promise<void> {
  const executed = ran.notebook;
  try {
    if (out !== null) {
      const copy = await storable(executed, places());
      setRunInfo(copy, await describeRun(name, ran));
      await writeNotebook(out, copy);
    }
    if (write) {
      const { drawStills } = await import("./stills.ts"); // with the browser's driver: only now
      const stored = await storable(executed, places(), drawStills);
      refuseMachinePaths(stored);
      await writeNotebook(path, stored);
    }
  } catch (error) {
    const rescued = await rescue(executed, basename(path));
    throw new Error(`${messageOf(error)}. The outputs of this run are in ${rescued}`, {
      cause: error,
    });
  }
}

/** Writes the notebook where that is possible, and returns the path. */
async function rescue(executed: Notebook, name: string): Promise<string> {
  const time = new Date().toISOString().replaceAll(/[:.]/g, "-");
  for (const folder of [projectPath("runs"), tmpdir()]) {
    const path = join(folder, `unsaved-${time}`, name);
    try {
      await writeNotebook(path, executed);
      return path;
    } catch {
      // Perhaps the next is possible.
    }
  }
  return "no file: no place could be written";
}
