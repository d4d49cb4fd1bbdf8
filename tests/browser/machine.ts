/** The programs that the browser tests need. */
import { join } from "node:path";
import type { Server } from "../../tools/lab/jupyter.ts";
import {
  ask,
  findProgram,
  isFile,
  type Machine,
  thisMachine,
} from "../../tools/support/machine.ts";

/**
 * Whether to run every test of the browser, and each at full length, as CI does with BROWSER_TESTS=all.
 * Otherwise those run that take seconds: JupyterLab, the main one, with one chapter.
 */
export const ALL: boolean = Deno.env.get("BROWSER_TESTS") === "all";

/** Why tests that take long do not run here; undefined if they do. */
export const leftToCi: string | undefined = ALL ? undefined : "BROWSER_TESTS=all runs it";

/** The machine that runs the tests. */
export const machine: Machine = thisMachine();

function programIn(folder: string, name: string): string | undefined {
  const path = join(folder, machine.os === "windows" ? `${name}.exe` : name);
  return isFile(path) ? path : undefined;
}

/** The project's own Python environment, created by `deno task lab` or CI. */
const venv = join(machine.project, ".venv", machine.os === "windows" ? "Scripts" : "bin");

/** Chromium, or a browser built on it. */
export const chromium: string | undefined = ["chromium", "chromium-browser", "google-chrome"].map((
  name,
) => findProgram(machine, name))
  .find((path) => path !== undefined);

/** The program that converts notebooks to pages. */
export const nbconvert: string | undefined = programIn(venv, "jupyter-nbconvert");

/** JupyterLab 4. */
export const lab: Server | undefined = server(
  "JupyterLab 4",
  "lab",
  programIn(venv, "jupyter-lab"),
);

/** Notebook 7. */
export const notebook: Server | undefined = server(
  "Notebook 7",
  "notebook",
  programIn(venv, "jupyter-notebook"),
);

/** The classic Notebook 6 of Debian. */
export const classic: Server | undefined = server("Notebook 6", "classic", await debianNotebook());

async function debianNotebook(): Promise<string | undefined> {
  const program = programIn("/usr/bin", "jupyter-notebook");
  const version = program && await ask(machine, program, "--version");
  return version?.startsWith("6.") ? program : undefined;
}

function server(
  name: string,
  kind: Server["kind"],
  program: string | undefined,
): Server | undefined {
  return program === undefined ? undefined : { name, kind, program, args: [] };
}

const IN_VENV = "is not in .venv: python3 -m venv .venv, then " +
  ".venv/bin/pip install --require-hashes -r tools/lab/requirements.txt";

/** Which of these is missing, with how to install it; undefined if none is. */
export function missing(
  ...needs: ("chromium" | "nbconvert" | "lab" | "notebook" | "classic")[]
): string | undefined {
  const here = { chromium, nbconvert, lab, notebook, classic };
  const hints = {
    chromium: "Chromium is not on the PATH: apt-get install chromium",
    nbconvert: `nbconvert ${IN_VENV}`,
    lab: `JupyterLab ${IN_VENV}`,
    notebook: `Notebook 7 ${IN_VENV}`,
    classic: "Notebook 6 is not here: apt-get install jupyter-notebook",
  };
  const lacking = needs.find((need) => here[need] === undefined);
  return lacking && hints[lacking];
}
