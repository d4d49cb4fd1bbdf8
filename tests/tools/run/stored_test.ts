import assert from "node:assert/strict";
import { homedir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { projectPath, projectRoot } from "../../../lib/support/paths.ts";
import {
  collapseCarriageReturns,
  refuseMachinePaths,
  storable,
  StoreError,
  withoutEscapes,
} from "../../../tools/run/stored.ts";
import {
  codeCells,
  type Notebook,
  type Output,
  outputsAreCurrent,
} from "../../../tools/notebook_file/notebook.ts";
import { notebookOf } from "../../support/notebooks.ts";

function printing(text: string): Notebook {
  return withOutput({ output_type: "stream", name: "stdout", text });
}
function withOutput(output: Output): Notebook {
  const notebook = notebookOf("1");
  codeCells(notebook)[0].outputs = [output];
  return notebook;
}
async function stored(notebook: Notebook, places?: Parameters<typeof storable>[1]) {
  const [output] = codeCells(await storable(notebook, places))[0].outputs;
  return output;
}
async function storedText(text: string): Promise<string> {
  const output = await stored(printing(text));
  return output.output_type === "stream" ? output.text : "";
}

Deno.test("paths become relative to the project's folder", async () => {
  const file = projectPath("lib/tensor/tensor.ts");
  assert.equal(
    await storedText(`at dot (${pathToFileURL(file).href}:12:3)`),
    "at dot (lib/tensor/tensor.ts:12:3)",
  );
  assert.equal(await storedText(`reading ${file}.`), "reading lib/tensor/tensor.ts.");
  assert.equal(await storedText(`in ${projectRoot}`), "in .");
});

Deno.test("paths are replaced in every kind of output; pictures stay as they are", async () => {
  const path = projectPath("x");
  const picture = btoa(path);
  const data = {
    "text/html": `<b>${path}</b>`,
    "application/json": { deep: [path] },
    "image/png": picture,
  };
  const output = await stored(withOutput({ output_type: "display_data", data, metadata: {} }));
  assert.ok(output.output_type === "display_data");
  assert.deepEqual(output.data, {
    "text/html": "<b>x</b>",
    "application/json": { deep: ["x"] },
    "image/png": picture,
  });
});

Deno.test("a folder with a name of its own, also inside another", async () => {
  const folder = projectPath("data/mnist");
  const output = await stored(printing(`${join(folder, "a.gz")} and ${folder}`), [
    { path: folder, name: "$MNIST_DIR" },
  ]);
  assert.ok(output.output_type === "stream");
  assert.equal(output.text, "$MNIST_DIR/a.gz and $MNIST_DIR");
});

Deno.test("colors and overwritten lines are removed", async () => {
  assert.equal(await storedText("\x1b[31mred\x1b[0m"), "red");
  assert.equal(await storedText("10%\r50%\r100%\ndone\r\n"), "100%\ndone\n");
  const collapsed: [printed: string, kept: string][] = [
    ["a\rb\rc", "c"],
    ["kept\r", "kept\r"],
    ["a\rkept\r\r", "kept\r"],
    ["\r\r\n\r", "\n\r"],
    ["a\rb\nc\rd\r\n", "b\nd\n"],
    ["", ""],
  ];
  for (const [printed, kept] of collapsed) assert.equal(collapseCarriageReturns(printed), kept);
});

Deno.test("escape sequences of every kind are removed, and the text around them stays", () => {
  const sequences = [
    "\x1b[31m",
    "\x1b[38;5;245m",
    "\x1b[2K",
    "\x1b[?25l",
    "\x1b]0;title\x07",
    "\x1b]8;;https://example.org\x1b\\",
    "\x1bP1$r\x1b\\",
    "\x1b(B",
    "\x1b7",
  ];
  for (const sequence of sequences) assert.equal(withoutEscapes(`a${sequence}b`), "ab");
  assert.equal(withoutEscapes("[31m stays"), "[31m stays");
  assert.equal(withoutEscapes("a title \x1b]without an end"), "a title without an end");
});

Deno.test("lines of ten megabytes are handled in linear time, and the event loop has its turn", async () => {
  const size = 1e7;
  const lines = {
    "a long line": ["a".repeat(size), "a".repeat(size)],
    "a progress bar": [`${"=".repeat(99)}\r`.repeat(size / 100) + "end", "end"],
    "only returns": ["\r".repeat(size) + "end", "end"],
    "returns at the end": ["end" + "\r".repeat(size), "end\r"],
    "an escape sequence without an end": [`\x1b[${";?".repeat(size / 2)}`, ""],
    "escape characters": ["\x1b".repeat(size), ""],
  };
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  for (const [name, [printed, kept]] of Object.entries(lines)) {
    // Not assert.equal: its message would be twenty megabytes long.
    assert.ok(await storedText(printed) === kept, name);
  }
  clearInterval(timer);
  assert.ok(turns > 0);
});

Deno.test("the outputs are marked as made from the code, and the run is not changed", async () => {
  const executed = printing(projectRoot);
  const before = structuredClone(executed);
  assert.ok(outputsAreCurrent(await storable(executed)));
  assert.deepEqual(executed, before);
});

Deno.test("stills replace outputs first", async () => {
  const still = printing(`${projectRoot}/figure`);
  const notebook = await storable(printing("live"), [], () => Promise.resolve(still));
  const [output] = codeCells(notebook)[0].outputs;
  assert.ok(output.output_type === "stream");
  assert.equal(output.text, "figure");
});

Deno.test("a remaining path of this machine is rejected, with cell and line", () => {
  const home = join(homedir(), "secret.txt");
  assert.throws(() => refuseMachinePaths(printing(`fine\nread ${home}\n`)), (error) => {
    assert.ok(error instanceof StoreError);
    assert.match(error.message, /^cell 1 \(cell-1\): expected outputs without paths .*secret/s);
    return true;
  });
  assert.throws(() => refuseMachinePaths(printing(pathToFileURL(home).href)), StoreError);
  refuseMachinePaths(printing("lib/tensor/tensor.ts and /usr and a/tmp and template"));
});
