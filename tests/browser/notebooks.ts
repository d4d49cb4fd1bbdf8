/** The notebooks that the browser tests open: small ones, and copies of the chapters. */
import { join } from "node:path";
import {
  type Cell,
  codeCells,
  type Notebook,
  type Output,
} from "../../tools/notebook_file/notebook.ts";
import { readNotebook, sourceText, writeNotebook } from "../../tools/notebook_file/notebook.ts";
import { RUNS } from "./frontend.ts";
import { machine } from "./machine.ts";

/** A notebook of code cells, each with an id and a source. */
export function notebookOf(cells: Record<string, string>): Notebook {
  return {
    cells: Object.entries(cells).map(([id, source]) => codeCell(id, source)),
    metadata: {
      kernelspec: { display_name: "Deno", language: "typescript", name: "deno" },
      language_info: { file_extension: ".ts", mimetype: "text/x.typescript", name: "typescript" },
    },
    nbformat: 4,
    nbformat_minor: 5,
  };
}

function codeCell(id: string, source: string): Cell {
  return { cell_type: "code", id, metadata: {}, source, execution_count: null, outputs: [] };
}

/** Writes a notebook to the folder of the tests, and returns its path in the project. */
export async function place(name: string, notebook: Notebook): Promise<string> {
  const path = `${RUNS}/${name}.ipynb`;
  await Deno.mkdir(join(machine.project, RUNS), { recursive: true });
  await writeNotebook(join(machine.project, path), notebook);
  return path;
}

/** The names of the chapters that match the regular expression BROWSER_CHAPTERS, by default all. */
export async function chapters(): Promise<string[]> {
  const wanted = new RegExp(Deno.env.get("BROWSER_CHAPTERS") ?? "");
  const entries = await Array.fromAsync(Deno.readDir(join(machine.project, "notebooks")));
  return entries.map(({ name }) => name).filter((name) => name.endsWith(".ipynb"))
    .map((name) => name.replace(/\.ipynb$/, "")).filter((name) => wanted.test(name)).sort();
}

/** A chapter as it is in git, with its stored outputs. */
export async function chapter(name: string): Promise<Notebook> {
  return await readNotebook(join(machine.project, "notebooks", `${name}.ipynb`));
}

/** A notebook without outputs. */
export function withoutOutputs(notebook: Notebook): Notebook {
  const copy = structuredClone(notebook);
  for (const cell of codeCells(copy)) {
    cell.outputs = [];
    cell.execution_count = null;
  }
  return copy;
}

/** The number of outputs of each code cell that is not empty, by the cell's id. */
export function outputCounts(notebook: Notebook): Record<string, number> {
  const cells = codeCells(notebook).filter((cell) => sourceText(cell).trim() !== "");
  return Object.fromEntries(cells.map((cell) => [cell.id, cell.outputs.length]));
}

/** The kinds of outputs of each code cell that is not empty, by the cell's id. */
export function outputKinds(notebook: Notebook): Record<string, string[]> {
  const cells = codeCells(notebook).filter((cell) => sourceText(cell).trim() !== "");
  return Object.fromEntries(cells.map((cell) => [cell.id, cell.outputs.map(kindOf)]));
}

/** `"stream stdout"`, `"display_data image/png text/plain"`. */
function kindOf(output: Output): string {
  if (output.output_type === "stream") return `stream ${output.name}`;
  const types = "data" in output ? Object.keys(output.data).sort() : [];
  return [output.output_type, ...types].join(" ");
}

/** One cell for each kind of output in the notebooks of the course. */
export const EVERYTHING: Record<string, string> = {
  "show": `import { breathe, digitImage, progress, record, show, tensor }
  from "mnist";
await show("text", tensor([[1, 2], [3, 4]]));`,
  "record": `await record("accuracy", 0.9352);`,
  "picture": `const ramp = tensor([Array.from({ length: 784 }, (_, i) => i % 28 / 28)]);
await show(digitImage(ramp.at(0)));`,
  "print": `for (let i = 0; i < 100; i++) console.log("line", i);`,
  "value": `40 + 2`,
  "last-picture": `digitImage(ramp.at(0))`,
  "last-figure": `import { barChart } from "mnist";
barChart([1, 3, 2], { title: "Bars" })`,
  "forgotten-await": `void Deno.jupyter.display({ "text/plain": "late" }, { raw: true });`,
  "progress": `const bar = progress(50, { label: "steps" });
for (let i = 1; i <= 50; i++) { bar.update(i); await breathe(); }
await bar.finish();`,
};

/** The number of outputs of each cell of {@linkcode EVERYTHING}. */
export const EVERYTHING_COUNTS: Record<string, number> = {
  "show": 2,
  "record": 1,
  "picture": 1,
  "print": 1,
  "value": 1,
  "last-picture": 1,
  "last-figure": 2, // with the carrier of the library
  "forgotten-await": 1,
  "progress": 1,
};

/** A notebook with outputs that arrive after the kernel is idle. */
export function provoking(): { notebook: Notebook; counts: Record<string, number> } {
  const kinds: Record<string, [string, number]> = {
    print: [`console.log("only line")`, 1],
    lines: [`for (let i = 0; i < 200; i++) console.log("line", i)`, 1],
    value: [`await Promise.resolve({ a: 1 })`, 1],
    display: [
      `for (let i = 0; i < 5; i++) void Deno.jupyter.display({ "text/plain": "d" + i }, { raw: true });`,
      5,
    ],
    both: [`console.log("before"); await new Promise((r) => setTimeout(r, 1)); "after"`, 2],
  };
  const cells: Record<string, string> = {}, counts: Record<string, number> = {};
  for (let round = 1; round <= 4; round++) {
    for (const [kind, [source, count]] of Object.entries(kinds)) {
      cells[`${kind}-${round}`] = source;
      counts[`${kind}-${round}`] = count;
    }
  }
  return { notebook: notebookOf(cells), counts };
}
