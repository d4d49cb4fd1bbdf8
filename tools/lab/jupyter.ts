/**
 * Finds a Jupyter server on this machine, or installs one: all ways to get one, the quickest first.
 *
 * @module
 */

import { join } from "node:path";
import { type Progress, progress } from "../../lib/notebook/progress.ts";
import { denoCommand } from "../support/deno.ts";
import { ask, findProgram, isFile, type Machine, messageOf, perform } from "../support/machine.ts";
import { writeWhole } from "../support/write_file.ts";

/** A Jupyter server that can be started on this machine. */
export interface Server {
  /** For messages: `"JupyterLab 4.6.6"`. */
  name: string;
  /** JupyterLab, Notebook 7 or newer, or the classic Notebook 6 or older. */
  kind: "lab" | "notebook" | "classic";
  program: string;
  args: string[];
}

/** One way to get a server. */
export interface Way {
  /** What it installs, to print first; "" if it installs nothing. */
  announcement: string;
  /** Installs the server if necessary. Throws an error if that fails. */
  take(): Promise<Server>;
}

/** The pinned Python packages, JupyterLab and Notebook among them; its head says how it is made. */
function requirementsOf(machine: Machine): string {
  return join(machine.project, "tools", "lab", "requirements.txt");
}

/** Prints the path of the Python that runs it. */
const WHICH_PYTHON = "import sys; print(sys.executable)";

/** The oldest Python for which these packages were resolved. */
const MINIMUM_PYTHON = [3, 10];

/**
 * The ways that work on this machine, the best first. It is a generator because the search for the
 * later ones takes time, and is needed only if the earlier ones fail.
 *
 * @param onlyLab skips an installed Jupyter that is not JupyterLab.
 */
export async function* ways(machine: Machine, onlyLab = false): AsyncGenerator<Way> {
  const found = await labOnPath(machine) ?? await labInVenv(machine) ??
    (onlyLab ? undefined : await notebookOnPath(machine));
  if (found) yield { announcement: "", take: () => Promise.resolve(found) };

  const uv = findProgram(machine, "uv");
  if (uv) yield throughUv(machine, uv);

  const python = await findPython(machine);
  if (python) yield throughVenv(machine, python);

  if (machine.root && machine.debian && findProgram(machine, "apt-get")) {
    if (!python) yield throughDebianPython(machine);
    yield throughDebianNotebook(machine);
  }
}

/**
 * Tries the ways to get a server until one works, and prints what it installs.
 *
 * @param use what the server is for; if it throws an error, the next way is tried.
 * @returns what `use` returns.
 * @throws {Error} with what to install, if none works.
 */
export async function useServer<T>(
  machine: Machine,
  use: (server: Server) => T,
  onlyLab = false,
): Promise<T> {
  for await (const way of ways(machine, onlyLab)) {
    if (way.announcement !== "") console.log(way.announcement);
    try {
      return use(await way.take());
    } catch (error) {
      console.error(`This failed: ${messageOf(error)}`);
    }
  }
  throw new Error(noWayLeft(machine));
}

/** The error message if no way works. */
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
    `  folder notebooks, and choose the kernel Deno (run ${deno} task kernel once before).`,
    `  ${deno} task doctor says more.`,
  ].join("\n");
}

