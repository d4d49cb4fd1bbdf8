import assert from "node:assert/strict";
import { join } from "node:path";
import {
  BOOK_WEIGHTS,
  hasBookWeights,
  obtainBookWeights,
} from "../../../../lib/data/sets/book_weights.ts";
import { projectPath } from "../../../../lib/support/paths.ts";
import { inFolder } from "../../../support/files.ts";
import { startMirror } from "../../../support/mirror.ts";
import { testUnless } from "../../../support/skip.ts";

Deno.test("book weights: another file of the name is not kept, and nothing is half there", () =>
  inFolder(async (folder) => {
    await using mirror = startMirror(() => ({ kind: "body", bytes: Uint8Array.of(1, 2, 3) }));
    await Deno.writeTextFile(join(folder, BOOK_WEIGHTS.name), "something else");
    assert.equal(await hasBookWeights(folder), false);
    await assert.rejects(
      obtainBookWeights({ folder, mirrors: [mirror.url] }),
      /sample_weight\.pkl: no mirror provided it:\n.*expected content with SHA-256 b7f55a27/s,
    );
    const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
    assert.deepEqual(names, [BOOK_WEIGHTS.name]);
  }));

const own = projectPath(`data/${BOOK_WEIGHTS.name}`);
const missing = await Deno.stat(own).then(() => undefined, () => `there is no ${own}`);

testUnless(missing, "book weights: downloaded once and verified", () =>
  inFolder(async (folder) => {
    const bytes = await Deno.readFile(own);
    await using mirror = startMirror(() => ({ kind: "body", bytes }));
    const options = { folder, mirrors: [mirror.url] };
    assert.match(await obtainBookWeights(options), /downloaded into data\/, SHA-256 verified/);
    assert.match(await obtainBookWeights(options), /from data\/, SHA-256 verified/);
    assert.deepEqual(mirror.requests, ["/sample_weight.pkl"]);
    assert.deepEqual(await Deno.readFile(join(folder, BOOK_WEIGHTS.name)), bytes);
  }));
