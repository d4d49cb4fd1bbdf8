import assert from "node:assert/strict";
import fc from "fast-check";
import {
  arange,
  concatenate,
  full,
  oneHot,
  rand,
  randn,
  Random,
  type Shape,
  Tensor,
  tensor,
  zeros,
} from "../../../lib/mod.ts";
import { scope } from "../../../lib/tensor/scope.ts";
import type { Range } from "../../../lib/tensor/shape.ts";
import { DISPLAY } from "../../../lib/support/display.ts";
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
});

Deno.test("one-hot encoding and argmax undo each other", () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 9 })), (labels) => {
    const encoded = oneHot(tensor(labels), 10);
    assert.equal(encoded.sum(), labels.length);
    assert.deepEqual([...encoded.argmax(1).data], labels);
  }));
});

Deno.test("arithmetic on any two views is arithmetic on their numbers one by one", () => {
  const view = fc.constantFrom<(x: Tensor) => Tensor>(
    (x) => x,
    (x) => x.T,
    (x) => x.slice([null, null, -1]),
    (x) => x.slice(null, [null, null, 2]),
    (x) => x.slice([1]),
  );
  const operands = shape.filter((s) => s.length >= 2).chain((s) =>
    fc.tuple(tensorOf(s), view, fc.nat(s.length), fc.array(fc.boolean()))
  );
  fc.assert(fc.property(operands, ([base, view, cut, ones]) => {
    const a = view(base);
    const b = view(base).map((v) => v + 0.5);
    // Some axes of length 1, some missing on the left: all that broadcasting allows.
    const c = b.slice(...b.shape.map((n, k) => (ones[k] && n > 0 ? [0, 1] as const : null)));
    const d = c.ndim > cut && c.shape.slice(0, cut).every((n) => n > 0)
      ? c.at(...c.shape.slice(0, cut).map(() => 0))
      : c;
    const other = typeof d === "number" ? tensor(d) : d;
    const sum = a.sub(other);
    const strides = zeros(a.shape).strides;
    sum.data.forEach((value: number, i: number) => {
      const index = a.shape.map((n, axis) => Math.floor(i / strides[axis]) % n);
      const lead = a.ndim - other.ndim;
      const at = index.slice(lead).map((k, axis) => (other.shape[axis] === 1 ? 0 : k));
      assert.equal(value, Number(a.at(...index)) - Number(other.at(...at)));
    });
  }));
});

// ---- Values that a tensor cannot hold.

Deno.test("typed arrays of every kind keep their numbers", () => {
  const kinds = [
    [Float64Array, "float64"],
    [Float32Array, "float32"],
    [Int32Array, "int32"],
    [Uint8Array, "uint8"],
    [Float16Array, "float64"],
    [Int8Array, "float64"],
    [Uint8ClampedArray, "float64"],
    [Int16Array, "float64"],
    [Uint16Array, "float64"],
    [Uint32Array, "float64"],
  ] as const;
  for (const [kind, dtype] of kinds) {
    fc.assert(fc.property(fc.array(fc.double({ noNaN: true })), (values) => {
      const array = kind.from(values), x = tensor(array);
      assert.equal(x.dtype, dtype);
      assert.deepEqual([...x.data], [...array]);
      array.fill(1);
      if (values.length > 0 && array[0] !== 1) assert.notEqual(x.data[0], 1); // a copy
    }));
  }
  assert.deepEqual(tensor([new Float32Array([0.5, 1]), [2, 3]]).toArray(), [[0.5, 1], [2, 3]]);
});

/** Without the compiler, as in a cell of a notebook, which checks no types. */
const unchecked = {
  tensor,
  full,
  arange,
  rand,
  randn,
  oneHot,
  concatenate,
  zeros,
  Tensor,
} as never as
  & {
    [name in "tensor" | "full" | "arange" | "rand" | "randn" | "oneHot" | "concatenate" | "zeros"]:
      (
        ...args: unknown[]
      ) => unknown;
  }
  & { Tensor: new (...args: unknown[]) => unknown };

