/**
 * Remembers the timers that a cell has set, so that Stop can remove them: a cell that waits for one
 * of them then waits for nothing, and ends when the kernel collects garbage.
 *
 * Callbacks run in a microtask: an interrupt during a timer's own callback paralyses Deno's kernel,
 * an interrupt during a microtask does not (unless several timers are due at the same moment).
 *
 * @module
 */

type Timer = ReturnType<typeof setTimeout>;
type Callback = (...args: unknown[]) => void;
type SetTimer = (callback: Callback, delay?: number, ...args: unknown[]) => Timer;

/** Where timers are set: `globalThis`. */
export interface TimerScope {
  setTimeout: SetTimer;
  setInterval: SetTimer;
  clearTimeout(timer: Timer): void;
}

/** The timers of the cell that runs. */
export class CellTimers {
  readonly #scope: TimerScope;
  readonly #running = new Set<Timer>();

  /** Watches a scope from now on. */
  constructor(scope: TimerScope) {
    this.#scope = scope;
    const running = this.#running;
    const { setTimeout, setInterval } = scope;
    scope.setTimeout = sameBut(setTimeout, (callback, delay, ...args) => {
      const timer = setTimeout(() => {
        running.delete(timer);
        queueMicrotask(() => callback(...args));
      }, delay);
      running.add(timer);
      return timer;
    });
    scope.setInterval = sameBut(setInterval, (callback, delay, ...args) => {
      const timer = setInterval(() => queueMicrotask(() => callback(...args)), delay);
      running.add(timer);
      return timer;
    });
  }

  /** Forgets them: the cell has ended, and what it has left running goes on. */
  forget(): void {
    this.#running.clear();
  }

  /** Removes them. */
  clear(): void {
    for (const timer of this.#running) this.#scope.clearTimeout(timer);
    this.#running.clear();
  }
}

/** A function that does something else when called, and is otherwise the same. */
function sameBut(original: SetTimer, does: SetTimer): SetTimer {
  return new Proxy(original, {
    apply: (_, __, args: Parameters<SetTimer>) =>
      // The original rejects what is not a function.
      typeof args[0] === "function" ? does(...args) : original(...args),
  });
}
