/** Sweeps of small notebooks, started as a person starts them. */
import { join } from "node:path";
import { parseRuns, type Run } from "../../lib/notebook/runs.ts";
import { projectPath, projectRoot } from "../../lib/support/paths.ts";
import { type Notebook, writeNotebook } from "../../tools/notebook_file/notebook.ts";
import { notebookWithParameters } from "./notebooks.ts";

/** Records as `record` of lib does, without lib. */
export function recording(name: string, value: string): string {
  return `await Deno.jupyter.display({ "text/plain": "", "application/scrapbook.scrap.json+json":
    { name: ${JSON.stringify(name)}, data: ${value} } }, { raw: true });`;
}

/** A notebook that records `score = a + 10 * seed`, and does what `code` does before. */
export function scoring(code = ""): Notebook {
  return notebookWithParameters(
    "let a = 1;\nlet rate = 0.5;\nlet name: 'x' | 'y' = 'x';\nlet seed = 1;",
    `${code}\n${recording("score", "a + 10 * seed")}`,
  );
}

/** Writes a notebook into a folder and returns its path. */
export async function placed(folder: string, notebook: Notebook): Promise<string> {
  const path = join(folder, "small.ipynb");
  await writeNotebook(path, notebook);
  return path;
}

/** The command with these arguments, not started. */
export function sweepCommand(args: string[], env: Record<string, string> = {}): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", projectPath("tools/sweep/sweep.ts"), ...args],
    cwd: projectRoot,
    env: { NO_COLOR: "1", INIT_CWD: projectRoot, ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

/** Runs the command to its end. */
export async function sweep(...args: string[]) {
  const { code, stdout, stderr } = await sweepCommand(args).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** The rows that a sweep has stored, with duplicates. */
export async function rowsIn(folder: string): Promise<Run[]> {
  const text = await Deno.readTextFile(join(folder, "results.jsonl")).catch(() => "");
  return text.split("\n").slice(0, -1).flatMap((line) => parseRuns(`${line}\n`, folder));
}
