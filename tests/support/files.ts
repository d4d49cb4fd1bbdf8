/** Temporary folders and damaged files for the tests of lib/data. */
import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import * as fc from "fast-check";
import { DataError } from "../../lib/support/errors.ts";

/** Runs a test with a temporary folder. */
export async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "mnist-test-" });
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Expects a {@link DataError} whose message matches every pattern; returns the message. */
export async function rejectsWithDataError(
  promise: Promise<unknown>,
  ...patterns: RegExp[]
): Promise<string> {
  let message = "";
  await assert.rejects(promise, (error) => {
    assert.ok(error instanceof DataError, `expected a DataError, found ${error}`);
    message = error.message;
    for (const pattern of patterns) assert.match(message, pattern);
    return true;
  });
  return message;
}

/** Bytes gzipped. */
export function gzip(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(gzipSync(bytes));
}

/** The SHA-256 of bytes in hexadecimal. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

/** Copies of a file with some bytes changed, cut off at the end, or lengthened. */
export function damaged(bytes: Uint8Array): fc.Arbitrary<Uint8Array<ArrayBuffer>> {
  const position = fc.nat(bytes.length - 1);
  const flips = fc.array(fc.tuple(position, fc.integer({ min: 1, max: 255 })), {
    minLength: 1,
    maxLength: 4,
  }).map((changes) => {
    const copy = new Uint8Array(bytes);
    for (const [at, mask] of changes) copy[at] ^= mask;
    return copy;
  });
  const cut = position.map((length) => new Uint8Array(bytes.subarray(0, length)));
  const longer = fc.uint8Array({ minLength: 1, maxLength: 40 }).map((extra) => {
    const copy = new Uint8Array(bytes.length + extra.length);
    copy.set(bytes);
    copy.set(extra, bytes.length);
    return copy;
  });
  return fc.oneof({ weight: 4, arbitrary: flips }, cut, longer);
}
