/** The arrows of the architecture: who may import whom. */
import assert from "node:assert/strict";
import { projectPath } from "../lib/data/paths.ts";

/** The mathematics: everything in lib but files and network (data/), output (plot/) and two fronts. */
const FRONTS = ["mod.ts", "exercise.ts"];

async function mathematics(): Promise<string[]> {
  const found: string[] = [];
  const walk = async (folder: string) => {
    for await (const { name, isDirectory } of Deno.readDir(projectPath(folder))) {
      const path = `${folder}/${name}`;
      if (isDirectory && !["lib/data", "lib/plot"].includes(path)) await walk(path);
      else if (name.endsWith(".ts") && !FRONTS.includes(name)) found.push(path);
    }
  };
  await walk("lib");
  return found;
}

const imports = (source: string) =>
  Array.from(source.matchAll(/^\s*(?:import|export)[^;]*? from "([^"]+)"/gm), ([, from]) => from);

Deno.test("the mathematics knows neither files, network, Deno nor Jupyter", async () => {
  const files = await mathematics();
  assert.ok(files.length > 20, `${files}`);
  for (const file of files) {
    const source = await Deno.readTextFile(projectPath(file));
    assert.doesNotMatch(source, /\bDeno\.(?!test)/, `${file} uses Deno`);
    for (const from of imports(source)) {
      assert.doesNotMatch(from, /\/(data|plot)\/|^node:/, `${file} imports ${from}`);
    }
  }
});

Deno.test("the kernels know nothing of what is built on them", async () => {
  for (const file of (await mathematics()).filter((path) => path.startsWith("lib/kernels/"))) {
    const source = await Deno.readTextFile(projectPath(file));
    for (const from of imports(source).filter((path) => path.startsWith("../"))) {
      assert.match(from, /\/(dtype|shape|matrix)\.ts$/, `${file} imports ${from}`);
    }
  }
});
