/// <reference lib="dom" />
/** Digits that were kept with their labels: in the page's storage, and as files in MNIST's format. */
import { encodeIdx } from "../../data/formats/idx.ts";
import { gzip } from "../gzip.ts";

/** The name in the storage. */
const KEY = "mnist-playground-digits";

const DIGITS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

/** 784 bytes in base64. */
const IMAGE = /^[A-Za-z0-9+/]{1046}==$/;

/** Every fourth digit is kept for testing. */
const TEST = 4;

/** A digit with the label that a person gave it. */
export interface KeptDigit {
  /** 784 bytes, 0 (paper) to 255 (ink). */
  readonly image: Uint8Array;
  /** 0 to 9. */
  readonly label: number;
}

/** A file to save. */
export interface NamedFile {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The digits that were kept. */
export class Collection {
  #digits: KeptDigit[] = [];
  #isStored = true;

  /** Reads what an earlier visit has kept. */
  constructor() {
    try {
      this.#digits = digitsIn(localStorage.getItem(KEY));
    } catch {
      this.#isStored = false; // a page may have no storage, or refuse it
    }
  }

  /** How many there are. */
  get size(): number {
    return this.#digits.length;
  }

  /** Whether they will be there at the next visit. */
  get isStored(): boolean {
    return this.#isStored;
  }

  /** Keeps a digit. */
  add(digit: KeptDigit): void {
    this.#digits.push(digit);
    this.#store();
  }

  /** Forgets all digits. */
  clear(): void {
    this.#digits = [];
    this.#store();
  }

  /**
   * The four files of a data set in MNIST's format, under MNIST's names: three of four digits are for
   * training. They are gzipped, because a browser adds an ending to a name that has none.
   */
  async files(): Promise<NamedFile[]> {
    const isTest = (_: KeptDigit, i: number) => i % TEST === TEST - 1;
    const test = this.#digits.filter(isTest);
    const train = this.#digits.filter((digit, i) => !isTest(digit, i));
    return await Promise.all(
      [...filesOf("train", train), ...filesOf("t10k", test)].map(async ({ name, bytes }) => ({
        name: `${name}.gz`,
        bytes: await gzip(bytes),
      })),
    );
  }

  #store(): void {
    try {
      const entries = this.#digits.map(({ image, label }) => ({
        label,
        image: btoa(String.fromCharCode(...image)),
      }));
      localStorage.setItem(KEY, JSON.stringify(entries));
      this.#isStored = true;
    } catch {
      this.#isStored = false;
    }
  }
}

/** The digits in a text of the storage; what is no digit is left out. */
function digitsIn(text: string | null): KeptDigit[] {
  const entries = parsed(text ?? "[]");
  return Array.isArray(entries) ? entries.flatMap(digitOf) : [];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function digitOf(entry: Partial<Record<"label" | "image", unknown>> | null): KeptDigit[] {
  const { label, image: text } = entry ?? {};
  if (typeof label !== "number" || typeof text !== "string") return [];
  if (!DIGITS.includes(label) || !IMAGE.test(text)) return [];
  return [{ image: Uint8Array.from(atob(text), (character) => character.charCodeAt(0)), label }];
}

function filesOf(part: string, digits: readonly KeptDigit[]): NamedFile[] {
  const images = new Uint8Array(784 * digits.length);
  digits.forEach(({ image }, i) => images.set(image, 784 * i));
  const labels = Uint8Array.from(digits, ({ label }) => label);
  return [
    {
      name: `${part}-images-idx3-ubyte`,
      bytes: encodeIdx({ shape: [digits.length, 28, 28], data: images }),
    },
    {
      name: `${part}-labels-idx1-ubyte`,
      bytes: encodeIdx({ shape: [digits.length], data: labels }),
    },
  ];
}
