/**
 * Where a Jupyter server comes from: the ways to get one, from the quickest to the most laborious.
 *
 * @module
 */

import { join } from "node:path";
import { type Progress, progress } from "../../lib/notebook/progress.ts";
import { denoCommand } from "../support/deno.ts";
import { ask, findProgram, isFile, type Machine, messageOf, perform } from "../support/machine.ts";

/** A Jupyter server that can be started on this machine. */
export interface Server {
  /** For people: `"JupyterLab 4.6.6"`. */
  name: string;
  /** JupyterLab, Notebook 7 and newer, or the classic Notebook 6 and older. */
  kind: "lab" | "notebook" | "classic";
  program: string;
  args: string[];
}

/** One way to get a server. */
export interface Way {
  /** What it is about to do, said before it does it; "" where there is nothing to do. */
  announcement: string;
  /** Does it. Throws an error where that fails. */
  take(): Promise<Server>;
}

/** The pinned set of Python packages, JupyterLab and Notebook among them. */
const REQUIREMENTS = join("tools", "lab", "requirements.txt");

/** Python that says where it is. */
const WHICH_PYTHON = "import sys; print(sys.executable)";

/** The oldest Python for which that set was resolved. */
const MINIMUM_PYTHON = [3, 10];

/**
 * The ways that this machine offers, the best first. It is a generator because to look for the
 * later ones takes time, and because they are there only once an earlier one has failed.
 *
 * @param onlyLab passes over a Jupyter that is there and is not JupyterLab.
 */
export async function* ways(machine: Machine, onlyLab = false): AsyncGenerator<Way> {
  const uvx = findProgram(machine, "uvx");
  const found = await labOnPath(machine) ?? await labInVenv(machine) ??
    (uvx && await labInUv(machine, uvx)) ??
    (onlyLab ? undefined : await notebookOnPath(machine));
  if (found) yield { announcement: "", take: () => Promise.resolve(found) };

  if (uvx) yield throughUvx(machine, uvx);

  const python = await findPython(machine);
  if (python) yield throughVenv(machine, python);

  if (machine.root && machine.debian && findProgram(machine, "apt-get")) {
    if (!python) yield throughDebianPython(machine);
    yield throughDebianNotebook(machine);
  }
}

/** Takes the ways to get a server one after the other, until one works, and says which. */
export async function findServer(machine: Machine, onlyLab = false): Promise<Server> {
  for await (const way of ways(machine, onlyLab)) {
    if (way.announcement !== "") console.log(way.announcement);
    try {
      return await way.take();
    } catch (error) {
      console.error(`That did not work: ${messageOf(error)}`);
    }
  }
  throw new Error(noWayLeft(machine));
}

/** What to say where no way is left. */
export function noWayLeft(machine: Machine): string {
  const deno = denoCommand();
  const python = machine.os === "windows"
    ? "winget install Python.Python.3.13"
    : machine.os === "darwin"
    ? "brew install python"
    : machine.debian
    ? "sudo apt-get install python3-venv"
    : "your system's package of Python 3 with venv and pip";
  return [
    "lab: expected JupyterLab, uv or Python 3.10 or newer with venv and pip, found none that works.",
    "  Install one of them and run this command again. The quickest:",
    `    Python:  ${python}`,
    "    or uv:   https://docs.astral.sh/uv/",
    "  Or open this folder in VS Code with the extensions that it recommends, open a notebook of the",
    `  folder notebooks, and choose the kernel Deno (once before: ${deno} task kernel).`,
    `  ${deno} task doctor says more.`,
  ].join("\n");
}

async function labOnPath(machine: Machine): Promise<Server | undefined> {
  const program = findProgram(machine, "jupyter-lab");
  const version = program && versionIn(await ask(machine, program, "--version"));
  // Before 3, JupyterLab did not show the outputs that this course makes.
  if (!version || Number.parseInt(version) < 3) return undefined;
  return { name: `JupyterLab ${version}`, kind: "lab", program, args: [] };
}

