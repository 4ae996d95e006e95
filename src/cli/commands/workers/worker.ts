/**
 * `queuectl worker list`, `pause`, `resume` and `stop`.
 *
 * @module
 */

import { QueueError } from "../../../text/errors.ts";
import { openQueue } from "../../args/open_queue.ts";
import type { Invocation } from "../../table/command.ts";
import { print, printJson, say } from "../../terminal/output.ts";
import { formatAge } from "../../terminal/relative_time.ts";
import { printTable } from "../../terminal/table.ts";
import { visibleText } from "../../terminal/visible_text.ts";
import { workersWithJobs } from "../../text/workers_with_jobs.ts";
import { eachOf } from "../control/each_of.ts";

/** How often to check whether a worker has exited, in milliseconds. */
const LOOK_EVERY = 50;
/** How long to wait before saying for what, in milliseconds. */
const TELL_AFTER = 3000;

/** Lists the workers that live and the jobs that each runs. */
export async function workerList(call: Invocation): Promise<void> {
  const workers = workersWithJobs(await openQueue(call));
  if (call.json) return printJson(workers);
  await printTable({
    head: ["WORKER", "HOST", "PID", "BUSY", "UP", "JOBS"],
    rows: workers.map(({ name, host, pid, slots, started_at, only, jobs }) => [
      visibleText(name),
      visibleText(host),
      String(pid),
      only === undefined ? `${jobs.length}/${slots}` : "run",
      formatAge(Date.now() - Date.parse(started_at)),
      visibleText(jobs.join(" ")),
    ]),
  });
}

/** Tells all workers to claim nothing new; what runs goes on. */
export async function workerPause(call: Invocation): Promise<void> {
  const queue = await openQueue(call);
  await queue.setPaused(true);
  if (call.json) printJson({ paused: true });
  else say("paused: workers claim nothing new (queuectl worker resume)");
}

/** Tells all workers to go on. */
export async function workerResume(call: Invocation): Promise<void> {
  const queue = await openQueue(call);
  const was = queue.paused;
  await queue.setPaused(false);
  if (call.json) printJson({ paused: false });
  else say(was ? "resumed" : "the queue was not paused");
}

/** Asks all workers, or those named, to leave, and waits until they have; prints their names. */
export async function workerStop(call: Invocation): Promise<number> {
  const queue = await openQueue(call, { evenMisconfigured: true });
  const now = call.options.has("now");
  const alive = queue.workers().map(({ name }) => name);
  if (call.words.length === 0 && alive.length === 0) {
    say("no worker is alive; there is nothing to stop");
    return 0;
  }
  const asked = new Set<string>();
  const words = call.words.length > 0 ? call.words : alive;
  const status = await eachOf(words, (word) => {
    const name = meantWorker(word, alive);
    queue.stopWorker(name, now);
    asked.add(name);
  });
  const notice = setTimeout(() => {
    say(
      `queuectl: waiting for ${[...asked].join(", ")} to finish ` +
        (now ? "and leave" : "what runs; with --now it is put back instead"),
    );
  }, TELL_AFTER);
  while (asked.size > 0) {
    const left = new Set(queue.workers().map(({ name }) => name));
    for (const name of asked) {
      if (left.has(name)) continue;
      asked.delete(name);
      print(name);
    }
    if (asked.size > 0) await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
  }
  clearTimeout(notice);
  return status;
}

/** The worker that a word means: its name, or a beginning or end that no other has. */
function meantWorker(word: string, alive: readonly string[]): string {
  if (alive.includes(word)) return word;
  const matches = alive.filter((name) => name.startsWith(word) || name.endsWith(word));
  if (matches.length === 1) return matches[0]!;
  if (matches.length === 0) {
    throw new QueueError(`no worker "${word}" is alive (see: queuectl worker list)`);
  }
  throw new QueueError(`"${word}" could mean ${matches.join(", ")}; give more of the name`);
}
