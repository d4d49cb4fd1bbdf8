import assert from "node:assert/strict";
import { join } from "node:path";
import * as fc from "fast-check";
import { tensor, zeros } from "../../../../lib/tensor/create.ts";
import {
  type CsvOptions,
  loadCsv,
  loadCsvTable,
  saveCsv,
} from "../../../../lib/data/formats/csv.ts";
import { CsvParser } from "../../../../lib/data/formats/csv_parser.ts";
import { DataError } from "../../../../lib/support/errors.ts";
import type { DType, NumericArray } from "../../../../lib/tensor/dtype.ts";
import { Tensor } from "../../../../lib/tensor/tensor.ts";
import { damaged, gzip, inFolder, rejectsWithDataError } from "../../../support/files.ts";

/** Reads text as if it were a file. */
async function load(text: string | Uint8Array, options: CsvOptions = {}) {
  let table: Tensor<[number, number]> | undefined;
  await inFolder(async (folder) => {
    const path = join(folder, "table.csv");
    await Deno.writeFile(path, typeof text === "string" ? new TextEncoder().encode(text) : text);
    table = await loadCsv(path, options);
  });
  assert.ok(table);
  return table;
}

async function expectRows(text: string, rows: number[][], options: CsvOptions = {}) {
  assert.deepEqual((await load(text, options)).toArray(), rows, JSON.stringify(text));
}

Deno.test("loadCsv: line ends, last line, empty lines at the end, byte order mark", async () => {
  const rows = [[1, 22], [333, 0]];
  for (
    const text of ["1,22\n333,0", "1,22\n333,0\n", "1,22\n333,0\n\n \n", "\ufeff1,22\n333,0\n"]
  ) {
    await expectRows(text, rows);
    await expectRows(text.replaceAll("\n", "\r\n"), rows);
  }
  await expectRows("5", [[5]]);
  await expectRows("5\n6", [[5], [6]]);
});

Deno.test("loadCsv: any separator, and blanks around numbers", async () => {
  for (const separator of [";", "\t", "|", " ", ":"]) {
    await expectRows(["1", "-2.5"].join(separator) + "\n", [[1, -2.5]], { separator });
  }
  await expectRows(" 1 ,\t2 \n3, 4\n", [[1, 2], [3, 4]]);
  for (const separator of ["", ",,", "1", ".", "-", "e", "E", "\n", '"', "é"]) {
    await assert.rejects(load("1", { separator }), RangeError, JSON.stringify(separator));
  }
});

Deno.test("loadCsv: numbers are exact", async () => {
  const numbers = [
    "0.1",
    "-1e-300",
    "+3",
    ".5",
    "5.",
    "1E5",
    "123456789012",
    "1.7976931348623157e308",
  ];
  await expectRows(numbers.join(","), [numbers.map(Number)]);
  await expectRows("00012,1234567890", [[12, 1234567890]]);
});

Deno.test("loadCsv: a header line names the columns", () =>
  inFolder(async (folder) => {
    const path = join(folder, "a.csv");
    await Deno.writeTextFile(path, 'label,"1x1, grey","say ""1"""\r\n5,6,7\r\n');
    const { names, table } = await loadCsvTable(path, { header: true, dtype: "uint8" });
    assert.deepEqual(names, ["label", "1x1, grey", 'say "1"']);
    assert.deepEqual(table.toArray(), [[5, 6, 7]]);
    assert.equal(table.dtype, "uint8");
    await rejectsWithDataError(
      loadCsv(path),
      /a\.csv: line 1, column 1: expected a number .* found "label": .*set header: true/,
    );
    await rejectsWithDataError(loadCsv(path, { header: true, separator: ";" }), /line 2, column 1/);
  }));

