/**
 * Python's pickle, for one kind of content only: a dictionary of NumPy arrays, as the book's
 * `sample_weight.pkl` is.
 *
 * A pickle is a program for a stack machine, and Python's can be told to call any function: opening
 * a stranger's pickle runs a stranger's code. This machine calls nothing. It knows the dozen
 * instructions that such a dictionary needs and the names of NumPy's three array makers, and refuses
 * everything else by name. The instructions are described in Python's `pickletools.py`.
 */
import type { NumericArray } from "../../tensor/dtype.ts";
import { elementCount, type StoredArray } from "./array.ts";
import { DataError } from "../../support/errors.ts";

/** The functions and classes that may be named, by what they stand for here. */
const GLOBALS: ReadonlyMap<string, GlobalName> = new Map([
  ["numpy.core.multiarray _reconstruct", "reconstruct"],
  ["numpy._core.multiarray _reconstruct", "reconstruct"], // its name since NumPy 2
  ["numpy.core.numeric _frombuffer", "frombuffer"],
  ["numpy._core.numeric _frombuffer", "frombuffer"],
  ["numpy ndarray", "ndarray"],
  ["numpy dtype", "dtype"],
]);

type GlobalName = "reconstruct" | "frombuffer" | "ndarray" | "dtype";

/** Types that a tensor can hold, by NumPy's code; `i8` and the like are refused by name. */
const DTYPES: ReadonlyMap<string, { bytes: number; read: ReadNumbers }> = new Map([
  ["f8", {
    bytes: 8,
    read: (view, n, little) =>
      Float64Array.from({ length: n }, (_, i) => view.getFloat64(8 * i, little)),
  }],
  ["f4", {
    bytes: 4,
    read: (view, n, little) =>
      Float32Array.from({ length: n }, (_, i) => view.getFloat32(4 * i, little)),
  }],
  ["i4", {
    bytes: 4,
    read: (view, n, little) =>
      Int32Array.from({ length: n }, (_, i) => view.getInt32(4 * i, little)),
  }],
  ["u1", {
    bytes: 1,
    read: (view, n) => Uint8Array.from({ length: n }, (_, i) => view.getUint8(i)),
  }],
]);

type ReadNumbers = (view: DataView, count: number, littleEndian: boolean) => NumericArray;

/** What the stack holds besides numbers, strings, booleans, bytes and null. */
type Value =
  | number
  | string
  | boolean
  | null
  | Uint8Array
  | Mark
  | Tuple
  | Dict
  | Global
  | DType
  | Arr;

/** Where the items of a tuple or a dictionary begin. */
class Mark {}

class Tuple {
  constructor(readonly items: readonly Value[]) {}
}

class Dict {
  readonly entries = new Map<string, Value>();
}

class Global {
  constructor(readonly name: GlobalName) {}
}

class DType {
  littleEndian = true;
  constructor(readonly code: string) {}
}

class Arr {
  stored: StoredArray | undefined;
}

/**
 * The arrays of a pickled dictionary, by name, in the order of the file, each in row-major order.
 * Protocols 3 to 5. No code of the file is run.
 * @param name stands in front of error messages.
 * @throws DataError when the file is damaged or holds anything but such a dictionary: the message
 * names the instruction, class or type, and the byte where it stands.
 */
export function decodePickle(bytes: Uint8Array, name = "pickle"): Map<string, StoredArray> {
  return new Unpickler(bytes, name).run();
}

class Unpickler {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #name: string;
  readonly #stack: Value[] = [];
  readonly #memo = new Map<number, Value>();
  /** Where the next instruction or argument begins. */
  #position = 0;
  /** Where the present instruction began. */
  #start = 0;
  /** What arrays have taken: a file whose arrays need more than it holds uses its bytes twice. */
  #taken = 0;

