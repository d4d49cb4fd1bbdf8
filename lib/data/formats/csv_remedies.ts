/** What to do about a field of a table that is no number. */

/** What a number looks like: no empty text, no `0x10`, no `1_000`, neither NaN nor infinity. */
export const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/** A field that is no number, and where it is. */
export interface WrongField {
  readonly field: string;
  /** Its line, or the start of it. */
  readonly line: string;
  readonly separator: string;
  /** Whether it is in the first line, which may be one of names. */
  readonly isFirst: boolean;
  /** Whether it is the last field of its line. */
  readonly isLast: boolean;
}

/** Separators that are usual in tables. */
const USUAL = [",", ";", "\t", "|", " "];

/** Remedies by what the field looks like; the first that matches counts. */
const REMEDIES: readonly (readonly [RegExp, string])[] = [
  [/^[+-]?(nan|na|n\/a|null|none|nil|inf(inity)?|-|\?)$/i, "replace values that are no numbers"],
  [/^[+-]?0[xob][\da-f]+$/i, "write numbers in decimal"],
  [/^(#|%|\/\/)/, "remove comment lines"],
  [/^"?[+-]?\d{1,3}([_' \u00a0\u202f,.]\d{3})*"?$/, "write numbers without thousands separators"],
  [/^"?[+-]?\d+,\d+"?$/, "write a point instead of the decimal comma"],
  [/^(true|false|yes|no)$/i, "write 1 and 0"],
  [/^[€$£¥]|[%€$£¥]$/, "write numbers without units"],
];

/** Numbers as people write them, with a decimal comma too. */
const LOOKS_NUMERIC = /^[+-]?[\d.,]+([eE][+-]?\d+)?$/;

/** What to do about it, or undefined if that is not known. */
export function remedyFor(wrong: WrongField): string | undefined {
  const { field, line, separator, isFirst, isLast } = wrong;
  if (NUMBER.test(field)) return undefined; // a number that the dtype cannot hold
  const parts = (by: string) => line.trim().split(by).map((part) => part.trim());
  const columns = parts(separator).length;
  if (field === "") {
    if (isLast && columns > 1) return "remove the separator at the end of each line";
    return separator === " " ? "separate columns by a single space" : "fill in missing values";
  }
  const isSeparator = (usual: string) => {
    if (usual === separator || !field.includes(usual)) return false;
    if (usual === ",") return columns === 1; // otherwise it is a decimal comma
    const found = parts(usual);
    return found.every((part) => LOOKS_NUMERIC.test(part)) ||
      (usual !== " " && found.length > columns);
  };
  const other = USUAL.find(isSeparator);
  if (other !== undefined) return `set separator: ${JSON.stringify(other)}`;
  const remedy = REMEDIES.find(([pattern]) => pattern.test(field))?.[1];
  if (remedy !== undefined) return remedy;
  return isFirst && !parts(separator).some((part) => NUMBER.test(part))
    ? "for a first line that names the columns, set header: true"
    : "loadCsv reads numbers only, parseTextTable reads words";
}
