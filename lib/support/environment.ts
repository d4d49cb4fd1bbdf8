/** The variables that tell this machine's programs where data are. */

/** Looks up a variable by its name. */
export type Environment = (name: string) => string | undefined;

/** The variables that this program was started with. */
export const processEnvironment: Environment = (name) => Deno.env.get(name);
