/** `deno task test [NAME…]`: the checks, then all tests, or only those of the files named. */
import { basename, join, relative, sep } from "node:path";
import { projectRoot } from "../lib/support/paths.ts";
import { progress } from "../lib/notebook/progress.ts";
import { checkAndSay } from "./check/check.ts";

/** What came of some tests. `skipped` holds their names, which tell why they were. */
export type Tally = { passed: number; failed: number; skipped: string[] };

/** Tests of these folders start kernels, servers and browsers: they run after the quick ones. */
const SLOW_FOLDERS = ["tests/tools/", "tests/notebooks/", "tests/browser/"];

/** No test file takes longer; one that hangs must not hang whoever waits for the result. */
const MAX_MINUTES = 30;

/**
 * Runs test files and passes on what they say, but for a line for each test that passed.
 *
 * @param jobs how many files at once.
 * @throws nothing for tests that fail: they are counted.
 */
export async function runTests(root: string, files: string[], jobs: number): Promise<Tally> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", ...(jobs > 1 ? ["--parallel"] : []), ...files],
    cwd: root,
    env: { NO_COLOR: "1", DENO_JOBS: String(jobs) },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(MAX_MINUTES * 60_000),
  }).spawn();

  const bar = progress(files.length, { label: "tests", unit: "files" });
  const transcript = new Transcript((line) => console.log(line));
  const [status] = await Promise.all([
    child.status,
    eachLine(child.stdout, (line) => {
      transcript.read(line);
      bar.update(Math.max(0, transcript.files.size - 1));
    }),
    eachLine(child.stderr, (line) => /^(Check|Download) /.test(line) || console.log(line)),
  ]);
  bar.update(files.length);
  await bar.finish();

  const { counts, skipped } = transcript;
  if (!counts) console.log(`The tests ended without a result: ${JSON.stringify(status)}`);
  const { passed, failed } = counts ?? { passed: 0, failed: 0 };
  return { passed, failed: status.success ? failed : Math.max(failed, 1), skipped };
}

/** Reads what `deno test` prints, line by line, and passes on what a person needs to see of it. */
class Transcript {
  /** The files whose tests were seen so far. */
  readonly files: Set<string> = new Set();
  /** The tests that were skipped, each with its file. */
  readonly skipped: string[] = [];
  /** The sums of the last line, once it was read. */
  counts: { passed: number; failed: number } | undefined;

  #say: (line: string) => void;
  #file = "";
  /**
   * What the test whose result comes next has printed: of use only if it failed. With several files
   * at once Deno does not say whose it is, so that the result may be another's.
   */
  #printed: string[] = [];
  #isPrinting = false;

  constructor(say: (line: string) => void) {
    this.#say = say;
  }

  read(line: string): void {
    if (line === "" || this.#isChatter(line)) return;
    // With one file at a time a line before its tests names it; with several, each line does.
    const [, announced] = /^running \d+ tests? from (\S+)/.exec(line) ?? [];
    const [, named, test, result] = /^(?:(\S+) => )?(.+) \.\.\. (\w+) \(/.exec(line) ?? [];
    this.#file = named ?? announced ?? this.#file;
    if (this.#file !== "") this.files.add(this.#file);
    const [, passed, failed] = /^(?:ok|FAILED) \| (\d+) passed.*? \| (\d+) failed/.exec(line) ?? [];
    if (passed !== undefined) {
      this.counts = { passed: Number(passed), failed: Number(failed) };
    } else if (result === "ignored") {
      this.skipped.push(`${this.#file}: ${test}`);
    } else if (result !== "ok" && announced === undefined) {
      for (const text of [...this.#printed, line]) this.#say(text);
    }
    this.#printed = [];
  }

  /** Whether a line belongs to what a test prints; it is kept until the test's result is known. */
  #isChatter(line: string): boolean {
    this.#isPrinting ||= /^-+ ([\w-]+ )?output -+$/.test(line);
    const isChatter = this.#isPrinting || line.endsWith(" ...");
    if (isChatter) this.#printed.push(line);
    if (/-+ ([\w-]+ )?output end -+$/.test(line)) this.#isPrinting = false;
    return isChatter;
  }
}

async function eachLine(stream: ReadableStream<Uint8Array>, read: (line: string) => unknown) {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split(/\r?\n/);
    rest = lines.pop() ?? "";
    lines.forEach(read);
  }
  if (rest !== "") read(rest);
}

/** The test files below a folder, as paths from `root` with forward slashes. */
export async function testFiles(root: string, folder = "tests"): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(join(root, folder)));
  const files = await Promise.all(entries.map(({ name, isDirectory }) => {
    const path = join(folder, name);
    if (isDirectory) return testFiles(root, path);
    return name.endsWith("_test.ts") ? [relative("", path).replaceAll(sep, "/")] : [];
  }));
  return files.flat().sort();
}

/** The sum of what several runs came to, and whether it is good: something ran, nothing failed. */
export function sum(tallies: Tally[]): { line: string; isGood: boolean; skipped: string[] } {
  const total = (count: (tally: Tally) => number) => tallies.reduce((n, t) => n + count(t), 0);
  const skipped = tallies.flatMap((tally) => tally.skipped);
  const passed = total((tally) => tally.passed);
  const failed = total((tally) => tally.failed);
  return {
    line: `${passed} passed, ${failed} failed, ${skipped.length} skipped`,
    isGood: failed === 0 && passed > 0,
    skipped,
  };
}

async function main(names: string[]): Promise<boolean> {
  const all = await testFiles(projectRoot);
  const files = all.filter((file) =>
    names.length === 0 || names.some((name) => file.includes(name))
  );
  const isSlow = (file: string) => SLOW_FOLDERS.some((folder) => file.startsWith(folder));
  const quick = files.filter((file) => !isSlow(file));
  const slow = files.filter(isSlow);
  if (files.length === 0) {
    const known = all.map((file) => basename(file, "_test.ts")).join(" ");
    console.log(`test: expected a name out of: ${known}, found ${names.join(" ")}`);
  }

  const tallies: Tally[] = [];
  if (names.length === 0) {
    const isFine = await checkAndSay({ fix: false });
    tallies.push({ passed: isFine ? 1 : 0, failed: isFine ? 0 : 1, skipped: [] });
  }
  if (quick.length > 0) {
    console.log(`Running the tests of ${quick.length} files, several at once ...`);
    tallies.push(await runTests(projectRoot, quick, navigator.hardwareConcurrency));
  }
  if (slow.length > 0) {
    console.log(`Running notebooks and programs: ${slow.length} test files, two at a time ...`);
    // Half of their time they wait for a page or a kernel.
    tallies.push(await runTests(projectRoot, slow, 2));
  }

  const { line, isGood, skipped } = sum(tallies);
  for (const test of skipped) console.log(`skipped: ${test}`);
  const silent = skipped.filter((test) => !/\(skipped: .+\)/.test(test));
  if (silent.length > 0) {
    console.log(`A test that is skipped says why in its name, as tests/support/skip.ts does.`);
  }
  console.log(line);
  return isGood && silent.length === 0;
}

if (import.meta.main) Deno.exit(await main(Deno.args) ? 0 : 1);