/** The same for the methods of a tensor. */
const methods = (t: Tensor) =>
  t as never as Record<string, (...args: unknown[]) => unknown> & { [Symbol.toPrimitive]: unknown };

Deno.test("what a tensor cannot hold is a TypeError, never another number", () => {
  const u = unchecked, ints = zeros([2], "int32"), bytes = zeros([2], "uint8");
  const refused: [() => unknown, RegExp][] = [
    [() => u.tensor(new BigInt64Array(2)), /expected a number, found 0/],
    [() => u.tensor(new BigUint64Array(1)), /expected a number/],
    [() => u.tensor(new DataView(new ArrayBuffer(8))), /found a DataView/],
    [() => u.tensor(new ArrayBuffer(8)), /expected numbers such as/],
    [() => u.tensor(Array(3).map((_, i) => i)), /at \[0\]: expected a number, found undefined/],
    // deno-lint-ignore no-sparse-arrays
    [() => u.tensor([1, , 3]), /at \[1\]: expected a number, found undefined/],
    // deno-lint-ignore no-sparse-arrays
    [() => u.tensor([[1, 2], [3, ,]]), /at \[1, 1\]: expected a number, found undefined/],
    [() => u.tensor(["1", 2]), /at \[0\]: expected a number, found "1"/],
    [() => u.tensor([[1, null]]), /at \[0, 1\]: expected a number, found null/],
    [() => u.tensor([1n]), /expected a number/],
    [() => u.tensor("abc"), /expected numbers such as \[\[1, 2\], \[3, 4\]\], found "abc"/],
    [() => u.tensor(undefined), /found undefined/],
    [() => u.tensor({ 0: 1, length: 1 }), /found an object/],
    [() => u.tensor(zeros([2])), /found a tensor \[2\]/],
    [
      () => u.tensor([300, -1], "uint8"),
      /at \[0\]: expected an integer from 0 to 255 for uint8, found 300/,
    ],
    [() => u.tensor([0, -1], "uint8"), /found -1/],
    [() => u.tensor([0.5], "uint8"), /found 0.5/],
    [() => u.tensor([NaN], "int32"), /found NaN/],
    [() => u.tensor([2 ** 31], "int32"), /found 2147483648/],
    [() => u.tensor(new Float32Array([1.5]), "int32"), /found 1.5/],
    [
      () => u.tensor([1], "float16"),
      /dtype: expected one of float64, float32, int32, uint8, found "float16"/,
    ],
    [() => u.tensor([1], "constructor"), /dtype: expected one of/],
    [() => u.full([2], 300, "uint8"), /full: expected an integer from 0 to 255/],
    [() => u.full([2], 0.5, "int32"), /full: expected an integer/],
    [() => u.full([2]), /full: expected a number, found undefined/],
    [() => u.full([2], "1"), /full: expected a number, found "1"/],
    [() => u.randn([2], new Random(1), "uint8"), /randn: expected an integer/],
    [() => tensor([300]).astype("uint8"), /astype: expected an integer from 0 to 255/],
    [() => tensor([-1.5]).astype("uint8"), /astype/],
    [() => tensor([NaN]).astype("int32"), /astype.*found NaN/],
    [() => tensor([Infinity]).astype("int32"), /astype.*found Infinity/],
    [() => ints.set(0.5, 0), /set: expected an integer/],
    [() => bytes.set(256, 0), /set: expected an integer/],
    [() => bytes.set(NaN, 0), /set: expected an integer/],
    [() => methods(zeros([1])).set("7", 0), /set: expected a number, found "7"/],
    [() => methods(zeros([1])).set(undefined, 0), /set: expected a number, found undefined/],
    [() => methods(zeros([1])).map(() => undefined), /map: expected a number, found undefined/],
    [() => methods(zeros([1])).map((v: number) => `${v}`), /map: expected a number, found "0"/],
    [() => new u.Tensor([1, 2], [2]), /Tensor: expected a Float64Array.*found \[1, 2\]/],
    [() => new u.Tensor(new Float16Array(2), [2]), /Tensor: expected a Float64Array.*Float16Array/],
    [() => new u.Tensor(new BigInt64Array(2), [2]), /Tensor: expected a Float64Array/],
    [
      () => new u.Tensor(new Float64Array(6), 6),
      /Tensor: expected a shape such as \[2, 3\], found 6/,
    ],
  ];
  for (const [act, message] of refused) {
    assert.throws(act, (e) => e instanceof TypeError && message.test(e.message), `${act}`);
  }
  assert.deepEqual([ints.sum(), bytes.sum()], [0, 0], "nothing was written");
});

