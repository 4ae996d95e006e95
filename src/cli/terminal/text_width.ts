/**
 * How many columns a text takes on a terminal.
 *
 * @module
 */

const WIDE =
  /[\p{Emoji_Presentation}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]/u;
const NARROW_KANA = /[\uff61-\uffdc]/;
const NO_WIDTH = /[\p{Mn}\p{Me}\p{Cf}\ufe00-\ufe0f]/u;
const PLAIN = /^[\x20-\x7e]*$/;

function charWidth(char: string): number {
  if (char <= "\u007e") return 1;
  if (NO_WIDTH.test(char)) return 0;
  return WIDE.test(char) && !NARROW_KANA.test(char) ? 2 : 1;
}

/** The columns that a line takes: two for a wide character, none for one that combines. */
export function textWidth(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let width = 0;
  for (const char of text) width += charWidth(char);
  return width;
}

/** A text cut to a width, with `…` at its end if something is missing. */
export function cutToWidth(text: string, width: number): string {
  if (text.length * 2 <= width || textWidth(text) <= width) return text;
  return width < 1 ? "" : `${takeWidth(text, width - 1)}…`;
}

/** As much of the beginning of a text as has room in a width. */
export function takeWidth(text: string, width: number): string {
  let taken = "";
  let used = 0;
  for (const char of text) {
    used += charWidth(char);
    if (used > width) break;
    taken += char;
  }
  return taken;
}

/** A text cut to a width, with `…` in its middle if something is missing: names differ at ends. */
export function cutInMiddle(text: string, width: number): string {
  if (text.length * 2 <= width || textWidth(text) <= width) return text;
  if (width < 3) return cutToWidth(text, width);
  const chars = [...text];
  let [from, used] = [chars.length, 0];
  while (used + charWidth(chars[from - 1]!) <= (width - 1) >> 1) used += charWidth(chars[--from]!);
  // What combines with a character that is cut off would combine with the dots.
  while (from < chars.length && charWidth(chars[from]!) === 0) from++;
  const end = chars.slice(from).join("");
  return cutToWidth(text, width - textWidth(end)) + end;
}
