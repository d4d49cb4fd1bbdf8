/**
 * Python's pickle, for one kind of content only: a dictionary of NumPy arrays, as the book's
 * `sample_weight.pkl` is.
 *
 * A pickle is a program for a stack machine, and Python's machine can call any function: opening a
 * stranger's pickle runs a stranger's code. This machine calls nothing. It knows the instructions
 * that such a dictionary and plain values of Python need, and the names of NumPy's array makers. It
 * refuses everything else by name. The instructions are described in Python's `pickletools.py`.
 */
import { describe as describeValue } from "../../support/describe.ts";
import { DataError } from "../../support/errors.ts";
import { type DType, dtypeOf, type NumericArray } from "../../tensor/dtype.ts";
import { showShape } from "../../tensor/shape.ts";
import {
  bytesPer,
  elementCount,
  type NamedArrays,
  numbersFrom,
  type StoredArray,
} from "./array.ts";

/** An array takes 25 instructions; a file with many more has another purpose. */
const MAX_INSTRUCTIONS = 200_000;

/** Longer texts are not decoded: they are neither names of arrays nor of types. */
const MAX_TEXT_BYTES = 10_000;

/** The functions and classes that may be named, by their role here. */
const GLOBALS: ReadonlyMap<string, Role> = new Map([
  ["numpy.core.multiarray _reconstruct", "reconstruct"],
  ["numpy._core.multiarray _reconstruct", "reconstruct"], // its name since NumPy 2
  ["numpy.core.numeric _frombuffer", "frombuffer"],
  ["numpy._core.numeric _frombuffer", "frombuffer"],
  ["numpy.core.multiarray scalar", "scalar"],
  ["numpy._core.multiarray scalar", "scalar"],
  ["numpy ndarray", "ndarray"],
  ["numpy dtype", "dtype"],
  ["collections OrderedDict", "dictionary"],
]);

type Role = "reconstruct" | "frombuffer" | "scalar" | "ndarray" | "dtype" | "dictionary";

/** Types that a tensor can hold, by NumPy's code. */
const DTYPES: ReadonlyMap<string, DType> = new Map([
  ["f8", "float64"],
  ["f4", "float32"],
  ["i4", "int32"],
  ["u1", "uint8"],
]);

/** Names of NumPy's other types, by the letter of their code, which counts bytes. */
const KINDS: Readonly<Record<string, string>> = { i: "int", u: "uint", f: "float", c: "complex" };

/** What the stack holds. A tuple is an array, a dictionary a map. */
type Value =
  | number
  | string
  | boolean
  | null
  | Uint8Array
  | readonly Value[]
  | Map<string, Value>
  | Mark
  | Global
  | NumpyType
  | NumpyArray
  | Other;

/** Where the items of a tuple, a list or a dictionary begin. */
class Mark {}

class Global {
  constructor(readonly role: Role) {}
}

class NumpyType {
  bigEndian = false;
  constructor(readonly code: string) {}

  get name(): string {
    const [, kind, bytes] = /^([iufc])(\d+)$/.exec(this.code) ?? [];
    return kind === undefined ? `the type ${this.code}` : KINDS[kind] + 8 * Number(bytes);
  }
}

class NumpyArray {
  /** Its numbers, or its type and shape if a tensor cannot hold it. */
  content: StoredArray | string | undefined;
}

/** A value of Python that is no array. */
class Other {
  constructor(readonly what: string) {}
}

/**
 * The arrays of a pickled dictionary, in the order of the file, each in row-major order. Reads
 * protocols 3 to 5. No code of the file is run.
 * @param name the start of error messages.
 * @throws DataError when the file is damaged or has another purpose: the message names the
 * instruction or class, and the byte where it is.
 */
export function decodePickle(bytes: Uint8Array, name = "pickle"): NamedArrays {
  return new Unpickler(bytes, name).run();
}

/** Whether a file starts as a pickle of protocol 2 and later does, and is not an old PyTorch's. */
export function isPickle(start: Uint8Array): boolean {
  return start[0] === 0x80 && start[1] >= 2 && start[1] <= 5 && start[2] !== 0x8a;
}

