/**
 * Text of unknown origin in what queuectl prints: which characters a terminal would obey, and how a path stands in
 * advice that people paste into a shell.
 *
 * @module
 */

/**
 * Characters that move the cursor, ring, clear or reverse the direction of text, and halves of characters. For
 * `replace()`: as any global pattern it remembers where `test()` left off.
 */
export const UNSAFE_CHARACTERS: RegExp = new RegExp(
  // Cc, Bidi_Control and Cs in full: by these names they would take the runtime a millisecond of each start.
  String
    .raw`[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029\ud800-\udfff\ufeff]`,
  "gu",
);

const NAMED: Record<string, string> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** An unsafe character as an escape: `\n`, `\x1b`, `\u202e`. */
export function escapeOf(char: string): string {
  return NAMED[char] ?? (char < "\u0100" ? `\\x${hex(char, 2)}` : `\\u${hex(char, 4)}`);
}

/** The number of a UTF-16 unit in so many hexadecimal digits. */
export function hex(unit: string, digits: number): string {
  return unit.charCodeAt(0).toString(16).padStart(digits, "0");
}

/** What most text is: found faster than an unsafe character is. */
const PLAIN = /^[\x20-\x7e]*$/;

/**
 * A text on one line, with nothing in it that a terminal would obey: control characters, those that
 * reorder text, and halves of characters are written as escapes.
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
 * A path as one word of a command in advice: a shell that is given it reads exactly that path, and a terminal
 * that shows it obeys nothing in it. A path with a control character needs a shell that knows `$'…'`, as bash,
 * zsh and ksh do; any other shell finds no such file.
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

/** A word of a command in advice: as {@linkcode quotedPath}, and as it is where no shell would change it. */
export function quotedWord(word: string): string {
  return /^[A-Za-z0-9_@%+:,./-]+$/.test(word) ? word : quotedPath(word);
}

/** The bytes of a character as octal escapes: what follows them cannot be taken for a part of them. */
function octalOf(char: string): string {
  return Array.from(
    new TextEncoder().encode(char),
    (byte) => `\\${byte.toString(8).padStart(3, "0")}`,
  ).join("");
}
