/** The language service, with a real `deno lsp`. */
import assert from "node:assert/strict";
import { pause, ready, withService } from "../../support/language.ts";

const SHAPES = 'import { zeros } from "mnist";\n' +
  "const x = zeros([784]), W = zeros([784, 50]), W2 = zeros([50, 100]);";

Deno.test("service: hover, completion, imports and type errors", async () => {
  await withService(async (service) => {
    const { code, docs } = await service.inspect("x.dot(W)", 3) ?? { code: "", docs: "" };
    assert.equal(
      code,
      "(method) Tensor<[784]>.dot<[784, 50]>(other: Tensor<[784, 50]>): Tensor<[50]>",
    );
    assert.match(docs, /Σ/);
    assert.deepEqual(await service.run(SHAPES), []);
    assert.equal((await service.inspect("x.dot(W)", 5))?.code, code);
    // The signature of the call, where no name is at the cursor.
    assert.match((await service.inspect("x.dot( ", 7))?.code ?? "", /^dot\(other/);

    const suggest = async (code: string) =>
      (await service.complete(code, code.length)).suggestions.map(({ text }) => text);
    const members = await suggest("x.");
    for (const name of ["dot", "add", "shape", "transpose"]) {
      assert.ok(members.includes(name), name);
    }
    const dense = 'import { layers } from "mnist";\nlayers.dense({ ';
    assert.ok((await suggest(`${dense}ac`)).includes("activation"));
    assert.deepEqual(await suggest(`${dense}units: 3, activation: "re`), ["relu"]);

    const { suggestions } = await service.complete("sigm", 4);
    assert.deepEqual(suggestions.find(({ text }) => text === "sigmoid"), {
      text: "sigmoid",
      kind: "import",
    });
    assert.match(
      (await service.inspect("sigmoid", 7))?.code ?? "",
      /^import \{ sigmoid \} from "mnist";\n\nfunction sigmoid/,
    );
    assert.equal(await service.importFor("softmax"), 'import { softmax } from "mnist";');
    assert.equal(await service.importFor("noSuchName"), undefined);

    const message = async (code: string) =>
      (await service.run(code)).map(({ line, message }) => `${line}: ${message}`);
    assert.deepEqual(await message("const ok = 1;\nx.dot(W2);"), [
      "2: dot: inner dimensions differ, 784 and 50",
    ]);
    assert.deepEqual(await message('import { misspelt } from "mnist";'), [
      '1: "mnist" has no export named misspelt',
    ]);
    // Another cell may have set it at run time.
    assert.deepEqual(await message("setByAnotherCell + 1; globalThis.alsoSet;"), []);
    // What the kernel knows by now: a name declared again, a variable with another value.
    assert.deepEqual(await message("const x = zeros([50]);"), []);
    assert.deepEqual(await message("x.dot(W2);"), []);
    assert.deepEqual(await message("let n = 1;"), []);
    assert.deepEqual(await message("n = 2; n++;"), []);
    assert.deepEqual(await message("export const e = 1;"), []);
    assert.deepEqual(await message("e + n;"), []);
    assert.deepEqual(await message("const = ;"), []);
  }, { cells: [SHAPES] });
});

Deno.test("service: a cell whose server crashes runs without it, the next has a new one", async () => {
  await withService(async (service) => {
    await service.run(SHAPES);
    const pid = await service.pid();
    assert.ok(pid);
    Deno.kill(pid, "SIGKILL");
    assert.deepEqual(await service.run("const unchecked: string = 1;"), []);
    assert.match((await service.inspect("x.dot(W)", 3))?.code ?? "", /Tensor<\[50\]>/);
    assert.notEqual(await service.pid(), pid);
    await ready(service);
    assert.equal((await service.run("x.dot(W2);")).length, 1);
  });
});

Deno.test("service: memory is given back when nobody asks, and questions start it again", async () => {
  await withService(async (service) => {
    await service.run(SHAPES);
    for (let i = 0; i < 200 && await service.pid() !== undefined; i++) await pause(50);
    assert.equal(await service.pid(), undefined);
    assert.equal(service.isReady, false);
    assert.match((await service.inspect("x.dot(W)", 3))?.code ?? "", /Tensor<\[50\]>/);
  }, { idle: 2000 });
});
