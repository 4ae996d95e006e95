/**
 * Text from jobs, made safe to show.
 *
 * @module
 */

/** What moves the cursor, rings, clears, or turns the direction of writing around; and what is no text. */
const UNSAFE = /[\p{Cc}\p{Cs}\p{Bidi_Control}\u2028\u2029\ufeff]/gu;

/** What most text is, told faster than what is unsafe is looked for. */
const PLAIN = /^[\x20-\x7e]*$/;

const NAMED: Record<string, string> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/**
 * A text on one line, with nothing in it that a terminal would obey: control characters, those that
 * reorder text, and halves of characters are written as escapes.
 *
 * @example
 * ```ts
 * import { visibleText } from "./visible_text.ts";
 *
 * visibleText("a\tb\u001b[31m"); // "a\\tb\\x1b[31m"
 * ```
 */
export function visibleText(text: string): string {
  if (PLAIN.test(text)) return text;
  return text.replace(UNSAFE, (char) => {
    const code = char.codePointAt(0)!;
    return NAMED[char] ??
      (code < 256
        ? `\\x${code.toString(16).padStart(2, "0")}`
        : `\\u${code.toString(16).padStart(4, "0")}`);
  });
}
