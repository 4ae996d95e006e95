/**
 * Guessing what was meant.
 *
 * @module
 */

/**
 * The known word that is nearest to a misspelled one, if any is near enough: three slips at most,
 * and no more than a third of the word.
 *
 * @example
 * ```ts
 * import { nearestWord } from "./spelling.ts";
 *
 * nearestWord("--priorty", ["--priority", "--delay"]); // "--priority"
 * ```
 */
export function nearestWord(word: string, known: readonly string[]): string | undefined {
  let nearest: string | undefined;
  let least = Math.min(3, Math.floor(word.replace(/^--/, "").length / 3)) + 1;
  for (const candidate of known) {
    const slips = distance(word, candidate);
    if (slips < least) [nearest, least] = [candidate, slips];
  }
  if (nearest) return nearest;
  // Half typed, and only one word goes on like that.
  const longer = known.filter((candidate) => word.length >= 3 && candidate.startsWith(word));
  return longer.length === 1 ? longer[0] : undefined;
}

/** Insertions, removals, replacements and swaps of neighbours that lead from one word to another. */
function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, index) => index)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let least = Math.min(
        rows[i - 1]![j]! + 1,
        row[j - 1]! + 1,
        rows[i - 1]![j - 1]! + (same ? 0 : 1),
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        least = Math.min(least, rows[i - 2]![j - 2]! + 1);
      }
      row.push(least);
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}
