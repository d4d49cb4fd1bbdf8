/** Types as a front end sees them: notes above outputs, replies to Shift+Tab and Tab. */
import assert from "node:assert/strict";
import type { Client } from "../../../tools/jupyter/client.ts";
import { type Message } from "../../../tools/jupyter/messages.ts";
import { withKernel } from "../../support/course_kernel.ts";
import { inFolder } from "../../support/files.ts";
import { isObject, texts } from "../../../tools/support/json.ts";

const SHAPES = 'import { zeros, Tensor } from "mnist";\n' +
  "const x = zeros([784]), W = zeros([784, 50]), W2 = zeros([50, 100]);";

/** The outputs of a cell in order: "note: …", "error: …", "text: …", "value: …". */
async function outputs(client: Client, code: string): Promise<string[]> {
  const found: string[] = [];
  const idle = Promise.withResolvers<void>();
  await client.execute(code, false, ({ type, content }: Message) => {
    const data = isObject(content.data) ? content.data : {};
    if (type === "display_data") found.push(`note: ${data["text/plain"]}`);
    else if (type === "execute_result") found.push(`value: ${data["text/plain"]}`);
    else if (type === "stream") found.push(`text: ${content.text}`);
    else if (type === "error") {
      found.push(`error: ${content.evalue}`, ...texts(content.traceback).map((t) => `  ${t}`));
    } else if (type === "status" && content.execution_state === "idle") idle.resolve();
  });
  await idle.promise;
  return found;
}

/** Waits until a cell with a type error is checked: then the service is warm. */
async function warm(client: Client): Promise<void> {
  for (let i = 0; i < 480; i++) {
    if ((await outputs(client, `const warm${i}: string = ${i};`)).length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  assert.fail("no type error within two minutes");
}

const hover = async (client: Client, code: string, cursor_pos: number) => {
  const { data } = await client.ask("inspect_request", { code, cursor_pos, detail_level: 0 });
  return isObject(data) ? String(data["text/plain"] ?? "") : "";
};

Deno.test("types: notes, hovers and completions of the kernel", () =>
  withKernel(async ({ client }) => {
    await warm(client);
    assert.deepEqual(await outputs(client, SHAPES), []);

    // The run-time error says the same of the same line: its stack would be noise.
    assert.deepEqual(await outputs(client, "const before = 1;\nx.dot(W2);"), [
      "note: line 2: dot: inner dimensions differ, 784 and 50\n    x.dot(W2);\n          ^^",
      "error: dot: expected inner dimensions to match, found [784] · [50, 100]",
      "  RangeError: dot: expected inner dimensions to match, found [784] · [50, 100] (line 2)",
    ]);
    // An error of another line keeps its stack, and what is printed before it comes before it.
    const other = await outputs(
      client,
      "console.log(1);\nx.dot(W2 as Tensor);\nlet wrong: number = '';",
    );
    assert.deepEqual(other.filter((output) => /^(note|error)/.test(output)).length, 2);
    assert.ok(other.some((output) => output.includes("at Tensor.dot")), other.join("\n"));
    // The cell runs all the same.
    assert.deepEqual(
      await outputs(client, "const text: string = 5;\nconsole.log(text);"),
      [
        "text: 5\n",
        "note: line 1: Type 'number' is not assignable to type 'string'." +
        "\n    const text: string = 5;\n          ^^^^",
      ].sort().reverse(),
    );

    const missing = await outputs(client, "softmax(x)");
    assert.equal(
      missing[0],
      'error: softmax is not defined. Import it: import { softmax } from "mnist";',
    );
    assert.deepEqual(await outputs(client, 'import { misspelt } from "mnist";'), [
      'note: line 1: "mnist" has no export named misspelt' +
      '\n    import { misspelt } from "mnist";\n             ^^^^^^^^',
    ]);

    assert.match(
      await hover(client, "x.dot(W)", 3),
      /^\(method\) Tensor<\[784\]>\.dot<\[784, 50\]>\(other: Tensor<\[784, 50\]>\): Tensor<\[50\]>/,
    );
    const { matches, cursor_start } = await client.ask("complete_request", {
      code: "'😀'; x.do",
      cursor_pos: 9,
    });
    assert.deepEqual(texts(matches), ["dot"]);
    assert.equal(cursor_start, 7);
    // A question is answered while a cell runs.
    const running = outputs(
      client,
      "await new Promise((resolve) => setTimeout(resolve, 3000)); 42",
    );
    assert.match(await hover(client, "x.shape", 4), /shape/);
    assert.deepEqual(await running, ["value: 42"]);

    assert.deepEqual(await outputs(client, "%types off\nx.dot(W).shape"), [
      "text: Types are off.\n",
      "value: [ 50 ]",
    ]);
    assert.deepEqual(await outputs(client, "const unchecked: string = 5;"), []);
    assert.deepEqual(await outputs(client, "%types what"), [
      "text: %types: expected on or off, found what\n",
    ]);
    assert.deepEqual(await outputs(client, "%types on"), ["text: Types are on.\n"]);
    await warm(client);
  }, { types: true }));

Deno.test("types: MNIST_TYPES=off switches them off", () =>
  withKernel(async ({ client }) => {
    assert.deepEqual(await outputs(client, "%types"), ["text: Types are off.\n"]);
    assert.deepEqual(await outputs(client, "const unchecked: string = 5;"), []);
  }, { types: true, env: { MNIST_TYPES: "off" } }));

Deno.test("types: a notebook outside the course is told so once", () =>
  inFolder((cwd) =>
    withKernel(async ({ client }) => {
      assert.deepEqual(await outputs(client, "1 + 1"), ["value: 2"]);
      const [said, error] = await outputs(client, 'import { tensor } from "mnist";');
      assert.match(said, /outside the course's folder/);
      assert.match(error, /^error: /);
      const again = await outputs(client, 'import { tensor } from "mnist";');
      assert.doesNotMatch(again.join(), /outside the course's folder/);
    }, { types: true, cwd })
  ));
