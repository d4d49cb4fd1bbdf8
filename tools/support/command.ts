/** What the commands of the project have in common: arguments, errors, the exit code. */
import { resolve } from "node:path";
import { messageOf } from "./machine.ts";

/**
 * Runs a command with this program's arguments, and exits with the exit code that it returns. If it
 * throws an error, prints the message without the stack and exits with 1.
 */
export async function exitWith(main: (args: string[]) => Promise<number>): Promise<never> {
  try {
    Deno.exit(await main(Deno.args));
  } catch (error) {
    console.error(messageOf(error));
    Deno.exit(1);
  }
}

/** A wrong argument of a command. */
export class UsageError extends Error {
  override name = "UsageError";
}

/**
 * The absolute form of a path on the command line. `deno task` runs programs in the project's folder,
 * and names the folder from which it was called in `INIT_CWD`.
 */
export function fromCaller(path: string): string {
  return resolve(Deno.env.get("INIT_CWD") ?? Deno.cwd(), path);
}
