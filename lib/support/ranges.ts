/** Checks that a number is in its range. */
import { describe } from "./describe.ts";

const RANGES = {
  "above 0": (value: number) => value > 0,
  "of at least 0": (value: number) => value >= 0,
  "of at least 1": (value: number) => value >= 1,
  "from 0 to 1": (value: number) => value >= 0 && value <= 1,
  "from 0 to below 1": (value: number) => value >= 0 && value < 1,
  "to be a finite number": () => true,
  "to be an integer of at least 1": (value: number) => Number.isSafeInteger(value) && value >= 1,
} as const;

/** The name of a range, as messages say it. */
export type Range = keyof typeof RANGES;

/**
 * Returns the value if it is a finite number in the range.
 * @param what the start of the message: `Dropout: expected a rate`.
 * @throws RangeError otherwise, also for what is not a number.
 */
export function inRange(what: string, value: number, range: Range): number {
  if (Number.isFinite(value) && RANGES[range](value)) return value;
  throw new RangeError(`${what} ${range}, found ${describe(value)}`);
}
