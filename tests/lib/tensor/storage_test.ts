/**
 * Wherever numbers are, programs see plain arrays: random programs over views, `set`, arrays that
 * people hold, kept tensors and scopes are compared with the same programs on arrays.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { layers, ones, randn, Random, relu, sequential, Tensor, tensor } from "../../../lib/mod.ts";
import { bytesTaken } from "../../../lib/tensor/kernels/wasm/heap.ts";
import { projectPath } from "../../../lib/support/paths.ts";
import { keep, release, scope, share } from "../../../lib/tensor/scope.ts";

/** A tensor [R, C] beside the array that it should be a view of. */
interface Twin {
  readonly tensor: Tensor<[number, number]>;
  readonly base: number[];
  /** Where each of its numbers, row by row, is in `base`. */
  readonly places: readonly number[];
}

/** An array that someone holds, and what should be in it. */
interface Held {
  readonly array: ArrayLike<number>;
  readonly expected: () => number[];
}

const numbersOf = ({ base, places }: Twin) => places.map((place) => base[place]);

function fresh(tensor: Tensor<[number, number]>, base: number[]): Twin {
  return { tensor, base, places: base.map((_, i) => i) };
}

/** A program's memory: every number of a step is drawn from `random`. */
class Program {
  readonly twins: Twin[] = [];
  readonly held: Held[] = [];
  constructor(readonly random: Random, readonly dtype: "float32" | "float64") {}

  #any(): Twin {
    if (this.twins.length === 0) this.make();
    return this.twins[this.random.integer(this.twins.length)];
  }

  #push(twin: Twin): void {
    this.twins.push(twin);
    if (this.twins.length > 12) this.twins.splice(this.random.integer(12), 1);
  }

  make(): void {
    const size = () => 1 + this.random.integer(this.random.integer(20) === 0 ? 200 : 9);
    const [rows, columns] = [size(), size()];
    const base = Array.from({ length: rows * columns }, () => this.random.integer(7) - 3);
    const array = this.dtype === "float32" ? Float32Array.from(base) : Float64Array.from(base);
    if (this.random.uniform() < 0.5) {
      this.#push(fresh(tensor(array).reshape([rows, columns]), base));
    } else {
      this.#push(fresh(new Tensor(array, [rows, columns]), base));
      this.held.push({ array, expected: () => base });
    }
  }

  view(): void {
    const { tensor, base, places } = this.#any(), [rows, columns] = tensor.shape;
    const row = this.random.integer(rows);
    switch (this.random.integer(3)) {
      case 0:
        return this.#push({
          tensor: tensor.rows(row),
          base,
          places: places.slice(row * columns),
        });
      case 1:
        return this.#push({
          tensor: tensor.T,
          base,
          places: places.map((_, i) => places[i % rows * columns + Math.floor(i / rows)]),
        });
      default:
        return this.#push({
          tensor: tensor.slice(null, [0, 1]).expect([rows, 1]),
          base,
          places: places.filter((_, i) => i % columns === 0),
        });
    }
  }

  compute(): void {
    const { tensor, ...rest } = this.#any(), a = numbersOf({ tensor, ...rest });
    const [rows, columns] = tensor.shape;
    switch (this.random.integer(5)) {
      case 0:
        return this.#push(fresh(tensor.mul(2), a.map((v) => 2 * v)));
      case 1:
        return this.#push(fresh(tensor.add(tensor), a.map((v) => v + v)));
      case 2:
        return this.#push(fresh(relu(tensor), a.map((v) => Math.max(0, v))));
      case 3: {
        const sums = Array.from(
          { length: columns },
          (_, j) => a.reduce((sum, v, i) => i % columns === j ? sum + v : sum, 0),
        );
        return this.#push(fresh(tensor.sum(0, true).expect([1, columns]), sums));
      }
      default: {
        const other = Array.from({ length: columns * 2 }, () => this.random.integer(3) - 1);
        const product = Array.from({ length: rows * 2 }, (_, i) => {
          let sum = 0;
          for (let k = 0; k < columns; k++) {
            sum += a[Math.floor(i / 2) * columns + k] * other[2 * k + i % 2];
          }
          return sum;
        });
        const right = new Tensor(Float64Array.from(other), [columns, 2]).astype(this.dtype);
        return this.#push(fresh(tensor.dot(right).expect([rows, 2]), product));
      }
    }
  }

  set(): void {
    const { tensor, base, places } = this.#any(), i = this.random.integer(places.length);
    const columns = tensor.shape[1], value = this.random.integer(100);
    tensor.set(value, Math.floor(i / columns), i % columns);
    base[places[i]] = value;
  }

  hold(): void {
    const twin = this.#any(), { data, strides, shape } = twin.tensor;
    const isDense = (shape[1] === 1 || strides[1] === 1) &&
      (shape[0] === 1 || strides[0] === shape[1]);
    const now = numbersOf(twin);
    this.held.push({ array: data, expected: isDense ? () => numbersOf(twin) : () => now });
    const part = data.subarray(0, 1); // also when only a part of the array is held
    this.held.push({
      array: part,
      expected: isDense ? () => [twin.base[twin.places[0]]] : () => [now[0]],
    });
  }

  inScope(depth: number): void {
    const before = this.twins.length, inner = new Program(this.random, this.dtype);
    inner.twins.push(...this.twins);
    const kept = scope(() => {
      inner.run(10, depth + 1);
      const made = inner.twins.filter((twin) => !this.twins.includes(twin));
      const kept = made.filter(() => this.random.uniform() < 0.5);
      keep(kept.map(({ tensor }) => tensor));
      return kept;
    });
    assert.ok(before <= 13);
    this.held.push(...inner.held);
    for (const twin of kept) this.#push(twin);
    for (const twin of inner.twins) { // released: an error or the same numbers, never others
      try {
        assert.deepEqual([...twin.tensor.copy().flatten().data], numbersOf(twin).map(Number));
      } catch (error) {
        assert.ok(
          error instanceof Error && /training step that is over/.test(error.message),
          `${error}`,
        );
      }
    }
  }

  check(): void {
    for (const twin of this.twins) {
      assert.deepEqual(Array.from(twin.tensor.copy().data), numbersOf(twin).map((v) => v + 0));
    }
    for (const { array, expected } of this.held) assert.deepEqual(Array.from(array), expected());
  }

  run(steps: number, depth = 0): void {
    for (let step = 0; step < steps; step++) {
      const kind = this.random.integer(12);
      if (kind < 2) this.make();
      else if (kind < 4) this.view();
      else if (kind < 8) this.compute();
      else if (kind < 9) this.set();
      else if (kind < 10) this.hold();
      else if (depth < 3) this.inScope(depth);
      this.check();
    }
  }
}

