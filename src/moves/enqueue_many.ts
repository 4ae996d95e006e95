/**
 * Adding many jobs at once: folders of up to 10,000, each published by one rename.
 *
 * @module
 */

import { type Admission, admit } from "./admit.ts";
import { discardBatch, publishBatch, writeBatch } from "./batch.ts";
import { type AddedApart, publishApart } from "./enqueue_apart.ts";
import { QueueError } from "../text/errors.ts";
import { type Job, type JobInput, newJob } from "../format/job.ts";
import type { Store } from "../store/store.ts";

/** The most jobs in one batch, so that a backlog of millions is read one folder at a time. */
export const MAX_BATCH = 10_000;

/**
 * {@linkcode enqueueMany} failed part way. The first `accepted` inputs are in the queue, durably,
 * and no other is. A batch that the disk would neither flush nor take back counts as accepted: its
 * jobs are in the queue, but a power cut may lose them.
 */
export class PartialEnqueueError extends QueueError {
  /**
   * Makes the error.
   *
   * @param message One sentence for the user.
   * @param accepted How many inputs, from the first, are in the queue.
   */
  constructor(message: string, readonly accepted: number) {
    super(message);
  }
}

/**
 * Called with jobs that follow one another among the inputs. They were added and are durable; or
 * they `existed`: their `unique` keys are taken, and each has the ID of the job that has its key.
 */
export type Published = (jobs: readonly Job[], existed: boolean) => void;

/**
 * Adds many jobs, in batches of up to {@linkcode MAX_BATCH}, each published by one rename. The
 * result for each is as if all were added one by one; but a job may also wait for one that comes
 * later.
 *
 * @param inputs All of them are checked before the first is accepted. They may be made while the
 * queue's lock is held.
 * @param published Called after each batch with the result for each input, in their order.
 * @param most The most jobs in one batch; fewer for tests.
 * @throws {InvalidJobError} If one is no job; nothing was enqueued.
 * @throws {RefusedJobError} If an ID is taken, or a job or resource that one needs is missing;
 * nothing was enqueued.
 * @throws {PartialEnqueueError} If the disk failed part way.
 */
export async function enqueueMany(
  store: Store,
  inputs: Parameters<typeof admit>[1],
  published: Published = () => {},
  most: number = MAX_BATCH,
): Promise<void> {
  await admit(store, inputs, (admission) => publishAll(store, admission, published, most));
}

/** Publishes jobs in their order. While a batch becomes durable the next is written. */
async function publishAll(
  store: Store,
  admission: Admission,
  published: Published,
  most: number,
): Promise<void> {
  let accepted = 0;
  let underWay: Promise<void> = Promise.resolve();
  try {
    for (const part of partsOf(admission, most)) {
      const tell = (jobs: readonly Job[]) => tellPart(store, admission, part, jobs, published);
      if (part.way === "in a batch") {
        const batch = await writeBatch(store, part.added);
        await underWay.catch((error) => {
          discardBatch(store, batch);
          throw error;
        });
        underWay = publishBatch(store, batch, () => {
          accepted = part.end;
        }).then(() => tell(batch.jobs));
        // Asked for when the next batch is written, and reported then.
        underWay.catch(() => {});
        continue;
      }
      await underWay;
      const added: AddedApart = { jobs: [], areDurable: false };
      try {
        await publishApart(store, part.added, added);
      } finally {
        accepted = reachOf(admission, part, added.jobs.length);
        if (added.areDurable) tell(added.jobs);
      }
    }
    await underWay;
  } catch (error) {
    // The batch under way may yet be accepted.
    await underWay.catch(() => {});
    throw new PartialEnqueueError(error instanceof Error ? error.message : `${error}`, accepted);
  }
}

/** How a job is published. */
type Way = "in a batch" | "apart";

/** A job that is held, waits for others or has a key needs a name of its own in pending/. */
function wayOf({ hold, now, after, unique }: JobInput): Way {
  return hold || now || unique !== undefined || (after?.length ?? 0) > 0 ? "apart" : "in a batch";
}

/** Inputs that follow one another and are published together. */
interface Part {
  /** The place of the first, and that after the last. */
  readonly begin: number;
  readonly end: number;
  /** Those of them that are added, all in one way. */
  readonly added: readonly JobInput[];
  readonly way: Way;
}

/** @param most The most jobs to add in one part. */
function* partsOf({ inputs, holders }: Admission, most: number): Generator<Part> {
  for (let begin = 0; begin < inputs.length;) {
    const added: JobInput[] = [];
    let way: Way | undefined;
    let end = begin;
    for (; end < inputs.length; end++) {
      if (holders.has(end)) continue;
      const its = wayOf(inputs[end]!);
      if (added.length === most || (way !== undefined && its !== way)) break;
      way = its;
      added.push(inputs[end]!);
    }
    yield { begin, end, added, way: way ?? "apart" };
    begin = end;
  }
}

/**
 * The place of the first input of a part that is neither refused for its key nor among the first
 * added ones.
 */
function reachOf({ holders }: Admission, { begin, end }: Part, added: number): number {
  for (let at = begin; at < end; at++) if (!holders.has(at) && added-- === 0) return at;
  return end;
}

/** Reports the result for the inputs of a part, in their order, as far as jobs were added. */
function tellPart(
  store: Store,
  admission: Admission,
  part: Part,
  jobs: readonly Job[],
  published: Published,
): void {
  const { inputs, holders } = admission;
  if (holders.size === 0) return published(jobs, false);
  const end = reachOf(admission, part, jobs.length);
  let next = 0;
  for (let at = part.begin; at < end;) {
    const existed = holders.has(at);
    const together: Job[] = [];
    for (; at < end && holders.has(at) === existed; at++) {
      together.push(
        existed
          ? { ...newJob(inputs[at]!, store.config, store.now()), id: holders.get(at)! }
          : jobs[next++]!,
      );
    }
    published(together, existed);
  }
}
