/** Changes to a text that remember where each part of the result was before. */

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** Edits at the same place are applied in this order, then by `depth`. */
  readonly order: number;
  readonly depth: number;
}

/** A changed text. */
export interface Edited {
  readonly text: string;
  /** The offset in the original text of an offset in this one. */
  original(offset: number): number;
}

const CLOSE = 0, INSERT = 1, OPEN = 2, REPLACE = 3;

/** Collects changes. Replaced parts must not overlap; inserted text may be inside wrapped parts. */
export class Edits {
  readonly #edits: Edit[] = [];
  readonly #removed: (readonly [start: number, end: number])[] = [];

  /** Puts other text in the place of a part. */
  replace(start: number, end: number, text: string): void {
    this.#edits.push({ start, end, text, order: REPLACE, depth: 0 });
  }

  /** Inserts text in front of an offset. */
  insert(at: number, text: string): void {
    this.#edits.push({ start: at, end: at, text, order: INSERT, depth: 0 });
  }

  /** Encloses a part. Of two parts that begin or end at the same place, the longer is outside. */
  wrap(start: number, end: number, open: string, close: string): void {
    this.#edits.push({ start, end: start, text: open, order: OPEN, depth: -end });
    this.#edits.push({ start: end, end, text: close, order: CLOSE, depth: -start });
  }

  /** Replaces a part by spaces; line breaks stay. */
  blank(source: string, start: number, end: number): void {
    this.#removed.push([start, end]);
    this.replace(start, end, source.slice(start, end).replace(/[^\n]/g, " "));
  }

  /** Removes a part with its line breaks. */
  remove(start: number, end: number): void {
    this.#removed.push([start, end]);
    this.replace(start, end, "");
  }

  /** Whether an offset is in a part that was blanked or removed. */
  isGone(offset: number): boolean {
    return this.#removed.some(([start, end]) => start <= offset && offset < end);
  }

  /** The changed text. */
  apply(source: string): Edited {
    const edits = this.#edits.toSorted((a, b) =>
      a.start - b.start || a.order - b.order || a.depth - b.depth
    );
    const parts: { text: string; at: number; isKept: boolean }[] = [];
    let done = 0;
    for (const { start, end, text } of edits) {
      if (start < done) continue; // inside a part that was replaced
      if (start > done) parts.push({ text: source.slice(done, start), at: done, isKept: true });
      parts.push({ text, at: start, isKept: false });
      done = end;
    }
    parts.push({ text: source.slice(done), at: done, isKept: true });
    return {
      text: parts.map(({ text }) => text).join(""),
      original(offset) {
        for (const { text, at, isKept } of parts) {
          if (offset < text.length) return isKept ? at + offset : at;
          offset -= text.length;
        }
        return source.length;
      },
    };
  }
}