Deno.test("loadCsv: what is wrong is said with line and column", async () => {
  const cases: [string, RegExp, CsvOptions?][] = [
    ["1,2\n3\n", /line 2, column 2: expected 2 columns as in the first line, found 1/],
    ["1,2\n3,4,5\n", /line 2, column 3: expected 2 columns as in the first line, found 3/],
    ["1,2\n3,4,5", /line 2, column 3/],
    ["a,b\n1\n", /line 2, column 2: expected 2 columns/, { header: true }],
    ["1,2\n3,x\n", /line 2, column 2: expected a number .*, found "x"/],
    ["1,2\n3,\n", /line 2, column 2: expected .*, found nothing/],
    ["1,2\n3,", /line 2, column 2: expected .*, found nothing/],
    [",1\n", /line 1, column 1: expected .*, found nothing/],
    ["1\n\n2\n", /line 2, column 2: expected 1 numbers, found an empty line before the end/],
    ["1\n\n2", /line 2, column 2: expected 1 numbers, found an empty line before the end/],
    ["1,nan\n", /column 2: .* found "nan"/],
    ["1,Infinity\n", /column 2: .* found "Infinity"/],
    ["0x10\n", /found "0x10"/],
    ["1_000\n", /found "1_000"/],
    ["1e999\n", /in the range of float64, found "1e999"/],
    ["1e39\n", /in the range of float32, found "1e39"/, { dtype: "float32" }],
    ["7\n256\n", /line 2, column 1: expected a whole number from 0 to 255, found "256"/, {
      dtype: "uint8",
    }],
    ["-1\n", /from 0 to 255, found "-1"/, { dtype: "uint8" }],
    ["1.5\n", /from 0 to 255, found "1.5"/, { dtype: "uint8" }],
    ["2147483648\n", /32 bits, found "2147483648"/, { dtype: "int32" }],
    ["1\r2\n", /column 1: .* found "1\\r2"/],
    ["", /expected a table of numbers as text, found an empty file/],
    ["\n\n", /expected rows of numbers, found none/],
    ["a,b\n", /expected rows of numbers, found none/, { header: true }],
    ["x".repeat(2_000_000), /names of the columns, found no end/, { header: true }],
    ['"' + "x,1\n".repeat(500_000), /names of the columns, found no end/, { header: true }],
    ["1".repeat(5_000_000), /line 1, column 1: expected .*, found a very long field/],
    ["\xff\xfe", /line 1/],
  ];
  for (const [text, pattern, options] of cases) {
    await rejectsWithDataError(load(text, options), pattern);
  }
  await rejectsWithDataError(
    load(new Uint8Array([0xff, 0xfe, 0x31, 0])),
    /found text in UTF-16\. Save it as UTF-8/,
  );
});

Deno.test("loadCsv: the remedy fits what was found", async () => {
  const header = /set header: true$/;
  const cases: [string, RegExp, CsvOptions?][] = [
    ["label,pixel\n5,0\n", header],
    ['"label","a, b"\n5,0\n', header],
    ["label\tpixel\n5\t0\n", /set separator: "\\t"$/],
    ["5\t0\n", /set separator: "\\t"$/],
    ["5 0 1\n", /set separator: " "$/],
    ["5;0\n", /set separator: ";"$/],
    ["1,5;2,5\n", /set separator: ";"$/],
    ["5|0\n", /set separator: "\|"$/],
    ["5,0\n", /set separator: ","$/, { separator: ";" }],
    ["1,5;2,5\n", /write a point instead of the decimal comma$/, { separator: ";" }],
    ["1  2\n", /separate columns by a single space$/, { separator: " " }],
    ["1,2,\n", /remove the separator at the end of each line$/],
    ["1,,2\n", /fill in missing values$/],
    ["1,nan\n", /replace values that are no numbers$/],
    ["NaN,1\n", /replace values that are no numbers$/],
    ["-inf,1\n", /replace values that are no numbers$/],
    ["NA\n", /replace values that are no numbers$/],
    ["0x1F,2\n", /write numbers in decimal$/],
    ["1_000\n", /without thousands separators$/],
    ["1'000,2\n", /without thousands separators$/],
    ['"1,000",2\n', /without thousands separators$/],
    ["1.000.000\n", /without thousands separators$/],
    ["# made by numpy\n1,2\n", /remove comment lines$/],
    ["1,2\n# end\n", /remove comment lines$/],
    ["true,1\n", /write 1 and 0$/],
    ["50%\n", /write numbers without units$/],
    ["5,setosa\n", /parseTextTable reads words$/],
    ["1,2\nlabel,pixel\n", /parseTextTable reads words$/],
    ["256\n", /found "256"$/, { dtype: "uint8" }],
  ];
  for (const [text, pattern, options] of cases) {
    await rejectsWithDataError(load(text, options), pattern);
  }
});

