/** The course's kernel, started as Jupyter starts it. */
import { join, resolve } from "node:path";
import { projectRoot } from "../../lib/support/paths.ts";
import { Client } from "../../tools/jupyter/client.ts";
import type { Connection } from "../../tools/jupyter/kernel_process.ts";
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
  { types = false, cwd = "lib", env = {} }: CourseKernelOptions = {},
): Promise<void> {
  await inFolder(async (folder) => {
    const listeners = Array.from(
      { length: 5 },
      () => Deno.listen({ hostname: "127.0.0.1", port: 0 }),
    );
    const [shell_port, iopub_port, stdin_port, control_port, hb_port] = listeners.map((listener) =>
      listener.addr.port
    );
    const connection: Connection = {
      ip: "127.0.0.1",
      transport: "tcp",
      shell_port,
      iopub_port,
      stdin_port,
      control_port,
      hb_port,
      key: crypto.randomUUID(),
      signature_scheme: "hmac-sha256",
      kernel_name: "deno",
    };
    const file = join(folder, "connection.json");
    await Deno.writeTextFile(file, JSON.stringify(connection));
    const spec = kernelSpec(Deno.execPath(), projectRoot, { types });
    const [program, ...args] = spec.argv.map((part) => part === "{connection_file}" ? file : part);
    for (const listener of listeners) listener.close();
    const process = new Deno.Command(program, {
      args,
      env: { ...spec.env, ...env },
      cwd: resolve(projectRoot, cwd),
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const complaints = new Response(process.stderr).text();
    let client: Client | undefined;
    try {
      client = await Client.connect(connection, AbortSignal.timeout(PATIENCE));
      await test({ client, connection, process, complaints });
    } finally {
      client?.close();
      if (isAlive(process.pid)) process.kill("SIGKILL");
      await process.status;
    }
  });
}
