/**
 * What the language service knows, as messages of the Jupyter protocol.
 *
 * @module
 */

import type { CellTypeError, Known, Suggestion } from "./reading.ts";
import type { JsonObject } from "../support/json.ts";

/** More suggestions are not useful. */
const MAX_MATCHES = 200;

/** More errors of one cell are not useful: they mostly have one cause. */
const MAX_ERRORS = 5;

/** The MIME type under which a note holds its errors, for programs. */
export const TYPE_ERRORS_MIME = "application/vnd.mnist-course.type-errors+json";

/** The content of an `inspect_reply`. */
export function inspectReply(known: Known | undefined): JsonObject {
  if (!known) return { status: "ok", found: false, data: {}, metadata: {} };
  const { code, docs } = known;
  // JupyterLab shows Markdown, also beside the list of completions; classic shows plain text.
  const plainDocs = docs.replace(/\*(@\w+)\*/g, "$1").replace(/`/g, "");
  return {
    status: "ok",
    found: true,
    data: {
      "text/plain": [code, plainDocs].filter(Boolean).join("\n\n"),
      "text/markdown": ["```typescript\n" + code + "\n```", docs].filter(Boolean).join("\n\n"),
    },
    metadata: {},
  };
}

/**
 * The content of a `complete_reply`.
 *
 * @param found the suggestions and where the text that they replace begins, in UTF-16 units.
 * @param cursor in Unicode characters, as the protocol counts.
 */
export function completeReply(
  { start, suggestions }: { start: number; suggestions: readonly Suggestion[] },
  code: string,
  cursor: number,
): JsonObject {
  const matches = suggestions.slice(0, MAX_MATCHES);
  const from = toCharacters(code, start);
  return {
    status: "ok",
    matches: matches.map(({ text }) => text),
    cursor_start: from,
    cursor_end: cursor,
    metadata: {
      // JupyterLab shows the type in small letters and breaks it at spaces: one word only.
      _jupyter_types_experimental: matches.map(({ text, kind }) => ({
        start: from,
        end: cursor,
        text,
        type: kind,
      })),
    },
  };
}

/** The MIME bundle of a note that says what is wrong with a cell. */
export function errorNote(errors: readonly CellTypeError[], code: string): JsonObject {
  const lines = code.split("\n");
  const shown = errors.slice(0, MAX_ERRORS);
  const places = shown.map(({ line, column, endLine, endColumn, message }) => {
    const source = lines[line - 1];
    const end = endLine === line ? endColumn : source.length;
    return { line, message, source, column, end: Math.max(end, column + 1) };
  });
  const more = errors.length > shown.length ? [`and ${errors.length - shown.length} more`] : [];
  const plain = places.map(({ line, message, source, column, end }) =>
    `line ${line}: ${message}\n    ${source}\n    ${" ".repeat(column)}${"^".repeat(end - column)}`
  );
  const html = places.map(({ line, message, source, column, end }) => {
    const [before, wrong, after] = [
      source.slice(0, column),
      source.slice(column, end),
      source.slice(end),
    ].map(escapeHtml);
    return `<div>line ${line}: <strong>${escapeHtml(message)}</strong></div>` +
      `<pre style="margin:2px 0 6px 1.5em">${before}` +
      `<span style="text-decoration:underline wavy #d55e00">${wrong}</span>${after}</pre>`;
  });
  return {
    "text/plain": [...plain, ...more].join("\n"),
    "text/html": `<div style="border-left:3px solid #d55e00;padding-left:.7em">` +
      [...html, ...more.map((text) => `<div>${text}</div>`)].join("") + "</div>",
    [TYPE_ERRORS_MIME]: errors.map(({ line, message }) => ({ line, message })),
  };
}

/** Jupyter counts Unicode characters, JavaScript and language servers count UTF-16 units. */
export function toUnits(code: string, characters: number): number {
  return Array.from(code).slice(0, characters).join("").length;
}

function toCharacters(code: string, units: number): number {
  return Array.from(code.slice(0, units)).length;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
}
