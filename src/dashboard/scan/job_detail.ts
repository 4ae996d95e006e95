/**
 * Everything about one job.
 *
 * @module
 */

import { ID_PATTERN, type Queue, waitersOf } from "../../../mod.ts";
import type { JobDetail, JobLink } from "../api.ts";

/** The job of an ID, whole and exact; `undefined` if there is none. */
export function jobDetail(queue: Queue, id: string): JobDetail | undefined {
  if (!ID_PATTERN.test(id)) return undefined;
  const job = queue.get(id);
  if (!job) return undefined;
  const log = queue.logPath(id);
  const size = log === undefined ? undefined : queue.store.files.stat(log)?.size;
  const link = (other: string): JobLink => {
    const found = queue.get(other);
    return { id: other, command: found?.command ?? "", state: found?.state ?? null };
  };
  return {
    job,
    path: `${queue.dir}/${job.state}`,
    log: log === undefined || size === undefined ? null : { path: log, size },
    parents: (job.after ?? []).map(link),
    children: waitersOf(queue.store, id).map(link),
  };
}
