/**
 * `enqueue --file`: many jobs at once.
 *
 * @module
 */

import type { Job } from "../../../format/job.ts";
import { InvalidJobError, RefusedJobError } from "../../../moves/admit.ts";
import { PartialEnqueueError } from "../../../moves/enqueue_many.ts";
import { QueueError, reasonOf, reasonWithin, UsageError } from "../../../text/errors.ts";
import { captureIfAsked } from "../../args/capture.ts";
import { resolveAfter } from "../../args/after_ids.ts";
import { type LineOptions, placeName, readJobLines } from "../../args/job_lines.ts";
import { jobFields } from "../../args/job_options.ts";
import { refusedIfNew } from "../../args/new_queue.ts";
import { openOrMakeQueue } from "../../args/open_queue.ts";
import type { Invocation } from "../../table/command.ts";
import { EnqueueProgress } from "../../terminal/enqueue_progress.ts";
import { seeToWorker } from "./see_to_worker.ts";
import { writeFault } from "../../../text/write_fault.ts";
import { addedView, existingView, jsonText, note, printLines } from "../../terminal/output.ts";

/** The most lines that a note names one by one. */
const MOST_NAMED = 20;

/**
 * Adds the jobs of a file; prints each ID, or with `--json` each job, on a line once it is durable.
 *
 * @throws {UsageError} If a line is no job; nothing was added.
 * @throws {QueueError} If it failed part way; the sentence says how to add the rest.
 */
export async function enqueueFile(call: Invocation): Promise<number> {
  const { options, words } = call;
  if (words.length > 0 || options.has("command")) {
    const command = options.text("command") ?? words[0];
    throw new UsageError(`unexpected argument "${command}": the commands are in --file`);
  }
  if (options.has("id")) {
    throw new UsageError("--id names one job, and --file adds many; leave one out");
  }
  if (options.has("stdin")) {
    throw new UsageError("--stdin is the input of one job, and --file adds many; leave one out");
  }
  const file = options.text("file")!;
  const skip = options.whole("skip", 0, 1e15) ?? 0;
  const source = file === "-" ? "stdin" : file;
  const content = file === "-"
    ? new Uint8Array(await new Response(Deno.stdin.readable).arrayBuffer())
    : await Deno.readFile(file);
  const written: LineOptions = {
    isNull: options.has("null"),
    noComments: options.has("null") || options.has("no-comments"),
    now: Date.now(),
  };
  const defaults = jobFields(options, Date.now());
  const { inputs, lines, unknown } = readJobLines(content, source, defaults, written);
  unknown.report(options.has("strict"));
  const placeOf = (index: number) => `${source}, ${placeName(lines[index]!, written)}`;
  const chosen = skip === 0 ? inputs : inputs.slice(skip);

  const told = (error: unknown, dir = "") => explained(error, dir, placeOf, skip, chosen.length);
  const queue = await openOrMakeQueue(call, refusedIfNew(chosen, told));
  resolveAfter(queue, chosen, (index) => `${placeOf(skip + index)}: `);
  await captureIfAsked(call, queue.store, chosen);
  const progress = new EnqueueProgress(chosen.length);
  const toLine = (job: Job, existed: boolean) =>
    !call.json ? job.id : jsonText(existed ? existingView(queue, job.id) : addedView(job));
  let unwritten: unknown;
  let reported = skip;
  const taken: number[] = [];
  try {
    await queue.enqueueMany(chosen, (jobs, existed) => {
      if (existed) jobs.forEach((_, index) => taken.push(lines[reported + index]!));
      reported += jobs.length;
      // The jobs are in the queue; a reader that is gone must not keep the rest out.
      try {
        if (unwritten === undefined) printLines(jobs.map((job) => toLine(job, existed)));
      } catch (error) {
        unwritten = error;
      }
      progress.add(jobs.length);
    });
  } catch (error) {
    throw told(error, queue.dir);
  } finally {
    progress.end();
  }
  if (taken.length > 0) sayTaken(source, taken, chosen.length, written);
  await seeToWorker(call, queue.store, chosen);
  if (unwritten instanceof Deno.errors.BrokenPipe) throw unwritten;
  if (unwritten !== undefined) {
    throw new QueueError(
      `all jobs were added, but some of their IDs cannot be printed: ${reasonOf(unwritten)}`,
    );
  }
  return taken.length > 0 && options.has("unique-fail") ? 1 : 0;
}

function sayTaken(
  source: string,
  taken: readonly number[],
  count: number,
  written: LineOptions,
): void {
  const named = taken.slice(0, MOST_NAMED).join(", ");
  const more = taken.length > MOST_NAMED ? ` and ${taken.length - MOST_NAMED} more` : "";
  const place = placeName(named, written).replace(" ", taken.length > 1 ? "s " : " ");
  note(
    `${taken.length} of ${count} jobs were not added, because their unique keys are taken; ` +
      `the printed IDs are those of the jobs that have the keys (${source}, ${place}${more})`,
  );
}

/** The error with the place in the file, or with how to go on. */
function explained(
  error: unknown,
  dir: string,
  placeOf: (index: number) => string,
  skip: number,
  count: number,
): unknown {
  if (error instanceof InvalidJobError || error instanceof RefusedJobError) {
    const hint = / contain a NUL$/.test(error.message) ? " (if NULs end the jobs, add --null)" : "";
    const message = `${placeOf(skip + error.index)}: ${error.message}${hint}; nothing was enqueued`;
    return error instanceof UsageError ? new UsageError(message) : new QueueError(message);
  }
  if (error instanceof PartialEnqueueError) {
    const again = skip + error.accepted === 0 ? "" : ` with --skip ${skip + error.accepted}`;
    return new QueueError(
      `${
        writeFault(error, dir) ?? reasonWithin(error)
      }; ${error.accepted} of ${count} jobs were added; ` +
        `to add the rest, repeat the command${again}`,
    );
  }
  return error;
}
