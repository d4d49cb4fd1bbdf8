/** Runs the commands of the project. */
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
