/** The types of what a cell has besides the language and what workers have. */
export const GLOBALS = `
declare namespace Deno {
  const args: string[];
  const errors: { NotFound: new () => Error; AlreadyExists: new () => Error };
  const env: {
    get(name: string): string | undefined;
    has(name: string): boolean;
    set(name: string, value: string): void;
    delete(name: string): void;
    toObject(): Record<string, string>;
  };
  const jupyter: {
    broadcast(type: string, content: object): Promise<void>;
    display(value: object, options?: { raw?: boolean }): Promise<void>;
  };
  interface FileInfo { size: number; mtime: Date | null; isFile: boolean; isDirectory: boolean }
  function inspect(value: unknown, options?: object): string;
  function readFile(path: string | URL): Promise<Uint8Array<ArrayBuffer>>;
  function readTextFile(path: string | URL): Promise<string>;
  function writeFile(path: string | URL, bytes: Uint8Array): Promise<void>;
  function writeTextFile(path: string | URL, text: string): Promise<void>;
  function stat(path: string | URL): Promise<FileInfo>;
  function remove(path: string | URL, options?: { recursive?: boolean }): Promise<void>;
  function rename(from: string | URL, to: string | URL): Promise<void>;
  function mkdir(path: string | URL, options?: { recursive?: boolean }): Promise<void>;
  function makeTempFile(options?: { prefix?: string; suffix?: string }): Promise<string>;
  function makeTempDir(options?: { prefix?: string }): Promise<string>;
}
`;
