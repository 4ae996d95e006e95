/**
 * `queuectl map`: a job for each argument.
 *
 * @module
 */

import { basename } from "@std/path/posix/basename";
import type { JobInput } from "../../../format/job.ts";
import { hostOrTag } from "../../../format/field_checks.ts";
import { InvalidJobError, RefusedJobError } from "../../../moves/admit.ts";
import { enqueueMapped, type Mapped } from "../../../moves/enqueue_mapped.ts";
import { PartialEnqueueError } from "../../../moves/enqueue_many.ts";
import type { Queue } from "../../../queue.ts";
import { QueueError, reasonWithin, UsageError } from "../../../text/errors.ts";
import { writeFault } from "../../../text/write_fault.ts";
import { resolveAfter } from "../../args/after_ids.ts";
import { captureIfAsked } from "../../args/capture.ts";
import { jobFields } from "../../args/job_options.ts";
import { mapWords } from "../../args/map_words.ts";
import { refusedIfNew } from "../../args/new_queue.ts";
import { openOrMakeQueue } from "../../args/open_queue.ts";
import type { Invocation } from "../../table/command.ts";
import { untilInterrupted } from "../../terminal/interrupt.ts";
import { note, print, printJson } from "../../terminal/output.ts";
import { counted } from "../../text/counted.ts";
import { awaitJobs } from "../watch/await_jobs.ts";
import { seeToWorker } from "./see_to_worker.ts";
import { startWorker } from "./start_worker.ts";

/** Adds a job for each argument, and unless `--detach` is given waits for them. */
export async function map(call: Invocation): Promise<number> {
  const { options } = call;
  const isDetached = options.has("detach");
  if (isDetached && options.has("in-order")) {
    throw new UsageError("--in-order prints outputs, and --detach none; remove one of them");
  }
  const fields = jobFields(options, Date.now());
  const words = await mapWords(call);
  const tag = fields.tags?.[0] ?? newTag(words.command);
  const like = { ...fields, command: words.command } as JobInput;
  const queue = await openOrMakeQueue(call, refusedIfNew([like]));
  refuseOtherShell(fields.shell ?? queue.store.config.shell);
  if (fields.after) resolveAfter(queue, [fields as JobInput]);
  await captureIfAsked(call, queue.store, [fields as JobInput]);
  const mapped = words.arguments.length === 0
    ? { ids: [], added: 0 }
    : await add(queue, { ...words, tag, fields: { cwd: Deno.cwd(), ...fields } });
  if (mapped.ids.length === 0) note("there are no arguments; nothing was added");
  if (call.json) printJson({ tag, ids: mapped.ids, added: mapped.added });
  else if (isDetached && mapped.ids.length > 0) print(tag);
  if (mapped.ids.length === 0) return 0;
  if (!isDetached) return await stayWith(call, queue, mapped, tag, fields as JobInput);
  note(addedText(mapped, tag));
  await seeToWorker(call, queue.store, [fields as JobInput]);
  return 0;
}

/** The shells for which words are quoted. */
const SHELLS = new Set(["sh", "ash", "bash", "dash", "ksh", "mksh", "zsh"]);

/** @throws {UsageError} If a shell may read quotes in another way. */
function refuseOtherShell(shell: string): void {
  if (SHELLS.has(basename(shell))) return;
  throw new UsageError(`map quotes arguments for ${[...SHELLS].join(", ")}, and not for ${shell}`);
}

function addedText({ ids, added }: Mapped, tag: string): string {
  const there = ids.length - added;
  return `added ${counted(added, "job")} with the tag ${tag}` +
    (there === 0 ? "" : `; ${there} were there already`);
}

async function add(queue: Queue, mapping: Parameters<typeof enqueueMapped>[1]): Promise<Mapped> {
  try {
    return await enqueueMapped(queue, mapping);
  } catch (error) {
    if (error instanceof InvalidJobError || error instanceof RefusedJobError) {
      const message = `${error.message}; nothing was added`;
      throw error instanceof UsageError ? new UsageError(message) : new QueueError(message);
    }
    if (!(error instanceof PartialEnqueueError)) throw error;
    throw new QueueError(
      `${
        writeFault(error, queue.dir) ?? reasonWithin(error)
      }; ${error.accepted} jobs were added; ` +
        `to add the rest, repeat the command with --tag ${mapping.tag}`,
    );
  }
}

/** Sees to a worker and waits for the jobs; a signal ends the waiting, not the jobs. */
function stayWith(
  call: Invocation,
  queue: Queue,
  mapped: Mapped,
  tag: string,
  fields: JobInput,
): Promise<number> {
  return untilInterrupted(async (signal) => {
    note(addedText(mapped, tag));
    await startWorker(call, [fields], true);
    const { done, ids } = await awaitJobs(queue, mapped.ids, {
      signal,
      part: { isLastAttempt: true },
      ...(!call.json && { print: call.options.has("in-order") ? "in order" : "as they end" }),
    });
    if (signal.aborted) {
      note(`the jobs go on (queuectl wait --tag ${tag}; queuectl cancel --tag ${tag})`);
    }
    return done === ids.length ? 0 : 1;
  });
}

/** How many letters of a tag come from the command. */
const LONGEST_NAME = 20;

/** A new tag that says what the command is: `convert-7q2m5c`. */
function newTag(command: string | readonly string[]): string {
  const first = typeof command === "string" ? /^\s*(\S*)/.exec(command)![1]! : command[0]!;
  const name = basename(first).replaceAll(/[^A-Za-z0-9_-]/g, "").slice(0, LONGEST_NAME);
  const random = crypto.getRandomValues(new Uint8Array(6));
  const end = Array.from(random, (byte) => LETTERS[byte % LETTERS.length]).join("");
  return hostOrTag.check(name) === undefined ? `${name}-${end}` : `map-${end}`;
}

/** Without those that look alike. */
const LETTERS = "0123456789abcdefghjkmnpqrstvwxyz";
