/**
 * The charts of the course: each a function from numbers to a figure, with honest axes (bars start
 * at zero, matrices have square cells) and a text alternative that tells what they show.
 * @module
 */
export * from "./bars.ts";
export type { Series } from "./chart_parts.ts";
export { Figure } from "./figure.ts";
export type { ChartOptions, Data, Layout, Numbers } from "./figure.ts";
export * from "./lines.ts";
export * from "./matrices.ts";