Deno.test("integers in their range, floats that are rounded and cut fractions are held", () => {
  const range = fc.oneof(fc.integer(), fc.constantFrom(-(2 ** 31), 2 ** 31 - 1, -0));
  fc.assert(fc.property(fc.array(range), (values) => {
    assert.deepEqual([...tensor(values, "int32").data], values.map((v) => v + 0));
    assert.ok(tensor(values, "int32").equals(tensor(values)));
    const bytes = values.map((v) => v & 255);
    assert.ok(tensor(bytes).astype("uint8").equals(tensor(bytes, "uint8")));
  }));
  assert.deepEqual([...tensor([1.9, -1.9, 255.9, -0.9]).astype("int32").data], [1, -1, 255, 0]);
  assert.deepEqual([...tensor([255.9, -0.9]).astype("uint8").data], [255, 0]);
  assert.deepEqual([...tensor([0.1, 1e39, NaN], "float32").data], [
    Math.fround(0.1),
    Infinity,
    NaN,
  ]);
});

Deno.test("allClose is NumPy's, for infinities and NaN too", () => {
  const values = [0, 1, 1 + 1e-6, 1e300, Infinity, -Infinity, NaN];
  const numpy = ["1000000", "0110000", "0110000", "0001000", "0000100", "0000010", "0000000"];
  const found = values.map((a) =>
    values.map((b) => (tensor([a]).allClose(tensor([b])) ? 1 : 0)).join("")
  );
  assert.deepEqual(found, numpy);
  assert.equal(tensor([1]).allClose(tensor([[1]])), false);
  assert.ok(tensor([1]).allClose(tensor([1.5]), { absolute: 0.5 }));
  assert.throws(() => methods(tensor([1])).allClose(tensor([2]), { atol: 1 }), /"relative"/);
  assert.throws(() => methods(tensor([1])).allClose(tensor([2]), 1), TypeError);
});

Deno.test("tensors that a person makes inside a step of training keep their numbers", () => {
  const make = () => [
    zeros([3]),
    full([3], 2, "float32"),
    randn([3], new Random(1)),
    tensor([1, 2]),
    arange(3),
  ];
  const made = scope(make);
  made.forEach((x, i) => assert.ok(x.equals(make()[i])));
});

// ---- Outside of the library.

Deno.test("JSON holds the numbers, or is refused", () => {
  fc.assert(fc.property(shape.filter((s) => s.every((n) => n > 0)).chain(tensorOf), (x) => {
    assert.ok(tensor(JSON.parse(JSON.stringify({ x })).x).equals(x));
  }));
  assert.equal(JSON.stringify(tensor(2.5)), "2.5");
  assert.equal(JSON.stringify(zeros([2, 0])), "[[],[]]");
  for (const value of [NaN, Infinity, -Infinity]) {
    assert.throws(() => JSON.stringify([tensor([[1, value]])]), /finite numbers.*saveWeights/);
  }
});

