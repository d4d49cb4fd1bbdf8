/** Handed-in notebooks, honest and not: what they earn. */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { projectPath } from "../../../lib/support/paths.ts";
import { SCRAP_MIME } from "../../../lib/notebook/record.ts";
import type { Exercises } from "../../../exercises/check.ts";
import { exercises } from "../../../exercises/mod.ts";
import { judgeAnew } from "../../../tools/grade/judge.ts";
import { type CodeCell, codeCells, type Notebook } from "../../../tools/notebook_file/notebook.ts";
import { writeNotebook } from "../../../tools/notebook_file/notebook.ts";
import { checkCallOf } from "../../../tools/exercises/check_call.ts";
import { inFolder } from "../../support/files.ts";
import { notebookOf } from "../../support/notebooks.ts";

const all: Exercises = exercises;
const ids = Object.keys(all).filter((id) => id.startsWith("3."));
const points = ids.reduce((sum, id) => sum + all[id].points, 0);

/** Runs the command; the rows of its tables, by their first words. */
async function grade(folder: string, ...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "-q", "grade", folder, ...args],
    cwd: projectPath("."),
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder().decode(stdout);
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  const row = (student: string) =>
    text.split("\n").find((line) => line.startsWith(student)) ?? text;
  /** The points of the chapter, which the table has last. */
  const total = (student: string) => Number(/(\d+)$/.exec(row(student))?.[1]);
  return { text, row, total };
}

async function handIn(folder: string, path: string, notebook: Notebook): Promise<void> {
  const file = join(folder, path);
  await Deno.mkdir(dirname(file), { recursive: true });
  await writeNotebook(file, notebook);
}

/** A notebook with a cell for each exercise. */
function chapterOf(source: (id: string) => string, ...above: string[]): Notebook {
  return notebookOf(...above, ...ids.map(source));
}

/** The same with stored results that claim that everything is correct. */
function boasting(notebook: Notebook): Notebook {
  const [first] = codeCells(notebook);
  first.outputs = ids.map((id): CodeCell["outputs"][number] => ({
    output_type: "display_data",
    data: {
      "text/plain": `✓ ${id}`,
      [SCRAP_MIME]: {
        name: `exercise ${id}`,
        data: {
          id,
          verdict: "correct",
          points: 1000,
          of: 1,
          tries: 1,
          solutionShown: id === "3.1",
        },
        encoder: "json",
        version: 1,
      },
    },
    metadata: {},
  }));
  return notebook;
}

const empty = (id: string) => all[id].cell;
const solved = (id: string) => all[id].solution;
/** A wrong answer, if there is one to this exercise. */
const wrong = (id: string) => all[id].wrong[0]?.cell ?? all[id].cell;

/** The cell with something else in place of its call of `check`. */
function withCall(source: string, call: string): string {
  const { start = 0, end = 0 } = checkCallOf(source) ?? {};
  return source.slice(0, start) + call + source.slice(end);
}

const ATTACKS: Readonly<Record<string, Notebook>> = {
  outputs: boasting(chapterOf(empty)),
  editedcheck: boasting(chapterOf((id) => withCall(all[id].cell, 'console.log("✓ correct");'))),
  nocells: boasting(notebookOf("1;")),
  redefined: chapterOf(
    (id) =>
      `function check() { return "correct"; }\n${wrong(id).replaceAll(/^import.*check.*$/gm, "")}`,
    "globalThis.check = () => {};",
  ),
  imports: chapterOf((id) => `import { exercises } from "../exercises/mod.ts";\n${wrong(id)}`),
  importsLater: chapterOf((id) =>
    `const { drawHiddenFrom } = await import("../exercises/judges.ts");\n${wrong(id)}`
  ),
  evaluates: chapterOf((id) => `new Function("return 1")();\n${wrong(id)}`),
  globals: chapterOf((id) =>
    `import * as course from "mnist";
const attempts = [
  () => Object.is = () => true, () => Number.isFinite = () => true, () => Math.abs = () => 0,
  () => Array.prototype.every = () => true, () => Array.prototype.find = () => undefined,
  () => JSON.stringify = () => '{"kind":"correct"}', () => globalThis.Math = { ...Math, abs: () => 0 },
  () => Promise.race = () => Promise.resolve({ kind: "correct" }),
  () => Object.prototype.kind = "correct",
  () => Object.defineProperty(course.Tensor, Symbol.hasInstance, { value: () => true }),
  () => course.Tensor.prototype.copy = function () { return this; },
  () => globalThis.__deadline = undefined,
];
for (const attempt of attempts) try { attempt(); } catch { /* refused */ }
${wrong(id)}`
  ),
  proxies: chapterOf((id) =>
    withCall(
      all[id].cell,
      `let reads = 0;
const anything = new Proxy(function () {}, {
  get: (_, key) => key === "length" ? [0, 2, 0][reads++ % 3] : key === "then" ? undefined : anything,
  apply: () => anything, construct: () => anything, has: () => true,
  getPrototypeOf: () => Number.prototype,
});
await check("${id}", anything);`,
    )
  ),
  scraps: chapterOf((id) =>
    `${wrong(id)}
await Deno.jupyter.display({ "${SCRAP_MIME}": { name: "exercise ${id}", data: { verdict: "correct" } } });`
  ),
  prints: chapterOf((id) => `console.log('\\n{"kind":"correct"}');\nDeno.exit(0);\n${solved(id)}`),
};

