/**
 * The names in a queue that a shell completes: `queuectl completions names KIND`.
 *
 * @module
 */

import type { JobView } from "../../format/job.ts";
import { CONFIG_KEYS, groupOfKey, isNamedKey, isResourceKey } from "../../format/settings.ts";
import { ID_PATTERN, type JobState } from "../../format/names.ts";
import type { Queue } from "../../queue.ts";
import { listSchedules } from "../../schedules/manage_schedules.ts";

/** The most jobs to offer: the newest. */
const MOST_JOBS = 100;

/** A word that means only itself to every shell. A file in a queue can have any name. */
const HARMLESS = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/;

const NAMES = {
  id: (queue: Queue) => jobIds(queue),
  dead: (queue: Queue) => jobIds(queue, ["dead"]),
  worker: (queue: Queue) => queue.workers().map(({ name }) => name),
  schedule: async (queue: Queue) => (await listSchedules(queue)).map(({ name }) => name),
  resource: (queue: Queue) => resourceKeys(queue).map((key) => key.slice("resources.".length)),
  host: (queue: Queue) => [...new Set(queue.workers().map(({ host }) => host))],
  tag: (queue: Queue) => [...new Set(queue.workers().flatMap(({ tags = [] }) => tags))],
  mark: (queue: Queue) => [...new Set(newestJobs(queue).flatMap(({ tags = [] }) => tags))],
  group: (queue: Queue) => [
    ...new Set([
      ...newestJobs(queue).flatMap(({ group = [] }) => group),
      ...Object.keys(queue.store.config).flatMap((key) => groupOfKey(key) ?? []),
    ]),
  ],
  key: (queue: Queue) => [
    ...CONFIG_KEYS,
    ...Object.keys(queue.store.config).filter(isNamedKey).sort(),
  ],
};

/** A kind of name in a queue. */
export type NameKind = keyof typeof NAMES;

/** Whether a word is the name of a kind. */
export function isNameKind(word: string): word is NameKind {
  return Object.hasOwn(NAMES, word);
}

/** The names of a kind that are harmless to a shell. */
export async function completionNames(queue: Queue, kind: NameKind): Promise<string[]> {
  return (await NAMES[kind](queue)).filter((name) => HARMLESS.test(name));
}

function jobIds(queue: Queue, states?: readonly JobState[]): string[] {
  return newestJobs(queue, states).map(({ id }) => id).filter((id) => ID_PATTERN.test(id));
}

function newestJobs(queue: Queue, states?: readonly JobState[]): JobView[] {
  return queue.list({ states, limit: MOST_JOBS });
}

function resourceKeys(queue: Queue): string[] {
  return Object.keys(queue.store.config).filter(isResourceKey).sort();
}
