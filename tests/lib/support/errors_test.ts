import assert from "node:assert/strict";
import { DataError } from "../../../lib/support/errors.ts";

Deno.test("DataError carries its name, message and cause", () => {
  const cause = new Error("underneath");
  const error = new DataError("file: expected 4 bytes, found 3", { cause });
  assert.ok(error instanceof Error);
  assert.equal(String(error), "DataError: file: expected 4 bytes, found 3");
  assert.equal(error.cause, cause);
  assert.equal("cause" in new DataError("x"), false);
});
