import assert from "node:assert/strict";
import { basename, join } from "node:path";
import fc from "fast-check";
import { DataError } from "../../../lib/support/errors.ts";
import {
  type CodeCell,
  codeCells,
  hasTag,
  type Notebook,
  outputsAreCurrent,
  parseNotebook,
  readNotebook,
  sourceText,
  stampOutputs,
  stringifyNotebook,
  writeNotebook,
} from "../../../tools/notebook_file/notebook.ts";
import type { JsonObject } from "../../../tools/support/json.ts";

const golden = join(import.meta.dirname!, "..", "..", "fixtures", "written_by_nbformat.ipynb");

Deno.test("a notebook is written byte for byte as Python's nbformat writes it", async () => {
  const text = await Deno.readTextFile(golden);
  assert.equal(stringifyNotebook(await readNotebook(golden)), text);
});

Deno.test("the order of keys and the form of texts in memory do not matter", async () => {
  const text = await Deno.readTextFile(golden);
  const reversed = JSON.stringify(JSON.parse(text), (_key, value) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).reverse());
  });
  assert.equal(stringifyNotebook(parseNotebook(reversed, "reversed")), text);
});

Deno.test("texts are read as one string, whether the file has a string or lines", async () => {
  const notebook = await readNotebook(golden);
  const cell = codeCells(notebook)[1];
  assert.equal(sourceText(cell), "let seed = 1;\n\nawait show(seed);\n");
  assert.ok(hasTag(cell, "parameters"));
  assert.ok(!hasTag(cell, "exercise"));
  const [stdout, , display] = cell.outputs;
  assert.ok(stdout.output_type === "stream" && stdout.text.startsWith("one\r\ntwo\rthree"));
  assert.ok(display.output_type === "display_data" && display.data["text/html"] === "<b>\n</b>");
});

Deno.test("any source and any JSON survive writing and reading", () => {
  const source = fc.string({ unit: "grapheme" });
  fc.assert(fc.property(source, fc.jsonValue({ noUnicodeString: false }), (source, value) => {
    const json: JsonObject = JSON.parse(JSON.stringify({ value }));
    const before = notebookOf({ source, metadata: json });
    assert.deepEqual(parseNotebook(stringifyNotebook(before), "again"), before);
  }));
});

Deno.test("a number that JSON cannot represent is rejected", () => {
  const notebook = notebookOf({ metadata: { loss: NaN } });
  assert.throws(() => stringifyNotebook(notebook), { name: "RangeError", message: /found NaN/ });
});

Deno.test("errors of a malformed file name the file, the cell and what was expected", () => {
  const good = () => JSON.parse(stringifyNotebook(notebookOf({ source: "1" })));
  const complaint = (change: (notebook: ReturnType<typeof good>) => unknown) => {
    const notebook = good();
    change(notebook);
    let message = "";
    assert.throws(() => parseNotebook(JSON.stringify(notebook), "a.ipynb"), (error) => {
      assert.ok(error instanceof DataError);
      message = error.message;
      return true;
    });
    return message;
  };
  assert.equal(
    complaint((n) => n.nbformat_minor = 4),
    "a.ipynb: expected notebook format 4.5, found 4.4; " +
      "open it in JupyterLab and save it to convert it",
  );
  assert.match(complaint((n) => n.nbformat = 3), /^a\.ipynb: expected notebook format 4\.5/);
  assert.equal(
    complaint((n) => n.cells = {}),
    "a.ipynb: expected a list of cells, found {}",
  );
  assert.match(complaint((n) => n.metadata = []), /^a\.ipynb: expected metadata, found \[\]/);
  assert.equal(
    complaint((n) => n.cells.push(7)),
    "a.ipynb, cell 2 of the file: expected a cell, found 7",
  );
  assert.equal(
    complaint((n) => delete n.cells[0].id),
    "a.ipynb, cell 1 of the file: expected an id, found nothing",
  );
  assert.match(
    complaint((n) => n.cells[0].id = "a b"),
    /cell 1 of the file \(a b\): expected an id of/,
  );
  assert.match(
    complaint((n) => n.cells[0].cell_type = "heading"),
    /cell 1 of the file \(only\): .*"heading"$/,
  );
  assert.match(complaint((n) => n.cells[0].source = ["a", 1]), /source as text, found 1$/);
  assert.match(complaint((n) => n.cells[0].outputs = null), /list of outputs, found null$/);
  assert.match(complaint((n) => n.cells[0].execution_count = "1"), /execution_count/);
  assert.match(complaint((n) => n.cells[0].outputs = [{ output_type: "pyout" }]), /known type/);
  const bad = { output_type: "display_data", metadata: {}, data: { "text/plain": { a: 1 } } };
  assert.match(complaint((n) => n.cells[0].outputs = [bad]), /text under text\/plain, found/);
});

Deno.test("errors of a missing, truncated or unrelated file name its path", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "x.ipynb");
    await assert.rejects(readNotebook(path), {
      name: "DataError",
      message: `${path}: expected a notebook, found no such file`,
    });
    const text = await Deno.readTextFile(golden);
    for (const content of ["", "<html>", text.slice(0, text.length / 2), "[]", "null"]) {
      await Deno.writeTextFile(path, content);
      await assert.rejects(readNotebook(path), (error) => {
        assert.ok(error instanceof DataError && error.message.startsWith(`${path}: expected a n`));
        return true;
      });
    }
    await Deno.truncate(path, 200e6); // a hole: takes no room on the disk
    await assert.rejects(readNotebook(path), { name: "DataError", message: /at most 100 MB/ });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("writing leaves the new file or the old one, and no other", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "x.ipynb");
    await writeNotebook(path, notebookOf({ source: "1" }));
    const before = await Deno.readTextFile(path);
    await assert.rejects(writeNotebook(path, notebookOf({ metadata: { loss: Infinity } })));
    assert.equal(await Deno.readTextFile(path), before);
    await assert.rejects(writeNotebook(join(path, "below.ipynb"), notebookOf({})));
    await Deno.mkdir(join(folder, "taken.ipynb"));
    await assert.rejects(writeNotebook(join(folder, "taken.ipynb"), notebookOf({})));
    const left = Array.from(Deno.readDirSync(folder), (entry) => entry.name).sort();
    assert.deepEqual(left, ["taken.ipynb", basename(path)]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("outputs are current until any code changes; prose does not matter", () => {
  const notebook = notebookOf({ source: "let a = 1;" });
  assert.ok(!outputsAreCurrent(notebook));
  stampOutputs(notebook);
  assert.ok(outputsAreCurrent(notebook));
  notebook.cells.push({ cell_type: "markdown", id: "more", metadata: {}, source: "prose" });
  assert.ok(outputsAreCurrent(notebook));
  const again = parseNotebook(stringifyNotebook(notebook), "again");
  assert.ok(outputsAreCurrent(again));
  again.cells[0].source = "let a = 2;";
  assert.ok(!outputsAreCurrent(again));
});

/** A notebook of one code cell. */
function notebookOf(cell: Partial<CodeCell>): Notebook {
  const only: CodeCell = {
    cell_type: "code",
    id: "only",
    metadata: {},
    source: "",
    execution_count: null,
    outputs: [],
    ...cell,
  };
  return { cells: [only], metadata: {}, nbformat: 4, nbformat_minor: 5 };
}
