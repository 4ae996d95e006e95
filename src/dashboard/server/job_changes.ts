/**
 * What requests do to jobs: one, or many at once.
 *
 * @module
 */

import {
  cancelJob,
  CHECKS_OF_FILE,
  editJob,
  holdJob,
  ID_PATTERN,
  type Job,
  JOB_FIELDS,
  type JobInput,
  KeyTakenError,
  MissingError,
  moveJob,
  moveJobBefore,
  type Queue,
  releaseJob,
  scaleWorker,
  signalJob,
  signalOf,
  startJobNow,
  UsageError,
  WaitedForError,
  withSecretsOf,
} from "../../../mod.ts";
import type { Added, BulkAnswer } from "../api.ts";
import type { Scanner } from "../scan/scanner.ts";
import { objectBody } from "./body.ts";
import { filterOf, jobInputOf, optional, readyTime, textOf } from "./given.ts";

/** The most jobs of one bulk request. */
const MOST_AT_ONCE = 10_000;

/** How many jobs to change at a time: to cancel a running one takes as long as it takes to end. */
const SIDE_BY_SIDE = 50;

/** Does something to one job; `body` is what the request says besides. */
type Change = (queue: Queue, id: string, body: Record<string, unknown>) => Promise<unknown>;

/** What can be done to one job, by the last word of its route. */
export const JOB_CHANGES = {
  retry: (queue, id) => queue.requeue(id),
  cancel: (queue, id) => cancelJob(queue, id),
  hold: (queue, id) => holdJob(queue, id),
  release: (queue, id) => releaseJob(queue, id),
  start: (queue, id) => startJobNow(queue, id),
  suspend: (queue, id) => signalJob(queue, id, "SIGSTOP"),
  resume: (queue, id) => signalJob(queue, id, "SIGCONT"),
  signal(queue, id, { signal: word }) {
    const signal = typeof word === "string" ? signalOf(word) : undefined;
    if (!signal) throw new UsageError('signal must be the name of a signal, such as "SIGUSR1"');
    return signalJob(queue, id, signal);
  },
  remove: (queue, id) => queue.remove(id),
  priority: (queue, id, body) => moveJob(queue, id, { priority: priorityOf(body.priority) }),
  move(queue, id, body) {
    const time = readyTime(body);
    const priority = body.priority === undefined ? undefined : priorityOf(body.priority);
    if (body.before !== undefined) {
      if (time !== undefined || priority !== undefined) throw new UsageError("give before alone");
      return moveJobBefore(queue, id, textOf(body.before, "before"));
    }
    if (time === undefined && priority === undefined) {
      throw new UsageError("give priority, run_at, delay or before");
    }
    return moveJob(queue, id, { priority, at: time === undefined ? undefined : Date.parse(time) });
  },
  edit(queue, id, body) {
    const fields = jobInputOf(body);
    return editJob(queue, id, ({ env }) => withSecretsOf(fields, env));
  },
} satisfies Record<string, Change>;

const BULK = ["retry", "cancel", "hold", "release", "remove", "priority"] as const;

function priorityOf(value: unknown): number {
  const fault = JOB_FIELDS.get("priority")!.check(value);
  if (fault !== undefined) throw new UsageError(`priority ${fault}`);
  return value as number;
}

/**
 * Adds one job; where its `stdin` is a text, that is what it reads. A job that has its key already
 * is no failure.
 */
export async function addJob(queue: Queue, body: unknown): Promise<Added> {
  const { stdin, ...rest } = objectBody(body);
  const isText = typeof stdin === "string";
  const input = jobInputOf(isText ? rest : body);
  try {
    const options = isText ? { stdin: new Blob([stdin]).stream() } : {};
    return { id: (await queue.enqueue(input, options)).id, ...unknownIn(input) };
  } catch (error) {
    if (error instanceof KeyTakenError) return { id: error.id, existed: true };
    throw error;
  }
}

