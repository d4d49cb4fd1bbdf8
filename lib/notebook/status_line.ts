/** A line at the bottom of a terminal that is drawn over and over. */
import { printable } from "../support/printable.ts";

/** Letters that take two columns of a terminal: Korean, Chinese, Japanese, emoji. */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]|\p{Emoji_Presentation}/u;

/** The number of columns that a terminal gives to a text. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const letter of text) columns += /\p{M}/u.test(letter) ? 0 : WIDE.test(letter) ? 2 : 1;
  return columns;
}

/** The beginning of a text that fits into so many columns. */
function clipped(text: string, columns: number): string {
  let clip = "";
  for (const letter of text) {
    columns -= columnsOf(letter);
    if (columns < 0) break;
    clip += letter;
  }
  return clip;
}

/** A bar of `width` characters, of which a share of 0 to 1 is filled: `[######......]`. */
export function textBar(share: number, width = 24): string {
  const filled = Math.round(width * share);
  return `[${"#".repeat(filled)}${".".repeat(width - filled)}]`;
}

/** True where standard error is a terminal, on which a status line can be drawn. */
export function hasStatusLine(): boolean {
  return typeof Deno !== "undefined" && Deno.stderr.isTerminal();
}

const encoder = new TextEncoder();

/** Draws the status line anew, cut to the width of the terminal; an empty text removes it. */
export function drawStatusLine(text: string): void {
  let columns = 80;
  try {
    columns = Deno.consoleSize().columns || columns;
  } catch {
    // Some terminals do not know their size; others say 0.
  }
  const line = clipped(printable(text.replaceAll(/\s+/g, " ")), columns - 1);
  Deno.stderr.writeSync(encoder.encode(`\r\x1b[K${line}`));
}
