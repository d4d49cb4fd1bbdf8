/** Results by name. */

/** Results: `loss` and, where they are measured, `accuracy`, `valLoss` and `valAccuracy`. */
export interface Logs {
  /** The mean loss. */
  loss: number;
  /** The other results. */
  [metric: string]: number;
}

/** The mean results over the samples of several batches. */
export class MeanLogs {
  readonly #sums: Logs = { loss: 0 };
  #count = 0;

  /** Adds the mean results of a batch of `count` samples. */
  add(logs: Logs, count: number): void {
    for (const [name, value] of Object.entries(logs)) {
      this.#sums[name] = (this.#sums[name] ?? 0) + value * count;
    }
    this.#count += count;
  }

  /** The means so far. */
  get logs(): Logs {
    const means: Logs = { loss: 0 };
    for (const name of Object.keys(this.#sums)) means[name] = this.#sums[name] / this.#count;
    return means;
  }
}
