/**
 * The arrows of the architecture: which room of `lib/` may import which, types included. A room is a
 * folder directly below `lib/`, with all that lies in it.
 */
import assert from "node:assert/strict";
import { dirname, join, relative, sep } from "node:path";
import { projectPath } from "../../lib/support/paths.ts";

/** For each room the rooms that it may import, besides itself. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  support: [],
  tensor: ["support"],
  nn: ["tensor", "support"],
  plot: ["tensor", "support"],
  data: ["tensor", "support"],
  lecture: ["nn", "tensor", "support"],
  model: ["nn", "data", "tensor", "support"],
  // Its page is a program of its own, which nothing imports: the bundle holds it as text.
  playground: ["model", "data", "tensor", "support"],
  notebook: ["playground", "lecture", "model", "nn", "plot", "data", "tensor", "support"],
  "mod.ts": ["notebook", "lecture", "model", "nn", "plot", "data", "tensor", "support"],
};

/** Rooms that also run in a page: they know no files, no network, no Deno and no Jupyter. */
const MATHEMATICS = ["tensor", "nn", "lecture", "model"];
/** Of the model, what reads and writes files. */
const FILES = ["lib/model/files.ts"];

/** Arrows that are still to be removed: `importer → imported`. */
const KNOWN: readonly string[] = [];

interface Source {
  /** From the project's folder, with forward slashes. */
  readonly path: string;
  readonly text: string;
  /** What it imports: paths as above, or the names of packages. */
  readonly imports: readonly string[];
}

async function sources(folder = "lib"): Promise<Source[]> {
  const found: Source[] = [];
  for await (const { name, isDirectory } of Deno.readDir(projectPath(folder))) {
    const path = `${folder}/${name}`;
    if (isDirectory) found.push(...await sources(path));
    else if (name.endsWith(".ts")) {
      const text = await Deno.readTextFile(projectPath(path));
      const specifiers = Array.from(
        text.matchAll(/^\s*(?:import|export)\b[^;"]*?(?:from )?"([^"]+)"|\bimport\("([^"]+)"\)/gm),
        ([, from, dynamic]) => from ?? dynamic,
      );
      const imports = specifiers.map((from) =>
        from.startsWith(".")
          ? relative(projectPath("."), join(projectPath(dirname(path)), from)).replaceAll(sep, "/")
          : from
      );
      found.push({ path, text, imports });
    }
  }
  return found;
}

/** `lib/data/formats/csv.ts` is in the room `data`, `lib/mod.ts` in a room of its own. */
const roomOf = (path: string) => path.split("/")[1];

Deno.test("every import follows an arrow of the architecture", async () => {
  const wrong: string[] = [];
  for (const { path, imports } of await sources()) {
    const allowed = ALLOWED[roomOf(path)];
    assert.ok(allowed, `${path} lies in no room of the architecture`);
    for (const to of imports.filter((name) => name.startsWith("lib/"))) {
      if (roomOf(to) === roomOf(path) || allowed.includes(roomOf(to))) continue;
      wrong.push(`${path} → ${to}`);
    }
  }
  assert.deepEqual(wrong.sort(), [...KNOWN].sort());
});

Deno.test("no files import each other in a circle, types included", async () => {
  const files = new Map((await sources()).map((source) => [source.path, source.imports]));
  const finished = new Set<string>();
  const visit = (path: string, above: readonly string[]) => {
    if (finished.has(path)) return;
    assert.ok(!above.includes(path), `circle: ${[...above, path].join(" → ")}`);
    for (const to of files.get(path) ?? []) if (files.has(to)) visit(to, [...above, path]);
    finished.add(path);
  };
  for (const path of files.keys()) visit(path, []);
  assert.ok(finished.size > 50);
});

Deno.test("the mathematics knows neither files, network, Deno nor Jupyter", async () => {
  const rooms = (await sources()).filter(({ path }) => MATHEMATICS.includes(roomOf(path)));
  assert.ok(rooms.length > 30);
  for (const { path, text, imports } of rooms.filter(({ path }) => !FILES.includes(path))) {
    assert.doesNotMatch(text, /\bDeno\.(?!test)/, `${path} uses Deno`);
    assert.doesNotMatch(text, /\bfetch\(/, `${path} uses the network`);
    for (const from of imports) {
      assert.doesNotMatch(from, /^node:|^lib\/data\//, `${path} imports ${from}`);
    }
  }
});

Deno.test("data and support reach files, variables and compression through the platform", async () => {
  const rooms = (await sources()).filter(({ path }) => ["data", "support"].includes(roomOf(path)));
  for (const { path, text, imports } of rooms) {
    if (path === "lib/support/deno_platform.ts") continue;
    const code = text.replaceAll(/\/\*\*.*?\*\//gs, "");
    assert.doesNotMatch(code, /\bDeno\./, `${path} uses Deno`);
    for (const from of imports.filter((name) => name.startsWith("node:"))) {
      assert.equal(from, "node:path", `${path} imports ${from}`);
    }
  }
  assert.ok(rooms.length > 20);
});

Deno.test("one file imports @std/csv, which is not reachable on every network", async () => {
  const importers = (await sources()).filter(({ text }) => /["']@std\/csv["']/.test(text));
  assert.deepEqual(importers.map(({ path }) => path), ["lib/data/formats/std_csv.ts"]);
});

Deno.test("kernels know nothing of what is built on them", async () => {
  for (const { path, imports } of await sources("lib/tensor/kernels")) {
    for (const to of imports.filter((name) => name.startsWith("lib/"))) {
      assert.match(to, /^lib\/tensor\/(kernels\/|dtype\.ts|shape\.ts)/, `${path} imports ${to}`);
    }
  }
});
