/** `deno task playground`: what it writes, and what it refuses. */
import assert from "node:assert/strict";
import { projectPath } from "../../lib/support/paths.ts";
import { dense } from "../../lib/model/layers/dense.ts";
import { saveModel } from "../../lib/model/files.ts";
import { sequential } from "../../lib/model/model.ts";
import { coursePlayground, MOST_BYTES } from "../../tools/playground.ts";
import { inFolder } from "../support/files.ts";

async function run(...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "-q", "playground", ...args],
    cwd: projectPath("."),
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

const small = sequential({
  layers: [dense({ inputShape: [784], units: 10, activation: "softmax" })],
});

Deno.test("deno task playground writes one file, also with a network of one's own", () =>
  inFolder(async (folder) => {
    await saveModel(small, `${folder}/mine.safetensors`);
    const out = `${folder}/page.html`;
    const { code, stdout, stderr } = await run(
      "--weights",
      `${folder}/mine.safetensors`,
      "--out",
      out,
    );
    assert.equal(code, 0, stderr);
    assert.match(stdout, /page\.html {2}\d\.\d MB\nNetworks: Yours: mine; Chapter 9/);
    const html = await Deno.readTextFile(out);
    assert.match(html, /^<!doctype html>/);
    assert.match(html, /<option value="0">Yours: mine<\/option>/);
    assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), [
      "mine.safetensors",
      "page.html",
    ]);
  }));

Deno.test("deno task playground says what is wrong with its arguments", async () => {
  const missing = await run("--weights", "runs/no-such.safetensors");
  assert.equal(missing.code, 1);
  assert.match(missing.stderr, /no-such\.safetensors: expected a readable file, found nothing/);
  const unknown = await run("--wieghts", "x");
  assert.equal(unknown.code, 1);
  assert.match(unknown.stderr, /--wieghts/);
  const help = await run("--help");
  assert.match(help.stdout, /--weights FILE/);
});

Deno.test("coursePlayground: the weights of chapter 3 are a network of one's own, too", async () => {
  const { names } = await coursePlayground(projectPath("data/sample_weight.safetensors"));
  assert.equal(names[0], "Yours: sample_weight");
  assert.equal(names.length, 4);
});

Deno.test("coursePlayground: a large network takes the place of others, a larger one is refused", () =>
  inFolder(async (folder) => {
    const path = `${folder}/large.safetensors`;
    const withUnits = (units: number) =>
      saveModel(
        sequential({
          layers: [
            dense({ inputShape: [784], units, activation: "relu" }),
            dense({ units: 10, activation: "softmax" }),
          ],
        }),
        path,
      );
    await withUnits(300);
    const { html, names } = await coursePlayground(path);
    assert.ok(html.length <= MOST_BYTES);
    assert.deepEqual(names, ["Yours: large", "Chapter 7: 784-128-10", "Chapter 3: 784-50-100-10"]);
    await withUnits(800);
    await assert.rejects(coursePlayground(path), /at most 2000000 bytes, found a larger one/);
  }));
