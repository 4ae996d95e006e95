/**
 * Dead jobs, grouped by how they failed.
 *
 * @module
 */

import type { JobView, Queue } from "../../../mod.ts";
import type { DeadGroup } from "../api.ts";

/** How many IDs of a group are listed. */
const MOST_IDS = 1000;

/** The groups of dead jobs that failed alike, the largest first. */
export function deadGroups(queue: Queue): DeadGroup[] {
  const groups = new Map<string, DeadGroup>();
  for (const job of queue.list({ states: ["dead"] }).reverse()) {
    const group = groupOf(job);
    const { command, exit_code, signal, outcome, reason } = group;
    const key = JSON.stringify([command, exit_code, signal, outcome, reason]);
    const known = groups.get(key);
    if (!known) {
      groups.set(key, group);
      continue;
    }
    known.count++;
    if (group.latest > known.latest) known.latest = group.latest;
    if (known.ids.length < MOST_IDS) known.ids.push(job.id);
  }
  return [...groups.values()].sort((a, b) => b.count - a.count);
}

function groupOf(job: JobView): DeadGroup {
  const last = job.history.at(-1);
  const reason = typeof job.malformed === "string" ? job.malformed : job.reason ?? last?.reason;
  return {
    command: job.command,
    exit_code: last?.exit_code ?? null,
    signal: last?.signal ?? null,
    ...(last && { outcome: last.outcome }),
    ...(reason !== undefined && { reason }),
    count: 1,
    latest: last?.finished_at ?? job.updated_at,
    ids: [job.id],
  };
}