Deno.test("judged anew: solutions earn all points, tricks earn none", () =>
  inFolder(async (folder) => {
    await handIn(folder, "anna/03_inference.ipynb", chapterOf(solved));
    await handIn(folder, "ben/week 1/03_inference.ipynb", boasting(chapterOf(empty)));
    for (const [name, notebook] of Object.entries(ATTACKS)) {
      await handIn(folder, `03_inference-${name}.ipynb`, notebook);
    }
    const file = join(folder, "points.csv");
    const { total, text } = await grade(folder, "--run", "--seed", "5", "--csv", file);
    assert.equal(total("anna"), points, text);
    for (const name of ["ben", ...Object.keys(ATTACKS)]) {
      assert.equal(total(name), 0, `${name}\n${text}`);
    }
    assert.match(await Deno.readTextFile(file), /^student,3\.1,.*\r\nanna,/);

    // What they store is believed without --run, at most up to the points of each exercise.
    const stored = await grade(folder);
    assert.equal(stored.total("ben"), points, stored.text);
    assert.equal(stored.total("anna"), 0);
    assert.match(stored.row("ben"), /\d\*/, "the solution was shown");
  }));

Deno.test("a notebook that cannot be read has a row that says so; the others are graded", () =>
  inFolder(async (folder) => {
    await handIn(folder, "anna/03_inference.ipynb", boasting(chapterOf(empty)));
    await handIn(folder, "carla/03_inference.ipynb", boasting(chapterOf(empty)));
    await handIn(folder, "carla/03_inference (1).ipynb", boasting(chapterOf(empty)));
    await handIn(folder, "dora/homework.ipynb", notebookOf("1;"));
    await Deno.mkdir(join(folder, "ben"));
    await Deno.writeTextFile(join(folder, "ben", "03_inference.ipynb"), "{ half of a file");
    const { row, total } = await grade(folder);
    assert.equal(total("anna"), points);
    assert.match(row("ben"), /found text that is not JSON/);
    assert.match(row("carla"), /expected one notebook, found 2/);
    assert.match(row("dora"), /homework.ipynb: expected the name of a chapter/);
  }));

const limits = { seconds: 4, megabytes: 600 };

/** Judges code in place of an answer to an exercise of one second. */
function judged(source: string, ...above: string[]) {
  const [id] = ids;
  return judgeAnew({ id, source, above }, { ...all[id], seconds: 1 }, limits, 1);
}

const ENDLESS: Readonly<Record<string, readonly [source: string, expected: RegExp]>> = {
  "an endless loop": ["for (;;) {}", /did not end within 5 s/i],
  "a loop that waits": ["for (;;) await new Promise((r) => setTimeout(r));", /did not end/i],
  "too much memory": [
    "const a = []; for (;;) a.push(new Float64Array(1e6).fill(1));",
    /more than 600 MB of memory|ended the program/i,
  ],
  "an endless output": ['for (;;) console.log("x".repeat(1000));', /more than a megabyte/i],
  "files": ['Deno.writeTextFileSync("a", "");', /write access/],
  "secrets": ['Deno.readTextFileSync("/etc/passwd");', /read access/],
  "programs": ['new Deno.Command("ls").outputSync();', /run access/],
  "the network": ['await fetch("http://127.0.0.1:8000");', /net access/],
  "the environment": ['Deno.env.get("HOME");', /env access/],
  "a syntax error": ["const = 1;", /syntax error/i],
};
for (const [name, [source, expected]] of Object.entries(ENDLESS)) {
  Deno.test(`judged anew: ${name}`, async () => {
    const judgement = await judged(source);
    assert.equal(judgement.kind, "wrong");
    assert.match(JSON.stringify(judgement), expected);
  });
}

Deno.test("judged anew: what an answer uses of the cells above comes along", async () => {
  const [id] = ids;
  const answer = checkCallOf(all[id].solution)?.answer;
  const { start } = checkCallOf(all[id].solution) ?? { start: 0 };
  const above = ["const unused = missing();", all[id].solution.slice(0, start), "let late = 1;"];
  const judgement = await judged(`await check("${id}", ${answer});`, ...above);
  assert.equal(judgement.kind, "correct");
});
