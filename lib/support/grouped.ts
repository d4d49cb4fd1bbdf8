/** Numbers for people. */

/**
 * A count with its digits in groups of three, such as `60,000`. It does by itself what
 * `toLocaleString` does, whose first call loads the tables of all languages: 15 ms of a first cell.
 * @param count an integer.
 */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ",");
}
