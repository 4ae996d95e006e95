/**
 * Exact spans for people. Apart from relative_time.ts, which `enqueue` loads.
 *
 * @module
 */

import { format } from "@std/fmt/duration";

const SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, DAY = 24 * HOUR;

/** A span in milliseconds, in its two largest units: `850ms`, `2.4s`, `1m 5s`, `2h 3m`, `3d 4h`. */
export function formatDuration(span: number): string {
  if (span < 999.5) return `${Math.round(span)}ms`;
  if (span < 59_950) return `${(span / SECOND).toFixed(1)}s`;
  const unit = span < HOUR - 500 ? SECOND : span < DAY - MINUTE / 2 ? MINUTE : HOUR;
  return format(Math.round(span / unit) * unit, { ignoreZero: true });
}
