import assert from "node:assert/strict";
import fc from "fast-check";
import type { Trace } from "../../../lib/plot/figure.ts";
import { networkDiagram } from "../../../lib/plot/network.ts";
import { layersIn } from "../../../lib/plot/network_places.ts";

/** How many lines trace `index` has: 0 are all connections, 1 the highlighted ones. */
function lines(data: readonly Trace[], index: number): number {
  const trace = data[index];
  if (trace.type !== "scatter" || !Array.isArray(trace.x)) assert.fail("expected lines");
  return trace.x.length / 3;
}

/** The rows of each strip. */
function strips(data: readonly Trace[]): unknown[][] {
  return data.flatMap((trace) =>
    trace.type === "heatmap" && "z" in trace && Array.isArray(trace.z) ? [trace.z] : []
  );
}

Deno.test("networkDiagram: small layers are dots, all of them connected", () => {
  const { data, alt } = networkDiagram([2, 3, 1], {
    title: "XOR",
    activations: [[1, 0], undefined, [0.75]],
    inputLabels: ["x₁", "x₂"],
  });
  assert.equal(lines(data, 0), 2 * 3 + 3 * 1);
  assert.equal(strips(data).length, 0);
  assert.equal(
    alt,
    'Network "XOR" with layers of 2, 3, 1 neurons; activations of the output: 0.75',
  );
});

Deno.test("networkDiagram: wide layers are strips, and 784 neurons are their image", () => {
  const pixels = Array.from({ length: 784 }, (_, i) => i / 1000);
  const { data } = networkDiagram([784, 50, 10], { activations: [pixels, undefined, undefined] });
  const [image, hidden] = strips(data);
  const rows = Array.from({ length: 28 }, (_, row) => pixels.slice(28 * row, 28 * row + 28));
  assert.deepEqual(image, rows);
  assert.equal(hidden.flat().length, 50);
});

Deno.test("networkDiagram: a weight's change is seen in its target and all that follows", () => {
  const first = networkDiagram([784, 30, 10], { nudge: [0, 400, 11] });
  assert.equal(lines(first.data, 1), 1 + 10);
  assert.match(first.alt, /11 neurons are highlighted$/);
  const second = networkDiagram([784, 30, 10], { nudge: [1, 11, 3] });
  assert.equal(lines(second.data, 1), 1);
  assert.match(second.alt, /1 neuron is highlighted$/);
});

Deno.test("networkDiagram: highlighted neurons of neighbouring layers are joined", () => {
  const { data } = networkDiagram([4, 5, 3], { highlight: [[0, 1], [1, 2], [2, 0]] });
  assert.equal(lines(data, 1), 2);
});

Deno.test("networkDiagram: layers are inside the picture and do not overlap", () => {
  fc.assert(fc.property(
    fc.array(fc.integer({ min: 1, max: 800 }), { minLength: 2, maxLength: 4 }),
    (sizes) => {
      const labels = { inputLabels: [], outputLabels: ["9"] };
      const layers = layersIn({ width: 736, height: 400 }, sizes, labels);
      layers.forEach(({ left, right, top, bottom, size, place }, l) => {
        assert.ok(left >= (l === 0 ? 0 : layers[l - 1].right + 20) && right <= 736);
        assert.ok(bottom >= 50 && top <= 400 + 1e-9);
        for (const { x, y } of [place(0), place(size - 1)]) {
          assert.ok(x > left && x < right && y > bottom && y < top);
        }
      });
    },
  ));
});

Deno.test("networkDiagram: what does not fit the sizes is an error", () => {
  const errors: [() => unknown, RegExp][] = [
    [() => networkDiagram([784]), /expected 2 to 8 layers/],
    [() => networkDiagram([2, 0.5]), /expected 2 to 8 layers/],
    [() => networkDiagram([2, 1], { activations: [[1, 0]] }), /activations: expected 2.*found 1/],
    [() => networkDiagram([2, 1], { activations: [[1], [0]] }), /of layer 0: expected 2.*found 1/],
    [() => networkDiagram([2, 1], { outputLabels: ["a", "b"] }), /outputLabels: expected 1/],
    [() => networkDiagram([2, 1], { highlight: [[1, 1]] }), /found neuron 1 of layer 1/],
    [() => networkDiagram([2, 1], { nudge: [1, 0, 0] }), /found neuron 0 of layer 2/],
  ];
  for (const [draw, message] of errors) assert.throws(draw, { name: "RangeError", message });
});
