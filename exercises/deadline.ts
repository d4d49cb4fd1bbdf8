/** A time limit for code that a student wrote. */

/**
 * The name of the global function that tells the process which started the kernel that a deadline
 * begins (its seconds) or has been met (0), and resolves when that process can know it.
 */
export const DEADLINE_FUNCTION = "__deadline";

/** Tells the process that started the kernel, where there is one that listens. */
async function announce(seconds: number): Promise<void> {
  const tell: unknown = Reflect.get(globalThis, DEADLINE_FUNCTION);
  if (typeof tell === "function") await tell(seconds);
}

/**
 * Runs code that may never end.
 *
 * A loop that waits now and then is left alone after the time. One that never waits keeps the only
 * thread busy, so that no timer of this thread is heard: the process that started the kernel
 * interrupts it, and the timer then fires (see `tools/jupyter/deadline.ts`).
 *
 * @returns what `run` returns, or undefined when it takes longer.
 */
export async function withDeadline<T>(
  seconds: number,
  run: () => Promise<T>,
): Promise<T | undefined> {
  await announce(seconds);
  const late = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => late.resolve(undefined), seconds * 1000);
  try {
    // In a microtask of its own: an interrupt ends all that runs in the same one.
    return await Promise.race([Promise.resolve().then(run), late.promise]);
  } finally {
    clearTimeout(timer);
    await announce(0);
  }
}
