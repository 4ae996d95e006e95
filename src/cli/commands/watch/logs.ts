/**
 * `queuectl logs`: what jobs printed.
 *
 * @module
 */

import { hasRun, type JobView } from "../../../format/job.ts";
import { lastRun } from "../../../inspect/last_run.ts";
import { runningJobs } from "../../../inspect/running_jobs.ts";
import type { Selection } from "../../../inspect/selection.ts";
import { shortIds } from "../../../inspect/short_ids.ts";
import type { Queue } from "../../../queue.ts";
import { MissingError, QueueError, UsageError } from "../../../text/errors.ts";
import { quotedWord } from "../../../text/shown_text.ts";
import { openQueue } from "../../args/open_queue.ts";
import { selectionOf } from "../../args/selection.ts";
import { parsePastTime } from "../../args/when.ts";
import type { Invocation } from "../../table/command.ts";
import { untilInterrupted } from "../../terminal/interrupt.ts";
import { note, print, writeOut } from "../../terminal/output.ts";
import { namedJobs, refuseUnknown } from "../control/each_of.ts";
import { awaitJobs } from "./await_jobs.ts";
import {
  followAttempt,
  type LogPart,
  printLog,
  printOn,
  rangeOf,
  shown,
  type Write,
} from "./log_output.ts";
import { sayWhyTheyWait } from "./why_they_wait.ts";

/** The most running jobs that are followed if none is named. */
const MOST_FOLLOWED = 50;

/** Prints what jobs printed, or a part of it; with `--follow` until they end. */
export async function logs(call: Invocation): Promise<number> {
  const part = partOf(call);
  const selection = selectionOf(call);
  const isInOrder = call.options.has("in-order");
  if (part.attempt !== undefined && (call.words.length > 1 || selection)) {
    throw new UsageError("--attempt is of one job; name one");
  }
  if (isInOrder && (!selection || call.options.has("follow"))) {
    throw new UsageError(
      selection
        ? "--in-order waits for the jobs, and --follow mixes them; remove one of them"
        : "--in-order needs --tag, --group or --state (several IDs come in the order given)",
    );
  }
  const queue = await openQueue(call);
  if (selection) return await logsOf(call, queue, selection, part);
  if (call.words.length === 0) {
    const ids = running(queue);
    if (ids.length > 0) await followAll(queue, ids, part);
    else await showLast(queue, part);
    return 0;
  }
  if (call.words.length === 1) {
    const job = queue.find(call.words[0]!);
    if (call.options.has("follow")) await followAll(queue, [job.id], part);
    else await show(queue, job, part, writeOut);
    return 0;
  }
  const { ids, status } = await namedJobs(queue, call.words);
  if (call.options.has("follow")) await followAll(queue, [...ids], part);
  else await showEach(queue, [...ids], part);
  return status;
}

/** Prints the logs of the jobs that are meant, each once it has ended; or follows them. */
async function logsOf(
  call: Invocation,
  queue: Queue,
  selection: Selection,
  part: LogPart,
): Promise<number> {
  await refuseUnknown(queue, selection);
  if (call.options.has("follow")) {
    const jobs = await Array.fromAsync(queue.select(selection));
    if (jobs.length > MOST_FOLLOWED) {
      throw new QueueError(
        `${jobs.length} jobs are too many to follow (at most ${MOST_FOLLOWED}); without --follow ` +
          "each log comes once its job has ended",
      );
    }
    await followAll(queue, jobs.map(({ id }) => id), part);
    return 0;
  }
  return await untilInterrupted(async (signal) => {
    const print = call.options.has("in-order") ? "in order" : "as they end";
    const { ids } = await awaitJobs(queue, selection, { signal, print, part });
    if (ids.length === 0) note("no job is meant; there is nothing to show");
    return 0;
  });
}

function partOf({ options, json }: Invocation): LogPart {
  const since = options.text("since");
  return {
    attempt: options.whole("attempt", 1, 1e9),
    lines: options.whole("lines", 0, 1e15),
    hasTimes: options.has("timestamps"),
    isJson: json,
    since: since === undefined ? undefined : parsePastTime(since, Date.now(), "--since"),
  };
}

