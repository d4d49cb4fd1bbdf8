/** The course's kernel as a front end sees it: outputs, Stop, errors, the end. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { Client, type OnQuestion } from "../../../tools/jupyter/client.ts";
import type { Message } from "../../../tools/jupyter/messages.ts";
import { withKernel } from "../../support/course_kernel.ts";
import { inFolder } from "../../support/files.ts";
import { isAlive } from "../../support/processes.ts";
import { within } from "../../../tools/support/waiting.ts";

/** Milliseconds: longer than any cell of these tests takes on a busy machine. */
const PATIENCE = 60_000;

async function eventually(condition: () => boolean): Promise<boolean> {
  for (let tries = 0; tries < 100; tries++) {
    if (condition()) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

/** What a front end receives of a cell until the kernel is idle. */
interface Seen {
  status: string;
  /** The code that is said to run. */
  code: string;
  /** All printed text. */
  text: string;
  /** The errors, as name and message. */
  errors: string[];
  /** The other outputs' plain texts. */
  results: string[];
}

/** What a front end does while a cell runs. */
interface Watch {
  onBusy?(): void;
  /** Called with all that was printed so far. */
  onText?(text: string): void;
  onQuestion?: OnQuestion;
}

async function run(client: Client, code: string, watch: Watch = {}): Promise<Seen> {
  const seen: Seen = { status: "", code: "", text: "", errors: [], results: [] };
  const idle = Promise.withResolvers<void>();
  let isIdle = false;
  const onMessage = ({ type, content }: Message) => {
    assert.ok(!isIdle, `expected nothing after idle, found ${type}`);
    if (type === "status" && content.execution_state === "busy") watch.onBusy?.();
    if (type === "status" && content.execution_state === "idle") {
      isIdle = true;
      idle.resolve();
    }
    if (type === "stream") {
      seen.text += content.text;
      watch.onText?.(seen.text);
    }
    if (type === "execute_input") seen.code = String(content.code);
    if (type === "error") seen.errors.push(`${content.ename}: ${content.evalue}`);
    if (type === "display_data" || type === "execute_result") {
      seen.results.push(JSON.stringify(content.data));
    }
  };
  const whole = async () => {
    seen.status = String((await client.execute(code, false, onMessage, watch.onQuestion)).status);
    await idle.promise;
  };
  assert.ok(await within(whole(), PATIENCE), `expected an end of ${code}, found ${seen.text}`);
  return seen;
}

/** What a cell prints where Stop is to be pressed. */
const SIGN = "Stop here";

/** Runs a cell, presses Stop when it prints {@linkcode SIGN}, and again when the relay asks for it. */
async function runAndStop(
  client: Client,
  code: string,
  onText: (text: string) => void = () => {},
): Promise<Seen> {
  let presses = 0;
  return await run(client, code, {
    onText(text) {
      onText(text);
      const isTime = presses === 0 ? text.includes(SIGN) : text.includes("Press Stop again");
      if (!isTime || presses === 2) return;
      presses++;
      void client.interrupt();
    },
  });
}

Deno.test("the kernel behind the relay", async (t) => {
  await withKernel(async ({ client, connection, process }) => {
    await t.step("idle comes after the last output, 50 times", async () => {
      const lines = Array.from({ length: 40 }, (_, i) => `${i}\n`).join("");
      const code = `for (let i = 0; i < 40; i++) console.log(i);
        void Deno.jupyter.display({ "text/plain": "shown" }, { raw: true });
        await Promise.resolve(42)`;
      for (let i = 0; i < 50; i++) {
        const seen = await run(client, code);
        assert.equal(seen.text, lines);
        const expected = ['{"text/plain":"42"}', '{"text/plain":"shown"}'];
        assert.deepEqual(seen.results.sort(), expected);
        assert.equal(seen.status, "ok");
      }
    });

    await t.step("a cell does not get the outputs of the cell before it", async () => {
      const cells = Array.from({ length: 20 }, (_, i) => run(client, `console.log("cell ${i}")`));
      for (const [i, seen] of (await Promise.all(cells)).entries()) {
        assert.equal(seen.text, `cell ${i}\n`);
      }
    });

    await t.step("errors: thrown, of syntax, and of promises that nothing awaits", async () => {
      const thrown = await run(client, `throw new RangeError("too far")`);
      assert.deepEqual(thrown.errors, ["RangeError: too far"]);
      assert.equal(thrown.status, "error");
      const unparsed = await run(client, "const = 3");
      assert.equal(unparsed.errors.length, 1);
      assert.match(unparsed.errors[0], /^SyntaxError: /);
      assert.equal(unparsed.status, "error");
      const swallowed = await run(client, `void Promise.reject(new Error("nobody waits"))`);
      assert.deepEqual(swallowed.errors, ["Error: nobody waits"]);
    });

    await t.step(
      "values and streams that the kernel alone does not show; the code stays",
      async () => {
        assert.deepEqual((await run(client, "0 / 0")).results, ['{"text/plain":"NaN"}']);
        const seen = await run(
          client,
          `console.log("a"); process.stdout.write("b\\n"); console.log("c"); undefined`,
        );
        assert.equal(seen.text, "a\nb\nc\n");
        assert.deepEqual(seen.results, []);
        assert.equal(
          (await run(client, "10n // as it was written")).code,
          "10n // as it was written",
        );
      },
    );

    await t.step("after an error the queued cells do not run", async () => {
      const cells = [`throw new Error("here")`, "1", "2"].map((code) => run(client, code));
      const statuses = (await Promise.all(cells)).map(({ status }) => status);
      assert.deepEqual(statuses, ["error", "aborted", "aborted"]);
      assert.equal((await run(client, "1")).status, "ok");
    });

    await t.step("Stop ends a loop that never waits", async () => {
      const seen = await runAndStop(client, `console.log("${SIGN}"); while (true) {}`);
      assert.match(seen.errors.join(), /^Stopped: /);
      assert.equal((await run(client, "40 + 2")).results[0], '{"text/plain":"42"}');
    });

    await t.step("Stop ends a loop of lib between two steps, and the queue", async () => {
      const loop = `import { breathe } from "mnist";
        let begun = 0, done = 0;
        for (;;) { begun++; for (const t = performance.now(); performance.now() - t < 5;); done++;
          if (done === 10) console.log("${SIGN}");
          await breathe(); }`;
      const cells = [runAndStop(client, loop), run(client, `"behind"`)];
      const [stopped, behind] = await Promise.all(cells);
      assert.match(stopped.errors.join(), /^Stopped: /);
      assert.equal(behind.status, "aborted");
      const counts = await run(client, "[begun === done, done >= 10]");
      assert.match(counts.results[0], /\[ true, true \]/);
    });

    await t.step("Stop ends a cell where it waits for a timer", async () => {
      const sleep = "const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));";
      const busy = "for (const t = performance.now(); performance.now() - t < 20;);";
      const cells = [
        `console.log("${SIGN}"); await sleep(60_000);`,
        `for (let i = 0;; i++) { ${busy} if (i === 3) console.log("${SIGN}"); await sleep(0); }`,
        `await new Promise((resolve) => setInterval(() => {
          if (Deno.jupyter.never) resolve();
          console.log("${SIGN}");
        }, 10));`,
      ];
      assert.equal((await run(client, sleep)).status, "ok");
      for (const cell of cells) {
        const seen = await runAndStop(client, cell);
        assert.match(seen.errors.join(), /^Stopped: /);
        assert.match(seen.text, new RegExp(`^(${SIGN}\n)+$`));
        assert.equal((await run(client, "await sleep(1)")).status, "ok");
      }
    });

    await t.step("Stop ends a loop in a timer's callback, and timers continue", async () => {
      const seen = await runAndStop(
        client,
        `setTimeout(() => { console.log("${SIGN}"); for (;;); }, 5); await new Promise(() => {});`,
      );
      assert.match(seen.errors.join(), /^Stopped: /);
      assert.equal((await run(client, "await sleep(1)")).status, "ok");
    });

    await t.step("timers of earlier cells continue after Stop", async () => {
      await run(client, "globalThis.ticks = 0; setInterval(() => ticks++, 5);");
      await runAndStop(client, `console.log("${SIGN}"); await sleep(60_000);`);
      const { results } = await run(
        client,
        "const before = ticks; await sleep(50); ticks > before",
      );
      assert.deepEqual(results, ['{"text/plain":"true"}']);
    });

    await t.step("Stop, pressed again, interrupts work between other waits", async () => {
      // A second thread, whose answers need no timer.
      const worker = `const echo = new Worker(
        "data:text/javascript,self.onmessage = () => self.postMessage(0)", { type: "module" });`;
      assert.equal((await run(client, worker)).status, "ok");
      const loop = `for (;;) {
        await new Promise((resolve) => { echo.onmessage = resolve; echo.postMessage(0); });
        console.log("${SIGN}");
        for (const t = performance.now(); performance.now() - t < 400;);
      }`;
      const seen = await runAndStop(client, loop);
      assert.match(seen.text, /Press Stop again/);
      assert.match(seen.errors.join(), /^Stopped: /);
      assert.equal((await run(client, "1")).status, "ok");
    });

    await t.step(
      "Stop, pressed again, explains where it cannot end a cell, and harms nothing",
      () =>
        inFolder(async (folder) => {
          const sign = JSON.stringify(join(folder, "go on"));
          await run(
            client,
            `import { existsSync } from "node:fs";
            setInterval(() => existsSync(${sign}) && globalThis.resume?.(7), 20);`,
          );
          // What something else can resume is not collected.
          const waiting = `console.log("${SIGN}");
          await new Promise((resolve) => globalThis.resume = resolve);`;
          const seen = await runAndStop(client, waiting, async (text) => {
            if (text.includes("outside the notebook")) {
              await Deno.writeTextFile(JSON.parse(sign), "");
            }
          });
          assert.deepEqual(seen.results, ['{"text/plain":"7"}']);
          assert.equal((await run(client, "await sleep(1)")).status, "ok");
        }),
    );

    await t.step("prompt and confirm ask the person, and Stop withdraws a question", async () => {
      const asked: string[] = [];
      const ada = await run(client, `[prompt("Your name?"), confirm("Sure?")]`, {
        onQuestion(question) {
          asked.push(String(question.prompt));
          return Promise.resolve(asked.length === 1 ? "Ada" : "y");
        },
      });
      assert.match(ada.results[0], /Ada.*true/);
      assert.match(asked.join(), /Your name\?.*Sure\?/);
      const { promise } = Promise.withResolvers<string>();
      const unanswered = await run(client, `prompt("Anybody?"); "went on"`, {
        onQuestion: () => (setTimeout(() => client.interrupt(), 100), promise),
      });
      assert.match(unanswered.errors.join(), /^Stopped: /);
      assert.deepEqual(unanswered.results, []);
      const nobody = await run(client, `String(prompt("Nobody there?"))`);
      assert.deepEqual(nobody.results, ['{"text/plain":"\\"null\\""}']);
    });

    await t.step("Stop while nothing runs does not affect the next cell", async () => {
      await client.interrupt();
      assert.equal((await run(client, `await Promise.resolve("fine")`)).status, "ok");
    });

    await t.step("requests with another key are not answered", async () => {
      const stranger = { ...connection, key: crypto.randomUUID() };
      await assert.rejects(Client.connect(stranger, AbortSignal.timeout(500)));
      assert.equal((await run(client, "1")).status, "ok");
    });

    await t.step("after a shutdown, relay and kernel end", async () => {
      const { results } = await run(client, "Deno.pid");
      const [pid] = /\d+/.exec(results[0]) ?? [];
      assert.ok(isAlive(Number(pid)));
      await client.shutdown();
      assert.equal((await process.status).code, 0);
      assert.ok(await eventually(() => !isAlive(Number(pid))));
    });
  });
});

Deno.test("a kernel that does not survive Stop is ended, and the person is told", async () => {
  // Deno's kernel is mostly lost when it is interrupted with several timers due at the same moment.
  const loop = `const due = (does) => setTimeout(does, 5);
    due(() => {}); due(() => { console.log("${SIGN}"); for (;;); }); due(() => {});
    for (const t = performance.now(); performance.now() - t < 20;);
    await new Promise(() => {});`;
  await withKernel(async ({ client, process }) => {
    for (let tries = 0; tries < 5; tries++) {
      const said = Promise.withResolvers<string>();
      const ended = run(client, loop, {
        onText(text) {
          if (text === `${SIGN}\n`) void client.interrupt();
          if (text.includes("Stop:")) said.resolve(text);
        },
      }).catch(() => undefined);
      const text = await Promise.race([said.promise, ended.then(() => undefined)]);
      if (text !== undefined) {
        assert.match(text, /the kernel does not react any more/);
        assert.notEqual((await process.status).code, 0);
        await ended;
        return;
      }
      // The kernel has survived: the cell was ended, and the next one runs.
      assert.match((await ended)?.errors.join() ?? "", /Stopped/);
      assert.deepEqual((await run(client, "1 + 1")).errors, []);
    }
  });
});

Deno.test("a shutdown during a cell ends the relay without an error message", async () => {
  await withKernel(async ({ client, process, complaints }) => {
    const isBusy = Promise.withResolvers<void>();
    client.execute("while (true) {}", false, () => isBusy.resolve()).catch(() => {});
    await isBusy.promise;
    await client.shutdown();
    assert.equal((await process.status).code, 0);
    assert.equal(await complaints, "");
  });
});

Deno.test("the kernel ends when the relay is killed", async () => {
  await withKernel(async ({ client, process }) => {
    const { results } = await run(client, "Deno.pid");
    const [pid] = /\d+/.exec(results[0]) ?? [];
    assert.ok(isAlive(Number(pid)));
    process.kill("SIGKILL");
    assert.ok(await eventually(() => !isAlive(Number(pid))));
  });
});
