import assert from "node:assert/strict";
import fc from "fast-check";
import {
  arange,
  concatenate,
  oneHot,
  randn,
  Random,
  type Shape,
  Tensor,
  tensor,
  zeros,
} from "../../../lib/mod.ts";
import type { Range } from "../../../lib/tensor/shape.ts";
import { assertNumpy, load, numpy } from "../../support/numpy.ts";

const x4 = () => arange(120).reshape([2, 3, 4, 5]);

Deno.test("arithmetic broadcasts and computes as NumPy does", () => {
  for (const { op, a, b, out } of numpy.binary) {
    assertNumpy(load(a)[op](load(b)), out, `[${a.shape}] ${op} [${b.shape}] ${a.dtype}`);
  }
});

Deno.test("dot gives what NumPy gives, for vectors and matrices, empty ones too", () => {
  for (const { a, b, out } of numpy.dot) {
    assertNumpy(load(a).dot(load(b)), out, `[${a.shape}] · [${b.shape}] ${a.dtype}`);
  }
});

Deno.test("sum, mean, max, min, argmax and argmin fold every axis as NumPy does", () => {
  for (const { x, results } of numpy.reduce) {
    for (const { op, axis, keepdims, out } of results) {
      const found = load(x)[op](axis ?? undefined, keepdims);
      assertNumpy(found, out, `${op} of ${x.dtype} [${x.shape}], axis ${axis}, ${keepdims}`);
    }
  }
});

Deno.test("slices, rows, indices and transposes are what NumPy gives", () => {
  for (const { ranges, out } of numpy.slice) {
    assertNumpy(x4().slice(...ranges), out, `slice ${JSON.stringify(ranges)}`);
  }
  for (const { index, out } of numpy.at) assertNumpy(x4().at(...index), out, `at ${index}`);
  for (const { axes, out } of numpy.transpose) {
    assertNumpy(x4().transpose(...axes), out, `transpose ${axes}`);
  }
  for (const { shape, out } of numpy.reshape) {
    assertNumpy(x4().transpose(1, 0, 3, 2).reshape(shape), out, `reshape ${shape}`);
  }
});

Deno.test("rows, slices, at, transpose and reshape are views; take, copy, flatten and astype are copies", () => {
  const views: ((x: Tensor<[number, number]>) => Tensor)[] = [
    (x) => x.rows(0, 1),
    (x) => x.slice([0, 1], [0, null, 2]),
    (x) => x.at(0).reshape([1, -1]),
    (x) => x.T,
    (x) => x.reshape([-1, 1]),
    (x) => x.T.T,
  ];
  for (const view of views) {
    const x = arange(6).reshape([2, 3]).expect([-1, -1]), seen = view(x);
    x.set(99, 0, 0);
    assert.equal(seen.data[0], 99, `${view}`);
  }
  const copies: ((x: Tensor<[number, number]>) => Tensor)[] = [
    (x) => x.take([0, 1]),
    (x) => x.copy(),
    (x) => x.flatten(),
    (x) => x.astype("float64"),
    (x) => x.T.reshape([-1]),
    (x) => x.map((v) => v),
  ];
  for (const copy of copies) {
    const x = arange(6).reshape([2, 3]).expect([-1, -1]), seen = copy(x);
    x.set(99, 0, 0);
    assert.equal(seen.data[0], 0, `${copy}`);
  }
});

Deno.test("writing through a view changes the original", () => {
  const x = zeros([2, 3]);
  x.T.at(2).set(5, 1);
  assert.deepEqual(x.toArray(), [[0, 0, 0], [0, 0, 5]]);
});

Deno.test("float32 stays float32; bytes and integers become float64, and never wrap around", () => {
  const f32 = tensor([0.1], "float32"), u8 = tensor([200], "uint8"), f64 = tensor([0.1]);
  assert.equal(f32.add(f32).dtype, "float32");
  assert.equal(f32.mul(2).dtype, "float32");
  assert.equal(f32.add(f64).dtype, "float64");
  assert.equal(u8.div(255).dtype, "float64");
  assert.equal(f32.mul(u8).dtype, "float32");
  assert.equal(u8.add(u8).at(0), 400);
  assert.equal(u8.max(), 200);
  assert.equal(tensor([[3, 9]]).argmax(1).dtype, "int32");
  assert.deepEqual([...tensor([1.9, -1.9]).astype("int32").data], [1, -1]);
});

