/**
 * A job's progress, drawn.
 *
 * @module
 */

import type { Progress } from "../../format/progress.ts";
import { cutToWidth } from "./text_width.ts";
import { visibleText } from "./visible_text.ts";

/** Eighths of a column. */
const PARTS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/**
 * A bar and the job's own words after it; the words alone if they name no share.
 *
 * @param columns How wide the bar is.
 * @param width How wide bar and words may be together.
 *
 * @example
 * ```ts
 * import { progressBar } from "./progress_bar.ts";
 *
 * progressBar({ text: "3/4 linking", fraction: 0.75 }, 8, 40); // "██████░░ 3/4 linking"
 * ```
 */
export function progressBar({ text, fraction }: Progress, columns: number, width: number): string {
  const words = visibleText(text);
  if (fraction === null) return cutToWidth(words, width);
  const eighths = Math.round(fraction * columns * 8);
  const full = Math.floor(eighths / 8);
  const part = PARTS[eighths % 8]!;
  const bar = "█".repeat(full) + part + "░".repeat(columns - full - (part === "" ? 0 : 1));
  return cutToWidth(`${bar} ${words}`, width);
}
