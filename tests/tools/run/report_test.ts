import assert from "node:assert/strict";
import { errorLine, jsonLine, type Result, table } from "../../../tools/run/report.ts";
import { recordedIn } from "../../../tools/notebook_file/scraps.ts";
import type { Output } from "../../../tools/notebook_file/notebook.ts";
import { codeCell, notebookOf } from "../../support/notebooks.ts";
import type { Json } from "../../../tools/support/json.ts";

const RESULT: Result = {
  notebook: "notebooks/03_inference.ipynb",
  ok: true,
  data: "mnist",
  seconds: 1.23456,
  scraps: { accuracy: 0.9352, shape: [60000, 784] },
};
const FAILED: Result = {
  notebook: "notebooks/05.ipynb",
  ok: false,
  data: null,
  seconds: 12,
  scraps: {},
  error: { cell: 3, id: "train", line: 2, message: "RangeError: too large" },
};

function scrap(name: string, data: Json): Output {
  return {
    output_type: "display_data",
    data: { "application/scrapbook.scrap.json+json": { name, data, encoder: "json", version: 1 } },
    metadata: {},
  };
}

Deno.test("one line of JSON, with the keys in their order", () => {
  assert.equal(
    jsonLine(RESULT),
    '{"notebook":"notebooks/03_inference.ipynb","ok":true,"data":"mnist","seconds":1.235,' +
      '"scraps":{"accuracy":0.9352,"shape":[60000,784]}}',
  );
  assert.equal(
    jsonLine(FAILED),
    '{"notebook":"notebooks/05.ipynb","ok":false,"data":null,"seconds":12,"scraps":{},' +
      '"error":{"cell":3,"id":"train","line":2,"message":"RangeError: too large"}}',
  );
});

Deno.test("an error has notebook, cell, line and message, as far as they are known", () => {
  const { error } = FAILED;
  assert.ok(error);
  assert.equal(
    errorLine("n.ipynb", error),
    "n.ipynb, cell 3 (train), line 2: RangeError: too large",
  );
  assert.equal(
    errorLine("n.ipynb", { ...error, line: null }),
    "n.ipynb, cell 3 (train): RangeError: too large",
  );
  assert.equal(
    errorLine("n.ipynb", { cell: null, id: null, line: null, message: "gone" }),
    "n.ipynb: gone",
  );
});

Deno.test("the table of results", () => {
  const long: Result = { ...RESULT, scraps: { third: 1 / 3, text: "x".repeat(80) } };
  assert.equal(
    table([RESULT, FAILED, long]),
    `notebook                      data   seconds  recorded
notebooks/03_inference.ipynb  mnist      1.2  accuracy 0.9352  shape [60000,784]
notebooks/05.ipynb            -         12.0  FAILED
notebooks/03_inference.ipynb  mnist      1.2  third 0.333333  text ${"x".repeat(57)}...`,
  );
});

Deno.test("the table has the points of all exercises together", () => {
  const scraps = {
    "exercise 3.1": { points: 1, of: 1 },
    accuracy: 0.5,
    "exercise 3.2": { points: 0, of: 2 },
  };
  assert.match(table([{ ...RESULT, scraps }]), /accuracy 0.5 {2}exercises 1 of 3 points$/);
});

Deno.test("recorded results are read from outputs; the data set is separate", () => {
  const notebook = notebookOf("1");
  const cell = codeCell("2", "records");
  cell.outputs = [
    scrap("data", "digits"),
    scrap("accuracy", 0.5),
    { output_type: "stream", name: "stdout", text: "accuracy 0.6" },
    scrap("accuracy", 0.9),
    scrap("list", [1, null]),
  ];
  notebook.cells.push(cell);
  assert.deepEqual(recordedIn(notebook), {
    data: "digits",
    scraps: { accuracy: 0.9, list: [1, null] },
  });
  assert.deepEqual(recordedIn(notebookOf("1")), { data: null, scraps: {} });
});