/** The instructions, by their code; the names are those of pickletools. */
const INSTRUCTIONS: Readonly<Record<number, (machine: Unpickler) => void>> = {
  0x80: (m) => m.checkProtocol(m.uint(1)), // PROTO
  0x95: (m) => m.take(8), // FRAME: how much to read ahead, irrelevant in memory

  0x4e: (m) => m.push(null), // NONE
  0x88: (m) => m.push(true), // NEWTRUE
  0x89: (m) => m.push(false), // NEWFALSE
  0x4a: (m) => m.push(m.uint(4) | 0), // BININT
  0x4b: (m) => m.push(m.uint(1)), // BININT1
  0x4d: (m) => m.push(m.uint(2)), // BININT2
  0x8a: (m) => m.push(m.take(m.uint(1)) && new Other("a large integer")), // LONG1
  0x47: (m) => m.push(numbersFrom(m.take(8), "float64", true)[0]), // BINFLOAT
  0x58: (m) => m.push(m.text(m.uint(4))), // BINUNICODE
  0x8c: (m) => m.push(m.text(m.uint(1))), // SHORT_BINUNICODE
  0x42: (m) => m.push(m.take(m.uint(4))), // BINBYTES
  0x43: (m) => m.push(m.take(m.uint(1))), // SHORT_BINBYTES
  0x8e: (m) => m.push(m.take(m.uint(8))), // BINBYTES8
  0x96: (m) => m.push(m.take(m.uint(8))), // BYTEARRAY8

  0x28: (m) => m.push(new Mark()), // MARK
  0x29: (m) => m.push([]), // EMPTY_TUPLE
  0x85: (m) => m.push(m.pop(1)), // TUPLE1
  0x86: (m) => m.push(m.pop(2)), // TUPLE2
  0x87: (m) => m.push(m.pop(3)), // TUPLE3
  0x74: (m) => m.push(m.popToMark()), // TUPLE
  0x5d: (m) => m.push(new Other("a list")), // EMPTY_LIST
  0x61: (m) => m.pop(1), // APPEND
  0x65: (m) => m.popToMark(), // APPENDS
  0x7d: (m) => m.push(new Map()), // EMPTY_DICT
  0x73: (m) => m.setItems(m.pop(2)), // SETITEM
  0x75: (m) => m.setItems(m.popToMark()), // SETITEMS

  0x71: (m) => m.remember(m.uint(1)), // BINPUT
  0x72: (m) => m.remember(m.uint(4)), // LONG_BINPUT
  0x94: (m) => m.remember(m.memo.size), // MEMOIZE
  0x68: (m) => m.push(m.recall(m.uint(1))), // BINGET
  0x6a: (m) => m.push(m.recall(m.uint(4))), // LONG_BINGET

  0x63: (m) => m.push(m.global(m.line(), m.line())), // GLOBAL
  0x93: (m) => m.push(m.global(...m.popPair())), // STACK_GLOBAL
  0x52: (m) => m.push(m.reduce(...m.popPair())), // REDUCE: a call, here of a known function
  0x62: (m) => m.build(m.pop(1)[0]), // BUILD: sets the state of an object
};

const STOP = 0x2e;

/** The machine: a stack, a memo, and a place in the file. */
class Unpickler {
  readonly #bytes: Uint8Array;
  readonly #name: string;
  readonly #stack: Value[] = [];
  readonly memo = new Map<number, Value>();
  /** Where the next instruction or argument begins. */
  #position = 0;
  /** Where the present instruction began. */
  #start = 0;
  /** The bytes of all arrays: if they need more than the file holds, it uses bytes repeatedly. */
  #taken = 0;

  constructor(bytes: Uint8Array, name: string) {
    this.#bytes = bytes;
    this.#name = name;
  }

