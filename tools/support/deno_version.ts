/**
 * The oldest Deno with which the course works. Every task runs this program first: an older Deno
 * would stop at a name or a syntax that it does not know, with a message that does not help. So
 * this file imports nothing, and uses only what every Deno knows.
 *
 * @module
 */

/** The kernel of this version and newer ones reports errors, and keeps outputs in order. */
export const MINIMUM_DENO = "2.9.0";

/**
 * What is wrong with a version of Deno, or undefined if it is new enough.
 *
 * Before 2.8.2, prints and displays left the kernel through different queues, in no fixed order; 2.8.2
 * and 2.8.3 report failing cells as passed (denoland/deno#35290, fixed in 2.9.0).
 */
export function versionProblem(version: string): string | undefined {
  const wanted = MINIMUM_DENO.split(".").map(Number);
  const found = version.split(/[.+-]/).map(Number);
  const difference = wanted.map((part, i) => (found[i] || 0) - part).find((d) => d !== 0) || 0;
  if (difference >= 0) return undefined;
  const why = /^2\.8\.[23]/.test(version)
    ? "its kernel reports failing cells as passed"
    : "its kernel loses the order of outputs";
  return `Deno: expected ${MINIMUM_DENO} or newer, found ${version}: ${why}. ` +
    "Run `deno upgrade`, or type `npx -y deno@2.9.6` instead of `deno`.";
}

if (import.meta.main) {
  const problem = versionProblem(Deno.version.deno);
  if (problem !== undefined) {
    console.error(problem);
    Deno.exit(1);
  }
}