Deno.test("operations leave their operands as they were", () => {
  const a = tensor([[1, 2], [3, 4]]), b = tensor([10, 20]), before = [a.copy(), b.copy()];
  a.add(b), a.sub(b), a.mul(b), a.div(b), a.dot(b), a.sum(0), a.map(Math.exp), a.T.add(b);
  assert.ok(a.equals(before[0]) && b.equals(before[1]));
});

// ---- Properties.

const number = fc.integer({ min: -1000, max: 1000 });
const shape = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 4 });
const tensorOf = (s: Shape) =>
  fc.array(number, { minLength: s.reduce((a, b) => a * b, 1), maxLength: 120 * 4 })
    .map((v) => tensor(v.slice(0, s.reduce((a, b) => a * b, 1))).reshape(s));
const pairOf = shape.chain((s) => fc.tuple(tensorOf(s), tensorOf(s)));

Deno.test("a + b = b + a, (a - b) + b = a and a·b = b·a, for integers exactly", () => {
  fc.assert(fc.property(pairOf, ([a, b]) => {
    assert.ok(a.add(b).equals(b.add(a)));
    assert.ok(a.sub(b).add(b).equals(a));
    assert.ok(a.mul(b).equals(b.mul(a)));
  }));
});

Deno.test("adding a number, a row or a column is adding it everywhere", () => {
  const size = fc.integer({ min: 1, max: 6 });
  fc.assert(fc.property(size, size, number, (n, m, c) => {
    const x = arange(n * m).reshape([n, m]), row = arange(m), column = arange(n).reshape([n, 1]);
    assert.ok(x.add(c).equals(x.map((v) => v + c)));
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < m; j++) {
        assert.equal(x.add(row).add(column).at(i, j), i * m + j + j + i);
      }
    }
  }));
});

Deno.test("(A·B)·C = A·(B·C), (A·B)ᵀ = Bᵀ·Aᵀ and A·(B + C) = A·B + A·C, for integers exactly", () => {
  const size = fc.integer({ min: 0, max: 7 });
  const sizes = fc.tuple(size, size, size, size);
  const matrices = sizes.chain(([n, k, m, l]) =>
    fc.tuple(tensorOf([n, k]), tensorOf([k, m]), tensorOf([m, l]), tensorOf([k, m]))
  );
  fc.assert(fc.property(matrices, ([a, b, c, d]) => {
    const dot = (x: Tensor, y: Tensor) => x.expect([-1, -1]).dot(y.expect([-1, -1]));
    assert.ok(dot(dot(a, b), c).equals(dot(a, dot(b, c))));
    assert.ok(dot(a, b).T.equals(dot(b.T, a.T)));
    assert.ok(dot(a, b.add(d)).equals(dot(a, b).add(dot(a, d))));
  }));
});

Deno.test("transposing twice and reshaping there and back change nothing", () => {
  fc.assert(fc.property(shape.chain(tensorOf), (x) => {
    assert.ok(x.T.T.equals(x));
    assert.ok(x.reshape([x.size]).reshape(x.shape).equals(x));
    assert.ok(tensor(x.data).reshape(x.shape).equals(x));
  }));
});

Deno.test("summing axis after axis is the sum of everything", () => {
  fc.assert(fc.property(shape.chain(tensorOf), (x) => {
    let folded: Tensor | number = x;
    while (typeof folded !== "number") folded = folded.sum(0);
    assert.equal(folded, x.sum());
  }));
});

Deno.test("take is rows, one by one, and a permutation can be undone", () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 20 }), fc.integer(), (n, seed) => {
    const x = randn([n, 3], new Random(seed)), order = new Random(seed).permutation(n);
    const shuffled = x.take(order);
    order.forEach((from, to) => assert.ok(shuffled.at(to).equals(x.at(from))));
    const back = new Int32Array(n);
    order.forEach((from, to) => back[from] = to);
    assert.ok(shuffled.take(back).equals(x));
  }));
});

