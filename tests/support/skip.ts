/** Tests that need something that this machine may not have. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { projectPath } from "../../lib/support/paths.ts";

/** The folder of the real MNIST, if it is here: `MNIST_DIR`, or `data/mnist`. */
export const mnistFolder: string = projectPath(Deno.env.get("MNIST_DIR") || "data/mnist");

/** Why tests cannot use the real MNIST; undefined if they can. */
export const missingMnist: string | undefined =
  ["t10k-labels-idx1-ubyte.gz", "t10k-labels-idx1-ubyte"]
      .some((name) => existsSync(join(mnistFolder, name)))
    ? undefined
    : "the real MNIST is not here: MNIST_DIR can name its folder";

/**
 * Registers a test that is skipped if something is missing; its name then contains the reason, which
 * `deno task test` requires and prints.
 *
 * @param missing what is missing and how to get it, such as {@linkcode missingMnist}; undefined if
 * nothing is.
 */
export function testUnless(
  missing: string | undefined,
  name: string,
  test: (t: Deno.TestContext) => void | Promise<void>,
): void {
  if (missing === undefined) Deno.test(name, test);
  else Deno.test({ name: `${name} (skipped: ${missing})`, ignore: true, fn: test });
}
