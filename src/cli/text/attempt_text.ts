/**
 * Attempts in words.
 *
 * @module
 */

import type { Attempt } from "../../format/job.ts";

/** How an attempt ended: `exit 0`, `SIGKILL`, `timeout`, `lost (its worker died)`. */
export function outcomeText(attempt: Partial<Attempt>): string {
  if (attempt.outcome === "timeout") return "timeout";
  if (attempt.outcome === "lost") return "lost (its worker died)";
  if (attempt.outcome === "cancelled") return "cancelled";
  if (attempt.signal) return attempt.signal;
  // What was written by hand may lack any field.
  if (typeof attempt.exit_code === "number") return `exit ${attempt.exit_code}`;
  return attempt.reason ?? attempt.outcome ?? "unknown";
}
