/**
 * Text of unknown origin in queuectl's output: nothing in it may control the terminal, or the
 * shell that people paste advice into.
 *
 * @module
 */

/**
 * Characters that move the cursor, ring, clear or reverse the direction of text, and halves of
 * characters. For `replace()` only: a global pattern remembers where `test()` stopped.
 */
export const UNSAFE_CHARACTERS: RegExp = new RegExp(
  // Cc, Bidi_Control and Cs written out: by name they cost a millisecond of each start.
  String
    .raw`[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029\ud800-\udfff\ufeff]`,
  "gu",
);

const NAMED: Record<string, string> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** An unsafe character as an escape: `\n`, `\x1b`, `\u202e`. */
export function escapeOf(char: string): string {
  return NAMED[char] ?? (char < "\u0100" ? `\\x${hex(char, 2)}` : `\\u${hex(char, 4)}`);
}

/** The code of a UTF-16 unit in so many hexadecimal digits. */
export function hex(unit: string, digits: number): string {
  return unit.charCodeAt(0).toString(16).padStart(digits, "0");
}

/** Most text is plain, and finding that out is faster than looking for unsafe characters. */
const PLAIN = /^[\x20-\x7e]*$/;

/**
 * A text on one line, safe for a terminal: control characters, those that reorder text, and halves
 * of characters become escapes.
 *
 * @example
 * ```ts
 * import { visibleText } from "./shown_text.ts";
 *
 * visibleText("a\tb\u001b[31m"); // "a\\tb\\x1b[31m"
 * ```
 */
export function visibleText(text: string): string {
  return PLAIN.test(text) ? text : text.replace(UNSAFE_CHARACTERS, escapeOf);
}

/**
 * A path as one word of a command in advice, safe for a terminal and exact in a shell. One with
 * control characters needs a shell that knows `$'…'`: bash, zsh or ksh; others find no such file.
 *
 * @example
 * ```ts
 * import { quotedPath } from "./shown_text.ts";
 *
 * quotedPath("/srv/queue"); // "'/srv/queue'"
 * quotedPath("/srv/it's $(mine)"); // "'/srv/it'\\''s $(mine)'"
 * quotedPath("/srv/a\nb"); // "$'/srv/a\\012b'"
 * ```
 */
export function quotedPath(path: string): string {
  if (path.search(UNSAFE_CHARACTERS) < 0) return `'${path.replaceAll("'", `'\\''`)}'`;
  const inner = path.replace(/[\\']/g, "\\$&").replace(UNSAFE_CHARACTERS, octalOf);
  return `$'${inner}'`;
}

/** {@linkcode quotedPath} for a word that needs no quotes if no shell would change it. */
export function quotedWord(word: string): string {
  return /^[A-Za-z0-9_@%+:,./-]+$/.test(word) ? word : quotedPath(word);
}

/** The bytes of a character as octal escapes, which no digit after them can extend. */
function octalOf(char: string): string {
  return Array.from(
    new TextEncoder().encode(char),
    (byte) => `\\${byte.toString(8).padStart(3, "0")}`,
  ).join("");
}
