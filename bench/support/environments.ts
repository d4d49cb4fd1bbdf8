/** The Python environments of the peers, in `.bench/` of the project. */
import { join } from "node:path";
import { projectPath } from "../../lib/support/paths.ts";

/** The packages of each environment; NumPy's is made when it is missing, the others by `--peers`. */
const PACKAGES = {
  numpy: ["numpy==2.4.6"],
  jax: ["keras", "jax", "onnxruntime", "onnx"],
  tensorflow: ["keras", "tensorflow-cpu"],
  torch: ["torch", "numpy"],
} as const;

/** The name of an environment. */
export type Environment = keyof typeof PACKAGES;

/** The names of all. */
export const ENVIRONMENTS = Object.keys(PACKAGES) as readonly Environment[];

function folderOf(environment: string): string {
  return join(projectPath(".bench"), environment);
}

/** The Python of an environment, or undefined where it was not made. */
export function pythonOf(environment: Environment): string | undefined {
  const python = join(
    folderOf(environment),
    Deno.build.os === "windows" ? "Scripts/python.exe" : "bin/python",
  );
  try {
    Deno.statSync(python);
    return python;
  } catch {
    return undefined;
  }
}

/**
 * Makes an environment, unless it is there.
 * @throws Error with the output of pip when the packages cannot be installed.
 */
export async function makeEnvironment(environment: Environment): Promise<string> {
  const known = pythonOf(environment);
  if (known !== undefined) return known;
  const folder = folderOf(environment);
  console.error(`bench: installing ${PACKAGES[environment].join(", ")} in ${folder}`);
  await run("python3", ["-m", "venv", folder]);
  try {
    await run(join(folder, "bin", "python"), [
      "-m",
      "pip",
      "install",
      "-q",
      ...PACKAGES[environment],
    ]);
  } catch (error) {
    await Deno.remove(folder, { recursive: true });
    throw error;
  }
  return join(folder, "bin", "python");
}

/** The folder with the npm packages of the tfjs peer, or undefined where it was not made. */
export function npmFolder(): string | undefined {
  const folder = folderOf("node");
  try {
    Deno.statSync(join(folder, "node_modules"));
    return folder;
  } catch {
    return undefined;
  }
}

/** Makes the folder with the npm packages. */
export async function makeNpmFolder(): Promise<void> {
  if (npmFolder() !== undefined) return;
  const folder = folderOf("node");
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(
    join(folder, "package.json"),
    JSON.stringify({
      dependencies: { "@tensorflow/tfjs": "4.22.0", "@tensorflow/tfjs-backend-wasm": "4.22.0" },
    }),
  );
  console.error(`bench: installing tfjs in ${folder}`);
  await run(Deno.execPath(), ["install", "--no-lock"], folder);
}

async function run(command: string, args: readonly string[], cwd?: string): Promise<void> {
  let result: Deno.CommandOutput;
  try {
    result = await new Deno.Command(command, { args: [...args], cwd }).output();
  } catch (cause) {
    throw new Error(`bench: expected ${command} on this machine, found none`, { cause });
  }
  if (result.success) return;
  const text = new TextDecoder().decode(result.stderr).trim().slice(-800);
  throw new Error(`bench: ${command} ${args.join(" ")} failed: ${text}`);
}