Deno.test("loadCsv: a first row of numbers is not taken for names", async () => {
  for (const text of ["5,0,0\n1,2,3\n", "0,1,2\n3,4,5\n", "1e3\n2\n", "0"]) {
    await rejectsWithDataError(
      load(text, { header: true }),
      /line 1, column 1: expected names of columns, found only numbers \(.*: leave out header: true/,
    );
  }
  await expectRows('"0","1"\n3,4\n', [[3, 4]], { header: true });
  await expectRows(",0,1\n0,3,4\n", [[0, 3, 4]], { header: true }); // as pandas writes it
});

Deno.test("loadCsv: numbers in quotes, Windows and a byte order mark together", async () => {
  await expectRows('\ufeff"5","-0.5"\r\n"1",2\r\n', [[5, -0.5], [1, 2]]);
  await expectRows('\ufeff"a","b"\r\n"1",2\r\n', [[1, 2]], { header: true });
});

Deno.test("loadCsv: unknown options are refused", async () => {
  for (const options of [{ seperator: ";" }, { labelColumn: 0 }, { headers: true }]) {
    await assert.rejects(load("1", options as object), {
      name: "TypeError",
      message: /^loadCsv: /,
    });
  }
  await assert.rejects(load("1", { header: "yes" as never }), /header to be true or false/);
  await assert.rejects(load("1", { dtype: "int64" as never }), TypeError);
});

Deno.test("loadCsv: whole numbers of a kind may be written as floats", async () => {
  await expectRows("1.0,2e2,-0\n", [[1, 200, 0]], { dtype: "uint8" });
  await expectRows("-2147483648,2147483647\n", [[-2147483648, 2147483647]], { dtype: "int32" });
});

Deno.test("loadCsv: gzipped files, and a limit on what they may hold", async () => {
  const text = new TextEncoder().encode("1,2\n".repeat(2_000_000));
  const table = await load(gzip(text), { dtype: "uint8" });
  assert.deepEqual(table.shape, [2_000_000, 2]);
  assert.equal(table.data.byteLength, 4_000_000);
  await rejectsWithDataError(
    load(gzip(text), { maxBytes: 1e6 }),
    /at most 125000 numbers, .*maxBytes/,
  );
});

Deno.test("CsvParser: pieces may be cut anywhere", () => {
  const text = new TextEncoder().encode(
    '\ufeff"a\n"",","b"\r\n1,-2.5\r\n300,4e-1\r\n0,0\r\n"5",6\r\n\r\n',
  );
  fc.assert(
    fc.property(fc.array(fc.nat(text.length), { maxLength: 30 }), (cuts) => {
      const format = { separator: ",", header: true, dtype: "float64" } as const;
      const parser = new CsvParser("t", format, 1e6);
      const places = [0, ...cuts.sort((a, b) => a - b), text.length];
      for (let i = 1; i < places.length; i++) {
        parser.push(text.subarray(places[i - 1], places[i]), 0);
      }
      const { shape, data } = parser.finish();
      assert.deepEqual(parser.names, ['a\n",', "b"]);
      assert.deepEqual(shape, [4, 2]);
      assert.deepEqual([...data], [1, -2.5, 300, 0.4, 0, 0, 5, 6]);
    }),
  );
});

Deno.test("loadCsv reads back what saveCsv wrote, number for number", () => {
  const size = { minLength: 6, maxLength: 6 };
  const finite = { noNaN: true, noDefaultInfinity: true };
  const columns = fc.oneof<[
    fc.Arbitrary<NumericArray>,
    fc.Arbitrary<NumericArray>,
    fc.Arbitrary<NumericArray>,
    fc.Arbitrary<NumericArray>,
  ]>(
    fc.uint8Array(size),
    fc.int32Array(size),
    fc.float32Array({ ...size, ...finite }),
    fc.float64Array({ ...size, ...finite }),
  );
  return inFolder((folder) =>
    fc.assert(
      fc.asyncProperty(columns, fc.constantFrom(",", ";", "\t"), async (data, separator) => {
        const dtypes: Record<number, DType> = { 1: "uint8", 8: "float64" };
        const dtype = data instanceof Int32Array
          ? "int32"
          : dtypes[data.BYTES_PER_ELEMENT] ?? "float32";
        const path = join(folder, "t.csv");
        await saveCsv(path, [new Tensor(data, [3, 2])], { separator });
        const { data: found } = await loadCsv(path, { separator, dtype });
        assert.deepEqual(found, data);
      }),
      { numRuns: 60 },
    )
  );
});

Deno.test("saveCsv puts tensors side by side", () =>
  inFolder(async (folder) => {
    const path = join(folder, "deep", "t.csv");
    await saveCsv(path, [tensor([7, 8]), tensor([[1, 0.5], [200, 1000]]).T], {
      header: ["label", "a", 'b "x"'],
    });
    assert.equal(await Deno.readTextFile(path), 'label,a,"b ""x"""\n7,1,200\n8,0.5,1000\n');
    const { names } = await loadCsvTable(path, { header: true });
    assert.deepEqual(names, ["label", "a", 'b "x"']);
  }));

Deno.test("saveCsv: any names and separator are read back", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 6 })
      .map((name) => name.replaceAll(/[^\t-\r -~\x80-\u{10ffff}]/gu, "")), // no control characters
    fc.constantFrom("<html>", "[1", "{-", "%PDF-", "version https://git-lfs", "0", "-1.5", "é"),
    fc.string({ unit: fc.constantFrom(...'a1,;|\t "\r\n\ufeff.-'), maxLength: 6 }),
  );
  const names = fc.array(text, { minLength: 1, maxLength: 4 });
  const separators = fc.constantFrom(..."\t !#$%&'*/:;<=>?@^_`|~,");
  return inFolder((folder) =>
    fc.assert(
      fc.asyncProperty(names, separators, async (header, separator) => {
        const path = join(folder, "t.csv");
        const row = tensor([header.map((_, i) => i - 1.5)]);
        await saveCsv(path, [row], { header, separator });
        const found = await loadCsvTable(path, { header: true, separator });
        assert.deepEqual(found.names, header);
        assert.deepEqual(found.table.toArray(), row.toArray());
      }),
      { numRuns: 100 },
    )
  );
});

