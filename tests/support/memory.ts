/** The peak memory of a program of its own. */
import { fileURLToPath } from "node:url";

/** What a program did. */
export interface Run {
  /** The most memory that it held, in MiB. */
  readonly peak: number;
  /** Seconds that its code took, without the start of Deno. */
  readonly seconds: number;
  /** What it printed. */
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs code in a new Deno and measures it. Works on Linux only.
 * @param code the body of a module.
 * @param from a module, relative to this file, and the names that the code uses of it.
 */
export async function peakMemory(
  code: string,
  [module, ...names]: readonly string[],
  env: Record<string, string> = {},
): Promise<Run> {
  const url = JSON.stringify(import.meta.resolve(module));
  const program = `import { ${names.join(", ")} } from ${url};
    const start = performance.now();
    ${code}
    const seconds = (performance.now() - start) / 1000;
    const peak = /VmHWM:\\s*(\\d+) kB/.exec(Deno.readTextFileSync("/proc/self/status"))[1] / 1024;
    console.log(JSON.stringify({ peak, seconds }));`;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-check", "--ext=js", program],
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
    env: { NO_COLOR: "1", ...env },
  }).output();
  const lines = new TextDecoder().decode(stdout).trimEnd().split("\n");
  const measured: unknown = JSON.parse(lines.pop() || "{}");
  const { peak = NaN, seconds = NaN } = measured as { peak?: number; seconds?: number };
  return { peak, seconds, stdout: lines.join("\n"), stderr: new TextDecoder().decode(stderr) };
}
