/** A time limit for code that a student wrote. */

/**
 * Runs code that may never end.
 *
 * An endless loop that waits now and then is left after the time. One that never waits keeps the
 * whole kernel busy; the course's kernel ends it from outside (see `tools/inside_kernel`).
 *
 * @returns what `run` returns, or undefined when it takes longer.
 */
export async function withDeadline<T>(
  seconds: number,
  run: () => Promise<T>,
): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), seconds * 1000);
  });
  try {
    return await Promise.race([run(), late]);
  } finally {
    clearTimeout(timer);
  }
}
