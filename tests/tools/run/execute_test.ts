/**
 * Notebooks run on real kernels. `RUNS=200 deno test -A tests/tools/run/execute_test.ts` repeats the test for
 * lost outputs so often; without it, ten times.
 */
import assert from "node:assert/strict";
import { type CellEvent, executeNotebook } from "../../../tools/run/execute.ts";
import { codeCells, type Notebook } from "../../../tools/notebook_file/notebook.ts";
import { codeCell, notebookOf } from "../../support/notebooks.ts";

const run = (notebook: Notebook, timeout = 60) =>
  executeNotebook(notebook, { cwd: Deno.cwd(), timeout });

/** Runs a notebook that must fail, and returns the failure. */
async function failureOf(notebook: Notebook, timeout?: number) {
  const { failure, notebook: executed } = await run(notebook, timeout);
  assert.ok(failure, "expected a failure, found none");
  const last = codeCells(executed)[failure.cell - 1].outputs.at(-1);
  assert.equal(last?.output_type, "error", "the failure shows in the notebook");
  return failure;
}

/** Everything that is easily lost or mixed up: late, many, without await, or to an earlier cell. */
const EVERY_KIND = notebookOf(
  `console.log("one"); console.error("two"); console.log("three");
Deno.jupyter.display({ "text/plain": "not awaited" }, { raw: true });
console.log("four");
"trailing value"`,
  `for (let i = 0; i < 500; i++) console.log("line " + i);`,
  `await Deno.jupyter.display({ "text/plain": "first" }, { raw: true, display_id: "a" });
console.log("between");
await Deno.jupyter.display({ "text/plain": "second" }, { raw: true, display_id: "b" });
for (let i = 0; i < 50; i++) {
  await Deno.jupyter.display({ "text/plain": "b " + i }, { raw: true, display_id: "b", update: true });
}`,
  `Deno.jupyter.display({ "text/plain": "a, from later" }, { raw: true, display_id: "a", update: true });
await Promise.resolve("awaited trailing value")`,
  `await Deno.jupyter.broadcast("clear_output", { wait: true });
console.log("cleared");
await Deno.jupyter.broadcast("clear_output", { wait: true });
console.log("shown"); void setTimeout(() => console.log("from a timer"), 0);`,
  `await new Promise((resolve) => setTimeout(resolve, 5));
for (let i = 0; i < 20; i++) { console.log(i); if (i % 5 === 0) await null; }
({ an: "object" })`,
);

Deno.test("no output is lost or out of order, however often a notebook runs", async () => {
  const runs = Number(Deno.env.get("RUNS") ?? 10);
  const texts = new Map<string, number>();
  let outputs: string[][] = [];
  for (let i = 0; i < runs; i++) {
    const { notebook, failure } = await run(EVERY_KIND);
    assert.equal(failure, null);
    const cells = codeCells(notebook);
    const text = JSON.stringify(cells);
    texts.set(text, (texts.get(text) ?? 0) + 1);
    outputs = cells.map((cell) =>
      cell.outputs.map((output) =>
        output.output_type === "stream"
          ? `${output.name}: ${output.text}`
          : "data" in output
          ? `${output.output_type}: ${output.data["text/plain"]}`
          : output.output_type
      )
    );
    assert.deepEqual(cells.map((cell) => cell.execution_count), [1, 2, 3, 4, 5, 6]);
  }
  assert.deepEqual([...texts.values()], [runs], "every run gives the same outputs");
  assert.deepEqual(outputs, [
    [
      "stdout: one\n",
      "stderr: two\n",
      "stdout: three\nfour\n",
      "display_data: not awaited",
      'execute_result: "trailing value"',
    ],
    [`stdout: ${Array.from({ length: 500 }, (_, i) => `line ${i}\n`).join("")}`],
    ["display_data: a, from later", "stdout: between\n", "display_data: b 49"],
    ['execute_result: "awaited trailing value"'],
    ["stdout: shown\nfrom a timer\n"],
    [
      `stdout: ${Array.from({ length: 20 }, (_, i) => `${i}\n`).join("")}`,
      'execute_result: { an: "object" }',
    ],
  ]);
});

