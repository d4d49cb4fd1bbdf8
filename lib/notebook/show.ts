/** `show`: displays values from a cell or a script. */
import "./plotly.ts"; // draws figures
import { Figure, FIGURE_MIME, isFigureData } from "../plot/figure.ts";
import { describe } from "../support/describe.ts";
import { DISPLAY, type Displayable, type MimeBundle } from "../support/display.ts";
import { inspect } from "./inspect.ts";
import { drained, send } from "./output.ts";
import { isRecords, Table } from "./table.ts";

function isDisplayable(value: unknown): value is Displayable {
  return typeof value === "object" && value !== null && DISPLAY in value &&
    typeof value[DISPLAY] === "function";
}

/**
 * What `show` displays for a value: what it returns under `Symbol.for("Jupyter.display")`. Of plain
 * values, the parts of a figure are drawn, an array of objects is a table, and anything else is text.
 *
 * @throws TypeError for a promise, which is a forgotten `await`, and for a display method that does
 *   not return a MIME bundle.
 */
export async function bundleOf(value: unknown): Promise<MimeBundle> {
  if (value instanceof Promise) {
    throw new TypeError("show: expected a value, found a promise: write await before it");
  }
  if (isRecords(value)) return new Table(value)[DISPLAY]();
  if (!isDisplayable(value)) {
    if (isFigureData(value)) return new Figure(value)[DISPLAY]();
    return { "text/plain": typeof value === "string" ? value : inspect(value) };
  }
  const bundle: unknown = await value[DISPLAY]();
  if (typeof bundle !== "object" || bundle === null) {
    throw new TypeError(
      `show: expected a MIME bundle from Jupyter.display, found ${describe(bundle)}`,
    );
  }
  // Objects of other libraries may have no text.
  const text = "text/plain" in bundle ? bundle["text/plain"] : undefined;
  return { ...bundle, "text/plain": typeof text === "string" ? text : inspect(value) };
}

/** True for a script that was started with `--plot`. */
const plots = typeof Deno !== "undefined" && Deno.args.includes("--plot");

/**
 * Displays each value, in order, and resolves when all have left the kernel.
 *
 * A string is displayed as its text, a tensor as a small table with its shape and dtype, an array of
 * objects as a table with a column for each name; figures and pictures are drawn. Outside a notebook
 * the text of each value is printed, and a script that was started with `--plot` shows its figures in
 * the browser at its end.
 *
 * @throws TypeError for a promise, which is a forgotten `await`.
 *
 * @example
 * ```ts
 * import { show, tensor } from "mnist";
 *
 * await show("Two runs:", [{ hidden: 30, accuracy: 0.92 }, { hidden: 50, accuracy: 0.93 }]);
 * await show(tensor([[1, 2], [3, 4]]));
 * ```
 */
export async function show(...values: unknown[]): Promise<void> {
  for (const value of values) {
    const bundle = await bundleOf(value);
    send(bundle);
    const figure = bundle[FIGURE_MIME];
    if (plots && isFigureData(figure)) (await import("./browser.ts")).showAtEnd(figure);
  }
  await drained();
}
