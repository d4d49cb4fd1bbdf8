import assert from "node:assert/strict";
import { DataError } from "../../../../lib/support/errors.ts";
import { formatTextTable, parseTextTable } from "../../../../lib/data/formats/std_csv.ts";
import { rejectsWithDataError } from "../../../support/files.ts";
import { testUnless } from "../../../support/skip.ts";

const failure: unknown = await formatTextTable([]).then(() => undefined, (error) => error);
const unreachable = failure === undefined ? undefined : "JSR not reachable";

testUnless(
  unreachable === undefined ? "JSR is reachable" : undefined,
  "std_csv: without JSR it says what is missing and how to get it",
  () => {
    assert.ok(failure instanceof DataError, String(failure));
    assert.match(failure.message, /@std\/csv from JSR.*deno install/);
  },
);

Deno.test("std_csv: a page can bring the module with it", async () => {
  const program = `
    import { formatTextTable, parseTextTable, useStdCsv } from
      ${JSON.stringify(import.meta.resolve("../../../../lib/data/formats/std_csv.ts"))};
    useStdCsv(() => Promise.resolve({
      parse: (text, { separator }) => [{ text, separator }],
      stringify: (rows, { columns }) => columns.join() + rows.length,
    }));
    console.log(JSON.stringify(await parseTextTable("a", { separator: ";" })));
    console.log(await formatTextTable([{ a: 1 }, { b: 2 }]));`;
  const args = ["eval", "--ext=js", program]; // a program of its own: what it replaces stays replaced
  const { stdout } = await new Deno.Command(Deno.execPath(), { args }).output();
  assert.equal(new TextDecoder().decode(stdout), '[{"text":"a","separator":";"}]\na,b2\n');
});

testUnless(unreachable, "std_csv: reads rows by the names of their columns", async () => {
  const text = 'label,name,note\r\n0,"T-shirt, top","say ""x"""\r\n1,Trouser,"two\nlines"\r\n';
  assert.deepEqual(await parseTextTable(text), [
    { label: "0", name: "T-shirt, top", note: 'say "x"' },
    { label: "1", name: "Trouser", note: "two\nlines" },
  ]);
  assert.deepEqual(await parseTextTable("a;b\n1;2\n", { separator: ";" }), [{ a: "1", b: "2" }]);
});

testUnless(unreachable, "std_csv: malformed tables are a DataError", async () => {
  await rejectsWithDataError(parseTextTable('a,b\n"1,2\n'), /expected CSV with a line of names/);
  await rejectsWithDataError(parseTextTable("a,b\n1\n"), /expected CSV with a line of names/);
});

testUnless(unreachable, "std_csv: writes what it reads", async () => {
  const rows = [{ a: "x, y", b: 'say "z"' }, { a: "", b: "two\nlines" }];
  assert.deepEqual(await parseTextTable(await formatTextTable(rows)), rows);
  const text = await formatTextTable([{ a: 1, b: null }, { a: 0.5, c: true }], { separator: ";" });
  assert.deepEqual(text.trimEnd().split(/\r?\n/), ["a;b;c", "1;;", "0.5;;true"]);
});