async function notebookOnPath(machine: Machine): Promise<Server | undefined> {
  const program = findProgram(machine, "jupyter-notebook");
  const version = program && versionIn(await ask(machine, program, "--version"));
  if (!version) return undefined;
  const kind = Number.parseInt(version) >= 7 ? "notebook" : "classic";
  return { name: `Jupyter Notebook ${version}`, kind, program, args: [] };
}

/** The last version number that a program printed; warnings may stand before it. */
function versionIn(text: string | undefined): string | undefined {
  return text?.match(/\d+\.\d+(\.\d+)?/g)?.at(-1);
}

/** The version of JupyterLab in the pinned set. */
async function pinnedVersion(machine: Machine): Promise<string> {
  const requirements = await Deno.readTextFile(join(machine.project, REQUIREMENTS));
  return /^jupyterlab==(\S+)/m.exec(requirements)?.[1] ?? "";
}

/**
 * The pinned JupyterLab of an environment into which it was installed, unless its Python is gone.
 * Python is asked, because JupyterLab takes seconds to say its version. It is also what is started:
 * the program `jupyter-lab` knows its folder by the name that it had at the installation.
 *
 * Here and below, Python gets -I: it imports nothing then from the folder in which it runs, where a
 * student's `random.py` may lie.
 */
async function pinnedLab(
  machine: Machine,
  program: string,
  ...args: string[]
): Promise<Server | undefined> {
  const python = await ask(machine, program, ...args, "-I", "-c", WHICH_PYTHON);
  if (!python) return undefined;
  const name = `JupyterLab ${await pinnedVersion(machine)}`;
  return { name, kind: "lab", program: python, args: ["-I", "-m", "jupyterlab"] };
}

/** What uv is told to run Python in an environment with the pinned set. */
async function uvPython(machine: Machine): Promise<string[]> {
  const requirements = join(machine.project, REQUIREMENTS);
  const jupyterlab = `jupyterlab==${await pinnedVersion(machine)}`;
  return ["--with-requirements", requirements, "--from", jupyterlab, "python"];
}

/**
 * The JupyterLab that uv has kept since the last time. Offline, because uv asks the index again
 * after ten minutes; and started without uv, which would stand between us and the server: what ends
 * uv does not always end its child.
 */
async function labInUv(machine: Machine, uvx: string): Promise<Server | undefined> {
  return await pinnedLab(machine, uvx, "--offline", ...await uvPython(machine));
}

function throughUvx(machine: Machine, uvx: string): Way {
  return {
    announcement: "Getting JupyterLab through uv, which keeps it (about 200 MB) ...",
    async take() {
      await perform(machine, uvx, [...await uvPython(machine), "-I", "-c", ""]);
      const server = await labInUv(machine, uvx);
      if (!server) throw new Error("uvx: expected JupyterLab in its cache, found none");
      return server;
    },
  };
}

/** The programs of the project's own Python environment. */
function inVenv(machine: Machine, name: string): string {
  return machine.os === "windows"
    ? join(machine.project, ".venv", "Scripts", `${name}.exe`)
    : join(machine.project, ".venv", "bin", name);
}

/** Holds a copy of the requirements once they are installed, all of them. */
function installedMark(machine: Machine): string {
  return join(machine.project, ".venv", "installed-requirements.txt");
}

async function labInVenv(machine: Machine): Promise<Server | undefined> {
  if (!isFile(installedMark(machine))) return undefined;
  const installed = await Deno.readTextFile(installedMark(machine));
  const wanted = await Deno.readTextFile(join(machine.project, REQUIREMENTS));
  return installed === wanted ? await pinnedLab(machine, inVenv(machine, "python")) : undefined;
}

