/** The course's kernel, started as Jupyter starts it. */
import { join, resolve } from "node:path";
import { projectRoot } from "../../lib/support/paths.ts";
import { Client } from "../../tools/jupyter/client.ts";
import { type Connection, connectionOn, freePorts } from "../../tools/jupyter/kernel_process.ts";
import { kernelSpec } from "../../tools/kernelspec/kernelspec.ts";
import { inFolder } from "./files.ts";
import { isAlive } from "./processes.ts";

/** Milliseconds: longer than any step of these tests takes on a slow machine. */
const PATIENCE = 30_000;

/** A running kernel, and a front end of it. */
export interface CourseKernel {
  client: Client;
  connection: Connection;
  process: Deno.ChildProcess;
  /** What it has printed to its standard error, when it has ended. */
  complaints: Promise<string>;
}

/** How a kernel is started. */
export interface CourseKernelOptions {
  /** Whether it answers questions about types: no by default. */
  types?: boolean;
  /** The working folder, from the project's: `lib` by default. */
  cwd?: string;
  /** More variables of the environment. */
  env?: Record<string, string>;
}

/** Runs a test with a kernel of its own. */
export async function withKernel(
  test: (kernel: CourseKernel) => Promise<void>,
  options: CourseKernelOptions = {},
): Promise<void> {
  await inFolder(async (folder) => {
    const kernel = await start(folder, options);
    const { client, process } = kernel;
    try {
      await test(kernel);
    } finally {
      client.close();
      if (isAlive(process.pid)) process.kill("SIGKILL");
      await process.status;
    }
  });
}

/** Starts a kernel. Where another process has taken one of its ports meanwhile, it takes others. */
async function start(
  folder: string,
  { types = false, cwd = "lib", env = {} }: CourseKernelOptions,
): Promise<CourseKernel> {
  const spec = kernelSpec(Deno.execPath(), projectRoot, { types });
  const file = join(folder, "connection.json");
  const [program, ...args] = spec.argv.map((part) => part === "{connection_file}" ? file : part);
  for (let attempt = 1;; attempt++) {
    const { ports, release } = freePorts(5);
    const connection = connectionOn(ports);
    await Deno.writeTextFile(file, JSON.stringify(connection));
    release();
    const process = new Deno.Command(program, {
      args,
      env: { ...spec.env, ...env },
      cwd: resolve(projectRoot, cwd),
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const complaints = new Response(process.stderr).text();
    try {
      const client = await Client.connect(connection, AbortSignal.timeout(PATIENCE));
      return { client, connection, process, complaints };
    } catch (error) {
      if (isAlive(process.pid)) process.kill("SIGKILL");
      await process.status;
      if (attempt === 3) throw error;
    }
  }
}
