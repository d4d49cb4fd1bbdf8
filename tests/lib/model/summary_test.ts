import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { inspect } from "node:util";
import * as layers from "../../../lib/model/layers/mod.ts";
import { sequential } from "../../../lib/model/model.ts";
import { DISPLAY } from "../../../lib/support/display.ts";

const TEXT = `Model: "sequential"
_________________________________________________________________
 Layer (type)                              Output shape   Param #
=================================================================
 flatten (flatten)                         [N, 784]             0
 dense (dense)                             [N, 128]       100,480
 batchNormalization (batchNormalization)   [N, 128]           512
 answer (dense)                            [N, 10]          1,290
=================================================================
Total params: 102,282
Trainable params: 102,026
Non-trainable params: 256
_________________________________________________________________`;

function model(name?: string) {
  return sequential({
    name,
    layers: [
      layers.flatten({ inputShape: [28, 28] }),
      layers.dense({ units: 128, activation: "relu" }),
      layers.batchNormalization(),
      layers.dense({ units: 10, name: "answer" }),
    ],
  });
}

Deno.test("summary: the table of Keras, as text wherever text is expected", () => {
  const summary = model().summary();
  strictEqual(String(summary), TEXT);
  strictEqual(`${summary}`, TEXT);
  strictEqual(summary + "", TEXT);
  strictEqual(inspect(summary), TEXT);
  strictEqual(Deno.inspect(summary), TEXT);
  strictEqual(model().countParams(), 102_282);
});

Deno.test("summary: shows itself as the last value of a cell", () => {
  const summary = model().summary();
  deepStrictEqual(summary[DISPLAY](), { "text/plain": TEXT });
});

Deno.test("summary: names cannot break the table or control a terminal", () => {
  const name = "a\u001b[2J\nb";
  const lines = String(
    sequential({ name, layers: [layers.flatten({ inputShape: [2], name })] }).summary(),
  ).split("\n");
  strictEqual(lines.length, 10);
  ok(lines.every((line) => !line.includes("\u001b")));
});