/** The command of a Python that can make environments with pip. */
async function findPython(machine: Machine): Promise<string[] | undefined> {
  const candidates = machine.os === "windows"
    ? [["py", "-3"], ["python"], ["python3"]]
    : [["python3"], ["python"]];
  for (const [name, ...args] of candidates) {
    const program = findProgram(machine, name);
    if (!program) continue;
    // Debian splits venv off, and only `ensurepip` tells whether it is whole.
    const code = "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2])";
    const version = await ask(machine, program, ...args, "-I", "-c", code);
    const [major, minor] = (version ?? "0.0").split(".").map(Number);
    const [wantedMajor, wantedMinor] = MINIMUM_PYTHON;
    if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) {
      return [program, ...args];
    }
  }
  return undefined;
}

function throughVenv(machine: Machine, python: string[]): Way {
  return {
    announcement: "Installing JupyterLab into .venv in this folder with pip (about 200 MB) ...",
    take: () => installIntoVenv(machine, python),
  };
}

async function installIntoVenv(machine: Machine, [program, ...args]: string[]): Promise<Server> {
  await perform(machine, program, [...args, "-I", "-m", "venv", join(machine.project, ".venv")]);
  const requirements = join(machine.project, REQUIREMENTS);
  const packages = (await Deno.readTextFile(requirements)).trim().split("\n").length;
  let bar: Progress | undefined;
  let seen = 0;
  const pip = ["-I", "-m", "pip", "--disable-pip-version-check", "install", "-r", requirements];
  await perform(machine, inVenv(machine, "python"), pip, {
    async onLine(line) {
      // Some of the set are for other systems: the last packages are never seen.
      if (/^(Collecting|Requirement already)/.test(line)) {
        bar ??= progress(packages, { label: "Packages" });
        bar.update(Math.min(++seen, packages));
      }
      if (!line.startsWith("Installing")) return;
      await bar?.finish();
      console.log("Installing them, which can take half a minute ...");
    },
  });
  // Only now, and in one step: what is half installed is installed again.
  const unfinished = `${installedMark(machine)}.tmp`;
  await Deno.copyFile(requirements, unfinished);
  await Deno.rename(unfinished, installedMark(machine));
  const server = await labInVenv(machine);
  if (!server) throw new Error(".venv: expected its Python to work, found that it fails");
  return server;
}

async function aptInstall(machine: Machine, name: string): Promise<void> {
  const apt = findProgram(machine, "apt-get") ?? "apt-get";
  // Its lines are read here, and so have to be English.
  const env = { DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C" };
  await perform(machine, apt, ["update", "-qq"], { env });
  let bar: Progress | undefined;
  let done = 0;
  await perform(machine, apt, ["install", "-y", "--no-install-recommends", name], {
    env,
    onLine(line) {
      const packages = Number(/(\d+) newly installed/.exec(line)?.[1] ?? 0);
      // Each is fetched, unpacked and set up, with a line for each step.
      if (packages > 0) bar = progress(packages, { label: "Debian packages" });
      if (/^(Get:|Unpacking|Setting up)/.test(line)) bar?.update(++done / 3);
    },
  });
  await bar?.finish();
}

function throughDebianPython(machine: Machine): Way {
  return {
    announcement: "Installing Debian's package python3-venv (as root, with apt-get), " +
      "then JupyterLab into .venv with pip ...",
    async take() {
      await aptInstall(machine, "python3-venv");
      const python = await findPython(machine);
      if (!python) throw new Error("python3: expected 3.10 or newer with venv, found none");
      return await installIntoVenv(machine, python);
    },
  };
}

function throughDebianNotebook(machine: Machine): Way {
  return {
    announcement: "Installing Debian's package jupyter-notebook (as root, with apt-get) ...",
    async take() {
      await aptInstall(machine, "jupyter-notebook");
      const server = await notebookOnPath(machine);
      if (!server) throw new Error("jupyter-notebook: expected it to work, found that it fails");
      return server;
    },
  };
}
