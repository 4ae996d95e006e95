/**
 * Text from jobs, made safe to show.
 *
 * @module
 */

import { UNSAFE_CHARACTERS } from "../queue/shown_text.ts";
import { escapeOf } from "./output.ts";

/** What most text is: found faster than an unsafe character is. */
const PLAIN = /^[\x20-\x7e]*$/;

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
  return PLAIN.test(text) ? text : text.replace(UNSAFE_CHARACTERS, escapeOf);
}
