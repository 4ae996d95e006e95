/**
 * A small chart of block characters.
 *
 * @module
 */

const EIGHTHS = " ▁▂▃▄▅▆▇█";

/** A chart with a column for each value: `["▂▄█"]`. Every value above 0 is visible. */
export function chartLines(values: readonly number[], height: number): string[] {
  const highest = Math.max(...values, 1);
  const eighths = values.map((value) =>
    value <= 0 ? 0 : Math.max(1, Math.round((value / highest) * height * 8))
  );
  return Array.from({ length: height }, (_, index) => {
    const below = (height - 1 - index) * 8;
    return eighths.map((count) => EIGHTHS[Math.min(8, Math.max(0, count - below))]).join("");
  });
}
