/** `deno task check`: format, lint rules and types of the code and of every cell of the notebooks. */
import { existsSync } from "node:fs";
import { basename, join, relative, sep } from "node:path";
import { DataError } from "../../lib/support/errors.ts";
import { projectRoot } from "../../lib/support/paths.ts";
import { notebooksIn } from "../notebook_file/find_notebooks.ts";
import {
  notebookModule,
  parseCells,
  type ParsedCell,
  type Place,
  placeText,
} from "../notebook_file/cells.ts";
import {
  deno,
  type Diagnostic,
  docErrors,
  lintErrors,
  type Ran,
  typeErrors,
  unformatted,
} from "../support/deno.ts";
import {
  type Cell,
  codeCells,
  type Notebook,
  outputsAreCurrent,
  parseNotebook,
  readNotebook,
  sourceText,
  stampOutputs,
  stringifyNotebook,
  writeNotebook,
} from "../notebook_file/notebook.ts";
import { ruleProblems } from "./rules.ts";

/** The folders with code; those that exist are checked. */
const CODE_FOLDERS = ["lib", "exercises", "lite", "tools", "tests", "bench"];

/** The folders whose programs run in a page. */
const PAGES = ["lib/playground/page"];

/** The cells as files, for compiler and linter. Ignored by git and in deno.json. */
const GENERATED_FOLDER = ".check";

/** Rules that need the later cells: the linter sees one cell at a time. */
const RULES_BEYOND_ONE_CELL = ["no-unused-vars", "prefer-const"];

/** A notebook to check. */
export type Chapter = {
  name: string;
  path: string;
  text: string;
  notebook: Notebook;
  cells: ParsedCell[];
};

/**
 * Checks the project in a folder.
 *
 * @returns a message for each problem, starting with its place.
 */
export async function checkProject(root: string): Promise<string[]> {
  root = await Deno.realPath(root);
  const { chapters, unreadable } = await readChapters(root);
  const generated = await generate(root, chapters);
  const problems = await Promise.all([
    formatProblems(root, chapters),
    lintProblems(root, generated),
    typeProblems(root, generated),
    docProblems(root),
  ]);
  return [...unreadable, ...chapters.flatMap(chapterProblems), ...problems.flat()];
}

/** Formats code, prose and notebooks of the project in a folder. */
export async function fixProject(root: string): Promise<void> {
  root = await Deno.realPath(root);
  // Formatting does not change what code does, so current outputs stay current.
  const { chapters } = await readChapters(root);
  const current = new Set(chapters.filter((c) => outputsAreCurrent(c.notebook)).map((c) => c.path));
  await deno(["fmt", "--quiet"], root);
  for (const { path, text, notebook } of (await readChapters(root)).chapters) {
    if (current.has(path)) stampOutputs(notebook);
    if (stringifyNotebook(notebook) !== text) await writeNotebook(path, notebook);
  }
}

/** The notebooks of a project, and a message for each file that cannot be read. */
export async function readChapters(root: string): Promise<{
  chapters: Chapter[];
  unreadable: string[];
}> {
  const chapters: Chapter[] = [];
  const unreadable: string[] = [];
  for (const path of await notebooksOf(join(root, "notebooks"))) {
    const name = shown(root, path);
    try {
      const notebook = await readNotebook(path);
      const text = await Deno.readTextFile(path);
      chapters.push({ name, path, text, notebook, cells: parseCells(notebook) });
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      unreadable.push(error.message.replace(path, name));
    }
  }
  return { chapters, unreadable };
}

