/** Every exercise: its solution passes, each wrong answer gets its hint, the untouched cell is open. */
import assert from "node:assert/strict";
import { SCRAP_MIME } from "../../lib/notebook/record.ts";
import { drawHiddenFrom } from "../../exercises/judges.ts";
import { checker, exercises } from "../../exercises/mod.ts";
import { sentBy } from "../support/channel.ts";

/** The verdict, and the text beside it, when a cell runs in a new kernel. */
async function run(cell: string): Promise<{ verdict: string; text: string }> {
  checker.forget();
  const module = `data:application/typescript,${encodeURIComponent(`${cell}\nexport {};`)}`;
  const sent = await sentBy(() => import(`${module}#${crypto.randomUUID()}`));
  const bundle = sent.findLast(({ bundle }) => SCRAP_MIME in bundle)?.bundle;
  assert.ok(bundle, `no verdict from:\n${cell}`);
  const scrap = bundle[SCRAP_MIME];
  assert.ok(typeof scrap === "object" && "data" in scrap);
  const { data } = scrap;
  assert.ok(typeof data === "object" && data !== null && "verdict" in data);
  return { verdict: String(data.verdict), text: bundle["text/plain"] };
}

for (const [id, exercise] of Object.entries(exercises)) {
  Deno.test(`exercise ${id}: ${exercise.title}`, async () => {
    const open = await run(exercise.cell);
    assert.equal(open.verdict, "unanswered", open.text);
    const solved = await run(exercise.solution);
    assert.match(solved.verdict, /^(correct|stored)$/, solved.text);
    for (const { cell, hint } of exercise.wrong) {
      const { verdict, text } = await run(cell);
      assert.equal(verdict, "wrong", `${text}\n${cell}`);
      assert.ok(
        text.toLowerCase().includes(hint.toLowerCase()),
        `expected the hint "${hint}", found: ${text}`,
      );
    }
    // The same for the hidden inputs of a grader.
    for (const seed of [1, 2, 3]) {
      drawHiddenFrom(seed);
      assert.equal((await run(exercise.solution)).verdict, solved.verdict, `seed ${seed}`);
      for (const { cell } of exercise.wrong) {
        assert.equal((await run(cell)).verdict, "wrong", `seed ${seed}\n${cell}`);
      }
    }
    drawHiddenFrom(20);
    if (solved.verdict === "correct") assert.ok(exercise.wrong.length >= 3, "three wrong answers");
    // A hint never shows the solution.
    const body = exercise.solution.split("\n").filter((line) => !exercise.cell.includes(line));
    for (const line of body.map((line) => line.trim()).filter((line) => line.length > 12)) {
      for (const hint of exercise.hints) assert.ok(!hint.includes(line), hint);
    }
  });
}
