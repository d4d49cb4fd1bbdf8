import assert from "node:assert/strict";
import { dirname } from "node:path";
import { projectPath } from "../../lib/support/paths.ts";
import { ON_DEMAND } from "../../tools/support/on_demand.ts";

const readme = await Deno.readTextFile(projectPath("README.md"));
const config: { imports: Record<string, string>; tasks: Record<string, { command: string }> } = JSON
  .parse(await Deno.readTextFile(projectPath("deno.json")));

/** The rows of the table below a heading, as lists of cells, without the table's head. */
function table(heading: string): string[][] {
  const section = readme.split(/^## /m).find((text) => text.startsWith(heading)) ?? "";
  const rows = section.split("\n").filter((line) => line.startsWith("|"));
  return rows.slice(2).map((row) => row.split("|").slice(1, -1).map((cell) => cell.trim()));
}

function all(text: string, pattern: RegExp): string[] {
  return Array.from(text.matchAll(pattern), ([, first]) => first);
}

/** The source of a program and of the modules that it imports from its folder. */
async function withImports(program: string): Promise<string> {
  const source = await Deno.readTextFile(projectPath(program));
  const beside = all(source, /from "\.\/(\S+)"/g).map((name) => `${dirname(program)}/${name}`);
  const parts = await Promise.all(beside.map((path) => Deno.readTextFile(projectPath(path))));
  return [source, ...parts].join("\n");
}

Deno.test("README: every task is in the table, and the reverse", () => {
  const rows = table("Tasks").map(([command]) => command.replace(/^`deno task ([\w-]+).*$/, "$1"));
  assert.deepEqual(rows.toSorted(), Object.keys(config.tasks).sort());
});

Deno.test("README: every command has a task, and its program knows every flag", async () => {
  const commands = all(readme, /(?:deno|deno@[\d.]+) task ([^`\n]+)/g);
  assert.ok(commands.length >= 4);
  for (const command of commands) {
    const [task, ...args] = command.split(" ");
    assert.ok(config.tasks[task], `there is no task ${task}`);
    const program = all(config.tasks[task].command, /(tools\/\S+\.ts)/g).at(-1) ?? "";
    const source = await withImports(program);
    for (const flag of args.filter((arg) => arg.startsWith("--"))) {
      assert.ok(source.includes(flag), `${program} knows no ${flag}`);
    }
  }
});

Deno.test("README: every dependency is in the table with a reason, and the reverse", () => {
  const onDemand = Object.values(ON_DEMAND).flatMap((wanted) =>
    Object.values<string>(JSON.parse(Deno.readTextFileSync(wanted.config)).imports)
  );
  const packages = [...Object.values(config.imports), ...onDemand].flatMap((target) =>
    all(target, /^(?:npm|jsr):((?:@[^/@]+\/)?[^/@]+)@[\d.]+/g)
  );
  const rows = table("Dependencies");
  for (const [name, why] of rows) assert.ok(why.length > 20, `${name}: no reason`);
  assert.deepEqual(
    rows.map(([name]) => name.replaceAll("`", "")).sort(),
    [...new Set(packages)].sort(),
  );
});

Deno.test("README: every chapter is in the table, and the reverse", async () => {
  const folder = projectPath("notebooks");
  const files = await Array.fromAsync(Deno.readDir(folder)).catch(() => []);
  const chapters = files.map(({ name }) => name).filter((name) => name.endsWith(".ipynb"));
  assert.deepEqual(all(readme, /\(notebooks\/([^)]+\.ipynb)\)/g).sort(), chapters.sort());
});

Deno.test("README: its layout has every folder of lib and tools, and all its paths exist", async () => {
  const named = table("Layout").flatMap(([folders]) => all(folders, /`([^`]+)`/g));
  assert.ok(named.length > 15);
  for (const path of named) await assert.doesNotReject(Deno.stat(projectPath(path)), path);
  const folders = ["lib", "tools"].flatMap((room) =>
    [...Deno.readDirSync(projectPath(room))].filter(({ isDirectory }) => isDirectory)
      .map(({ name }) => `${room}/${name}/`)
  );
  assert.deepEqual(folders.filter((path) => !named.includes(path)), []);
});

Deno.test("README: the files to read, in order, exist", async () => {
  const section = readme.split(/^## /m).find((text) => text.startsWith("Reading the code")) ?? "";
  const lines = section.split("\n").filter((line) => /^\d+\. /.test(line));
  assert.ok(lines.length >= 8);
  for (const line of lines) {
    // A path in the project, then files in or beside its folder.
    const [path, ...others] = all(line, /`([\w/.]+(?:\.ts|\/))`/g);
    await assert.doesNotReject(Deno.stat(projectPath(path)), path);
    const folder = dirname(path);
    for (const other of others) {
      const places = [other, `${folder}/${other}`, `${dirname(folder)}/${other}`];
      const found = await Promise.allSettled(places.map((p) => Deno.stat(projectPath(p))));
      assert.ok(found.some(({ status }) => status === "fulfilled"), `${line}: no ${other}`);
    }
  }
});

Deno.test("README: the targets of its links in the project exist", async () => {
  for (const path of all(readme, /\]\((?!https?:)([^)#]+)\)/g)) {
    await assert.doesNotReject(Deno.stat(projectPath(path)), `there is no ${path}`);
  }
});

Deno.test("one version of Deno in README, CI, the workflow and the container", async () => {
  const texts = await Promise.all(
    [".ci/run", ".github/workflows/test.yml", "binder/Dockerfile"]
      .map((path) => Deno.readTextFile(projectPath(path))),
  );
  const versions = all([readme, ...texts].join("\n"), /deno@(\d+\.\d+\.\d+)/g);
  assert.ok(versions.length >= 4);
  assert.deepEqual(new Set(versions).size, 1, versions.join(" "));
});

Deno.test("the container has no files that git ignores", async () => {
  const [git, docker] = await Promise.all(
    [".gitignore", ".dockerignore"].map(async (name) => {
      const text = await Deno.readTextFile(projectPath(name));
      const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
      // Docker looks in subfolders only with a leading **/.
      return lines.map((line) => line.replace(/^(\/|\*\*\/)/, "").replace(/\/$/, ""));
    }),
  );
  for (const name of git) assert.ok(docker.includes(name), `.dockerignore: no line for ${name}`);
});
