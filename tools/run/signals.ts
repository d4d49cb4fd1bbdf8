/** Ctrl-C and its like. */
import { killAllKernels } from "../jupyter/kernel_process.ts";

/** A signal that is aborted at the first Ctrl-C or termination signal; the second ends the process. */
export function stopOnSignals(): AbortSignal {
  const controller = new AbortController();
  const signals: [Deno.Signal, number][] = Deno.build.os === "windows"
    ? [["SIGINT", 130], ["SIGBREAK", 149]]
    : [["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", 129]];
  for (const [name, code] of signals) {
    Deno.addSignalListener(name, () => {
      if (controller.signal.aborted) {
        killAllKernels();
        Deno.exit(code);
      }
      controller.abort(new Stopped(name, code));
    });
  }
  return controller.signal;
}

/** The command was told to stop. */
export class Stopped extends Error {
  constructor(signal: string, readonly code: number) {
    super(`stopped by ${signal}; the kernels have been ended`);
  }
}