async function labOnPath(machine: Machine): Promise<Server | undefined> {
  const program = findProgram(machine, "jupyter-lab");
  const version = program && versionIn(await ask(machine, program, "--version"));
  // JupyterLab 2 does not show the outputs of the course.
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

/** The last version number in a program's output, which may begin with warnings. */
function versionIn(text: string | undefined): string | undefined {
  return text?.match(/\d+\.\d+(\.\d+)?/g)?.at(-1);
}

/** The path of a program in the project's own Python environment. */
function inVenv(machine: Machine, name: string): string {
  return machine.os === "windows"
    ? join(machine.project, ".venv", "Scripts", `${name}.exe`)
    : join(machine.project, ".venv", "bin", name);
}

/** A copy of the requirements, written once all of them are installed. */
function installedMark(machine: Machine): string {
  return join(machine.project, ".venv", "installed-requirements.txt");
}

/**
 * The pinned JupyterLab in `.venv`, unless it is not installed or its Python does not work. It starts
 * Python: the program `jupyter-lab` contains the path that `.venv` had when it was installed, and
 * takes seconds to print its version.
 *
 * Here and below, -I keeps Python from importing modules from the working folder, such as a student's
 * `random.py`.
 */
async function labInVenv(machine: Machine): Promise<Server | undefined> {
  if (!isFile(installedMark(machine))) return undefined;
  const installed = await Deno.readTextFile(installedMark(machine));
  if (installed !== await Deno.readTextFile(requirementsOf(machine))) return undefined;
  const python = await ask(machine, inVenv(machine, "python"), "-I", "-c", WHICH_PYTHON);
  if (!python) return undefined;
  const version = /^jupyterlab==([\w.]+)/m.exec(installed)?.[1] ?? "";
  const args = ["-I", "-m", "jupyterlab"];
  return { name: `JupyterLab ${version}`, kind: "lab", program: python, args };
}

/** The command of a Python that can create environments with pip. */
export async function findPython(machine: Machine): Promise<string[] | undefined> {
  const candidates = machine.os === "windows"
    ? [["py", "-3"], ["python"], ["python3"]]
    : [["python3"], ["python"]];
  for (const [name, ...args] of candidates) {
    const program = findProgram(machine, name);
    if (!program) continue;
    // Debian has venv in a package of its own; without it, `ensurepip` is missing.
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

/** With uv, which also gets a Python if there is none. */
function throughUv(machine: Machine, uv: string): Way {
  return {
    announcement: "Installing JupyterLab into .venv in this folder with uv (about 200 MB) ...",
    take: () =>
      intoVenv(machine, async (venv) => {
        const python = inVenv(machine, "python");
        const version = `>=${MINIMUM_PYTHON.join(".")}`;
        await perform(machine, uv, ["venv", "--allow-existing", "--python", version, venv]);
        const install = ["pip", "install", "--require-hashes", "--python", python];
        await perform(machine, uv, [...install, "-r", requirementsOf(machine)]);
      }),
  };
}

function throughVenv(machine: Machine, python: string[]): Way {
  return {
    announcement: "Installing JupyterLab into .venv in this folder with pip (about 200 MB) ...",
    take: () => installWithPip(machine, python),
  };
}

function installWithPip(machine: Machine, [program, ...args]: string[]): Promise<Server> {
  return intoVenv(machine, async (venv) => {
    await perform(machine, program, [...args, "-I", "-m", "venv", venv]);
    const requirements = requirementsOf(machine);
    const pinned = (await Deno.readTextFile(requirements)).match(/^[\w-]+==/gm) ?? [];
    let bar: Progress | undefined;
    let seen = 0;
    const pip = ["-I", "-m", "pip", "--disable-pip-version-check", "install", "--require-hashes"];
    await perform(machine, inVenv(machine, "python"), [...pip, "-r", requirements], {
      async onLine(line) {
        // Some of the packages are for other systems, so the bar stops before its end.
        if (/^(Collecting|Requirement already)/.test(line)) {
          bar ??= progress(pinned.length, { label: "Packages" });
          bar.update(Math.min(++seen, pinned.length));
        }
        if (!line.startsWith("Installing")) return;
        await bar?.finish();
        console.log("Installing them, which can take half a minute ...");
      },
    });
  });
}

/**
 * Installs the pinned packages into `.venv`.
 *
 * @param install creates the environment in a folder and installs the packages into it.
 */
async function intoVenv(
  machine: Machine,
  install: (venv: string) => Promise<void>,
): Promise<Server> {
  // A second lab of this folder waits for the first one's installation.
  await Deno.mkdir(join(machine.project, ".jupyter"), { recursive: true });
  const path = join(machine.project, ".jupyter", "install.lock");
  using lock = await Deno.open(path, { write: true, create: true });
  await lock.lock(true);
  const installed = await labInVenv(machine);
  if (installed) return installed;
  await install(join(machine.project, ".venv"));
  // Only now: an unfinished installation is started again.
  await writeWhole(installedMark(machine), await Deno.readTextFile(requirementsOf(machine)));
  const server = await labInVenv(machine);
  if (!server) throw new Error(".venv: expected its Python to work, found that it fails");
  return server;
}

async function aptInstall(machine: Machine, name: string): Promise<void> {
  const apt = findProgram(machine, "apt-get") ?? "apt-get";
  // English, because the lines are parsed below.
  const env = { DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C" };
  await perform(machine, apt, ["update", "-qq"], { env });
  let bar: Progress | undefined;
  let done = 0;
  await perform(machine, apt, ["install", "-y", "--no-install-recommends", name], {
    env,
    onLine(line) {
      const packages = Number(/(\d+) newly installed/.exec(line)?.[1] ?? 0);
      // Each package prints three lines: downloaded, unpacked, set up.
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
      return await installWithPip(machine, python);
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
