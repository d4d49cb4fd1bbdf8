/**
 * Where a tensor's numbers are: in an ordinary array, or in the kernels' memory.
 *
 * Results are made in the kernels' memory, so that a chain of operations copies nothing. An array that
 * leaves the library (`tensor.data`, or one that a tensor was made from) is always an ordinary one:
 * the numbers then move there for good, and all views of them with it.
 *
 * In a scope, what is made is also released: see {@link inScope}.
 */
import { allocate, arrayOf, type DType, dtypeOf, type NumericArray } from "../dtype.ts";
import { type Block, buffer, giveBack, type Place, Slabs, take } from "./wasm/heap.ts";
import { wasm } from "./wasm/module.ts";

/** Whether numbers may be in the kernels' memory. */
const HAS_KERNELS = wasm !== undefined;

/** The numbers of a tensor and of its views. */
export class Storage {
  /** Their kind. */
  readonly dtype: DType;
  /** How many there are. */
  readonly length: number;
  /** An ordinary array, or a view of the kernels' memory, made when it is first needed. */
  #array: NumericArray | undefined;
  /** Where they are in the kernels' memory, 0 where they are not. */
  #address = 0;
  /** What keeps that place from being used again, and whether it is a slab, shared with others. */
  #block: Block | undefined;
  #isInSlab = false;
  /** Whether someone outside the library may hold the array, so that it has to stay where it is. */
  #isLent: boolean;
  /** The scope that will release it, and whether only the garbage collector may. */
  #scope: Scope | undefined;
  #isShared = false;

  private constructor(dtype: DType, length: number, array?: NumericArray, isLent = false) {
    this.dtype = dtype;
    this.length = length;
    this.#array = array;
    this.#isLent = isLent;
  }

  /** An array that someone else may hold, too. */
  static of(array: NumericArray): Storage {
    return new Storage(dtypeOf(array), array.length, array, true);
  }

  /** An array that nobody else holds. */
  static owned(array: NumericArray): Storage {
    return new Storage(dtypeOf(array), array.length, array);
  }

  /** Room for a result; what is in it is undefined. */
  static empty(dtype: DType, length: number): Storage {
    const storage = new Storage(dtype, length);
    if (storage.#place(scope?.slabs)) {
      storage.#scope = scope;
      scope?.made.push(storage);
    } else storage.#array = allocate(dtype, length);
    return storage;
  }

  /** The same, which no scope releases. */
  static outsideScopes(dtype: DType, length: number): Storage {
    const storage = new Storage(dtype, length, allocate(dtype, length));
    storage.settle();
    return storage;
  }

  /** Zeros. */
  static zeros(dtype: DType, length: number): Storage {
    const storage = Storage.empty(dtype, length);
    if (storage.#address > 0) storage.array.fill(0);
    return storage;
  }

  /** The numbers, to read or write at once and not to keep. */
  get array(): NumericArray {
    return this.#array ?? this.#view();
  }

  /** Where the numbers are in the kernels' memory, or 0 where they are not. */
  get address(): number {
    return this.#address;
  }

  /** The same, after the numbers were moved there if they may be. */
  settle(): number {
    const numbers = this.#array;
    if (this.#address > 0 || this.#isLent || numbers === undefined) return this.#address;
    if (this.#place()) this.array.set(numbers);
    else this.#isLent = true; // not tried again
    return this.#address;
  }

  /** The numbers as an ordinary array that anyone may keep: they move there for good. */
  lend(): NumericArray {
    this.#leave();
    this.#isLent = true;
    return this.array;
  }

  /** Lets the numbers outlive the scope, if this is the one that made them. */
  keep(): void {
    if (scope === undefined || this.#scope !== scope) return;
    this.#scope = undefined;
    if (!this.#isInSlab || this.#address === 0) return;
    const numbers = this.array;
    if (this.#place()) this.array.set(numbers);
    else this.#leave();
  }

  /** Lets only the garbage collector release the numbers: someone outside the library has them. */
  share(): void {
    this.#isShared = true;
  }

  /** Returns the place at once, when nothing uses the numbers any more. */
  release(): void {
    if (this.#isShared || this.#isInSlab || this.#block === undefined) return;
    giveBack(this.#block);
    this.#end();
  }

  /** The end of a scope. */
  endScope(of: Scope): void {
    if (this.#scope !== of || this.#block === undefined) return;
    if (!this.#isInSlab) giveBack(this.#block);
    this.#end();
  }

  #end(): void {
    this.#array = this.#block = undefined;
    this.#address = 0;
  }

  /** Finds a place in the kernels' memory; false where there is none. */
  #place(slabs?: Slabs): boolean {
    const { dtype, length } = this;
    if (!HAS_KERNELS || dtype === "uint8" || length === 0) return false;
    const place: Place | undefined = take(length * arrayOf(dtype).BYTES_PER_ELEMENT, slabs);
    if (place === undefined) return false;
    this.#array = undefined;
    this.#address = place.address;
    this.#block = place.block;
    this.#isInSlab = place.isInSlab;
    return true;
  }

  /** Moves the numbers to an ordinary array. */
  #leave(): void {
    if (this.#address === 0) return;
    const numbers = this.array.slice();
    this.#end(); // the block is left to the garbage collector: a loop may still read from it
    this.#array = numbers;
  }

  #view(): NumericArray {
    if (buffer === undefined || this.#address === 0) {
      throw new Error(
        "expected a tensor that still has its numbers, found one of a training step that is over; " +
          "copy() during the step keeps them",
      );
    }
    return this.#array = new (arrayOf(this.dtype))(buffer, this.#address, this.length);
  }
}

/** Keeps the place of each array of {@link zerosLike}, as long as the array is used. */
const places = new WeakMap<NumericArray, Storage>();

/** As many zeros of the same kind, where kernels reach them if possible, which no scope releases. */
export function zerosLike(numbers: NumericArray): NumericArray {
  const storage = Storage.outsideScopes(dtypeOf(numbers), numbers.length), { array } = storage;
  places.set(array, storage);
  return array;
}

// ---- Scopes.

interface Scope {
  readonly slabs: Slabs;
  readonly made: Storage[];
}

let scope: Scope | undefined;
/** One for each depth, used again and again. */
const scopes: Scope[] = [];
let depth = 0;

/**
 * Does some work and then releases the numbers of all results that were made meanwhile and not kept
 * (`Storage.keep`). Reading one of them afterwards is an error and never gives other numbers.
 */
export function inScope<T>(work: () => T): T {
  const outer = scope;
  const inner = scopes[depth] ??= { slabs: new Slabs(true), made: [] };
  scope = inner;
  depth++;
  try {
    return work();
  } finally {
    scope = outer;
    depth--;
    for (const storage of inner.made) storage.endScope(inner);
    inner.made.length = 0;
    inner.slabs.reset();
  }
}
