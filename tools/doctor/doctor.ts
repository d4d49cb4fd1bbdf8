/**
 * `deno task doctor`: what is missing on this machine, and the command that fixes it. It changes
 * nothing.
 *
 * @module
 */

import { denoCommand } from "../support/deno.ts";
import { CHECKS, type Finding } from "./checks.ts";
import { messageOf, thisMachine } from "../support/machine.ts";

const USAGE = `deno task doctor

Checks what the course needs on this machine; prints what is missing and how to fix it.
Exit code 1 if the course cannot run.`;

/** The finding of a check that threw an error. */
function broken(error: unknown): Finding {
  return { state: "missing", found: messageOf(error), fix: "" };
}

const SIGNS = { ok: "ok      ", optional: "optional", missing: "MISSING " };

async function main(): Promise<number> {
  const machine = thisMachine();
  let canRun = true;
  for (const { name, look } of CHECKS) {
    const { state, found, fix } = await look(machine).catch(broken);
    console.log(`${SIGNS[state]}  ${name}: ${found}`);
    if (state !== "ok" && fix !== "") console.log(`          fix: ${fix}`);
    if (state === "missing") canRun = false;
  }
  console.log(
    canRun
      ? `\nThe course can run. To open it: ${denoCommand()} task lab`
      : "\nThe course cannot run until what is MISSING is fixed.",
  );
  return canRun ? 0 : 1;
}

if (import.meta.main) {
  const asksForHelp = Deno.args.some((arg) => arg === "--help" || arg === "-h");
  if (asksForHelp) console.log(USAGE);
  Deno.exit(asksForHelp ? 0 : await main());
}
