/**
 * `deno task doctor`: what is missing on this machine, and the command that mends it. It changes
 * nothing.
 *
 * @module
 */

import { denoCommand } from "../support/deno.ts";
import { CHECKS, type Finding } from "./checks.ts";
import { messageOf, thisMachine } from "../support/machine.ts";

const USAGE = `deno task doctor

Looks at what the course needs on this machine and says what is missing, and what mends it.
Exit code 1 when the course cannot run.`;

/** Why a check failed by itself: what it looked at is not as anybody expected it. */
function broken(error: unknown): Finding {
  return { state: "missing", found: messageOf(error), mend: "" };
}

const SIGNS = { ok: "ok      ", optional: "optional", missing: "MISSING " };

async function main(): Promise<number> {
  const machine = thisMachine();
  let canRun = true;
  for (const { name, look } of CHECKS) {
    const { state, found, mend } = await look(machine).catch(broken);
    console.log(`${SIGNS[state]}  ${name}: ${found}`);
    if (state !== "ok" && mend !== "") console.log(`          to mend it: ${mend}`);
    if (state === "missing") canRun = false;
  }
  console.log(
    canRun
      ? `\nThe course can run. To open it: ${denoCommand()} task lab`
      : "\nThe course cannot run before what is MISSING is mended.",
  );
  return canRun ? 0 : 1;
}

if (import.meta.main) {
  const asksForHelp = Deno.args.some((arg) => arg === "--help" || arg === "-h");
  if (asksForHelp) console.log(USAGE);
  Deno.exit(asksForHelp ? 0 : await main());
}
