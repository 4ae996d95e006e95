/**
 * A job's progress as a bar.
 *
 * @module
 */

import type { Progress } from "../../format/progress.ts";
import { visibleText } from "../../text/shown_text.ts";
import { cutToWidth } from "./text_width.ts";

/** Eighths of a column. */
const PARTS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/**
 * A bar and the job's own words, `██████░░ 3/4 linking`; the words alone if they name no fraction.
 *
 * @param columns The width of the bar.
 * @param width The most columns for bar and words together.
 */
export function progressBar({ text, fraction }: Progress, columns: number, width: number): string {
  const words = visibleText(text);
  if (fraction === null) return cutToWidth(words, width);
  const eighths = Math.round(fraction * columns * 8);
  const bar = "█".repeat(Math.floor(eighths / 8)) + PARTS[eighths % 8]!;
  return cutToWidth(`${bar.padEnd(columns, "░")} ${words}`, width);
}
