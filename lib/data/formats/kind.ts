// deno-lint-ignore-file no-control-regex -- the first bytes of files are control characters
/**
 * What a file is, by its first bytes: a reader that finds another kind of file than its own says
 * which, and what to do.
 */
import { DataError } from "../../support/errors.ts";

/** What a reader reads: named arrays, a table of numbers, or images and labels. */
type Wanted = "weights" | "table" | "images";

/** A kind of file. */
interface Kind {
  /** `found …` */
  readonly what: string;
  /** What to do with it, whatever is wanted. */
  readonly remedy?: string;
  /** What in this library reads it, or how to convert it, by what is wanted. */
  readonly remedies?: Partial<Record<Wanted, string>>;
}

const LOAD_WEIGHTS = "loadWeights reads it.";
const LOAD_CSV = "loadCsv reads it.";
const LOAD_MNIST = "loadMnist reads a folder of such files.";
const UNPACK = "Unpack it first.";
const AGAIN = "Get the file again.";

/** Remedies for an array of Python, loaded by an expression. */
function python(arrays: string, array: string): Kind["remedies"] {
  return {
    weights: `Convert it in Python: safetensors.numpy.save_file(${arrays}, "w.safetensors").`,
    table: `Convert it in Python: numpy.savetxt("t.csv", ${array}, delimiter=",").`,
  };
}

const PYTORCH: Kind["remedies"] = {
  weights:
    'Convert it in Python: safetensors.torch.save_file(torch.load("w.pt"), "w.safetensors").',
};

/** How many bytes {@linkcode unexpected} looks at. */
export const START_BYTES = 512;

/** Kinds by their first bytes, as Latin-1; the first that matches counts. */
const KINDS: readonly (readonly [RegExp, Kind])[] = [
  [/^$/, { what: "an empty file", remedy: AGAIN }],
  [/^version https:\/\/git-lfs/, {
    what: "a Git LFS pointer instead of the file",
    remedy: "Run `git lfs pull`.",
  }],
  [/^(\xef\xbb\xbf)?\s*<(!doctype|html|head|\?xml|!--)/i, {
    what: "a web page, such as a login or error page",
    remedy: `${AGAIN} A browser shows what this page says.`,
  }],
  [/^PK\x03\x04.{26}[^/]*?\.npy/s, {
    what: "a NumPy archive (.npz)",
    remedies: python('dict(numpy.load("w.npz"))', 'numpy.load("w.npz")["name"]'),
  }],
  [/^PK\x03\x04.{26}[^/]{0,99}\/(data\.pkl|\.format_version|\.data|byteorder|version)/s, {
    what: "a PyTorch archive",
    remedies: PYTORCH,
  }],
  [/^PK\x03\x04.{26}(metadata|config)\.json/s, {
    what: "a Keras model (.keras)",
    remedies: {
      weights: "Convert it in Python: load it with Keras and save its weights with " +
        "safetensors.numpy.save_file.",
    },
  }],
  [/^PK\x03\x04.{26}(\[Content_Types\]|_rels\/|docProps\/|xl\/)/s, {
    what: "a spreadsheet or document of an office program",
    remedy: "Save it there as CSV.",
  }],
  [/^PK\x03\x04/, { what: "a zip archive", remedy: UNPACK }],
  [/^\x1f\x8b/, { what: "a gzip file", remedy: UNPACK }],
  [/^.{257}ustar/s, { what: "a tar archive", remedy: UNPACK }],
  [/^\x93NUMPY/, {
    what: "a NumPy array (.npy)",
    remedies: python('{"name": numpy.load("w.npy")}', 'numpy.load("w.npy")'),
  }],
  [/^\x89HDF\r\n\x1a\n/, {
    what: "an HDF5 file, such as older weights of Keras (.h5)",
    remedies: {
      weights: "Convert it in Python: read it with h5py and save its arrays with " +
        "safetensors.numpy.save_file.",
    },
  }],
  [/^\x80\x02\x8a\x0a\x6c\xfc\x9c\x46/, {
    what: "weights of an old PyTorch",
    remedies: PYTORCH,
  }],
  [/^\x08[\x01-\x1f][\x12\x3a]/, {
    what: "an ONNX model",
    remedies: { weights: "Convert it in Python with onnx.numpy_helper.to_array." },
  }],
  [/^\x80[\x02-\x05]/, { what: "a pickle of Python", remedies: { weights: LOAD_WEIGHTS } }],
  [/^(\([dl]p?\d|c(numpy|copy_reg)[\w.]*\n|[}\]]q\x00)/, {
    what: "a pickle of an old protocol (0 or 1)",
    remedies: { weights: "Write it anew in Python: pickle.dump(arrays, file, protocol=4)." },
  }],
  [/^.{4}\x00{4}\{/s, { what: "a safetensors file", remedies: { weights: LOAD_WEIGHTS } }],
  [/^\x00\x00[\x08\x09\x0b-\x0e][\x01-\x40]/, {
    what: "an IDX file, as MNIST has them",
    remedies: {
      weights: LOAD_MNIST,
      table: LOAD_MNIST,
      images: "With verify: false it is read without its hash.",
    },
  }],
  [/^(\xff\xfe|\xfe\xff)/, { what: "text in UTF-16", remedy: "Save it as UTF-8." }],
  [/^%PDF-/, { what: "a PDF document" }],
  [/^\x89PNG/, { what: "a PNG picture" }],
  [/^\xff\xd8\xff/, { what: "a JPEG picture" }],
  [/^\s*[{[]\s*["{[\d\]}-][^\x00-\x08]*$/, {
    what: "JSON",
    remedy: "JSON.parse reads its text.",
  }],
];

/** Text, and text that is a table of numbers. */
const TEXT = /^[\t-\r\x20-\x7e\x80-\xff]+$/, TABLE = /^[\s\d.,;|eE+-]+$/;

/** Bytes as text for {@link KINDS}, one character for each. */
function latin1(start: Uint8Array): string {
  return Array.from(start.subarray(0, START_BYTES), (byte) => String.fromCharCode(byte)).join("");
}

/** Whether bytes are the start of a known kind of file that is no table of text. */
export function isOtherThanText(start: Uint8Array): boolean {
  const text = latin1(start);
  return !TEXT.test(text) || KINDS.some(([pattern]) => pattern.test(text));
}

/**
 * The error of a reader that finds another kind of file than its own.
 * @param name the start of the message: a path.
 * @param expected `expected …`
 * @param start the first bytes of the content, {@link START_BYTES} if there are as many.
 */
export function unexpected(
  name: string,
  expected: string,
  wanted: Wanted,
  start: Uint8Array,
): DataError {
  const text = latin1(start);
  const kind = KINDS.find(([pattern]) => pattern.test(text))?.[1] ?? unknownKind(start, text);
  const remedy = kind.remedy ?? kind.remedies?.[wanted];
  return new DataError(
    `${name}: expected ${expected}, found ${kind.what}${remedy === undefined ? "" : `. ${remedy}`}`,
  );
}

function unknownKind(start: Uint8Array, text: string): Kind {
  if (TABLE.test(text)) return { what: "a table of numbers", remedies: { weights: LOAD_CSV } };
  if (!TEXT.test(text)) return { what: `other bytes (0x${start.subarray(0, 8).toHex()} …)` };
  return { what: `the text ${JSON.stringify(new TextDecoder().decode(start.subarray(0, 40)))}` };
}
