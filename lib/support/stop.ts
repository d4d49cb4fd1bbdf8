/**
 * Stop, pressed by a person while a cell runs. The kernel cannot break off a loop that waits now and
 * then; a loop that calls {@linkcode breathe} ends by itself, between two steps.
 */

/** Stands at 1 from the press of Stop to the end of the cell. */
let flag: Int32Array = new Int32Array(1);

/** A cell was stopped by the person who runs it. What it had finished stays as it is. */
export class Stopped extends Error {
  /** By which it is told from other errors. */
  override name = "Stopped";

  /** The message is the same for all. */
  constructor() {
    super("stopped; what was finished until then is kept");
  }
}

/** Whether Stop was pressed since the cell began, for a loop that wants to end in its own way. */
export function stopRequested(): boolean {
  return Atomics.load(flag, 0) !== 0;
}

/**
 * Makes another place the one where a press of Stop shows: the kernel's, written to by another
 * thread, so that it is seen also while this one is busy.
 *
 * @param shared one number, 0 or 1.
 */
export function watchStop(shared: Int32Array): void {
  flag = shared;
}
