/** What a student sees of a check: verdicts, hints try by try, the solution, strict mode. */
import assert from "node:assert/strict";
import { Checker, ExerciseError, showVerdict } from "../../exercises/check.ts";
import { defineExercise } from "../../exercises/exercise.ts";
import { check } from "../../exercises/mod.ts";
import { SCRAP_MIME } from "../../lib/notebook/record.ts";
import { DISPLAY } from "../../lib/support/display.ts";
import { sentBy, textsOf } from "../support/channel.ts";

/** An exercise whose judge is given. */
function checkerOf(judge: (answer: unknown) => ReturnType<ReturnType<typeof exercise>["judge"]>) {
  return new Checker({ "1.1": exercise(judge) });
}

function exercise(judge: Parameters<typeof defineExercise<unknown>>[0]["judge"]) {
  return defineExercise<unknown>({
    title: "a title",
    points: 2,
    cell: "",
    solution: "const x = 1;",
    hints: ["the first hint", "the second hint"],
    judge,
    seconds: 0.05,
    wrong: [],
  });
}

Deno.test("hints go on try by try: the first, an example, the others; the last one stays", async () => {
  const checker = checkerOf(() => ({ kind: "wrong", example: "expected 2, found 1" }));
  const hints = [];
  for (let i = 0; i < 4; i++) hints.push((await checker.judge("1.1", 1)).hint);
  assert.deepEqual(hints, [
    "the first hint",
    "expected 2, found 1",
    "the second hint",
    "the second hint",
  ]);
  assert.equal(checker.hint("1.1"), "the second hint");
});

Deno.test("a mistake is named at once; made again, the next hint comes with it", async () => {
  const checker = checkerOf((answer) => ({ kind: "wrong", mistake: `mistake ${answer}` }));
  const hints = [];
  for (const answer of ["a", "a", "b", "b"]) hints.push((await checker.judge("1.1", answer)).hint);
  assert.deepEqual(hints, [
    "mistake a",
    "mistake a. the first hint",
    "mistake b",
    "mistake b. the second hint",
  ]);
});

Deno.test("the result counts tries and points, and says whether the solution was shown", async () => {
  const checker = checkerOf((x) => x === 1 ? { kind: "correct" } : { kind: "wrong" });
  assert.equal((await checker.judge("1.1", undefined)).result.tries, 0);
  await checker.judge("1.1", 2);
  const before = await checker.judge("1.1", 1);
  assert.deepEqual(before.result, {
    id: "1.1",
    verdict: "correct",
    points: 2,
    of: 2,
    tries: 2,
    solutionShown: false,
  });
  const sent = await sentBy(async () => {
    checker.solution("1.1");
    await showVerdict(await checker.judge("1.1", 1));
  });
  assert.match(JSON.stringify(sent[0].bundle[SCRAP_MIME]), /"solutionShown":true/);
});

Deno.test("an answer that throws, waits without end or is a promise gets a verdict", async () => {
  const hintOf = async (judge: () => never | Promise<never>, answer: unknown = 1) =>
    (await checkerOf(judge).judge("1.1", answer)).hint;
  const fails = () => {
    throw new RangeError("no");
  };
  assert.match(await hintOf(fails), /your code throws RangeError: no/i);
  assert.match(await hintOf(() => Promise.reject({})), /your code throws an object/i);
  assert.match(await hintOf(() => new Promise<never>(() => {})), /did not end within 0.05 s/i);
  assert.match(await hintOf(fails, Promise.resolve(1)), /write await before it/i);
});

Deno.test("an answer is the same whenever its judge looks at it", async () => {
  let reads = 0;
  const answer = new Proxy([0], {
    get: (list, key) => key === "0" ? reads++ : Reflect.get(list, key),
  });
  const seen: unknown[] = [];
  const checker = checkerOf((list) => {
    if (Array.isArray(list)) seen.push(list[0], list[0], list[0]);
    return { kind: "correct" };
  });
  await checker.judge("1.1", answer);
  assert.deepEqual(seen, [0, 0, 0]);
});

Deno.test("the solution is code, as text and as Markdown; that it was shown is stored", () => {
  const bundle = checkerOf(() => ({ kind: "correct" })).solution("1.1")[DISPLAY]();
  assert.equal(bundle["text/plain"], "const x = 1;");
  assert.equal(bundle["text/markdown"], "````ts\nconst x = 1;\n````");
  assert.match(JSON.stringify(bundle[SCRAP_MIME]), /"name":"solution 1.1","data":true/);
});

Deno.test("an unknown id names the ids that there are", async () => {
  await assert.rejects(
    async () => await Reflect.apply(check, null, ["9.99", 1]),
    /expected the id of an exercise, found "9.99"; ids: .*3\.1/i,
  );
});

Deno.test("strict: an answer that is not correct throws after its verdict was shown", async () => {
  const checker = checkerOf(() => ({ kind: "wrong" }));
  const texts = await textsOf(async () => {
    await assert.rejects(
      async () => await showVerdict(await checker.judge("1.1", 1), true),
      ExerciseError,
    );
    await assert.rejects(
      async () => await showVerdict(await checker.judge("1.1", undefined), true),
      /not answered yet/,
    );
  });
  assert.equal(texts.length, 2);
  const correct = checkerOf(() => ({ kind: "correct" }));
  await textsOf(async () => await showVerdict(await correct.judge("1.1", 1), true));
});

Deno.test("an answer of another type is an error in the editor", () => {
  // Never called: the comments below are errors themselves where the types allow the call.
  const calls = async () => {
    await check("3.1", 5);
    await check("3.1", undefined);
    // @ts-expect-error: a text in place of a number
    await check("3.1", "5");
    // @ts-expect-error: no such exercise
    await check("3.99", 5);
  };
  assert.equal(typeof calls, "function");
});
