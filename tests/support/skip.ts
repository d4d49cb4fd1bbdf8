/** Tests that need something this machine may not have. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { projectPath } from "../../lib/support/paths.ts";

/** The folder that has the real MNIST, if there is one: `MNIST_DIR`, or `data/mnist`. */
export const mnistFolder: string = projectPath(Deno.env.get("MNIST_DIR") || "data/mnist");

/** What is missing for tests on the real MNIST; undefined where nothing is. */
export const missingMnist: string | undefined =
  ["t10k-labels-idx1-ubyte.gz", "t10k-labels-idx1-ubyte"]
      .some((name) => existsSync(join(mnistFolder, name)))
    ? undefined
    : "the real MNIST is not here: MNIST_DIR can name its folder";

/**
 * Registers a test that is skipped where something is missing; its name then says why, which
 * `deno task test` prints and demands.
 *
 * @param missing what is missing and how to get it, such as {@linkcode missingMnist}; undefined
 * when everything is there.
 */
export function testUnless(
  missing: string | undefined,
  name: string,
  test: (t: Deno.TestContext) => void | Promise<void>,
): void {
  if (missing === undefined) Deno.test(name, test);
  else Deno.test({ name: `${name} (skipped: ${missing})`, ignore: true, fn: test });
}
