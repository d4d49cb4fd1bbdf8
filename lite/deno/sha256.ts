/** SHA-256 where this code runs under Deno; the site's build puts another module in its place. */
import { createHash } from "node:crypto";
import type { Hash } from "../../lib/support/platform.ts";

/** A SHA-256 in the making. */
export function sha256(): Hash {
  const hash = createHash("sha256");
  return {
    update: (bytes) => void hash.update(bytes),
    hex: () => Promise.resolve(hash.digest("hex")),
  };
}
