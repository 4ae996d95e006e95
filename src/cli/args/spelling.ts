/**
 * Guessing which word was meant.
 *
 * @module
 */

import { closestString } from "@std/text/closest-string";
import { levenshteinDistance } from "@std/text/levenshtein-distance";

/**
 * The known word nearest to a misspelled one, if it is near enough: at most three slips, and at
 * most one for every three letters. A word of three letters or more that begins just one known word
 * means that one.
 *
 * @param known At least one word.
 *
 * @example
 * ```ts
 * import { nearestWord } from "./spelling.ts";
 *
 * nearestWord("--priorty", ["--priority", "--delay"]); // "--priority"
 * ```
 */
export function nearestWord(word: string, known: readonly string[]): string | undefined {
  const nearest = closestString(word, known, { compareFn: slips });
  const most = Math.min(3, Math.floor(word.replace(/^--/, "").length / 3));
  if (slips(word, nearest) <= most) return nearest;
  const longer = known.filter((candidate) => word.length >= 3 && candidate.startsWith(word));
  return longer.length === 1 ? longer[0] : undefined;
}

/** Letters to add, remove or replace; letters that only swapped places count half. */
function slips(a: string, b: string): number {
  const sorted = (text: string) => [...text].sort().join("");
  return levenshteinDistance(a, b) / (sorted(a) === sorted(b) ? 2 : 1);
}
