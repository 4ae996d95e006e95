/**
 * Deciding on each input that is to be added, for one job and for a million: whether it is a job,
 * whether its ID is free, which job has its key, and what it waits for.
 *
 * @module
 */

import { dependencyFault } from "../constraints/dependency_faults.ts";
import { QueueError, UsageError } from "../text/errors.ts";
import { type JobInput, newJob } from "../format/job.ts";
import { refuseUnmeetable } from "../constraints/needs.ts";
import { newId } from "../format/ids.ts";
import { contentOf } from "./publish.ts";
import type { Store } from "../store/store.ts";
import { findTaken, presentIds, takenMessage } from "../contents/taken_ids.ts";
import { lockQueue } from "../store/queue_lock.ts";
import { holderOf } from "../constraints/unique.ts";

/** An input that is not a job. Nothing was enqueued. */
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
 * An input that is a job, but that this queue cannot take as it is: its ID is taken, or a job or a
 * resource that it needs is missing. Nothing was enqueued.
 */
export class RefusedJobError extends QueueError {
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

/** The decision on some inputs. */
export interface Admission {
  /** The inputs; with the ID and the `after` that they get, if a key or another job matters. */
  readonly inputs: readonly JobInput[];
  /** For the place of each input that is not added: the ID of the job that has its key. */
  readonly holders: ReadonlyMap<number, string>;
}

/**
 * Decides on inputs, and adds them while the decision holds. Of inputs with one `unique` key the
 * first is added, unless a job in the queue has the key. Whatever waits for an input that is not
 * added waits for the job that has its key.
 *
 * @param given The inputs; or what makes them, called while the queue's lock is held.
 * @param add Adds them; the queue's lock is held meanwhile if any of them needs it.
 * @throws {InvalidJobError} If one is no job, or they wait for each other in a circle.
 * @throws {RefusedJobError} If the queue cannot take one.
 */
export async function admit<T>(
  store: Store,
  given: readonly JobInput[] | (() => readonly JobInput[]),
  add: (admission: Admission) => Promise<T>,
): Promise<T> {
  if (typeof given === "function") {
    using _lock = await lockQueue(store);
    const inputs = given();
    return await decide(store, inputs, checkEach(store, inputs), add);
  }
  const chosen = checkEach(store, given);
  if (!given.some(concernsOthers)) return await add({ inputs: given, holders: new Map() });
  // Nobody may remove a parent before its child is there. And of two programs that choose an ID or
  // a key the second must see that it is taken.
  using _lock = await lockQueue(store);
  return await decide(store, given, chosen, add);
}

/**
 * Refuses inputs that a queue without jobs refuses; to be called before one is made for them.
 *
 * @param store The queue, which need not be there yet.
 * @throws {InvalidJobError} If one is no job.
 * @throws {RefusedJobError} If a job or a resource that one needs is missing.
 */
export function refuseInNewQueue(store: Store, inputs: readonly JobInput[]): void {
  // The input of a job is given beside it.
  checkEach(store, inputs.map((input) => ({ ...input, stdin: undefined })));
  refuseFaulty(inputs, () => new Set());
}

/** @param chosen The places of chosen IDs. */
async function decide<T>(
  store: Store,
  inputs: readonly JobInput[],
  chosen: ReadonlyMap<string, number>,
  add: (admission: Admission) => Promise<T>,
): Promise<T> {
  const taken = chosen.size > 0 && findTaken(store, new Set(chosen.keys()));
  if (taken) throw new RefusedJobError(takenMessage(taken), chosen.get(taken.id)!);
  refuseFaulty(inputs, (ids) => presentIds(store, ids));
  const admission = await findHolders(store, inputs, chosen);
  if (admission.holders.size > 0) refuseCircles(admission);
  return await add(admission);
}

/** Nobody can give an input to a job that says so itself. */
const NO_INPUT = 'a job with "stdin": true is added alone, with its input: ' +
  "queuectl enqueue --stdin COMMAND < FILE";

function concernsOthers({ id, unique, after }: JobInput): boolean {
  return id !== undefined || unique !== undefined || (after?.length ?? 0) > 0;
}

/** Refuses inputs that are no jobs, or not for this queue. Returns the places of chosen IDs. */
function checkEach(store: Store, inputs: readonly JobInput[]): Map<string, number> {
  const chosen = new Map<string, number>();
  for (const [index, input] of inputs.entries()) {
    try {
      const job = newJob({ ...input, id: input.id ?? "unchosen" }, store.config, 0);
      if (input.stdin === true) throw new UsageError(NO_INPUT);
      refuseUnmeetable(store, job);
      if (mayBeLarge(input)) contentOf(job);
    } catch (error) {
      if (error instanceof UsageError) throw new InvalidJobError(error.message, index);
      if (error instanceof QueueError) throw new RefusedJobError(error.message, index);
      throw error;
    }
    if (input.id === undefined) continue;
    if (chosen.has(input.id)) {
      throw new InvalidJobError(`the ID "${input.id}" appears twice`, index);
    }
    chosen.set(input.id, index);
  }
  return chosen;
}

/** Whether a job's file may be too large: a guess, as it is costly to write out a million twice. */
function mayBeLarge(input: JobInput): boolean {
  let length = 0;
  for (const field in input) {
    const value = input[field];
    if (typeof value === "object" && value !== null) return true;
    // JSON writes a character with six at most.
    length += field.length + (typeof value === "string" ? value.length : 30);
  }
  return length > 100_000;
}

/** Refuses inputs that wait for a missing job, or for each other in a circle. */
function refuseFaulty(
  inputs: readonly JobInput[],
  presentOf: (ids: ReadonlySet<string>) => ReadonlySet<string>,
): void {
  const places = [...inputs.keys()].filter((index) => (inputs[index]!.after?.length ?? 0) > 0);
  if (places.length === 0) return;
  const ours = new Set(inputs.map(({ id }) => id));
  const others = new Set(places.flatMap((index) => inputs[index]!.after!));
  for (const id of others) if (ours.has(id)) others.delete(id);
  const present = presentOf(others);
  const fault = dependencyFault(
    places.map((index) => ({ id: inputs[index]!.id ?? "", after: inputs[index]!.after })),
    (id) => ours.has(id) || present.has(id),
  );
  if (!fault) return;
  throw new (fault.unknown ? RefusedJobError : InvalidJobError)(
    fault.message,
    places[fault.index]!,
  );
}

/**
 * Finds the job that has the key of each input. Whatever waits for an input that is not added waits
 * for that job.
 */
async function findHolders(
  store: Store,
  inputs: readonly JobInput[],
  chosen: ReadonlyMap<string, number>,
): Promise<Admission> {
  const holders = new Map<number, string>();
  if (!inputs.some(({ unique }) => unique !== undefined)) return { inputs, holders };
  // All get their IDs now, so that these are in the order of the inputs.
  const ids = inputs.map(({ id }) => id ?? newId());
  const byKey = new Map<string, string>();
  for (const [index, { unique }] of inputs.entries()) {
    if (unique === undefined) continue;
    const holder = byKey.get(unique) ?? await holderOf(store, unique);
    if (holder !== undefined) holders.set(index, holder);
    byKey.set(unique, holder ?? ids[index]!);
  }
  const standIn = (id: string) => holders.get(chosen.get(id) ?? -1) ?? id;
  const admitted = inputs.map((input, index): JobInput => {
    const named = { ...input, id: ids[index] };
    if (input.after && holders.size > 0) named.after = input.after.map(standIn);
    return named;
  });
  return { inputs: admitted, holders };
}

/** Refuses inputs that wait for each other only because one job has the keys of several. */
function refuseCircles({ inputs, holders }: Admission): void {
  const places = [...inputs.keys()].filter((index) =>
    !holders.has(index) && (inputs[index]!.after?.length ?? 0) > 0
  );
  const fault = dependencyFault(
    places.map((index) => ({ id: inputs[index]!.id!, after: inputs[index]!.after })),
    () => true,
  );
  if (fault) throw new InvalidJobError(fault.message, places[fault.index]!);
}
