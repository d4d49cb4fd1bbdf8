/** The parts of `Deno` that the course's cells use, over the files of a page. */
import type { Broadcast } from "../../lib/notebook/output.ts";
import { FileError, NotInBrowserError } from "./errors.ts";
import { type Files, TEMPORARY } from "./files.ts";
import { resolve } from "node:path";
import { inspect } from "./inspect.ts";

/** What to do about the rest. */
const INSTEAD = "Run the course on a computer for that: its README says how.";

const encoder = new TextEncoder(), decoder = new TextDecoder();

/**
 * Makes the object `Deno` of the kernel's thread.
 * @param environment environment variables, which cells may change.
 */
export function makeDeno(
  files: Files,
  environment: Record<string, string>,
  broadcast: Broadcast,
): object {
  const absolute = (path: string | URL) =>
    resolve("/course/notebooks", path instanceof URL ? decodeURIComponent(path.pathname) : path);
  const temporary = (prefix = "", suffix = "") =>
    `${TEMPORARY}/${prefix}${crypto.randomUUID().slice(0, 8)}${suffix}`;
  const readFile = (path: string | URL) => files.read(absolute(path));
  const writeFile = (path: string | URL, bytes: Uint8Array) =>
    files.write(absolute(path), new Uint8Array(bytes));

  const available = {
    args: [],
    build: { os: "browser", arch: "wasm" },
    noColor: true,
    inspect,
    env: {
      get: (name: string) => environment[name],
      has: (name: string) => name in environment,
      set: (name: string, value: string) => void (environment[name] = String(value)),
      delete: (name: string) => void delete environment[name],
      toObject: () => ({ ...environment }),
    },
    stderr: { isTerminal: () => false },
    stdout: { isTerminal: () => false },
    errors: { NotFound: problemOf("NotFound"), AlreadyExists: problemOf("AlreadyExists") },
    jupyter: {
      broadcast: (type: string, content: Record<string, unknown>) => {
        broadcast(type, content);
        return Promise.resolve();
      },
      display: (value: Record<string, unknown>, { raw = false } = {}) => {
        const data = raw ? value : { "text/plain": inspect(value) };
        broadcast("display_data", { data, metadata: {}, transient: {} });
        return Promise.resolve();
      },
    },
    readFile,
    readTextFile: async (path: string | URL) => decoder.decode(await readFile(path)),
    writeFile,
    writeTextFile: (path: string | URL, text: string) => writeFile(path, encoder.encode(text)),
    async stat(path: string | URL) {
      const found = await files.info(absolute(path));
      const isDirectory = found === undefined && files.isFolder(absolute(path));
      if (found === undefined && !isDirectory) {
        throw new FileError("NotFound", "no such file", absolute(path));
      }
      const { bytes: size = 0, modified = 0 } = found ?? {};
      return { size, mtime: new Date(modified), isFile: !isDirectory, isDirectory };
    },
    async remove(path: string | URL, { recursive = false } = {}) {
      const target = absolute(path);
      if (recursive && files.isFolder(target)) {
        for (const name of files.list(target)) {
          await available.remove(`${target}/${name}`, { recursive: true });
        }
        return;
      }
      await files.remove(target);
    },
    rename: (from: string | URL, to: string | URL) => files.rename(absolute(from), absolute(to)),
    mkdir: () => Promise.resolve(), // folders exist with their files
    async makeTempFile({ prefix = "", suffix = "" } = {}) {
      const path = temporary(prefix, suffix);
      await files.write(path, new Uint8Array(0));
      return path;
    },
    makeTempDir: ({ prefix = "" } = {}) => Promise.resolve(temporary(prefix)),
    async *readDir(path: string | URL) {
      for (const name of files.list(absolute(path))) {
        const isDirectory = await files.info(`${absolute(path)}/${name}`) === undefined;
        yield { name, isFile: !isDirectory, isDirectory, isSymlink: false };
      }
    },
  };
  return new Proxy(available, {
    get(target, name) {
      if (name in target) return Reflect.get(target, name);
      if (typeof name === "symbol") return undefined;
      throw new NotInBrowserError(`Deno.${name}`, INSTEAD);
    },
  });
}

/** The class by which a program recognizes a problem: `error instanceof Deno.errors.NotFound`. */
function problemOf(problem: string): object {
  return {
    [Symbol.hasInstance]: (error: unknown) =>
      error instanceof FileError && error.problem === problem,
  };
}