Deno.test("saveCsv: numbers of every size and kind are read back", () =>
  inFolder(async (folder) => {
    const path = join(folder, "t.csv");
    const numbers = [
      0,
      -0,
      1e21,
      -1e21,
      5e-324,
      Number.MAX_VALUE,
      0.1,
      1 / 3,
      999,
      1000,
      -1,
      2 ** 53,
    ];
    await saveCsv(path, [tensor(numbers)]);
    assert.deepEqual([...(await loadCsv(path)).flatten().data], numbers);
    for (const dtype of ["uint8", "int32", "float32"] as const) {
      const { data } = tensor([0, 1, 99, 100, 255], dtype);
      await saveCsv(path, [new Tensor(data, [5])]);
      assert.deepEqual((await loadCsv(path, { dtype })).data, data);
    }
  }));

Deno.test("saveCsv refuses what is no table", () =>
  inFolder(async (folder) => {
    const path = join(folder, "t.csv");
    await assert.rejects(saveCsv(path, [tensor([1, 2]), tensor([1])]), RangeError);
    await assert.rejects(saveCsv(path, [tensor([[[1]]])]), RangeError);
    await assert.rejects(saveCsv(path, [tensor([1, NaN])]), /finite numbers, found NaN/);
    await assert.rejects(
      saveCsv(path, [tensor([1, -Infinity])]),
      /finite numbers, found -Infinity/,
    );
    await assert.rejects(
      saveCsv(path, [tensor([1])], { header: [] }),
      /1 names of columns, found 0/,
    );
    await assert.rejects(saveCsv(path, [tensor([1])], { header: "a" as never }), /found "a"/);
    await assert.rejects(
      saveCsv(path, [tensor([1])], { header: ["\ud800"] }),
      /names without control characters/,
    );
    for (const separator of ["", ",,", "1", ".", "-", "e", "\n", "\r", '"', "、", "é"]) {
      await assert.rejects(saveCsv(path, [tensor([1])], { separator }), {
        name: "RangeError",
        message: /^saveCsv: expected a separator of one ASCII character/,
      });
    }
    for (const empty of [[], [tensor([])], [zeros([3, 0])]]) {
      await assert.rejects(saveCsv(path, empty), /expected numbers, found/);
    }
    for (const none of [tensor([1]), [[1, 2]], "t"] as unknown as Tensor[][]) {
      await assert.rejects(saveCsv(path, none), {
        name: "TypeError",
        message: /^saveCsv: expected a list of tensors, such as \[tTrain, xTrain\]/,
      });
    }
    await assert.rejects(saveCsv(path, [tensor([1])], { seperator: ";" } as object), TypeError);
    assert.deepEqual([...Deno.readDirSync(folder)], []);
  }));

Deno.test("a table of 785 columns goes into bytes and back", () =>
  inFolder(async (folder) => {
    const path = join(folder, "digits.csv");
    const labels = new Tensor(Uint8Array.from({ length: 500 }, (_, i) => i % 10), [500]);
    const pixels = new Tensor(
      Uint8Array.from({ length: 500 * 784 }, (_, i) => i % 5 === 0 ? i : 0),
      [500, 784],
    );
    await saveCsv(path, [labels, pixels]);
    const table = await loadCsv(path, { dtype: "uint8" });
    assert.deepEqual(table.shape, [500, 785]);
    assert.ok(table.slice(null, [1]).equals(pixels));
    assert.ok(table.slice(null, [0, 1]).flatten().equals(labels));
  }));

Deno.test("loadCsv: a damaged table gives numbers or a DataError, never anything else", () => {
  const text = new TextEncoder().encode("1,-2.5,30\r\n4,5e1,60\r\n7,8,9\r\n");
  fc.assert(
    fc.property(damaged(text), fc.constantFrom<DType>("uint8", "float64"), (bytes, dtype) => {
      try {
        const parser = new CsvParser("t", { separator: ",", header: false, dtype }, 1e6);
        parser.push(bytes, 0);
        const { shape, data } = parser.finish();
        assert.equal(shape[0] * shape[1], data.length);
        assert.ok([...data].every(Number.isFinite));
      } catch (error) {
        if (!(error instanceof DataError)) throw error;
      }
    }),
    { numRuns: 2000 },
  );
});
