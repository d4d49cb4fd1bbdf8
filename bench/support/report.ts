/** How a benchmark says what it found: a table for a person, JSON lines for a program. */

/** Our time beside another's for the same work, measured in turns in one run. */
export interface Comparison {
  /** What was done, the same for both. */
  readonly work: string;
  /** How we did it. */
  readonly ours: string;
  /** Whom we are compared with, and its version. */
  readonly theirs: string;
  /** Our seconds. */
  readonly ourSeconds: number;
  /** Their seconds. */
  readonly theirSeconds: number;
}

/**
 * Prints one comparison.
 * @param json as one line of JSON, with the ratio, and nothing else.
 */
export function report(comparison: Comparison, json: boolean): void {
  const { work, ours, theirs, ourSeconds, theirSeconds } = comparison;
  const ratio = theirSeconds / ourSeconds;
  if (json) return console.log(JSON.stringify({ ...comparison, ratio }));
  const factor = ratio >= 1 ? `${digits(ratio)} times faster` : `${digits(1 / ratio)} times slower`;
  console.log(`${work}\n  ours, ${ours}: ${duration(ourSeconds)}`);
  console.log(`  ${theirs}: ${duration(theirSeconds)}\n  ours is ${factor}`);
}

/** The number in the middle, which one slow run does not move. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const low = Math.floor((sorted.length - 1) / 2), high = Math.ceil((sorted.length - 1) / 2);
  return (sorted[low] + sorted[high]) / 2;
}

function duration(seconds: number): string {
  if (seconds >= 7200) return `${digits(seconds / 3600)} hours`;
  if (seconds >= 120) return `${digits(seconds / 60)} minutes`;
  if (seconds >= 1) return `${digits(seconds)} s`;
  return seconds >= 1e-3 ? `${digits(seconds * 1e3)} ms` : `${digits(seconds * 1e6)} µs`;
}

/** Three digits. */
function digits(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString("en");
}
