import assert from "node:assert/strict";
import { join } from "node:path";
import {
  chapterProblems,
  checkProject,
  fixProject,
  readChapters,
} from "../../../tools/check/check.ts";
import {
  type CodeCell,
  codeCells,
  type Notebook,
  type Output,
  outputsAreCurrent,
  readNotebook,
  stampOutputs,
  writeNotebook,
} from "../../../tools/notebook_file/notebook.ts";

const LIBRARY = `/** Displays. */
export async function show(...values: unknown[]): Promise<void> {
  await Promise.resolve(values);
}
/** A pair of numbers. */
export type Pair = [number, number];
`;

const FINE = 'import { show } from "mnist";\n\nawait show(1);';

const PARAMETERS = 'let epochs = 5;\nlet source: "auto" | "digits" = "auto";';

Deno.test("a correct project has no problems", async () => {
  await inProject({
    good: [
      'import { type Pair, show } from "mnist";\n\nconst x: Pair = [1, 2];\nawait show(x);',
      // Imported and declared again, as the kernel allows; this cell's type applies.
      'import { show } from "mnist";\nimport type { Pair } from "mnist";\n\n' +
      'const x = "text";\nconst pair: Pair = [x.length, 2];\nawait show(x.toUpperCase(), pair);',
      // A cell of declarations displays nothing. A later cell uses only the type of one.
      "interface Run {\n  epochs: number;\n}\nfunction run(): Run {\n  return { epochs };\n}",
      // A run of the notebook may set source to another value.
      'if (source === "digits") {\n  await show(run().epochs);\n} else {\n  await show(x);\n}',
      "try {\n  run().epochs.toFixed(101);\n} catch (error) {\n  await show(String(error));\n}",
      'const { join } = await import("node:path");\nfor (const x of [1]) {\n' +
      "  await show(join(`${x}`));\n}",
    ],
  }, async (root) => {
    assert.deepEqual(await checkProject(root), []);
  });
});

Deno.test("problems of compiler, linter, formatter and parser are reported with cell and line", async () => {
  await inProject({
    "01_types": [
      '// A comment.\nimport { missing, show } from "mnist";\n\nawait show(missing);',
      'const x: number = "text";\nawait show(x);',
      "const y = 1;\nawait show(\n  x.toFixed(),\n  y.length,\n);",
      "await show(unknownName);",
      'import { show } from "mnist";\nimport { nothing } from "./no_such_file.ts";\n\nawait show(nothing);',
    ],
    "02_lint": [
      'import { show } from "mnist";\n\nconst a: any = 1;\nvar b = 2;\nawait show(a, b);',
    ],
    "03_format": [
      'import { show } from "mnist";\n\nconst a = 1;\nawait show( a );',
    ],
    "04_syntax": [
      "const good = 1;\nconst = 2;",
      // Reported although the cell above cannot be parsed.
      'import { show } from "mnist";\n\nawait show(1 as string);',
    ],
  }, async (root) => {
    const problems = await checkProject(root);
    const expect = (place: string, message: RegExp) => {
      const i = problems.findIndex((line) => line.startsWith(`notebooks/${place}: `));
      assert.ok(i >= 0, `nothing at ${place} in\n${problems.join("\n")}`);
      assert.match(problems[i], message);
      problems.splice(i, 1);
    };
    expect("01_types.ipynb, cell 2 (cell-2), line 2", /no exported member 'missing'/);
    expect("01_types.ipynb, cell 3 (cell-3), line 1", /'string' is not assignable to .*'number'/);
    expect("01_types.ipynb, cell 4 (cell-4), line 4", /'length' does not exist on type '1'/);
    expect("01_types.ipynb, cell 5 (cell-5), line 1", /Cannot find name 'unknownName'/);
    expect("01_types.ipynb, cell 6 (cell-6), line 2", /no_such_file/);
    expect("02_lint.ipynb, cell 2 (cell-2), line 3", /no-explicit-any/);
    expect("02_lint.ipynb, cell 2 (cell-2), line 4", /no-var/);
    expect("03_format.ipynb, cell 2 (cell-2), line 4", /not formatted/);
    expect("04_syntax.ipynb, cell 2 (cell-2), line 2", /Unexpected token/);
    expect("04_syntax.ipynb, cell 3 (cell-3), line 3", /'number' to type 'string'/);
    assert.deepEqual(problems, []);
  });
});

