/** Text from files, notebooks and networks, made safe to print. */

/** Control characters except tab and line feed, and characters that reverse the direction of text. */
const UNSAFE = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/**
 * Escapes the characters by which a text could control a terminal: `"\x1b[2J"` prints as `\x1b[2J`
 * instead of clearing the screen.
 */
export function printable(text: string): string {
  return text.replace(UNSAFE, (character) => {
    if (character === "\n" || character === "\t") return character;
    const code = character.charCodeAt(0).toString(16);
    return code.length > 2 ? `\\u${code}` : `\\x${code.padStart(2, "0")}`;
  });
}
