/** MNIST's files for the site. */
import { find } from "../../lib/data/sets/obtain.ts";
import { DATA_SETS } from "../../lib/data/sets/sources.ts";
import { join, resolve } from "node:path";
import { UsageError } from "../support/command.ts";

/**
 * The folder that has MNIST's four files, verified.
 *
 * @throws {UsageError} that says how to get them.
 */
export async function mnistFolder(root: string): Promise<string> {
  const named = Deno.env.get("MNIST_DIR");
  const { obtained, misses } = await find(DATA_SETS.mnist, true);
  if (obtained !== undefined) {
    const isFromNamed = named && misses.length === 0;
    return isFromNamed ? resolve(root, named) : join(root, "data", "mnist");
  }
  const reasons = misses.map(({ error }) => error.message).join("\n");
  throw new UsageError(
    `lite: expected MNIST for --data mnist, found none:\n${reasons}\n` +
      "deno task data mnist downloads it; --data digits builds the site without it.",
  );
}
