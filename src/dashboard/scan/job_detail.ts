/**
 * Everything about one job.
 *
 * @module
 */

import {
  diedWorkers,
  groupOf,
  ID_PATTERN,
  type JobPlace,
  placesOf,
  type Queue,
  waitersOf,
  withoutSecrets,
} from "../../../mod.ts";
import type { JobDetail, JobLink } from "../api.ts";

/** The job of an ID, whole and exact; `undefined` if there is none. */
export async function jobDetail(queue: Queue, id: string): Promise<JobDetail | undefined> {
  if (!ID_PATTERN.test(id)) return undefined;
  const job = queue.get(id);
  if (!job) return undefined;
  const parents = job.after ?? [];
  const children = waitersOf(queue.store, id);
  const places = placesOf(queue, [id, ...parents, ...children]);
  const place = places.get(id);
  const isLost = job.running !== undefined && diedWorkers(queue).has(job.running.worker);
  const pid = await pidOf(queue, id, place);
  return {
    job: withoutSecrets(job, queue.config().secret_names),
    path: place?.path ?? `${queue.dir}/${job.state}`,
    log: logOf(queue, id),
    ...(pid !== undefined && { pid }),
    ...(isLost && { worker_died: true as const }),
    parents: parents.map((parent) => linkTo(parent, places)),
    children: children.map((child) => linkTo(child, places)),
  };
}

function linkTo(id: string, places: ReadonlyMap<string, JobPlace>): JobLink {
  const place = places.get(id);
  return { id, command: place?.command ?? "", state: place?.division ?? place?.state ?? null };
}

function logOf(queue: Queue, id: string): JobDetail["log"] {
  const path = queue.logPath(id);
  const size = path === undefined ? undefined : queue.store.files.stat(path)?.size;
  return path === undefined || size === undefined ? null : { path, size };
}

/** The process group of a job that a worker of this machine runs. */
async function pidOf(queue: Queue, id: string, place?: JobPlace): Promise<number | undefined> {
  if (place?.worker === undefined) return undefined;
  const worker = queue.workers().find(({ name }) => name === place.worker);
  return worker?.host === Deno.hostname() ? await groupOf(worker.name, id) : undefined;
}
