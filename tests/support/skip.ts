/** Tests that need something this machine may not have. */

/**
 * Registers a test that is skipped where something is missing; its name then says why, which
 * `deno task test` prints and demands.
 *
 * @param missing what is missing and how to get it, such as `"there is no real MNIST here: set
 * MNIST_DIR"`; undefined when everything is there.
 */
export function testUnless(
  missing: string | undefined,
  name: string,
  test: (t: Deno.TestContext) => void | Promise<void>,
): void {
  if (missing === undefined) Deno.test(name, test);
  else Deno.test({ name: `${name} (skipped: ${missing})`, ignore: true, fn: test });
}
