/**
 * Cutting texts that are alike, such as the commands of one batch, so that their difference shows.
 *
 * @module
 */

import { cutToWidth, takeWidth, textWidth } from "./text_width.ts";

/** The most texts that are compared, and how much of each, in UTF-16 units. */
const MOST_COMPARED = 5000, MOST_OF_EACH = 2000;

/** How many columns from where a text begins to differ must show, and how many before that. */
const SHOWN_AFTER = 12, SHOWN_BEFORE = 4;

/**
 * Texts cut to a width. `…` stands at the end of a cut one; or in its middle, if it begins to
 * differ from the others only behind what would show.
 *
 * @example
 * ```ts
 * import { cutAlike } from "./cut_alike.ts";
 *
 * cutAlike(["train --model a.pt --seed 1", "train --model a.pt --seed 2"], 20);
 * // ["train --mod…seed 1", "train --mod…seed 2"]
 * ```
 */
export function cutAlike(texts: readonly string[], width: number): string[] {
  const same = texts.some((text) => isWider(text, width)) ? sameBeginnings(texts) : undefined;
  return texts.map((text) => {
    if (!isWider(text, width)) return text;
    const differs = same?.get(text) ?? 0;
    const shown = textWidth(text.slice(0, differs)) + Math.min(SHOWN_AFTER, width / 2);
    return shown < width ? cutToWidth(text, width) : cutInMiddle(text, differs, width);
  });
}

function isWider(text: string, width: number): boolean {
  return text.length * 2 > width && textWidth(text) > width;
}

/** A text without some of its middle, so that it shows what stands at a place. */
function cutInMiddle(text: string, place: number, width: number): string {
  let at = Math.max(0, place - SHOWN_BEFORE);
  // A character beyond U+FFFF is two units.
  if (/[\udc00-\udfff]/.test(text[at] ?? "")) at--;
  const rest = text.slice(at);
  const tail = cutToWidth(rest, Math.min(textWidth(rest), Math.floor(width * 2 / 3)));
  return `${takeWidth(text, width - textWidth(tail) - 1)}…${tail}`;
}

/** How much of each text, in UTF-16 units, begins another text too: the longest such beginning. */
function sameBeginnings(texts: readonly string[]): Map<string, number> {
  const sorted = [...new Set(texts.slice(0, MOST_COMPARED))].sort();
  const same = new Map<string, number>();
  let before = 0;
  for (const [index, text] of sorted.entries()) {
    const behind = sameUnits(text, sorted[index + 1] ?? "");
    same.set(text, Math.max(before, behind));
    before = behind;
  }
  return same;
}

function sameUnits(one: string, other: string): number {
  const most = Math.min(one.length, other.length, MOST_OF_EACH);
  let at = 0;
  while (at < most && one[at] === other[at]) at++;
  return at;
}
