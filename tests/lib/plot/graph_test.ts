import assert from "node:assert/strict";
import { computationGraph } from "../../../lib/plot/graph.ts";
import { type GraphNode, placesOf } from "../../../lib/plot/graph_places.ts";

/** E = (x·w − t)² */
const SQUARE: readonly GraphNode[] = [
  { name: "a", operation: "×", inputs: ["x", "w"] },
  { name: "d", operation: "−", inputs: ["a", "t"] },
  { name: "E", operation: "( )²", inputs: ["d"] },
];

Deno.test("computationGraph: an operation is right of its inputs, a variable beside its user", () => {
  const places = placesOf(SQUARE).map(({ name, column, row }) => ({ name, column, row }));
  assert.deepEqual(places, [
    { name: "x", column: 0, row: 0 },
    { name: "w", column: 0, row: 1 },
    { name: "a", column: 1, row: 0.5 },
    { name: "t", column: 1, row: 2 },
    { name: "d", column: 2, row: 1.25 },
    { name: "E", column: 3, row: 1.25 },
  ]);
});

Deno.test("computationGraph: operations on the same inputs are above each other", () => {
  const places = placesOf([
    { name: "s1", operation: "NAND", inputs: ["x1", "x2"] },
    { name: "s2", operation: "OR", inputs: ["x1", "x2"] },
    { name: "y", operation: "AND", inputs: ["s1", "s2"] },
  ]).map(({ name, column, row }) => `${name} ${column} ${row}`);
  assert.deepEqual(places, ["x1 0 0", "x2 0 1", "s1 1 0", "s2 1 1", "y 2 0.5"]);
});

Deno.test("computationGraph: values are above the edges and gradients below", () => {
  const { layout, alt } = computationGraph(SQUARE, {
    title: "E = (x·w − t)²",
    values: { x: 2, w: 3, t: 5, a: 6, d: 1, E: 1 },
    gradients: { E: 1, d: 2, a: 2, t: -2, x: 6, w: 4 },
  });
  const written = (text: string) => layout.annotations?.find((one) => one.text === text);
  const [value, gradient] = [written("a = 6"), written("−2")];
  assert.ok(value && gradient && written("−") && written("E"));
  const lineOf = (name: string) => Number(written(name)?.y);
  assert.ok(Number(value.y) > lineOf("×") && Number(gradient.y) < lineOf("t"));
  assert.equal(
    alt,
    'Computational graph "E = (x·w − t)²": a is × of x and w, d is − of a and t, E is ( )² of d; ' +
      "values x 2, w 3, t 5, a 6, d 1, E 1; gradients E 1, d 2, a 2, t −2, x 6, w 4",
  );
});

Deno.test("computationGraph: a variable may be used twice", () => {
  const places = placesOf([
    { name: "s", operation: "×", inputs: ["x", "x"] },
    { name: "y", operation: "+", inputs: ["s", "x"] },
  ]);
  const [x] = places;
  assert.deepEqual([x.name, x.users.map(({ name }) => name)], ["x", ["s", "y"]]);
});

Deno.test("computationGraph: what is not a graph with one result is an error", () => {
  const plus = (name: string, ...inputs: string[]): GraphNode => ({ name, operation: "+", inputs });
  const errors: [GraphNode[], RegExp][] = [
    [[], /expected 1 to 20 operations, found 0/],
    [[plus("a", "x"), plus("a", "x")], /found a twice/],
    [[plus("a")], /expected inputs of a, found none/],
    [[plus("a", "b"), plus("b", "a")], /expected b computed before a/],
    [[plus("a", "x"), plus("b", "x")], /no operation uses a/],
  ];
  for (const [nodes, message] of errors) {
    assert.throws(() => computationGraph(nodes, { title: "T" }), { name: "RangeError", message });
  }
});
