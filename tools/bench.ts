/** `deno task bench [NAME…] [--json] [--peers] [--cpu] [--rounds N]`: runs the benchmarks of bench/, all or the named ones. */
import { join } from "node:path";
import { projectRoot } from "../lib/support/paths.ts";

/** The names of the benchmarks: the scripts directly in bench/. */
export function benchmarks(root: string): string[] {
  return [...Deno.readDirSync(join(root, "bench"))]
    .filter(({ isFile, name }) => isFile && name.endsWith(".ts"))
    .map(({ name }) => name.slice(0, -".ts".length))
    .sort();
}

/**
 * Runs benchmarks one after the other, with the remaining arguments.
 * @returns the exit code: 0 if all succeeded, 2 for an unknown name.
 */
export async function bench(root: string, args: readonly string[]): Promise<number> {
  const known = benchmarks(root);
  // Names come before options, so that values of options are not taken for names.
  const firstOption = args.findIndex((arg) => arg.startsWith("-"));
  const names = args.slice(0, firstOption === -1 ? args.length : firstOption);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    console.error(`bench: expected one of ${known.join(", ")}, found ${unknown}`);
    return 2;
  }
  let code = 0;
  for (const name of names.length > 0 ? names : known) {
    console.error(`bench ${name}`);
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", join(root, "bench", `${name}.ts`), ...args.slice(names.length)],
      cwd: root,
    }).spawn();
    code = Math.max(code, (await child.status).code);
  }
  return code;
}

if (import.meta.main) Deno.exit(await bench(projectRoot, Deno.args));