/** The jobs that run, the longest running first; says which if the output does not. */
function running(queue: Queue): string[] {
  const { count, longest } = runningJobs(queue, MOST_FOLLOWED);
  const [only] = longest;
  if (count === 1 && only) note(`job ${only.id} runs: ${only.command}`);
  if (count > MOST_FOLLOWED) {
    note(`${count} jobs run; following the ${MOST_FOLLOWED} that have run longest`);
  }
  return longest.map(({ id }) => id);
}

async function showLast(queue: Queue, part: LogPart): Promise<void> {
  const job = lastRun(queue);
  if (!job) throw new MissingError("no job runs, and none has run (see: queuectl list)");
  note(`no job runs; the last was ${job.id} (${job.state}): ${job.command}`);
  await show(queue, job, part, writeOut);
}

async function show(queue: Queue, job: JobView, part: LogPart, write: Write): Promise<void> {
  refuseMissing(job, part.attempt, job.state === "processing");
  const range = rangeOf(queue, job, part);
  const { add, end } = shown(queue, job, part, range[0], write);
  const isFound = await printLog(queue, job, range, add);
  end();
  const { id, state, history } = job;
  if (state !== "processing" && !history.some(hasRun)) {
    const ran = state === "dead" ? "never ran" : "has not run yet";
    note(`job ${id} ${ran}; it is ${state} (see: queuectl show ${quotedWord(id)})`);
  } else if (!isFound && part.attempt === undefined) note(`job ${id} has printed nothing yet`);
}

/** @param mayRun Whether there may be a run that the history lacks. */
function refuseMissing(
  { id, history }: JobView,
  attempt: number | undefined,
  mayRun: boolean,
): void {
  const mayBe = mayRun ? 1 : 0;
  if (attempt === undefined || attempt <= history.length + mayBe) return;
  const runs = history.filter(hasRun).length + mayBe;
  const has = runs === 0 ? "has not run yet" : `has run ${runs === 1 ? "once" : `${runs} times`}`;
  throw new QueueError(`job ${id} ${has}; there is no attempt ${attempt}`);
}

/** Prints the logs one after another, each below a line that names its job. */
async function showEach(queue: Queue, ids: readonly string[], part: LogPart): Promise<void> {
  let isAtLineStart = true;
  const write = (bytes: Uint8Array) => {
    if (bytes.length > 0) isAtLineStart = bytes.at(-1) === 10;
    writeOut(bytes);
  };
  for (const [index, id] of ids.entries()) {
    const job = queue.get(id);
    if (!job) continue;
    if (part.isJson) {
      await show(queue, job, part, writeOut);
      continue;
    }
    if (index > 0) writeOut(new TextEncoder().encode(isAtLineStart ? "\n" : "\n\n"));
    print(`==> ${id} (${job.state}): ${job.command} <==`);
    isAtLineStart = true;
    await show(queue, job, part, write);
  }
}

/** Prints what jobs print until all have ended: each line of several with its job's short ID. */
async function followAll(queue: Queue, ids: readonly string[], part: LogPart): Promise<void> {
  const short = shortIds(ids);
  const width = Math.max(...[...short.values()].map(({ length }) => length));
  const quiet = sayWhyTheyWait(queue, ids);
  try {
    await Promise.all(ids.map(async (id) => {
      const prefix = ids.length === 1 ? "" : `${short.get(id)!.padEnd(width)} | `;
      await follow(queue, id, part, prefix);
    }));
  } finally {
    quiet();
  }
}

async function follow(queue: Queue, id: string, part: LogPart, prefix: string): Promise<void> {
  const job = queue.get(id);
  if (!job) return;
  refuseMissing(job, part.attempt, true);
  const [from] = rangeOf(queue, job, part);
  const { add, end } = shown(queue, job, part, from, writeOut, prefix);
  if (part.attempt === undefined) await printOn(queue, id, from, add);
  else await followAttempt(queue, id, part.attempt, from, add);
  end();
}