Deno.test("last values: what the kernel alone does not show, and what it does", async () => {
  const values: [code: string, shown: string | undefined][] = [
    ["NaN", "NaN"],
    ["-Infinity;", "-Infinity"],
    ["-0", "-0"],
    ["10n // a comment", "10n"],
    ["null", "null"],
    ["(1, 0 / 0)", "NaN"],
    ["await Promise.resolve(NaN)", "NaN"],
    ["undefined", undefined],
    ["const x = NaN;", undefined],
    ["0", "0"],
    ['""', '""'],
    ["false", "false"],
    ["[NaN]", "[ NaN ]"],
    ["({ an: -0 })", "{ an: -0 }"],
    ["{ an: NaN }", "{ an: NaN }"],
  ];
  const { notebook, failure } = await run(notebookOf(...values.map(([code]) => code)));
  assert.equal(failure, null);
  for (const [i, { outputs }] of codeCells(notebook).entries()) {
    const [code, shown] = values[i];
    const texts = outputs.map((output) => "data" in output && output.data["text/plain"]);
    assert.deepEqual(texts, shown === undefined ? [] : [shown], code);
  }
});

Deno.test("what a cell writes to the standard streams is an output, in order", async () => {
  const { notebook } = await run(notebookOf(`
    const bytes = (text) => new TextEncoder().encode(text);
    console.log("1");
    process.stdout.write("2\\n");
    console.log("3");
    Deno.stdout.writeSync(bytes("4\\n"));
    await Deno.stdout.write(bytes("한글\\n").subarray(0, 4));
    await Deno.stdout.write(bytes("한글\\n").subarray(4));
    await new Blob(["5\\n"]).stream().pipeTo(Deno.stdout.writable, { preventClose: true });
    console.error("6");
    process.stderr.write("7\\n");
    await Deno.stderr.write(bytes("8\\n"));
    undefined;`));
  assert.deepEqual(codeCells(notebook)[0].outputs, [
    { output_type: "stream", name: "stdout", text: "1\n2\n3\n4\n한글\n5\n" },
    { output_type: "stream", name: "stderr", text: "6\n7\n8\n" },
  ]);
});

Deno.test("a cell that throws: its number, id, line and message; no later cell runs", async () => {
  const { failure, notebook } = await run(
    notebookOf("1", "console.log('before');\n\nthrow new RangeError('too large')", "'after'"),
  );
  assert.ok(failure);
  const { cell, id, line, name, message } = failure;
  assert.deepEqual(
    { cell, id, line, name, message },
    { cell: 2, id: "cell-2", line: 3, name: "RangeError", message: "too large" },
  );
  const [, second, third] = codeCells(notebook);
  assert.deepEqual(second.outputs.map((output) => output.output_type), ["stream", "error"]);
  assert.equal(third.execution_count, null);
  assert.deepEqual(third.outputs, []);
});

Deno.test("errors that the kernel does not report are failures too", async (test) => {
  const cases: [name: string, source: string, message: RegExp, line: number | null][] = [
    ["code that does not parse", "const a = 1;\nlet b = ;", /^Expression expected$/, 2],
    [
      "a rejected promise that nothing awaits",
      "1;\nPromise.reject(new Error('alone'));",
      /^alone$/,
      2,
    ],
    ["an error in a timer", "setTimeout(() => {\n  throw new Error('late');\n}, 0);", /^late$/, 2],
    ["an import that is missing", "1;\n1;\nimport x from './nothing.ts';", /Module not found/, 3],
    ["a thrown value that is not an Error", "throw 'text'", /^text$/, null],
  ];
  for (const [name, source, message, line] of cases) {
    await test.step(name, async () => {
      const failure = await failureOf(notebookOf(source));
      assert.match(failure.message, message);
      assert.equal(failure.line, line);
    });
  }
});