/** The notebooks of a folder that may be missing. */
async function notebooksOf(folder: string): Promise<string[]> {
  try {
    return await notebooksIn(folder);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** A path for messages: from the project's folder, with forward slashes. */
function shown(root: string, path: string): string {
  return relative(root, path).replaceAll(sep, "/");
}

// The cells as files -------------------------------------------------------------------------

/** The files made from cells, and the origin of each of their lines. */
type Generated = {
  /** One file for each notebook, for the compiler. */
  modules: string[];
  /** One file for each cell, for the linter. */
  cells: string[];
  places: Map<string, (Place | undefined)[]>;
};

async function generate(root: string, chapters: Chapter[]): Promise<Generated> {
  const generated: Generated = { modules: [], cells: [], places: new Map() };
  const put = async (path: string, text: string, places: (Place | undefined)[]) => {
    await writeIfChanged(path, text);
    generated.places.set(path, places);
    return path;
  };
  await Deno.mkdir(join(root, GENERATED_FOLDER), { recursive: true });
  for (const { name, cells } of chapters) {
    const stem = join(root, GENERATED_FOLDER, basename(name, ".ipynb"));
    const module = notebookModule(cells, name);
    generated.modules.push(await put(`${stem}.ts`, module.text, module.places));
    for (const { cell, number, ...parsed } of cells) {
      if ("syntaxError" in parsed) continue;
      const source = sourceText(cell);
      const places = source.split("\n").map((_, i) => ({
        notebook: name,
        cell: number,
        id: cell.id,
        line: i + 1,
      }));
      generated.cells.push(await put(`${stem}.cell${number}.ts`, source, places));
    }
  }
  return generated;
}

/** Writes a file only if it changes: another check may be reading it. */
async function writeIfChanged(path: string, text: string): Promise<void> {
  const before = await Deno.readTextFile(path).catch(() => undefined);
  if (before !== text) await Deno.writeTextFile(path, text);
}

// The checks ---------------------------------------------------------------------------------

async function formatProblems(root: string, chapters: Chapter[]): Promise<string[]> {
  const [ran, ...inCells] = await Promise.all([
    deno(["fmt", "--check"], root),
    ...chapters.map((chapter) => unformattedCells(root, chapter)),
  ]);
  // deno 2.9 reports notebooks that it does not change: their cells are compared below.
  const found = unformatted(ran);
  const files = found.filter(({ file }) => !file.endsWith(".ipynb"));
  if (found.length === 0) return explained("deno fmt", ran, inCells.flat());
  return [...files.map((found) => described(root, found)), ...inCells.flat()];
}

/** The first line that the formatter would change, for each cell of a notebook. */
async function unformattedCells(root: string, chapter: Chapter): Promise<string[]> {
  const ran = await deno(["fmt", "--ext=ipynb", "-"], root, chapter.text);
  if (!ran.ok) return explained(`deno fmt of ${chapter.name}`, ran, []);
  const formatted = parseNotebook(ran.stdout, chapter.name);
  return chapter.notebook.cells.flatMap((cell, i) => {
    const before = sourceText(cell).split("\n");
    const after = sourceText(formatted.cells[i]).split("\n");
    const first = before.findIndex((line, j) => line !== after[j]);
    if (first < 0 && before.length === after.length) return [];
    const place = cellPlace(chapter, cell, first < 0 ? before.length : first + 1);
    return [`${place}: not formatted: deno task check --fix`];
  });
}

async function lintProblems(root: string, generated: Generated): Promise<string[]> {
  const lint = ["lint", "--json"];
  const [project, cells] = await Promise.all([
    deno(lint, root),
    generated.cells.length === 0 ? undefined : deno(
      // Without the configuration, which excludes the folder of the cells.
      [...lint, "--no-config", `--rules-exclude=${RULES_BEYOND_ONE_CELL}`, ...generated.cells],
      root,
    ),
  ]);
  return [project, cells].flatMap((ran) =>
    ran === undefined ? [] : explained(
      "deno lint",
      ran,
      lintErrors(ran).map((found) => described(root, found, generated)),
    )
  );
}

/**
 * One compiler run for all files, because most of its time goes into what they share, and one for the
 * programs of pages: with their types, names such as `event` would be known to cells, too.
 */
async function typeProblems(root: string, generated: Generated): Promise<string[]> {
  const there = (folder: string) => existsSync(join(root, folder));
  const code = CODE_FOLDERS.filter(there).flatMap((folder) => withoutPages(root, folder));
  const runs = [[...code, ...generated.modules], PAGES.filter(there)];
  const problems = runs.filter((paths) => paths.length > 0).map(async (paths) => {
    const ran = await deno(["check", ...paths], root);
    const found = typeErrors(ran).map((found) => described(root, found, generated));
    return explained("deno check", ran, found);
  });
  return (await Promise.all(problems)).flat();
}

/** A folder, or what is in it where a program of a page is. */
function withoutPages(root: string, path: string): string[] {
  if (PAGES.includes(path)) return [];
  if (!PAGES.some((page) => page.startsWith(`${path}/`))) return [path];
  return [...Deno.readDirSync(join(root, path))]
    .filter(({ name, isDirectory }) => isDirectory || name.endsWith(".ts"))
    .flatMap(({ name }) => withoutPages(root, `${path}/${name}`));
}

async function docProblems(root: string): Promise<string[]> {
  const ran = await deno(["doc", "--lint", "lib/mod.ts"], root);
  return explained("deno doc --lint", ran, docErrors(ran).map((found) => described(root, found)));
}

/** Problems that the parser and the rules for notebooks find, without running deno. */
export function chapterProblems(chapter: Chapter): string[] {
  const { name, notebook, cells, text } = chapter;
  const syntax = cells.flatMap((parsed) => {
    if (!("syntaxError" in parsed)) return [];
    const { message, line } = parsed.syntaxError;
    return [`${cellPlace(chapter, parsed.cell, line)}: ${message}`];
  });
  const rules = ruleProblems(notebook, cells, text).map(({ cell, line, message }) =>
    `${cell ? cellPlace(chapter, cell, line) : name}: ${message}`
  );
  return [...syntax, ...rules];
}

/** The problems, or the whole output of a command that failed in a way that we cannot parse. */
function explained(command: string, { ok, stdout, stderr }: Ran, problems: string[]): string[] {
  return ok || problems.length > 0 ? problems : [`${command} failed:\n${stderr || stdout}`];
}

function described(root: string, { file, line, message }: Diagnostic, generated?: Generated) {
  const places = generated?.places.get(file);
  const place = places?.[(line ?? 1) - 1] ?? places?.find((place) => place !== undefined);
  const where = place ? placeText(place) : `${shown(root, file)}${line ? `:${line}` : ""}`;
  return `${where}: ${message}`;
}

function cellPlace({ name, notebook }: Chapter, cell: Cell, line?: number): string {
  if (cell.cell_type === "code") {
    const number = codeCells(notebook).indexOf(cell) + 1;
    return placeText({ notebook: name, cell: number, id: cell.id, line });
  }
  const where = line === undefined ? "" : `, line ${line}`;
  return `${name}, ${cell.cell_type} cell (${cell.id})${where}`;
}

/** Checks the project that contains this file and prints the problems. True if there are none. */
export async function checkAndSay({ fix }: { fix: boolean }): Promise<boolean> {
  if (fix) {
    console.log("Formatting code, prose and notebooks ...");
    await fixProject(projectRoot);
  }
  console.log("Checking format, lint rules, types and notebooks ...");
  const begin = performance.now();
  const problems = await checkProject(projectRoot);
  for (const problem of problems) console.log(problem);
  const seconds = ((performance.now() - begin) / 1000).toFixed(1);
  console.log(
    problems.length === 0
      ? `Checks passed in ${seconds} s.`
      : `Checks found ${problems.length} problem${problems.length === 1 ? "" : "s"}.`,
  );
  return problems.length === 0;
}

if (import.meta.main) {
  const unknown = Deno.args.filter((arg) => arg !== "--fix");
  if (unknown.length > 0) {
    console.error(`check: expected only the option --fix, found ${unknown.join(" ")}`);
    Deno.exit(2);
  }
  const ok = await checkAndSay({ fix: Deno.args.includes("--fix") });
  Deno.exit(ok ? 0 : 1);
}