Deno.test("concatenate joins what slices cut, along any axis", () => {
  const cut = shape.filter((s) => s.every((n) => n > 0)).chain((s) =>
    fc.tuple(tensorOf(s), fc.integer({ min: 0, max: s.length - 1 }), fc.integer({ min: 0, max: 4 }))
  );
  fc.assert(fc.property(cut, ([x, axis, at]) => {
    const upTo = (range: Range) => x.slice(...x.shape.map((_, i) => (i === axis ? range : null)));
    assert.ok(concatenate([upTo([0, at]), upTo([at])], axis).equals(x));
  }));
  assert.equal(concatenate([zeros([1], "uint8"), zeros([1], "uint8")]).dtype, "uint8");
  assert.throws(() => concatenate([zeros([1, 2]), zeros([1, 3])]), /differ in axis 0 only/);
  assert.throws(() => concatenate([]), /expected a tensor, found none/);
});

Deno.test("one-hot encoding and argmax undo each other", () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 9 })), (labels) => {
    const encoded = oneHot(tensor(labels), 10);
    assert.equal(encoded.sum(), labels.length);
    assert.deepEqual([...encoded.argmax(1).data], labels);
  }));
});

// ---- Errors say what was expected and what was found.

Deno.test("mistakes are named", () => {
  const a = zeros([100, 784]) as Tensor, b = zeros([50, 100]) as Tensor;
  const refused: [() => unknown, RegExp][] = [
    [
      () => a.dot(b),
      /^RangeError: dot: expected inner dimensions to match, found \[100, 784\] · \[50, 100\]$/,
    ],
    [() => a.reshape([10, 10, 784]).dot(a.T), /dot: expected one or two axes each, found/],
    [() => a.add(b), /add: expected shapes that broadcast.*\[100, 784\] and \[50, 100\]/],
    [() => a.reshape([-1, 13]), /reshape: expected a shape for 78400 numbers/],
    [() => a.reshape([-1, -1]), /at most one -1/],
    [() => a.expect([-1, 10]), /expect: expected the shape \[-1, 10\], found \[100, 784\]/],
    [() => a.at(100), /at: expected an index for the shape \[100, 784\], found \[100\]/],
    [() => a.at(0.5), /at: expected an index/],
    [() => a.at(0, 0, 0), /at: expected an index/],
    [() => a.set(1, 0), /set: expected 2 indices/],
    [() => a.take([-101]), /take: expected an index/],
    [() => a.slice(null, null, null), /slice: expected at most 2 ranges/],
    [() => a.slice([0, 1, 0]), /slice: expected a step/],
    [() => a.sum(2), /expected an axis from -2 to 1, found 2/],
    [() => a.transpose(0, 0), /transpose: expected each of the 2 axes once, found \[0, 0\]/],
    [() => zeros([0]).max(), /max: expected at least one number/],
    [() => zeros([2, 0]).argmax(1), /argmax: expected at least one number/],
    [() => a.item(), /item: expected one number/],
    [() => new Tensor(new Float64Array(3), [2, 2]), /expected 4 numbers for the shape \[2, 2\]/],
    [() => zeros([2, -1]), /expected lengths that are integers of at least 0, found \[2, -1\]/],
    [() => tensor([[1, 2], [3]]), /tensor: expected 2 at \[1\].*found 1/],
    [() => tensor([[1, 2], 3]), /tensor: expected 2 at \[1\].*found 3/],
    [() => tensor([1, [2]]), /tensor: expected a number, not a row/],
    [() => arange(0, 1, 0), /arange: expected a finite range/],
    [() => oneHot(tensor([0, 10]), 10), /oneHot: expected labels from 0 to 9, found 10 at index 1/],
    [() => [...tensor(1)], /expected at least one axis/],
  ];
  for (const [act, message] of refused) {
    assert.throws(act, (e) => message.test(String(e)), `${act}`);
  }
});

Deno.test("a view that would leave the storage is refused", () => {
  const outside = { strides: [3, 1], offset: 1 };
  assert.throws(() => new Tensor(new Float64Array(6), [2, 3], outside), /outside the 6 numbers/);
});

Deno.test("a 0 in A takes nothing from B, not even an infinity; everything else does", () => {
  assert.equal(tensor([0, 1]).dot(tensor([Infinity, 2])), 2);
  assert.equal(tensor([1]).dot(tensor([Infinity])), Infinity);
  assert.equal(tensor([1, 1]).dot(tensor([NaN, 2])), NaN);
  assert.equal(tensor([NaN, 0]).dot(tensor([1, 2])), NaN);
});

Deno.test("console.log shows shape, kind and numbers", () => {
  assert.equal(Deno.inspect(tensor([[1, 2]])), "Tensor [1, 2] float64\n[[1. 2.]]");
});
