/** `deno task test [NAME…]`: the checks, then all tests, or only those of the files named. */
import { basename, join, relative, sep } from "node:path";
import { projectRoot } from "../lib/data/paths.ts";
import { progress } from "../lib/plot/progress.ts";
import { checkAndSay } from "./check.ts";

/** What came of some tests. `skipped` holds their names, which tell why they were. */
export type Tally = { passed: number; failed: number; skipped: string[] };

/** Files whose tests start kernels, servers or browsers: one at a time, when the others are done. */
const HEAVY = /^(execute|kernel|lab|notebooks|run|sweep)_test\.ts$/;

/** No test file takes longer; one that hangs must not hang whoever waits for the result. */
const MAX_MINUTES = 15;

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
  const started = new Set<string>();
  const tally: Tally = { passed: 0, failed: 0, skipped: [] };
  let isCounted = false;
  let file: string | undefined;
  let printed: string[] = []; // by the test whose result comes next: of use only if it failed
  let isPrinting = false;
  const read = (line: string) => {
    isPrinting ||= /^-+ [\w-]*\s?output -+$/.test(line);
    if (isPrinting || line.endsWith(" ...")) {
      printed.push(line);
      isPrinting &&= !/-+ [\w-]*\s?output end -+$/.test(line);
      return;
    }
    // With several files at once each line names its file; with one at a time a line before them.
    const [, announced] = /^running \d+ tests? from (\S+)/.exec(line) ?? [];
    const [, named, test, result] = /^(?:(\S+) => )?(.+) \.\.\. (\w+) \(/.exec(line) ?? [];
    file = named ?? announced ?? file;
    if (file) bar.update(started.add(file).size - 1);
    if (result === "ignored") tally.skipped.push(`${file}: ${test}`);
    const counts = /^(?:ok|FAILED) \| (\d+) passed.*? \| (\d+) failed/.exec(line);
    if (counts) {
      [tally.passed, tally.failed] = counts.slice(1).map(Number);
      isCounted = true;
    } else if (!announced && result !== "ok" && result !== "ignored" && line !== "") {
      for (const text of [...printed, line]) console.log(text);
    }
    if (line !== "") printed = [];
  };
  const [status] = await Promise.all([
    child.status,
    eachLine(child.stdout, read),
    eachLine(child.stderr, (line) => /^(Check|Download) /.test(line) || console.log(line)),
  ]);
  bar.update(files.length);
  await bar.finish();

  if (!isCounted) console.log(`The tests ended without a result: ${JSON.stringify(status)}`);
  if (!status.success) tally.failed ||= 1;
  return tally;
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
  const isHeavy = (file: string) => HEAVY.test(basename(file)) || file.split("/").length > 2;
  const light = files.filter((file) => !isHeavy(file));
  const heavy = files.filter(isHeavy);
  if (files.length === 0) {
    const known = all.map((file) => basename(file, "_test.ts")).join(" ");
    console.log(`test: expected a name out of: ${known}, found ${names.join(" ")}`);
  }

  const tallies: Tally[] = [];
  if (names.length === 0) {
    const isFine = await checkAndSay({ fix: false });
    tallies.push({ passed: isFine ? 1 : 0, failed: isFine ? 0 : 1, skipped: [] });
  }
  if (light.length > 0) {
    console.log(`Running the tests of ${light.length} files, several at once ...`);
    tallies.push(await runTests(projectRoot, light, navigator.hardwareConcurrency));
  }
  if (heavy.length > 0) {
    console.log(`Running notebooks and programs: ${heavy.length} test files, one at a time ...`);
    tallies.push(await runTests(projectRoot, heavy, 1));
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
