/** Answers that never end, on the course's kernel and in the runner. */
import assert from "node:assert/strict";
import { projectPath } from "../../lib/support/paths.ts";
import { pathToFileURL } from "node:url";
import { executeNotebook } from "../../tools/run/execute.ts";
import { codeCells } from "../../tools/notebook_file/notebook.ts";
import type { Message } from "../../tools/jupyter/messages.ts";
import { withKernel } from "../support/course_kernel.ts";
import { notebookOf } from "../support/notebooks.ts";

const url = (path: string) => JSON.stringify(pathToFileURL(projectPath(path)).href);

/** Makes two exercises, whose answers may take 1 and 4 seconds: `await check(answer, "1.1")`. */
const SETUP = `const { Checker, showVerdict } = await import(${url("exercises/check.ts")});
const { functionOf } = await import(${url("exercises/judges.ts")});
const half = {
  title: "half", points: 1, cell: "", solution: "", hints: ["divide"], wrong: [],
  judge: functionOf({ correct: (x: number) => x / 2, draw: (random): [number] => [random.normal()] }),
};
const checker = new Checker({ "1.1": { ...half, seconds: 1 }, "1.2": { ...half, seconds: 4 } });
const check = async (answer: (x: number) => number | Promise<number>, id: "1.1" | "1.2" = "1.1") =>
  await showVerdict(await checker.judge(id, answer));
undefined`;

const ENDLESS: Readonly<Record<string, string>> = {
  "never waits": "await check(() => { for (;;); });",
  "catches what it can": "await check(() => { for (;;) try { for (;;); } catch { } finally { } });",
  "waits for nothing": "await check(async () => { for (;;) await null; });",
  "waits for timers":
    "await check(async () => { for (;;) await new Promise((r) => setTimeout(r)); });",
  "waits for ever": "await check(() => new Promise(() => {}));",
  "recurses": "const f = (x: number): number => f(x) + 1;\nawait check(f);",
};

Deno.test("an endless answer gets a verdict; the cell ends well, and those below run", async () => {
  const cells = Object.values(ENDLESS);
  const { notebook, failure } = await executeNotebook(
    notebookOf(SETUP, ...cells, "await check((x) => x / 2);"),
    { cwd: Deno.cwd(), timeout: 60 },
  );
  assert.equal(failure, null);
  const outputs = codeCells(notebook).slice(1).map(({ outputs }) => JSON.stringify(outputs));
  for (const [i, name] of Object.keys(ENDLESS).entries()) {
    assert.match(
      outputs[i],
      name === "recurses" ? /throws RangeError/ : /did not end within 1 s/i,
      name,
    );
  }
  const last = outputs.at(-1) ?? "";
  assert.match(last, /correct \(1 point\)/);
  assert.match(last, new RegExp(`"tries":${cells.length + 1}`), "each answer was a try");
});

Deno.test("the same behind the relay, and Stop before the time is over", async () => {
  await withKernel(async ({ client }) => {
    const run = async (code: string, onBusy = () => {}) => {
      let seen = "";
      const { status } = await client.execute(code, false, ({ type, content }: Message) => {
        if (type === "display_data" || type === "error") seen += JSON.stringify(content);
        if (type === "stream") onBusy();
      });
      return { status, seen };
    };
    await run(SETUP);
    const late = await run(ENDLESS["never waits"]);
    assert.equal(late.status, "ok");
    assert.match(late.seen, /did not end within 1 s/i);
    let presses = 0;
    const stopped = await run(
      `await check(() => { console.log("Stop here"); for (;;); }, "1.2");`,
      () => void (presses++ === 0 && client.interrupt()),
    );
    assert.equal(stopped.status, "error");
    assert.match(stopped.seen, /Stopped/);
    // No interrupt is left over for the next cell.
    const next = await run(
      "const end = Date.now() + 5000; while (Date.now() < end); await check((x) => x / 2);",
    );
    assert.equal(next.status, "ok");
    assert.match(next.seen, /correct/);
  });
});