Deno.test("a time limit ends every loop, and keeps what was printed before", async (test) => {
  const loops = {
    "that never waits": "while (true) {}",
    "that waits": "while (true) await new Promise((resolve) => setTimeout(resolve, 1));",
    "that waits for nothing": "await new Promise(() => {});",
  };
  for (const [name, loop] of Object.entries(loops)) {
    await test.step(`a loop ${name}`, async () => {
      const { failure, notebook } = await run(notebookOf(`console.log("started");\n${loop}`), 0.5);
      assert.equal(failure?.name, "TimeLimit");
      assert.match(failure.message, /expected an end within 0\.5 s/);
      const [cell] = codeCells(notebook);
      assert.deepEqual(cell.outputs.map((output) => output.output_type), ["stream", "error"]);
      assert.equal(cell.execution_count, 1);
    });
  }
});

Deno.test("a kernel that ends in a cell", async () => {
  const failure = await failureOf(notebookOf("1", "Deno.exit(3)", "2"));
  assert.equal(failure.cell, 2);
  assert.match(failure.message, /the kernel ended with exit code 3/);
});

Deno.test("empty cells are not run, and other cells stay as they are", async () => {
  const notebook = notebookOf("1", "  \n", "2");
  notebook.cells.splice(1, 0, { cell_type: "markdown", id: "prose", metadata: {}, source: "# A" });
  const before = structuredClone(notebook);
  const { notebook: executed } = await run(notebook);
  assert.deepEqual(notebook, before, "the notebook given is not changed");
  assert.deepEqual(codeCells(executed).map((cell) => cell.execution_count), [1, null, 2]);
  assert.deepEqual(executed.cells[1], before.cells[1]);
});

Deno.test("outputs of an earlier run are removed", async () => {
  const notebook = notebookOf("throw new Error()");
  const old = codeCell("1", "old");
  old.outputs = [{ output_type: "stream", name: "stdout", text: "old" }];
  old.execution_count = 7;
  notebook.cells.push(old);
  const { notebook: executed } = await run(notebook);
  assert.deepEqual(executed.cells[1], { ...old, outputs: [], execution_count: null });
});

Deno.test("cells run in the given folder with the given variables, without colors", async () => {
  const { notebook } = await executeNotebook(
    notebookOf(`[Deno.cwd(), Deno.env.get("GIVEN"), Deno.noColor]`),
    { cwd: import.meta.dirname!, env: { GIVEN: "value" } },
  );
  const [output] = codeCells(notebook)[0].outputs;
  assert.ok(output.output_type === "execute_result");
  assert.deepEqual(
    output.data["text/plain"],
    Deno.inspect([import.meta.dirname, "value", true]),
  );
});

Deno.test("a run reports its progress", async () => {
  const events: CellEvent[] = [];
  await executeNotebook(notebookOf("console.log('hello')", "2"), {
    cwd: Deno.cwd(),
    onCell: (event) => events.push(event),
  });
  assert.deepEqual(
    events.map(({ kind, cell, cells, id, text }) => [kind, cell, cells, id, text]),
    [
      ["start", 1, 2, "cell-1", ""],
      ["output", 1, 2, "cell-1", "hello\n"],
      ["end", 1, 2, "cell-1", ""],
      ["start", 2, 2, "cell-2", ""],
      ["output", 2, 2, "cell-2", "2"],
      ["end", 2, 2, "cell-2", ""],
    ],
  );
});

Deno.test("an aborted run rejects with the reason", async () => {
  const controller = new AbortController();
  const reason = new Error("enough");
  const running = executeNotebook(notebookOf("while (true) {}"), {
    cwd: Deno.cwd(),
    signal: controller.signal,
    onCell: () => controller.abort(reason),
  });
  await assert.rejects(running, reason);
});

Deno.test("kernels that start at the same time get different ports", async () => {
  const runs = Array.from({ length: 6 }, (_, i) => run(notebookOf(`${i} * 10`)));
  const results = await Promise.all(runs);
  const values = results.map(({ notebook }) => {
    const [output] = codeCells(notebook)[0].outputs;
    return "data" in output ? output.data["text/plain"] : output.output_type;
  });
  assert.deepEqual(values, ["0", "10", "20", "30", "40", "50"]);
});
