/**
 * Running a job once more otherwise than by a plain retry: as a new copy, or changed first.
 *
 * @module
 */

import { inputPath } from "../contents/input_paths.ts";
import { inputFault } from "../contents/inputs.ts";
import { VIEW_FIELDS } from "../format/check_job.ts";
import { WRITTEN_FIELDS } from "../format/written_fields.ts";
import type { Job, JobInput, JobView } from "../format/job.ts";
import { requeueJob } from "../moves/requeue.ts";
import type { Queue } from "../queue.ts";
import { MissingError, QueueError } from "../text/errors.ts";
import { checkedEdit, editJob, releaseJob } from "./waiting_jobs.ts";

/** Gets a job's fields, and returns the new ones; `undefined` changes nothing. */
export type JobChange = (fields: JobInput) => Promise<JobInput | undefined> | JobInput | undefined;

/**
 * Adds a new copy of a job, in whatever state that is: with its command, options and input, and a
 * new ID. It waits for those jobs that the other still waits for, and is ready now. The other stays
 * as it is.
 *
 * @param id The whole ID of the other.
 * @param change Changes the fields of the copy. Default: nothing.
 * @returns The copy.
 * @throws {UsageError} If the changed fields are not those of a job.
 * @throws {QueueError} If there is no such job, or it or its input cannot be read.
 * @throws {KeyTakenError} If it has a `unique` key and has not ended.
 *
 * @example
 * ```ts
 * import { Queue, restartJob } from "../../mod.ts";
 *
 * const queue = await Queue.open("/tmp/example-queue");
 * const { id } = await queue.enqueue({ command: "date" });
 * const copy = await restartJob(queue, id, (fields) => ({ ...fields, priority: 9 }));
 * console.log(copy.id);
 * ```
 */
export async function restartJob(
  queue: Queue,
  id: string,
  change: JobChange = () => undefined,
): Promise<Job> {
  const job = readable(queue, id, "copy");
  const fields = askedFor(job);
  delete fields.after;
  if (job.waits_for) fields.after = job.waits_for;
  else delete fields.after_any;
  const { stdin, ...rest } = await change(fields) ?? fields;
  if (stdin !== true) return await queue.enqueue(rest as JobInput);
  const fault = inputFault(queue.store, id);
  if (fault !== undefined) throw new QueueError(`cannot copy job ${id}: ${fault}`);
  const file = await Deno.open(inputPath(queue.store, id));
  try {
    return await queue.enqueue(rest as JobInput, { stdin: file.readable });
  } catch (error) {
    await file.readable.cancel().catch(() => {});
    throw error;
  }
}

/**
 * Changes a job that has ended, then makes it ready with a fresh count of attempts. Nothing happens
 * to it before `change` has returned. Between its old place and its new content it is held: should
 * this program die then, it stays held.
 *
 * @param id Its whole ID.
 * @throws {UsageError} If the changed fields are not those of a job: it stays as it was.
 * @throws {QueueError} If it has not ended, or cannot be read.
 */
export async function retryEdited(queue: Queue, id: string, change: JobChange): Promise<void> {
  const job = readable(queue, id, "edit");
  if (job.state !== "dead" && job.state !== "done") {
    throw new QueueError(`job ${id} has not ended (${job.state}); change it with: queuectl edit`);
  }
  const fields = await change({ ...askedFor(job), run_at: job.run_at });
  if (fields === undefined) return await queue.requeue(id);
  checkedEdit(queue.store, job, fields);
  await requeueJob(queue.store, id, undefined, "held");
  await editJob(queue, id, () => fields);
  await releaseJob(queue, id);
}

function readable(queue: Queue, id: string, verb: string): JobView {
  const job = queue.get(id);
  if (!job) throw new MissingError(`no job ${id} (see: queuectl list)`);
  if (typeof job.malformed !== "string") return job;
  throw new QueueError(`cannot ${verb} job ${id}: its file is not a job (${job.malformed})`);
}

/** What was asked for by whoever added a job, and not what has happened to it. */
function askedFor(job: JobView): JobInput {
  const left = new Set([...VIEW_FIELDS, ...WRITTEN_FIELDS.keys(), "id", "run_at"]);
  return Object.fromEntries(
    Object.entries(job).filter(([name]) => !left.has(name)),
  ) as unknown as JobInput;
}