Deno.test("a tensor is never cloned without its numbers", () => {
  const remedy = /structuredClone.*copy\(\).*data: t\.data/;
  assert.throws(() => structuredClone(tensor([1, 2])), remedy);
  assert.throws(() => structuredClone({ weights: { W: tensor([[1, 2]]) } }), remedy);
  const { port1, port2 } = new MessageChannel();
  assert.throws(() => port1.postMessage(tensor([1])), remedy);
  port1.close(), port2.close();
  const t = tensor([1, 2]), sent = structuredClone({ data: t.data, shape: t.shape });
  assert.ok(new Tensor(sent.data, sent.shape).equals(t));
});

Deno.test("operators on tensors are refused; text in a template is the tensor's", () => {
  const t = tensor([1, 2]) as never as number;
  const refused = [() => t + 1, () => 2 * t, () => -t, () => t < 3, () => t == 1, () => `${t}` + t];
  for (const act of refused) {
    assert.throws(act, /^TypeError: operator: expected a method: t\.add\(1\) for t \+ 1/, `${act}`);
  }
  assert.throws(() => Math.max(t, 1), TypeError);
  assert.throws(() => Number(t), TypeError);
  assert.equal(`${t}`, "[1. 2.]");
  assert.equal([t].join(), "[1. 2.]");
});

Deno.test("a tensor shows itself as NumPy prints it", () => {
  const bundle = tensor([[1, 2]])[DISPLAY]();
  assert.ok(bundle["text/plain"].startsWith("[[1. 2.]]"));
});

// ---- Errors say what was expected and what was found.

