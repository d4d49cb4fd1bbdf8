/** SHA-256 in a page, where `crypto.subtle` is missing without HTTPS and takes no pieces. */
import { sha256 as start } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import type { Hash } from "../../../lib/support/platform.ts";

/** A SHA-256 in the making. */
export function sha256(): Hash {
  const hash = start.create();
  return {
    update: (bytes) => void hash.update(bytes),
    hex: () => Promise.resolve(bytesToHex(hash.digest())),
  };
}
