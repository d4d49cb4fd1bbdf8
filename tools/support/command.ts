/** How a command of the project ends. */
import { messageOf } from "./machine.ts";

/**
 * Runs a command with this program's arguments and ends the program with the exit code that it
 * gives. An error that it throws is said without a stack, which helps nobody at a terminal, and
 * gives 1.
 */
export async function exitWith(main: (args: string[]) => Promise<number>): Promise<never> {
  try {
    Deno.exit(await main(Deno.args));
  } catch (error) {
    console.error(messageOf(error));
    Deno.exit(1);
  }
}
