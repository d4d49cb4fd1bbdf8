/** `deno task test [NAME…]`: the checks and all tests, or only the tests of the named files. */
import { basename, join, relative, sep } from "node:path";
import { projectRoot } from "../lib/support/paths.ts";
import { progress } from "../lib/notebook/progress.ts";
import { checkAndSay } from "./check/check.ts";

/** The results of some tests. `skipped` has their names, which contain the reason. */
export type Tally = { passed: number; failed: number; skipped: string[]; slow: Timed[] };

/** A test with its file, and how many seconds it took. */
export type Timed = { test: string; seconds: number };

/** Tests that take so many seconds and more are listed at the end, so many of them at most. */
const SLOW_SECONDS = 10, MOST_SLOW = 10;

/**
 * Folders whose tests start kernels, servers and browsers. They run after all others, in this order:
 * with the longest first, files that run at the same time end at about the same time.
 */
const SLOW_FOLDERS = ["tests/browser/", "tests/notebooks/", "tests/tools/"];

/** Ends tests that hang. */
const MAX_MINUTES = 30;

/**
 * Runs test files and prints their output, except for the lines of tests that passed. Failed tests
 * are counted, not thrown.
 *
 * @param jobs how many files run at once.
 * @param flags more flags of `deno test`.
 */
export async function runTests(
  root: string,
  files: string[],
  jobs: number,
  flags: string[] = [],
): Promise<Tally> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", ...flags, ...(jobs > 1 ? ["--parallel"] : []), ...files],
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

  const { counts, skipped, slow } = transcript;
  if (!counts) console.log(`The tests ended without a result: ${JSON.stringify(status)}`);
  const { passed, failed } = counts ?? { passed: 0, failed: 0 };
  return { passed, failed: status.success ? failed : Math.max(failed, 1), skipped, slow };
}

/** Reads the output of `deno test` line by line, and prints what the user needs to see. */
class Transcript {
  /** The files whose tests were seen so far. */
  readonly files: Set<string> = new Set();
  /** The tests that were skipped, each with its file. */
  readonly skipped: string[] = [];
  /** The tests that took long. */
  readonly slow: Timed[] = [];
  /** The sums of the last line, once it has been read. */
  counts: { passed: number; failed: number } | undefined;

  #say: (line: string) => void;
  #file = "";
  /**
   * Output of the test whose result comes next, printed only if that test failed. With several files
   * at once, it may be the output of another test: Deno does not say.
   */
  #printed: string[] = [];
  #isPrinting = false;

  constructor(say: (line: string) => void) {
    this.#say = say;
  }