  constructor(bytes: Uint8Array, name: string) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#name = name;
  }

  run(): Map<string, StoredArray> {
    for (;;) {
      this.#start = this.#position;
      const opcode = this.#uint8();
      if (opcode === 0x2e) return this.#result(); // STOP
      this.#step(opcode);
    }
  }

  /** One instruction; their letters and names are those of pickletools. */
  #step(opcode: number): void {
    const stack = this.#stack;
    switch (opcode) {
      case 0x80: // PROTO
        return this.#checkProtocol(this.#uint8());
      case 0x95: // FRAME: how much to read ahead, of no use when all is in memory
        this.#take(8);
        return;

      case 0x4e: // NONE
        return this.#push(null);
      case 0x88: // NEWTRUE
        return this.#push(true);
      case 0x89: // NEWFALSE
        return this.#push(false);
      case 0x4a: // BININT
        return this.#push(this.#viewOf(4).getInt32(0, true));
      case 0x4b: // BININT1
        return this.#push(this.#uint8());
      case 0x4d: // BININT2
        return this.#push(this.#viewOf(2).getUint16(0, true));
      case 0x58: // BINUNICODE
        return this.#push(this.#text(this.#uint32()));
      case 0x8c: // SHORT_BINUNICODE
        return this.#push(this.#text(this.#uint8()));
      case 0x42: // BINBYTES
        return this.#push(this.#take(this.#uint32()));
      case 0x43: // SHORT_BINBYTES
        return this.#push(this.#take(this.#uint8()));
      case 0x8e: // BINBYTES8
      case 0x96: // BYTEARRAY8
        return this.#push(this.#take(this.#uint64()));

      case 0x28: // MARK
        return this.#push(new Mark());
      case 0x29: // EMPTY_TUPLE
        return this.#push(new Tuple([]));
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: // TUPLE3
        return this.#push(new Tuple(this.#popMany(opcode - 0x84)));
      case 0x74: // TUPLE
        return this.#push(new Tuple(this.#popToMark()));
      case 0x7d: // EMPTY_DICT
        return this.#push(new Dict());
      case 0x73: // SETITEM
        return this.#setItems(this.#popMany(2));
      case 0x75: // SETITEMS
        return this.#setItems(this.#popToMark());

      case 0x71: // BINPUT
        return this.#remember(this.#uint8());
      case 0x72: // LONG_BINPUT
        return this.#remember(this.#uint32());
      case 0x94: // MEMOIZE
        return this.#remember(this.#memo.size);
      case 0x68: // BINGET
        return this.#push(this.#recall(this.#uint8()));
      case 0x6a: // LONG_BINGET
        return this.#push(this.#recall(this.#uint32()));

      case 0x63: // GLOBAL
        return this.#push(this.#global(this.#line(), this.#line()));
      case 0x93: { // STACK_GLOBAL
        const [module, name] = this.#popMany(2);
        return this.#push(this.#global(String(module), String(name)));
      }
      case 0x52: { // REDUCE: the call of a function, here of one of the three that are known
        const [callee, args] = this.#popMany(2);
        return this.#push(this.#reduce(callee, args));
      }
      case 0x62: { // BUILD: sets the state of an object
        const state = this.#pop();
        return this.#build(stack.at(-1), state);
      }
      default:
        throw this.#error(
          "only what a dictionary of NumPy arrays needs",
          `instruction 0x${opcode.toString(16).padStart(2, "0")} ` +
            `(${JSON.stringify(String.fromCharCode(opcode))})`,
        );
    }
  }

  #error(expected: string, found: string): DataError {
    const where = `byte ${this.#start}`;
    return new DataError(`${this.#name}: expected ${expected}, found ${found} at ${where}`);
  }

  #checkProtocol(protocol: number): void {
    if (protocol < 3 || protocol > 5) {
      throw this.#error("pickle protocol 3, 4 or 5, of Python 3", `protocol ${protocol}`);
    }
  }

  // Arguments that follow an instruction.

  #take(length: number): Uint8Array {
    const left = this.#bytes.length - this.#position;
    if (length > left) {
      throw this.#error(`${length} more bytes`, `the end of the file after ${left}`);
    }
    return this.#bytes.subarray(this.#position, this.#position += length);
  }

  #viewOf(length: number): DataView {
    const { byteOffset } = this.#take(length);
    return new DataView(this.#view.buffer, byteOffset, length);
  }

  #uint8(): number {
    return this.#take(1)[0];
  }

  #uint32(): number {
    return this.#viewOf(4).getUint32(0, true);
  }

  #uint64(): number {
    return Number(this.#viewOf(8).getBigUint64(0, true));
  }

  #text(length: number): string {
    const bytes = this.#take(length);
    try {
      return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    } catch {
      throw this.#error("text in UTF-8", "other bytes");
    }
  }

  #line(): string {
    const end = this.#bytes.indexOf(0x0a, this.#position);
    if (end < 0) throw this.#error("a line of text", "the end of the file");
    const text = this.#text(end - this.#position);
    this.#position++;
    return text;
  }

  // The stack and the memo.

  #push(value: Value): void {
    this.#stack.push(value);
  }

  #pop(): Value {
    const value = this.#stack.pop();
    if (value === undefined) throw this.#error("a value on the stack", "none");
    return value;
  }

  #popMany(count: number): Value[] {
    return Array.from({ length: count }, () => this.#pop()).reverse();
  }

  #popToMark(): Value[] {
    const mark = this.#stack.findLastIndex((value) => value instanceof Mark);
    if (mark < 0) throw this.#error("a mark on the stack", "none");
    return this.#stack.splice(mark).slice(1);
  }

  #remember(key: number): void {
    const value = this.#pop();
    this.#push(value);
    this.#memo.set(key, value);
  }

  #recall(key: number): Value {
    const value = this.#memo.get(key);
    if (value === undefined) throw this.#error(`memo entry ${key}`, "none");
    return value;
  }

  // Dictionary, types and arrays.

  #setItems(items: readonly Value[]): void {
    const dict = this.#stack.at(-1);
    if (!(dict instanceof Dict)) throw this.#error("a dictionary to fill", describe(dict));
    if (items.length % 2 !== 0) throw this.#error("pairs of name and array", "one value too many");
    for (let i = 0; i < items.length; i += 2) {
      const key = items[i];
      if (typeof key !== "string") throw this.#error("a name as key", describe(key));
      dict.entries.set(key, items[i + 1]);
    }
  }

  #global(module: string, name: string): Global {
    const known = GLOBALS.get(`${module} ${name}`);
    if (known === undefined) {
      throw this.#error("nothing but NumPy's arrays", `${module}.${name}, which is not run,`);
    }
    return new Global(known);
  }

  #reduce(callee: Value, args: Value): Value {
    if (callee instanceof Global && args instanceof Tuple) {
      const [first, second, third, fourth] = args.items;
      if (callee.name === "reconstruct" && first instanceof Global && first.name === "ndarray") {
        return new Arr();
      }
      if (callee.name === "dtype" && typeof first === "string") return new DType(first);
      if (callee.name === "frombuffer") {
        const array = new Arr();
        array.stored = this.#array(third, second, fourth === "F", first);
        return array;
      }
    }
    throw this.#error("the making of a NumPy array", `a call of ${describe(callee)}`);
  }

  #build(object: Value | undefined, state: Value): void {
    if (object instanceof DType && state instanceof Tuple) {
      const order = state.items[1];
      if (order === "<" || order === ">" || order === "|") {
        object.littleEndian = order !== ">";
        return;
      }
    } else if (object instanceof Arr && state instanceof Tuple) {
      const [, shape, dtype, fortran, data] = state.items; // the first one is a version number
      object.stored = this.#array(shape, dtype, fortran === true, data);
      return;
    }
    throw this.#error("the content of a NumPy array", `the state of ${describe(object)}`);
  }

  #array(
    shape: Value | undefined,
    dtype: Value | undefined,
    fortran: boolean,
    data: Value | undefined,
  ): StoredArray {
    if (
      !(shape instanceof Tuple) || !(dtype instanceof DType) || !(data instanceof Uint8Array) ||
      !shape.items.every((dimension) => typeof dimension === "number")
    ) {
      throw this.#error(
        "shape, type and bytes of a NumPy array",
        [shape, dtype, data].map(describe).join(", "),
      );
    }
    const type = DTYPES.get(dtype.code);
    if (type === undefined) {
      throw this.#error(`numbers of type ${[...DTYPES.keys()].join(", ")}`, dtype.code);
    }
    const count = elementCount(shape.items, this.#name);
    if (count * type.bytes !== data.length) {
      const dimensions = `[${shape.items.join(", ")}]`;
      throw this.#error(
        `${count * type.bytes} bytes for the shape ${dimensions}`,
        `${data.length}`,
      );
    }
    this.#taken += data.length;
    if (this.#taken > this.#bytes.length) {
      throw this.#error("each array to have bytes of its own", "the same bytes used again");
    }
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    const numbers = type.read(view, count, dtype.littleEndian);
    return {
      shape: shape.items,
      data: fortran ? columnsToRows(numbers, shape.items) : numbers,
    };
  }

  #result(): Map<string, StoredArray> {
    const [dict, ...more] = this.#stack;
    if (!(dict instanceof Dict) || more.length > 0) {
      throw this.#error("one dictionary at the end", this.#stack.map(describe).join(", "));
    }
    const arrays = new Map<string, StoredArray>();
    for (const [key, value] of dict.entries) {
      if (!(value instanceof Arr) || value.stored === undefined) {
        throw this.#error(`a NumPy array as ${JSON.stringify(key)}`, describe(value));
      }
      arrays.set(key, value.stored);
    }
    return arrays;
  }
}

/** What a value is, for error messages. */
function describe(value: Value | undefined): string {
  if (value === undefined) return "nothing";
  if (value === null) return "None";
  if (value instanceof Mark) return "a mark";
  if (value instanceof Tuple) return "a tuple";
  if (value instanceof Dict) return "a dictionary";
  if (value instanceof Global) return `numpy's ${value.name}`;
  if (value instanceof DType) return `the type ${value.code}`;
  if (value instanceof Arr) return value.stored === undefined ? "an unfinished array" : "an array";
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  return JSON.stringify(value).slice(0, 60); // a damaged file may hold a very long text
}

/** Column-major (Fortran) order, which NumPy keeps for a transposed array, to row-major order. */
function columnsToRows(numbers: NumericArray, shape: readonly number[]): NumericArray {
  const rows = numbers.slice();
  const index = shape.map(() => 0);
  for (let position = 0; position < numbers.length; position++) {
    let source = 0; // the first index is the fastest there
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      source = source * shape[axis] + index[axis];
    }
    rows[position] = numbers[source];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      if (++index[axis] < shape[axis]) break;
      index[axis] = 0;
    }
  }
  return rows;
}
