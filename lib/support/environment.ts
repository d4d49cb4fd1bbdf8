/** What surrounds the program: the platform in use, and its environment variables. */
import { denoPlatform } from "./deno_platform.ts";
import type { Platform } from "./platform.ts";

/** The platform in use. */
export let platform: Platform = denoPlatform;

/** Makes another platform the one in use, such as a page's. Call it before anything is loaded. */
export function usePlatform(other: Platform): void {
  platform = other;
}

/** Looks up a variable by its name. */
export type Environment = (name: string) => string | undefined;

/** The variables of this program. */
export const processEnvironment: Environment = (name) => platform.variable(name);