/** The fields that nothing but the job's file will have: a wrongly spelt one, most likely. */
function unknownIn(input: JobInput | undefined): Pick<Added, "unknown_fields"> {
  const unknown_fields = Object.keys(input ?? {}).filter((name) =>
    !JOB_FIELDS.has(name) && !CHECKS_OF_FILE.has(name)
  );
  return unknown_fields.length > 0 ? { unknown_fields } : {};
}

/** Adds many jobs, all or none. */
export async function addJobs(queue: Queue, bodies: readonly unknown[]): Promise<Added[]> {
  const inputs: JobInput[] = bodies.map(jobInputOf);
  const added: Added[] = [];
  await queue.enqueueMany(inputs, (jobs: readonly Job[], existed: boolean) => {
    for (const { id } of jobs) {
      const unknown = unknownIn(inputs[added.length]);
      added.push(existed ? { id, existed } : { id, ...unknown });
    }
  });
  return added;
}

/** Does one thing to many jobs, given by ID or by a filter, and reports for which it failed. */
export async function changeJobs(
  queue: Queue,
  scanner: Scanner,
  body: unknown,
): Promise<BulkAnswer> {
  const { action, ids, filter, dry_run = false, ...rest } = objectBody(body);
  const known = BULK.find((each) => each === action);
  if (known === undefined) throw new UsageError(`action must be one of ${BULK.join(", ")}`);
  if (typeof dry_run !== "boolean") throw new UsageError("dry_run must be true or false");
  if (known === "priority") priorityOf(rest.priority);
  if (optional(filter) === undefined) {
    if (!isIds(ids)) throw new UsageError(`ids must be an array of 1 to ${MOST_AT_ONCE} job IDs`);
    if (dry_run) throw new UsageError("dry_run is for a filter, which ids need not be");
    return await changeEach(queue, known, ids, rest);
  }
  if (ids !== undefined) throw new UsageError("give ids or filter, not both");
  const found = await scanner.matching(filterOf(filter), known, MOST_AT_ONCE);
  const answer = dry_run
    ? { changed: 0, failed: [], matched: found.ids }
    : await changeEach(queue, known, found.ids, rest);
  return { ...answer, ...(found.more && { more: true }) };
}

async function changeEach(
  queue: Queue,
  action: typeof BULK[number],
  ids: readonly string[],
  rest: Record<string, unknown>,
): Promise<BulkAnswer> {
  const change: Change = JOB_CHANGES[action];
  const answer: BulkAnswer = { changed: 0, failed: [] };
  let open = [...new Set(ids)];
  // A job goes before those that it waits for: whoever is still waited for is tried again.
  for (let isLast = false; open.length > 0;) {
    const waitedFor: string[] = [];
    for (let at = 0; at < open.length; at += SIDE_BY_SIDE) {
      await Promise.all(
        open.slice(at, at + SIDE_BY_SIDE).map(async (id) => {
          try {
            await change(queue, id, rest);
            answer.changed++;
          } catch (error) {
            if (error instanceof WaitedForError && !isLast) waitedFor.push(id);
            else {answer.failed.push({
                id,
                error: error instanceof Error ? error.message : `${error}`,
              });}
          }
        }),
      );
    }
    isLast = waitedFor.length === open.length;
    open = waitedFor;
  }
  return answer;
}

function isIds(ids: unknown): ids is string[] {
  return Array.isArray(ids) && ids.length > 0 && ids.length <= MOST_AT_ONCE &&
    ids.every((id) => typeof id === "string" && ID_PATTERN.test(id));
}

/** Asks a live worker to stop. */
export function stopWorker(queue: Queue, name: string, now: unknown): void {
  if (now !== undefined && typeof now !== "boolean") {
    throw new UsageError("now must be true or false");
  }
  if (!queue.workers().some((worker) => worker.name === name)) {
    throw new MissingError(`no worker "${name}" is alive (see: queuectl worker list)`);
  }
  queue.stopWorker(name, now);
}

/** Changes how many jobs a live worker runs at once. */
export async function scaleLiveWorker(
  queue: Queue,
  name: string,
  slots: unknown,
): Promise<{ name: string; slots: number }> {
  if (typeof slots !== "number") throw new UsageError("slots must be a number");
  await scaleWorker(queue, name, slots);
  return { name, slots };
}