Deno.test("problems outside notebooks are reported with file and line", async () => {
  await inProject({}, async (root) => {
    await Deno.mkdir(join(root, "tools"));
    await Deno.writeTextFile(
      join(root, "lib", "mod.ts"),
      LIBRARY + "export const bare = 1;\nconst x: string = 2;\n",
    );
    await Deno.writeTextFile(join(root, "tools", "a.ts"), "const  x = ;\n");
    await Deno.writeTextFile(join(root, "README.md"), "* one\n");
    const problems = (await checkProject(root)).join("\n");
    assert.match(problems, /^lib\/mod\.ts:7: .*JSDoc/m);
    assert.match(problems, /^lib\/mod\.ts:8: .*no-unused-vars/m);
    assert.match(problems, /^tools\/a\.ts:1: .*Expression expected/m);
    assert.match(problems, /^README\.md:1: not formatted/m);
    await Deno.remove(join(root, "tools", "a.ts"));
    assert.match((await checkProject(root)).join("\n"), /^lib\/mod\.ts:8: .*\(TS2322\)/m);
  });
});

const ruleFaults: [string, (notebook: Notebook) => void, RegExp][] = [
  [
    "an end that is not awaited",
    (n) => changeCode(n, 2, FINE + "\nconsole.log(1);"),
    /line 4: .*to end in aw/,
  ],
  ["no await", (n) => changeCode(n, 2, "show(1);"), /\(cell-2\), line 1: .*to end in await show/],
  [
    "a cell of 21 lines",
    (n) => changeCode(n, 2, "// a\n".repeat(21 - FINE.split("\n").length) + FINE),
    /\(cell-2\): expected at most 20 lines, found 21/,
  ],
  [
    "a loop that is copied",
    (n) => {
      const loop = "for (let i = 0; i < epochs; i++) {\n  epochs = Math.max(i, i + 1, i + 2);\n}\n";
      changeCode(n, 2, FINE.replace("await", `${loop}\nawait`));
      n.cells.push(codeCell("copy", loop.replaceAll("i", "k") + "await show(2);", []));
      stampOutputs(n);
    },
    /\(copy\), line 1: this loop is a copy of one in cell cell-2/,
  ],
  [
    "a variable with the name of a global",
    (n) => changeCode(n, 2, FINE.replace("await", "const close = 1;\nawait")),
    /\(cell-2\), line \d+: close is also a global/,
  ],
  ["an empty cell", (n) => changeCode(n, 2, ""), /\(cell-2\): an empty code cell/],
  [
    "no parameters",
    (n) => n.cells.splice(1, 1, codeCell("p", FINE, [])) && stampOutputs(n),
    /^notebooks\/x\.ipynb: expected one code cell tagged .* found 0/,
  ],
  ["two parameters", (n) => code(n, 2).metadata.tags = ["parameters"], /tagged .* found 2/],
  [
    "a const parameter",
    (n) => changeCode(n, 1, PARAMETERS + "\nconst a = 1;"),
    /\(parameters\), line 3: a/,
  ],
  [
    "an unset parameter",
    (n) => changeCode(n, 1, PARAMETERS + "\nlet a: number;"),
    /line 3: a parameters/,
  ],
  ["the same id twice", (n) => code(n, 2).id = "title", /\(title\): another cell has the same id/],
  ["no slide type", (n) => n.cells[0].metadata = {}, /markdown cell \(title\): .*slide_type/],
  [
    "a formula that is a heading",
    (n) => n.cells[0].source = "# $$ a\n\nb $$\n\nIn code, `$$` is no formula. $$a = b$$",
    /\(title\): a formula is cut/,
  ],
  ["no language", (n) => n.metadata.language_info = {}, /language_info\.name "typescript"/],
  ["another kernel", (n) => n.metadata.kernelspec = { name: "python3" }, /"deno", found "python3"/],
  [
    "a changed cell",
    (n) => code(n, 2).source += " // new",
    /^notebooks\/x\.ipynb: code was changed/,
  ],
  ["no outputs", (n) => code(n, 2).outputs = [], /^notebooks\/x\.ipynb: no outputs are stored/],
  ["ANSI codes", (n) => print(n, "\x1b[31mred"), /\(cell-2\): .* terminal codes/],
  [
    "a path",
    (n) => print(n, "at /home/me/x.ts:1"),
    /\(cell-2\): .* one machine: \/home\/me\/x\.ts/,
  ],
  ["a Windows path", (n) => print(n, "in C:\\Users\\me"), /one machine: C:\\Users\\me/],
  ["a script", (n) => display(n, "text/html", "<b></b><script>1</script>"), /has a script/],
  ["a script by type", (n) => display(n, "application/javascript", "1"), /has a script/],
  ["a stored error", (n) => fail(n), /\(cell-2\): its stored output is an error: RangeError/],
  ["too many bytes", (n) => display(n, "image/png", "A".repeat(4e5)), /400 kB, found 402 kB/],
];

