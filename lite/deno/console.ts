/** `console` of the kernel's thread: what cells print becomes output of the cell. */
import { formatWithOptions, type InspectOptions } from "node:util";
import { inspect, type Options, settingsOf } from "./inspect.ts";

/** Takes what is printed. */
export type Print = (name: "stdout" | "stderr", text: string) => void;

/** Makes `console`. */
export function makeConsole(print: Print): Record<string, (...values: unknown[]) => void> {
  let indent = "";
  const counts = new Map<string, number>(), starts = new Map<string, number>();
  const say = (name: "stdout" | "stderr") => (...values: unknown[]) => {
    const settings: InspectOptions = settingsOf({});
    const text = formatWithOptions(settings, ...values);
    print(name, `${indent}${text.replaceAll("\n", `\n${indent}`)}\n`);
  };
  const log = say("stdout"), warn = say("stderr");
  const elapsed = (label: string) => {
    const start = starts.get(label);
    if (start === undefined) return warn(`Timer '${label}' does not exist`);
    log(`${label}: ${Math.round(performance.now() - start)}ms`);
  };
  return {
    log,
    info: log,
    debug: log,
    warn,
    error: warn,
    trace: (...values) => warn("Trace:", ...values),
    dir: (value, options) => log(inspect(value, (options ?? {}) as Options)),
    table: (rows) => log(tableOf(rows) ?? rows),
    assert(condition, ...values) {
      if (condition) return;
      if (values.length === 0) warn("Assertion failed");
      else if (typeof values[0] === "string") {
        warn(`Assertion failed: ${values[0]}`, ...values.slice(1));
      } else warn("Assertion failed:", ...values);
    },
    count(label = "default") {
      const count = (counts.get(String(label)) ?? 0) + 1;
      counts.set(String(label), count);
      log(`${label}: ${count}`);
    },
    countReset: (label = "default") => void counts.delete(String(label)),
    group(...values) {
      if (values.length > 0) log(...values);
      indent += "  ";
    },
    groupCollapsed(...values) {
      if (values.length > 0) log(...values);
      indent += "  ";
    },
    groupEnd: () => void (indent = indent.slice(2)),
    time: (label = "default") => void starts.set(String(label), performance.now()),
    timeLog: (label = "default") => elapsed(String(label)),
    timeEnd(label = "default") {
      elapsed(String(label));
      starts.delete(String(label));
    },
    clear: () => {},
  };
}

/** A table of rows that are objects or arrays, or undefined for other values. */
function tableOf(rows: unknown): string | undefined {
  if (typeof rows !== "object" || rows === null) return undefined;
  const entries = Object.entries(rows).map(([index, row]) => {
    const isRow = typeof row === "object" && row !== null;
    return { index, cells: new Map(Object.entries(isRow ? row : { Values: row })) };
  });
  const columns = [...new Set(entries.flatMap(({ cells }) => [...cells.keys()]))];
  const title = Array.isArray(rows) ? "(idx)" : "(iteration idx)";
  const lines = [
    [title, ...columns],
    ...entries.map(({ index, cells }) => [
      index,
      ...columns.map((column) => cells.has(column) ? inspect(cells.get(column), { depth: 1 }) : ""),
    ]),
  ];
  const widths = lines[0].map((_, i) => Math.max(...lines.map((line) => line[i].length)) + 2);
  const isNumber = (column: number) =>
    lines.slice(1).every((line) => /^-?\d|^$/.test(line[column]));
  const rule = (left: string, middle: string, right: string) =>
    left + widths.map((width) => "─".repeat(width)).join(middle) + right;
  const shown = lines.map((line) =>
    `│${
      line.map((text, i) =>
        isNumber(i) ? ` ${text.padStart(widths[i] - 2)} ` : ` ${text.padEnd(widths[i] - 2)} `
      ).join("│")
    }│`
  );
  return [
    rule("┌", "┬", "┐"),
    shown[0],
    rule("├", "┼", "┤"),
    ...shown.slice(1),
    rule("└", "┴", "┘"),
  ]
    .join("\n");
}
