/**
 * What the library needs of the machine it runs on: files, compression, hashes and environment
 * variables. Only implementations of this interface know Deno or Node, so the library also runs
 * where there is neither: a page installs its own with `usePlatform`.
 */

/** What is known of a path before it is opened. */
export interface FileStat {
  /** `"other"` is a device, a pipe or a socket. */
  readonly kind: "file" | "folder" | "other";
  readonly bytes: number;
  /** When it was last written to, in milliseconds since 1970. */
  readonly modified: number;
}

/** A new file, open for writing. Disposing of it closes it. */
export interface NewFile extends Disposable {
  /** Appends all bytes. */
  write(bytes: Uint8Array): Promise<void>;
  /** Resolves when everything written has reached the disk. */
  sync(): Promise<void>;
}

/** A SHA-256 in the making. */
export interface Hash {
  update(bytes: Uint8Array): void;
  /** The hash of everything so far, in hexadecimal. */
  hex(): Promise<string>;
}

/** Access to the machine. Paths are absolute. */
export interface Platform {
  /** The project's folder: the one above `lib/`. */
  readonly root: string;
  /** An environment variable. */
  variable(name: string): string | undefined;
  /** Undefined where there is nothing. Never opens the file: opening a pipe would wait forever. */
  stat(path: string): Promise<FileStat | undefined>;
  /** The names in a folder. */
  list(folder: string): Promise<string[]>;
  /** The bytes of a file in pieces, by default of a megabyte. It is closed when reading ends. */
  read(path: string, pieceBytes?: number, from?: number): AsyncIterable<Uint8Array<ArrayBuffer>>;
  /** Creates a file that does not exist yet, and its missing folders. */
  create(path: string): Promise<NewFile>;
  /** Whether another program has a file of {@link Platform.create} open. */
  isOpen(path: string): Promise<boolean>;
  /** Gives a file another name in one step, and replaces what has that name. */
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Decompresses gzip in pieces, each of which is valid until the next one is requested. */
  gunzip(pieces: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
  /**
   * Decompresses gzip into one array with memory of its own, without a second copy.
   * @throws RangeError when it holds more than `maxBytes`.
   */
  gunzipAll(bytes: Uint8Array, maxBytes: number): Promise<Uint8Array>;
  sha256(): Hash;
  /** What a person can do here about something that is missing. */
  readonly advice: {
    /** How to get MNIST. */
    readonly mnist: string;
    /** How to get the files of a data set, which belong into `folder`. */
    files(folder: string, variable: string): string;
    /** How to get the module `@std/csv`. */
    readonly csvModule: string;
  };
}
