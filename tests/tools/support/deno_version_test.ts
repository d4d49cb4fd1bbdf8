/** Versions of Deno that are refused. */
import assert from "node:assert/strict";
import { checkDenoVersion } from "../../../tools/jupyter/kernel_process.ts";
import { MINIMUM_DENO, versionProblem } from "../../../tools/support/deno_version.ts";

Deno.test("Deno: versions with an unreliable kernel are refused, with the remedy", () => {
  for (const version of ["2.9.0", "2.9.6", "2.10.1", "3.0.0", "2.9.6+abc", MINIMUM_DENO]) {
    assert.equal(versionProblem(version), undefined);
    checkDenoVersion(version);
  }
  for (const version of ["1.46.3", "2.8.1", "2.8.2", "2.8.3", "2.8.4"]) {
    const expected = /expected 2\.9\.0 or newer, found \d.*deno upgrade.*npx -y deno@/;
    assert.match(versionProblem(version) ?? "", expected);
    assert.throws(() => checkDenoVersion(version), { name: "KernelError", message: expected });
  }
  assert.match(versionProblem("2.8.3") ?? "", /failing cells as passed/);
});
