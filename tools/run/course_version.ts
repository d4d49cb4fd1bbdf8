/** Which code and which data a run is made from. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { DATA_SETS, type FileSource } from "../../lib/data/sets/sources.ts";
import { projectPath, projectRoot } from "../../lib/support/paths.ts";

/** The versions of a run. */
export type Versions = {
  /** Deno's. */
  deno: string;
  /** The commit of the course, with `-dirty` if files differ from it; null without git. */
  course: string | null;
  /** Hash of the code that notebooks import. */
  library: string;
};

/** The versions of this machine and folder. */
export async function versionsHere(): Promise<Versions> {
  return { deno: Deno.version.deno, course: await commit(), library: await libraryHash() };
}

/** SHA-256 over the code that notebooks import, and over the versions of the packages in it. */
export async function libraryHash(): Promise<string> {
  return await filesHash([
    ...await filesIn("lib", ".ts"),
    ...await filesIn("exercises", ".ts"),
    "deno.json",
    "deno.lock",
  ]);
}

/** SHA-256 over the small files of `data/`, such as trained weights: not over the data sets. */
export async function dataFilesHash(): Promise<string> {
  const names: string[] = [];
  for await (const { name, isFile } of Deno.readDir(projectPath("data"))) {
    if (isFile && !name.startsWith(".")) names.push(`data/${name}`);
  }
  return await filesHash(names.sort());
}

/** Identifies the content of a data set; null for an unknown one. */
export async function dataHash(source: string | null): Promise<string | null> {
  if (source === "digits") return await filesHash(await filesIn("lib/data/digits", ".ts"));
  if (!isFileSource(source)) return null;
  // Its files are only accepted with these hashes.
  return shortHash(DATA_SETS[source].files.map(({ hash }) => hash.sha256).join());
}

function isFileSource(source: string | null): source is FileSource {
  return source !== null && Object.hasOwn(DATA_SETS, source);
}

/** The first 16 digits of the SHA-256 of a text. */
export function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

/** SHA-256 over names and contents of files, given by their paths from the project's folder. */
export async function filesHash(paths: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const path of paths) {
    const bytes = await Deno.readFile(projectPath(path));
    hash.update(`${path}\n${bytes.length}\n`).update(bytes);
  }
  return hash.digest("hex").slice(0, 16);
}

/** The files below a folder whose names end so, sorted. */
export async function filesIn(folder: string, end: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(projectPath(folder))) {
    const path = `${folder}/${name}`;
    if (isDirectory) found.push(...await filesIn(path, end));
    else if (name.endsWith(end)) found.push(path);
  }
  return found.sort();
}

async function commit(): Promise<string | null> {
  const git = async (...args: string[]) => {
    const { success, stdout } = await new Deno.Command("git", {
      args: ["-C", projectRoot, ...args],
      stdin: "null",
      stderr: "null",
    }).output();
    return success ? new TextDecoder().decode(stdout).trim() : null;
  };
  try {
    await Deno.stat(join(projectRoot, ".git"));
    const head = await git("rev-parse", "HEAD");
    if (head === null) return null;
    const changed = await git("status", "--porcelain", "--untracked-files=no");
    return changed === "" ? head : `${head}-dirty`;
  } catch {
    return null; // no git here
  }
}
