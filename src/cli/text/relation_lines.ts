/**
 * What a job waits for, and what waits for it, a line each.
 *
 * @module
 */

import type { JobView } from "../../format/job.ts";
import type { JobState } from "../../format/names.ts";

/** How many of either are named. */
const SHOWN = 20;

/**
 * Lines that tell which jobs a job comes after, each with its state, and which wait for it.
 *
 * @param children The IDs of those that wait for it.
 * @param stateOf The state of a job; `undefined` if it is no longer in the queue.
 */
export function relationLines(
  job: JobView,
  children: readonly string[],
  stateOf: (id: string) => JobState | undefined,
): string[] {
  const lines: string[] = [];
  const add = (title: string, ids: readonly string[]) => {
    ids.slice(0, SHOWN).forEach((id, index) =>
      lines.push(`${(index === 0 ? title : "").padEnd(12)}${id} (${stateOf(id) ?? "gone"})`)
    );
    if (ids.length > SHOWN) lines.push(`${"".padEnd(12)}and ${ids.length - SHOWN} more`);
  };
  add(job.after_any ? "after any" : "after", job.after ?? []);
  add("before", children);
  return lines;
}