Deno.test("random programs over views, set, arrays, kept tensors and scopes", () => {
  fc.assert(
    fc.property(
      fc.nat(),
      fc.constantFrom("float32" as const, "float64" as const),
      (seed, dtype) => {
        new Program(new Random(seed), dtype).run(40);
      },
    ),
    { numRuns: 50 },
  );
});

Deno.test("a released tensor throws, a kept one and one whose array is held do not", () => {
  const [released, kept, held, array] = scope(() => {
    const [a, b, c] = [1, 2, 3].map((seed) => randn([300, 300], new Random(seed)).mul(2));
    keep([b]);
    return [a, b, c, c.data] as const;
  });
  const expected = (seed: number) => randn([300, 300], new Random(seed)).mul(2);
  assert.throws(() => released.at(0, 0), /a training step that is over; copy\(\)/);
  assert.throws(() => released.add(1), /a training step that is over/);
  for (let i = 0; i < 10; i++) scope(() => randn([300, 300], new Random(9)).mul(i)); // reuses the room
  assert.ok(kept.equals(expected(2)));
  assert.ok(held.equals(expected(3)) && held.data === array);
  release([kept]);
  assert.throws(() => kept.at(0, 0), /a training step that is over/);
});

Deno.test("release leaves alone what is shared, and what shares its room with others", () => {
  const [large, small] = scope(() => {
    const made = [randn([300, 300], new Random(1)).mul(2), randn([3, 3], new Random(2)).mul(2)];
    keep(made);
    return made;
  });
  share([large]);
  release([large, small]);
  assert.ok(large.equals(randn([300, 300], new Random(1)).mul(2)));
  assert.ok(small.equals(randn([3, 3], new Random(2)).mul(2)));
});

Deno.test("memory is bounded: the garbage collector returns what a loop of one's own leaves", async () => {
  const x = randn([100, 500], new Random(1)).astype("float32"), start = bytesTaken();
  let most = 0;
  for (let i = 0; i < 3000; i++) {
    assert.equal(x.add(i).at(0, 0), Math.fround(x.at(0, 0) + i));
    if (i % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 0));
    most = Math.max(most, bytesTaken() - start);
  }
  assert.ok(most < 200 * 2 ** 20, `${most / 2 ** 20} MiB of 600`); // 75 MiB, where nothing else runs
});