Deno.test("mistakes are named", () => {
  const a: Tensor = zeros([100, 784]), b: Tensor = zeros([50, 100]);
  const u = unchecked, m = methods(a);
  const many = Array.from({ length: 10_000 }, (_, i) => i);
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
    [() => a.at(0.5), /at: expected an index.*found \[0.5\]/],
    [() => a.at(0, 0, 0), /at: expected an index/],
    [() => a.set(1, 0), /set: expected a value and 2 indices, found \[1, 0\]/],
    [() => a.take([-101]), /take: expected rows of/],
    [() => a.slice(null, null, null), /slice: expected at most 2 ranges/],
    [() => a.slice([0, 1, 0]), /slice: expected.*a step other than 0/],
    [() => a.rows(0.5), /rows: expected integers/],
    [() => a.sum(2), /sum: expected an axis from -2 to 1, found 2/],
    [() => a.transpose(0, 0), /transpose: expected each axis once, as in \(1, 0\), found \[0, 0\]/],
    [() => a.transpose(0, 2), /transpose: expected each axis once/],
    [() => zeros([0]).max(), /max: expected at least one number/],
    [() => zeros([2, 0]).argmax(1), /argmax: expected at least one number/],
    [() => a.item(), /item: expected one number, found \[100, 784\]/],
    [() => new Tensor(new Float64Array(3), [2, 2]), /4 numbers for the shape \[2, 2\], found 3/],
    [
      () => zeros([2, -1]),
      /zeros: expected lengths that are integers of at least 0, found \[2, -1\]/,
    ],
    [() => zeros([1e9, 1e9]), /fit into memory/],
    [() => arange(1e15), /fit into memory/],
    [() => tensor([[1, 2], [3]]), /tensor: expected 2 at \[1\] as in the first row, found 1/],
    [() => tensor([[1, 2], 3]), /tensor: expected 2 at \[1\].*found 3/],
    [() => tensor([1, [2]]), /tensor: expected a number, not a row,/],
    [() => tensor([[[1], [2]], [[3], [4, 5]]]), /tensor: expected 1 at \[1, 1\].*found 2/],
    [() => arange(0, 1, 0), /arange: expected finite numbers and a step other than 0/],
    [() => arange(Infinity), /arange: expected finite/],
    [() => u.arange("0", 5), /arange: expected finite numbers/],
    [() => oneHot(tensor([0, 10]), 10), /oneHot: expected labels from 0 to 9, found 10 at index 1/],
    [() => u.oneHot(zeros([2, 1]), 10), /oneHot: expected labels \[N\].*reshape.*found \[2, 1\]/],
    [
      () => u.oneHot([1, 2], 10),
      /oneHot: expected labels \[N\], found an array of length 2; tensor\(…\) makes a tensor/,
    ],
    [() => u.oneHot(tensor([1]), 2.5), /oneHot: expected lengths/],
    [() => [...tensor(1)], /expected at least one axis/],
    [
      () => concatenate([zeros([1, 2]), zeros([1, 3])]),
      /\[1, 2\] except for axis 0, found \[1, 3\]/,
    ],
    [() => concatenate([]), /concatenate: expected tensors such as concatenate\(\[a, b\]\)/],
    [() => u.concatenate(zeros([1]), zeros([1])), /concatenate\(\[a, b\]\), found a tensor/],
    [() => u.concatenate([zeros([1]), [1]]), /concatenate: expected tensors/],
    [() => u.zeros(2, 3), /zeros: expected a shape such as \[2, 3\], found 2/],
    [() => u.full(undefined, 1), /full: expected a shape such as \[2, 3\], found undefined/],
    [() => u.randn(2, 3), /randn: expected random numbers, such as new Random\(0\), found 3/],
    [() => u.rand([2]), /rand: expected random numbers/],
    [
      () => m.add([1, 2]),
      /add: expected a tensor or a number, found an array of length 2; tensor\(…\) makes a tensor/,
    ],
    [() => m.mul(undefined), /mul: expected a tensor or a number, found undefined/],
    [() => m.sub("1"), /sub: expected a tensor or a number, found "1"/],
    [
      () => m.dot([[1, 2]]),
      /dot: expected a tensor \(.*\), found an array.*; tensor\(…\) makes a tensor/,
    ],
    [() => m.dot(2), /dot: expected a tensor \(mul multiplies by a number\), found 2/],
    [() => m.equals([1]), /equals: expected a tensor/],
    [() => m.allClose(1), /allClose: expected a tensor, found 1/],
    [() => m.map(undefined), /map: expected a function/],
    [() => m.reshape(2, 3), /reshape: expected a shape such as \[2, 3\], found 2/],
    [() => m.expect(100), /expect: expected a shape such as/],
    [() => m.transpose([1, 0]), /transpose: expected each axis once, as in \(1, 0\)/],
    [() => m.at([0, 1]), /at: expected an index/],
    [() => m.at(undefined), /at: expected an index.*found \[undefined\]/],
    [() => m.slice(0, 10), /slice: expected ranges such as \[0, 10\], or null, found 0/],
    [() => m.slice(["a"]), /slice: expected integers/],
    [() => m.take({}), /take: expected row numbers such as \[0, 5\], found an object/],
    [() => m.take(5), /take: expected row numbers such as \[0, 5\], found 5/],
    [() => m.take(["0"]), /take: expected rows of/],
    [() => m.sum({ axis: 0 }), /sum: expected an axis from -2 to 1, found an object/],
    [() => m.at(...many), /at: expected an index/],
    [() => u.zeros(many.map(() => -1)), /zeros: expected lengths/],
    [() => m.add(many), /add: expected a tensor/],
    [() => m.add("x".repeat(10_000)), /add: expected a tensor/],
  ];
  for (const [act, message] of refused) {
    assert.throws(act, (e) => {
      const text = String(e);
      assert.ok(text.length < 1000 && !text.includes("[object Object]"), text);
      assert.match(text, message);
      return e instanceof RangeError || e instanceof TypeError;
    }, `${act}`);
  }
});

Deno.test("a view that would leave the storage is refused", () => {
  for (const layout of [{ strides: [3, 1], offset: 1 }, { strides: [2.5, 1], offset: 0 }]) {
    const place = `with strides [${layout.strides.join(", ")}] from ${layout.offset}`;
    assert.throws(
      () => new Tensor(new Float64Array(6), [2, 3], layout),
      (e) => e instanceof RangeError && e.message.includes(place),
    );
  }
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
