import assert from "node:assert/strict";
import { join } from "node:path";
import { findChromium, launchChromium, NoBrowserError } from "../../../tools/support/chromium.ts";
import { type Machine, thisMachine } from "../../../tools/support/machine.ts";
import { inFolder } from "../../support/files.ts";
import { testUnless } from "../../support/skip.ts";

const emptyMachine: Machine = { ...thisMachine(), os: "linux", path: "" };

Deno.test("without a browser, the error says what to install", async () => {
  assert.equal(findChromium(emptyMachine), undefined);
  await assert.rejects(launchChromium("pictures of the figures", emptyMachine), (error) => {
    assert.ok(error instanceof NoBrowserError);
    assert.match(
      error.message,
      /^pictures of the figures: expected Chromium .* found none; install/,
    );
    assert.match(error.message, /apt-get install chromium/);
    return true;
  });
});

testUnless(
  Deno.build.os === "windows" ? "programs have other names on Windows" : undefined,
  "the browser is found on the PATH, Chromium first",
  () =>
    inFolder(async (folder) => {
      for (const name of ["google-chrome", "chromium"]) {
        await Deno.writeTextFile(join(folder, name), "", { mode: 0o755 });
      }
      assert.equal(findChromium({ ...emptyMachine, path: folder }), join(folder, "chromium"));
    }),
);
