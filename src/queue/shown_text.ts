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

/**
 * A path as one word of a command in advice: a shell that is given it reads exactly that path, and a terminal
 * that shows it obeys nothing in it. A path with a control character needs a shell that knows `$'…'`, as bash,
 * zsh and ksh do; any other shell finds no such file.
 *
 * @example
 * ```ts
 * import { quotedPath } from "./shown_text.ts";
 *
 * quotedPath("/srv/queue"); // "/srv/queue"
 * quotedPath("/srv/it's $(mine)"); // "'/srv/it'\\''s $(mine)'"
 * quotedPath("/srv/a\nb"); // "$'/srv/a\\012b'"
 * ```
 */
export function quotedPath(path: string): string {
  if (/^[A-Za-z0-9_@%+:,./-]+$/.test(path)) return path;
  if (path.search(UNSAFE_CHARACTERS) < 0) return `'${path.replaceAll("'", `'\\''`)}'`;
  const inner = path.replace(/[\\']/g, "\\$&").replace(UNSAFE_CHARACTERS, octalOf);
  return `$'${inner}'`;
}

/** The bytes of a character as octal escapes: what follows them cannot be taken for a part of them. */
function octalOf(char: string): string {
  return Array.from(
    new TextEncoder().encode(char),
    (byte) => `\\${byte.toString(8).padStart(3, "0")}`,
  ).join("");
}