Deno.test("memory is bounded: steps of ever other sizes", () => {
  const x = ones([700, 500], "float32").mul(1), start = bytesTaken();
  for (let size = 100; size < 700; size++) scope(() => x.rows(0, size).mul(2).add(1));
  const taken = bytesTaken() - start;
  assert.ok(taken < 150 * 2 ** 20, `${taken / 2 ** 20} MiB of 1,300`);
});

Deno.test("memory is bounded: 1,000 calls of fit", async () => {
  const x = randn([64, 100], new Random(1)).astype("float32"),
    t = tensor(Array<number>(64).fill(1));
  const model = sequential({
    layers: [
      layers.dense({ inputShape: [100], units: 400, activation: "relu" }),
      layers.dropout({ rate: 0.2 }),
      layers.dense({ units: 2, activation: "softmax" }),
    ],
  });
  model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
  const start = bytesTaken();
  let most = 0;
  for (let call = 0; call < 1000; call++) {
    await model.fit(x, t);
    if (call % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 0)); // a cell ends
    most = Math.max(most, bytesTaken() - start);
  }
  assert.ok(most < 200 * 2 ** 20, `${most / 2 ** 20} MiB, of 300 for the weights alone`);
});

Deno.test("weights that were handed out stay what they were, whatever fit does then", async () => {
  const x = randn([64, 100], new Random(1)).astype("float32"),
    t = tensor(Array<number>(64).fill(1));
  const model = sequential({
    layers: [layers.dense({ inputShape: [100], units: 400, activation: "softmax" })],
  });
  model.compile({ optimizer: "adam", loss: "sparseCategoricalCrossentropy" });
  const seen: { tensor: Tensor; copy: Tensor }[] = [];
  const look = (tensors: Record<string, Tensor>) => {
    for (const tensor of Object.values(tensors)) seen.push({ tensor, copy: tensor.copy() });
  };
  await model.fit(x, t, {
    epochs: 2,
    batchSize: 16,
    callbacks: [{ onBatchEnd: () => look(model.weights) }],
  });
  const own = randn([100, 400], new Random(3)).astype("float32");
  look({ own });
  model.setWeights({ ...model.weights, "dense.W": own });
  await model.fit(x, t, { batchSize: 16 });
  const [{ parts: [layer] }] = model.layers;
  await model.fit(x, t, { batchSize: 16, callbacks: [{ onBatchEnd: () => look(layer.params) }] });
  look(layer.grads);
  await model.fit(x, t, { batchSize: 16 });
  assert.ok(seen.length > 20);
  for (const { tensor, copy } of seen) assert.ok(tensor.equals(copy));
});

Deno.test("without WebAssembly, everything is computed in TypeScript", async () => {
  const script = `
    Reflect.deleteProperty(globalThis, "WebAssembly");
    const { drawDigits, layers, MnistTest, Random, randn, sequential, softmax, tensor } =
      await import("mnist");
    const x = randn([64, 20], new Random(1)).astype("float32"), W = randn([20, 9], new Random(2));
    const model = sequential({
      layers: [
        layers.dense({ inputShape: [20], units: 8, activation: "relu" }),
        layers.dropout({ rate: 0.2 }),
        layers.dense({ units: 2, activation: "softmax" }),
      ],
    });
    model.compile({ optimizer: "sgd", loss: "sparseCategoricalCrossentropy" });
    const { history } = await model.fit(x, tensor(Array.from({ length: 64 }, (_, i) => i % 2)));
    const { trainImages, trainLabels } = drawDigits({ train: 5, test: 0 });
    const network = new MnistTest(784, 5, 10, 0.01, new Random(3));
    const loss = network.trainEach(tensor(trainImages).reshape([5, 784]), tensor(trainLabels));
    const sum = trainImages.reduce((a, b) => a + b);
    console.log(JSON.stringify([softmax(x.dot(W.astype("float32"))).sum(0).toArray(), history.loss, sum, loss]));
  `;
  const [plain, fast] = await Promise.all([script, script.replace(/.*deleteProperty.*/, "")].map(
    async (code) => {
      const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["eval", "--config", projectPath("deno.json"), code],
      }).output();
      const text = new TextDecoder().decode(stdout);
      assert.ok(text.startsWith("["), new TextDecoder().decode(stderr));
      return (JSON.parse(text) as unknown[]).flat().map(Number);
    },
  ));
  assert.equal(plain.length, 9 + 1 + 1 + 1);
  plain.forEach((value, i) => assert.ok(Math.abs(value - fast[i]) < 1e-5 * Math.abs(value) + 1e-6));
});
