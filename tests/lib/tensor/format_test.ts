import assert from "node:assert/strict";
import { type DType, tensor } from "../../../lib/mod.ts";
import { load, numpy } from "../../support/numpy.ts";

Deno.test("tensors print as NumPy prints arrays", async (t) => {
  for (const [i, { x, out }] of numpy.print.entries()) {
    await t.step(`${i}: ${x.dtype} [${x.shape}]`, () => assert.equal(load(x).toString(), out));
  }
});

/** An array as make_print.py writes it: `values` repeat until the shape is full. */
interface Printed {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly values: readonly (number | "nan" | "inf" | "-inf" | "-0")[];
  readonly text: string;
}

const NAMED = { nan: NaN, inf: Infinity, "-inf": -Infinity, "-0": -0 };

Deno.test("2,000 random arrays print as NumPy prints them", async () => {
  const file = await Deno.open(new URL("../../fixtures/print.json.gz", import.meta.url));
  const stream = file.readable.pipeThrough(new DecompressionStream("gzip"));
  const { cases }: { cases: Printed[] } = await new Response(stream).json();
  assert.equal(cases.length, 2000);
  const wrong: string[] = [];
  for (const { dtype, shape, values, text } of cases) {
    const numbers = values.map((v) => (typeof v === "number" ? v : NAMED[v]));
    const size = shape.reduce((a, b) => a * b, 1);
    const all = Float64Array.from({ length: size }, (_, i) => numbers[i % numbers.length]);
    const found = String(tensor(all).astype(dtype).reshape(shape));
    if (found !== text) wrong.push(`${dtype} [${shape}] ${values}\n${found}\nNumPy:\n${text}`);
  }
  assert.equal(
    wrong.length,
    0,
    `${wrong.length} differ, such as\n${wrong.slice(0, 3).join("\n\n")}`,
  );
});
