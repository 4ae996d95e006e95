/**
 * A small chart of block characters.
 *
 * @module
 */

const EIGHTHS = " ▁▂▃▄▅▆▇█";

/**
 * The lines of a chart, a column for each value, the highest one as high as the chart. What is above 0 can
 * be seen.
 *
 * @param height In lines.
 *
 * @example
 * ```ts
 * import { chartLines } from "./chart.ts";
 *
 * chartLines([1, 2, 4], 1); // ["▂▄█"]
 * ```
 */
export function chartLines(values: readonly number[], height = 4): string[] {
  const highest = Math.max(...values, 1);
  const eighths = values.map((value) =>
    value <= 0 ? 0 : Math.max(1, Math.round((value / highest) * height * 8))
  );
  return Array.from({ length: height }, (_, index) => {
    const below = (height - 1 - index) * 8;
    return eighths.map((count) => EIGHTHS[Math.min(8, Math.max(0, count - below))]).join("");
  });
}
