/**
 * Adding many jobs at once: folders of up to 10,000, each published by one rename.
 *
 * @module
 */

import { discardBatch, lockDirectory, publishBatch, writeBatch } from "./batch.ts";
import { dependencyFault } from "./check_dependencies.ts";
import { KeyTakenError, publishOne } from "./enqueue.ts";
import { contentOf } from "./publish.ts";
import { publishApart } from "./enqueue_apart.ts";
import { QueueError, UsageError } from "./errors.ts";
import { refuseUnknownResource } from "./limits.ts";
import { type Job, type JobInput, newJob } from "./job.ts";
import type { Store } from "./store.ts";
import { lockQueue, presentIds, refuseTaken } from "./taken_ids.ts";

/** The most jobs in one batch, so that a backlog of millions is read one folder at a time. */
export const MAX_BATCH = 10_000;

/** An input of {@linkcode enqueueMany} that is not a job. Nothing was enqueued. */
export class InvalidJobError extends UsageError {
  /**
   * Makes the error.
   *
   * @param message One sentence for the user.
   * @param index Which input, from 0.
   */
  constructor(message: string, readonly index: number) {
    super(message);
  }
}

/**
 * {@linkcode enqueueMany} failed part way. The first `accepted` inputs are in the queue, durably; no other is.
 * Where the disk refused both to flush a batch and to take it back, its jobs count as accepted: they are in
 * the queue, but a power cut may take them.
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
 * Adds many jobs, in batches of up to {@linkcode MAX_BATCH}, each published by one rename.
 *
 * @param inputs All of them are checked before the first is accepted.
 * @param published Called after each batch with the jobs that are now durable. If the one job's `unique`
 * key was taken, it has the ID of the job that has the key, `existed` is true, and nothing was added.
 * @param most The most jobs in one batch; fewer for tests.
 * @throws {InvalidJobError} If one is no job; nothing was enqueued.
 * @throws {QueueError} If an ID is taken; nothing was enqueued.
 * @throws {PartialEnqueueError} If the disk failed part way.
 */
export async function enqueueMany(
  store: Store,
  inputs: readonly JobInput[],
  published: (jobs: readonly Job[], existed: boolean) => void = () => {},
  most: number = MAX_BATCH,
): Promise<void> {
  const chosen = new Set<string>();
  inputs.forEach((input, index) => {
    try {
      const job = newJob({ ...input, id: input.id ?? "unchosen" }, store.config, 0);
      refuseUnknownResource(store, job.resource);
      if (mayBeLarge(input)) contentOf(job);
    } catch (error) {
      throw error instanceof UsageError ? new InvalidJobError(error.message, index) : error;
    }
    if (input.id === undefined) return;
    if (chosen.has(input.id)) {
      throw new InvalidJobError(`the ID "${input.id}" appears twice`, index);
    }
    chosen.add(input.id);
  });
  const locked = chosen.size > 0 || inputs.some((input) => wayOf(input) !== "in a batch");
  const lock = locked ? await lockQueue(store) : undefined;
  try {
    if (chosen.size > 0) refuseTaken(store, chosen);
    refuseFaulty(store, inputs, chosen);
    await publishAll(store, inputs, published, most);
  } finally {
    lock?.release();
  }
}

/** Publishes jobs in their order. While a batch becomes durable the next is written. */
async function publishAll(
  store: Store,
  inputs: readonly JobInput[],
  published: (jobs: readonly Job[], existed: boolean) => void,
  most: number,
): Promise<void> {
  let accepted = 0;
  let underWay: Promise<void> = Promise.resolve();
  try {
    for (let at = 0; at < inputs.length;) {
      const way = wayOf(inputs[at]!);
      let end = at + 1;
      while (end < inputs.length && end < at + most && wayOf(inputs[end]!) === way) end++;
      const part = inputs.slice(at, end);
      at = end;
      if (way === "in a batch") {
        const batch = writeBatch(store, part);
        await underWay.catch((error) => {
          discardBatch(store, batch);
          throw error;
        });
        underWay = publishBatch(store, batch, () => {
          accepted += part.length;
        }).then(() => published(batch.jobs, false));
        continue;
      }
      await underWay;
      if (way === "apart") {
        const jobs: Job[] = [];
        try {
          await publishApart(store, part, lockDirectory, jobs);
        } finally {
          accepted += jobs.length;
        }
        published(jobs, false);
      } else {
        const { job, existed } = await publishAlone(store, part[0]!);
        accepted++;
        published([job], existed);
      }
    }
    await underWay;
  } catch (error) {
    // It may yet be accepted.
    await underWay.catch(() => {});
    throw new PartialEnqueueError(error instanceof Error ? error.message : `${error}`, accepted);
  }
}

/** How a job is published: one that waits or has a key needs a name of its own in pending/. */
function wayOf(input: JobInput): "in a batch" | "apart" | "alone" {
  if (input.unique !== undefined) return "alone";
  return input.hold || (input.after?.length ?? 0) > 0 ? "apart" : "in a batch";
}

/** @throws {InvalidJobError} If one of these waits for a job that does not exist, or they wait in a circle. */
function refuseFaulty(
  store: Store,
  inputs: readonly JobInput[],
  chosen: ReadonlySet<string>,
): void {
  const places = [...inputs.keys()].filter((index) => (inputs[index]!.after?.length ?? 0) > 0);
  if (places.length === 0) return;
  const others = new Set<string>();
  for (const index of places) {
    for (const id of inputs[index]!.after!) if (!chosen.has(id)) others.add(id);
  }
  const present = presentIds(store, others);
  const fault = dependencyFault(
    places.map((index) => ({ id: inputs[index]!.id ?? "", after: inputs[index]!.after })),
    (id) => chosen.has(id) || present.has(id),
  );
  if (fault) throw new InvalidJobError(fault.message, places[fault.index]!);
}

/** Whether a job's file might be too large: a glance, as writing out a million of them twice takes long. */
function mayBeLarge(input: JobInput): boolean {
  for (const field in input) {
    const value = input[field];
    if (typeof value === "object" || (typeof value === "string" && value.length > 10_000)) {
      return true;
    }
  }
  return false;
}

/** Publishes a job that has a key, unless another job has it. */
async function publishAlone(
  store: Store,
  input: JobInput,
): Promise<{ job: Job; existed: boolean }> {
  const job = newJob(input, store.config, store.now());
  try {
    await publishOne(store, job, contentOf(job), input.hold);
    return { job, existed: false };
  } catch (error) {
    if (error instanceof KeyTakenError) return { job: { ...job, id: error.id }, existed: true };
    throw error;
  }
}