  run(): NamedArrays {
    for (let count = 0; count < MAX_INSTRUCTIONS; count++) {
      this.#start = this.#position;
      const opcode = this.uint(1);
      if (opcode === STOP) return this.#result();
      const instruction = INSTRUCTIONS[opcode];
      if (instruction === undefined) {
        const code = opcode.toString(16).padStart(2, "0");
        const letter = JSON.stringify(String.fromCharCode(opcode));
        const expected = "only what a dictionary of NumPy arrays needs";
        throw this.#error(expected, `instruction 0x${code} (${letter})`);
      }
      instruction(this);
    }
    throw this.#error(`at most ${MAX_INSTRUCTIONS} instructions`, "more");
  }

  #error(expected: string, found: string): DataError {
    return new DataError(
      `${this.#name}: expected ${expected}, found ${found} at byte ${this.#start}`,
    );
  }

  checkProtocol(protocol: number): void {
    if (protocol < 3 || protocol > 5) {
      throw this.#error(
        "pickle protocol 3, 4 or 5, as in pickle.dump(arrays, file, protocol=4)",
        `protocol ${protocol}`,
      );
    }
  }

  // Arguments that follow an instruction.

  take(length: number): Uint8Array {
    const left = this.#bytes.length - this.#position;
    if (length > left) {
      throw this.#error(`${length} more bytes`, `the end of the file after ${left}`);
    }
    return this.#bytes.subarray(this.#position, this.#position += length);
  }

  /** A little-endian integer of so many bytes. */
  uint(bytes: number): number {
    return this.take(bytes).reduceRight((value, byte) => value * 256 + byte, 0);
  }

  text(length: number): string | Other {
    const bytes = this.take(length);
    if (length > MAX_TEXT_BYTES) return new Other("a long text");
    try {
      return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    } catch {
      throw this.#error("text in UTF-8", "other bytes");
    }
  }

  line(): string | Other {
    const rest = this.#bytes.subarray(this.#position, this.#position + MAX_TEXT_BYTES);
    const end = rest.indexOf(0x0a);
    if (end < 0) throw this.#error("a line of text", "no end of it");
    const text = this.text(end);
    this.#position++;
    return text;
  }

  // The stack and the memo.

  push(value: Value): void {
    this.#stack.push(value);
  }

  /** The topmost values, in the order in which they were pushed. */
  pop(count: number): Value[] {
    if (this.#stack.length < count) throw this.#error("a value on the stack", "none");
    return this.#stack.splice(this.#stack.length - count);
  }

  popPair(): [Value, Value] {
    const [first, second] = this.pop(2);
    return [first, second];
  }

  popToMark(): Value[] {
    const mark = this.#stack.findLastIndex((value) => value instanceof Mark);
    if (mark < 0) throw this.#error("a mark on the stack", "none");
    return this.#stack.splice(mark).slice(1);
  }

  remember(key: number): void {
    const value = this.#stack.at(-1);
    if (value === undefined) throw this.#error("a value on the stack", "none");
    this.memo.set(key, value);
  }

  recall(key: number): Value {
    const value = this.memo.get(key);
    if (value === undefined) throw this.#error(`memo entry ${key}`, "none");
    return value;
  }

  // Dictionary, types and arrays.

  setItems(items: readonly Value[]): void {
    const dict = this.#stack.at(-1);
    if (!(dict instanceof Map)) throw this.#error("a dictionary to fill", describe(dict));
    if (items.length % 2 !== 0) throw this.#error("pairs of name and array", "one value too many");
    for (let i = 0; i < items.length; i += 2) {
      const key = items[i];
      if (typeof key !== "string") throw this.#error("a name as key", describe(key));
      dict.set(key, items[i + 1]);
    }
  }

  global(module: Value, name: Value): Global {
    const role = GLOBALS.get(`${module} ${name}`);
    if (role !== undefined) return new Global(role);
    const found = typeof module === "string" && typeof name === "string"
      ? `${module}.${name}`
      : "a long name";
    throw this.#error("nothing but NumPy's arrays", `${found}, which is not run,`);
  }

  reduce(callee: Value, args: Value): Value {
    if (callee instanceof Global && Array.isArray(args)) {
      const [first, second, third, fourth] = args;
      const { role } = callee;
      if (role === "reconstruct" && first instanceof Global && first.role === "ndarray") {
        return new NumpyArray();
      }
      if (role === "dtype" && typeof first === "string") return new NumpyType(first);
      if (role === "scalar") return new Other("a NumPy scalar");
      if (role === "dictionary" && args.length === 0) return new Map();
      if (role === "frombuffer") {
        const array = new NumpyArray();
        array.content = this.#content(third, second, fourth === "F", first);
        return array;
      }
    }
    throw this.#error("the making of a NumPy array", `a call of ${describe(callee)}`);
  }

  build(state: Value): void {
    const object = this.#stack.at(-1);
    if (object instanceof NumpyType && Array.isArray(state)) {
      const [, order] = state;
      if (order === "<" || order === ">" || order === "|") {
        object.bigEndian = order === ">";
        return;
      }
    } else if (object instanceof NumpyArray && Array.isArray(state)) {
      const [, shape, dtype, fortran, data] = state; // the first one is a version number
      object.content = this.#content(shape, dtype, fortran === true, data);
      return;
    }
    throw this.#error("the content of a NumPy array", `the state of ${describe(object)}`);
  }

  #content(shape: Value, type: Value, fortran: boolean, data: Value): StoredArray | string {
    if (
      !Array.isArray(shape) || !(type instanceof NumpyType) ||
      !shape.every((dimension) => typeof dimension === "number")
    ) {
      const found = [shape, type, data].map(describe).join(", ");
      throw this.#error("shape, type and bytes of a NumPy array", found);
    }
    const count = elementCount(shape, this.#name);
    const dtype = DTYPES.get(type.code);
    if (dtype === undefined || !(data instanceof Uint8Array)) {
      return `${type.name} ${showShape(shape)}`;
    }
    const size = count * bytesPer(dtype);
    if (size !== data.length) {
      throw this.#error(`${size} bytes for the shape ${showShape(shape)}`, `${data.length}`);
    }
    this.#taken += size;
    if (this.#taken > this.#bytes.length) {
      throw this.#error("each array to have bytes of its own", "the same bytes used again");
    }
    const numbers = numbersFrom(data, dtype, type.bigEndian);
    return { shape, data: fortran ? columnsToRows(numbers, shape) : numbers };
  }

  #result(): NamedArrays {
    const [dict, ...more] = this.#stack;
    if (!(dict instanceof Map) || more.length > 0) {
      const found = more.length > 0 ? `${1 + more.length} values` : describe(dict);
      throw this.#error('a dictionary of arrays, such as {"W": W}', found);
    }
    const tensors = new Map<string, StoredArray>(), others = new Map<string, string>();
    for (const [key, value] of dict) {
      const content = value instanceof NumpyArray ? value.content : undefined;
      if (typeof content === "object") tensors.set(key, content);
      else others.set(key, describe(value));
    }
    return { tensors, others };
  }
}

/** What a value is, for messages. */
function describe(value: Value | undefined): string {
  if (value === undefined) return "nothing";
  if (value === null) return "None";
  if (value instanceof Mark) return "a mark";
  if (value instanceof Map) return describeValue(Object.fromEntries(value));
  if (value instanceof Global) return `numpy's ${value.role}`;
  if (value instanceof NumpyType) return value.name;
  if (value instanceof Other) return value.what;
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (!(value instanceof NumpyArray)) {
    return Array.isArray(value) ? "a tuple" : describeValue(value);
  }
  const { content } = value;
  if (typeof content !== "object") return content ?? "an unfinished array";
  return `${dtypeOf(content.data)} ${showShape(content.shape)}`;
}

/** Column-major (Fortran) order, which NumPy keeps for a transposed array, to row-major order. */
function columnsToRows(numbers: NumericArray, shape: readonly number[]): NumericArray {
  const rows = numbers.slice();
  const index = shape.map(() => 0);
  for (let position = 0; position < numbers.length; position++) {
    const source = index.reduceRight((sum, i, axis) => sum * shape[axis] + i, 0); // first is fastest
    rows[position] = numbers[source];
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis] === shape[axis]; axis--) {
      index[axis] = 0;
    }
  }
  return rows;
}