Deno.test("every rule for notebooks is enforced", async (t) => {
  await inProject({ x: [FINE] }, async (root) => {
    const path = join(root, "notebooks", "x.ipynb");
    const good = await readNotebook(path);
    for (const [name, change, message] of ruleFaults) {
      await t.step(name, async () => {
        const notebook = structuredClone(good);
        change(notebook);
        await writeNotebook(path, notebook);
        const { chapters } = await readChapters(root);
        const problems = chapters.flatMap(chapterProblems);
        assert.match(problems[0], message);
        assert.deepEqual(problems.slice(1), []);
      });
    }
    await t.step("a file that is not formatted as Jupyter formats it", async () => {
      await Deno.writeTextFile(path, JSON.stringify(good));
      const { chapters } = await readChapters(root);
      assert.match(chapters.flatMap(chapterProblems)[0], /not written as Jupyter writes it/);
    });
    await t.step("a file that is not a notebook", async () => {
      await Deno.writeTextFile(path, "{");
      const { unreadable } = await readChapters(root);
      assert.match(unreadable[0], /^notebooks\/x\.ipynb: expected a notebook, found text that/);
    });
  });
});

Deno.test("ordinary stored outputs are accepted", async () => {
  await inProject({ x: [FINE] }, async (root) => {
    const path = join(root, "notebooks", "x.ipynb");
    const notebook = await readNotebook(path);
    print(notebook, "read 10,000 / 60,000 images; home/work is not a path, nor is 1/tmp/2");
    display(notebook, "text/html", "<p>/ 255 and <var>x</var></p>");
    display(notebook, "image/png", "aa/home/aa");
    await writeNotebook(path, notebook);
    const { chapters } = await readChapters(root);
    assert.deepEqual(chapters.flatMap(chapterProblems), []);
  });
});

Deno.test("--fix formats files and cells, and current outputs stay current", async () => {
  await inProject({ x: [FINE] }, async (root) => {
    const path = join(root, "notebooks", "x.ipynb");
    const notebook = await readNotebook(path);
    code(notebook, 2).source = FINE.replace("show(1)", "show( 1 )");
    stampOutputs(notebook);
    await Deno.writeTextFile(path, JSON.stringify(notebook));
    await Deno.writeTextFile(join(root, "README.md"), "* one\n");
    assert.notDeepEqual(await checkProject(root), []);
    await fixProject(root);
    assert.deepEqual(await checkProject(root), []);
    const fixed = await readNotebook(path);
    assert.equal(code(fixed, 2).source, FINE);
    assert.ok(outputsAreCurrent(fixed));
    assert.equal(await Deno.readTextFile(join(root, "README.md")), "- one\n");
  });
});