  read(line: string): void {
    if (line === "" || this.#isChatter(line)) return;
    // With one file at a time, a line before its tests names the file; with several, each line does.
    const [, announced] = /^running \d+ tests? from (\S+)/.exec(line) ?? [];
    const [, named, test, result, time] = /^(?:(\S+) => )?(.+) \.\.\. (\w+) \((.+)\)$/.exec(line) ??
      [];
    this.#file = named ?? announced ?? this.#file;
    if (this.#file !== "") this.files.add(this.#file);
    const seconds = secondsOf(time ?? "");
    if (seconds >= SLOW_SECONDS) this.slow.push({ test: `${this.#file}: ${test}`, seconds });
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

  /** Whether a line is output of a test; it is kept until the test's result is known. */
  #isChatter(line: string): boolean {
    this.#isPrinting ||= /^-+ ([\w-]+ )?output -+$/.test(line);
    const isChatter = this.#isPrinting || line.endsWith(" ...");
    if (isChatter) this.#printed.push(line);
    if (/-+ ([\w-]+ )?output end -+$/.test(line)) this.#isPrinting = false;
    return isChatter;
  }
}

/** Seconds of a time as Deno prints it, such as `573ms`, `12s` or `2m3s`. */
export function secondsOf(time: string): number {
  const [, minutes = "0", seconds = "0"] = /^(?:(\d+)m)?(?:(\d+)s)?$/.exec(time) ?? [];
  return 60 * Number(minutes) + Number(seconds);
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

/** The files of lib/ that have examples, as paths from `root` with forward slashes. */
async function filesWithExamples(root: string, folder = "lib"): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(join(root, folder)));
  const files = await Promise.all(entries.map(async ({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    if (isDirectory) return await filesWithExamples(root, path);
    const hasExample = name.endsWith(".ts") &&
      / \* ```ts\n/.test(await Deno.readTextFile(join(root, path)));
    return hasExample ? [path] : [];
  }));
  return files.flat().sort();
}

/** The sum of several results, and whether it is good: some tests ran, none failed. */
export function sum(
  tallies: Tally[],
): { line: string; isGood: boolean; skipped: string[]; slow: Timed[] } {
  const total = (count: (tally: Tally) => number) => tallies.reduce((n, t) => n + count(t), 0);
  const skipped = tallies.flatMap((tally) => tally.skipped);
  const slow = tallies.flatMap((tally) => tally.slow).sort((a, b) => b.seconds - a.seconds);
  const passed = total((tally) => tally.passed);
  const failed = total((tally) => tally.failed);
  return {
    line: `${passed} passed, ${failed} failed, ${skipped.length} skipped`,
    isGood: failed === 0 && passed > 0,
    skipped,
    slow: slow.slice(0, MOST_SLOW),
  };
}

async function main(names: string[]): Promise<boolean> {
  const isNamed = (file: string) => names.length === 0 || names.some((name) => file.includes(name));
  const all = await testFiles(projectRoot);
  const files = all.filter(isNamed);
  const examples = (await filesWithExamples(projectRoot)).filter(isNamed);
  const slow = SLOW_FOLDERS.flatMap((folder) => files.filter((file) => file.startsWith(folder)));
  const quick = files.filter((file) => !slow.includes(file));
  if (files.length + examples.length === 0) {
    const known = all.map((file) => basename(file, "_test.ts")).join(" ");
    console.log(`test: expected names out of: ${known}, found ${names.join(" ")}`);
  }

  const tallies: Tally[] = [];
  if (names.length === 0) {
    const isFine = await checkAndSay({ fix: false });
    tallies.push({ passed: isFine ? 1 : 0, failed: isFine ? 0 : 1, skipped: [], slow: [] });
  }
  const cores = navigator.hardwareConcurrency;
  if (examples.length > 0) {
    console.log(`Running the examples in the comments of ${examples.length} files ...`);
    tallies.push(await runTests(projectRoot, examples, cores, ["--doc", "--deny-net"]));
  }
  if (quick.length > 0) {
    console.log(`Running the tests of ${quick.length} files, ${cores} at a time ...`);
    tallies.push(await runTests(projectRoot, quick, cores));
  }
  if (slow.length > 0) {
    // Half of the time they wait for a page or a kernel. DENO_JOBS sets another number.
    const jobs = Number(Deno.env.get("DENO_JOBS")) || cores + 1;
    console.log(`Running notebooks and programs: ${slow.length} test files, ${jobs} at a time ...`);
    tallies.push(await runTests(projectRoot, slow, jobs));
  }

  const { line, isGood, skipped, slow: slowest } = sum(tallies);
  if (names.length === 0) {
    for (const { test, seconds } of slowest) console.log(`slow: ${seconds} s, ${test}`);
  }
  for (const test of skipped) console.log(`skipped: ${test}`);
  const silent = skipped.filter((test) => !/\(skipped: .+\)/.test(test));
  if (silent.length > 0) {
    console.log("The name of a skipped test must contain the reason; see tests/support/skip.ts.");
  }
  console.log(line);
  return isGood && silent.length === 0;
}

if (import.meta.main) Deno.exit(await main(Deno.args) ? 0 : 1);