// Building projects with problems -------------------------------------------------------------------

/**
 * Calls `use` with the folder of a small project: a lib, and notebooks made of a title, a parameters
 * cell and the given cells.
 */
Deno.test("the names of a page, such as event, are unknown to cells and known to the page", async () => {
  const cells = ['import { show } from "mnist";\n\nawait show(event);'];
  await inProject({ "01_names": cells }, async (root) => {
    const page = join(root, "lib", "playground", "page");
    await Deno.mkdir(page, { recursive: true });
    const main = '/// <reference lib="dom" />\ndocument.title = event?.type ?? "none";\n';
    await Deno.writeTextFile(join(page, "main.ts"), main);
    const [problem, ...more] = await checkProject(root);
    assert.match(problem, /01_names\.ipynb, cell 2 .*'event'/);
    assert.deepEqual(more, []);
    await Deno.writeTextFile(join(page, "main.ts"), `${main}document.title = 1;\n`);
    assert.match((await checkProject(root)).join("\n"), /main\.ts.*'number'/);
  });
});

async function inProject(
  notebooks: Record<string, string[]>,
  use: (root: string) => Promise<void>,
): Promise<void> {
  const root = await Deno.makeTempDir();
  try {
    const exclude = [".check"];
    const config = { imports: { mnist: "./lib/mod.ts" }, fmt: { exclude }, lint: { exclude } };
    await Deno.writeTextFile(join(root, "deno.json"), JSON.stringify(config, null, 2) + "\n");
    await Deno.mkdir(join(root, "lib"));
    await Deno.writeTextFile(join(root, "lib", "mod.ts"), LIBRARY);
    await Deno.mkdir(join(root, "notebooks"));
    for (const [name, sources] of Object.entries(notebooks)) {
      await writeNotebook(join(root, "notebooks", `${name}.ipynb`), notebookOf(sources));
    }
    await use(root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

function notebookOf(sources: string[]): Notebook {
  const metadata = { slideshow: { slide_type: "slide" } };
  const notebook: Notebook = {
    cells: [
      { cell_type: "markdown", id: "title", metadata, source: "# Title" },
      codeCell("parameters", PARAMETERS, ["parameters"]),
      ...sources.map((source, i) => codeCell(`cell-${i + 2}`, source, [])),
    ],
    metadata: { kernelspec: { name: "deno" }, language_info: { name: "typescript" } },
    nbformat: 4,
    nbformat_minor: 5,
  };
  stampOutputs(notebook);
  return notebook;
}

function codeCell(id: string, source: string, tags: string[]): CodeCell {
  return {
    cell_type: "code",
    id,
    metadata: { slideshow: { slide_type: "fragment" }, tags },
    source,
    execution_count: null,
    outputs: id === "parameters" ? [] : [{ output_type: "stream", name: "stdout", text: "1\n" }],
  };
}

/** The code cell with a number, counted from 1. */
function code(notebook: Notebook, number: number): CodeCell {
  return codeCells(notebook)[number - 1];
}

function changeCode(notebook: Notebook, number: number, source: string) {
  code(notebook, number).source = source;
  stampOutputs(notebook);
}

function put(notebook: Notebook, output: Output) {
  code(notebook, 2).outputs.push(output);
}

function print(notebook: Notebook, text: string) {
  put(notebook, { output_type: "stream", name: "stdout", text });
}

function display(notebook: Notebook, type: string, data: string) {
  put(notebook, { output_type: "display_data", data: { [type]: data }, metadata: {} });
}

function fail(notebook: Notebook) {
  put(notebook, { output_type: "error", ename: "RangeError", evalue: "", traceback: [] });
}
