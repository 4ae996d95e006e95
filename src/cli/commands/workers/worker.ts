/**
 * `queuectl worker list`, `pause`, `resume` and `stop`.
 *
 * @module
 */

import type { Queue } from "../../../queue.ts";
import { QueueError } from "../../../text/errors.ts";
import { visibleText } from "../../../text/shown_text.ts";
import { openQueue } from "../../args/open_queue.ts";
import { pauseGroup } from "../../../control/pause_group.ts";
import { groupsOf } from "../../../inspect/groups.ts";
import type { Invocation } from "../../table/command.ts";
import { note, noteAfter, print, printJson, say } from "../../terminal/output.ts";
import { formatAge } from "../../terminal/relative_time.ts";
import { printTable } from "../../terminal/table.ts";
import { stoppedLines, workersWithJobs } from "../../text/workers_with_jobs.ts";
import { eachOf } from "../control/each_of.ts";

/** How often to check whether a worker has exited, in milliseconds. */
const LOOK_EVERY = 50;
/** How long to wait before saying for what, in milliseconds. */
const NOTE_AFTER = 1000;

/** Lists the live workers and the jobs that each runs; says on stderr what is paused. */
export async function workerList(call: Invocation): Promise<void> {
  const queue = await openQueue(call);
  const workers = workersWithJobs(queue);
  if (call.json) return printJson(workers);
  const haveTags = workers.some(({ tags }) => tags);
  printTable({
    head: ["WORKER", "HOST", ...(haveTags ? ["TAGS"] : []), "PID", "BUSY", "UP", "JOBS"],
    rows: workers.map(({ name, host, tags, pid, slots, started_at, only, jobs, suspended }) => [
      visibleText(name),
      visibleText(host),
      ...(haveTags ? [(tags ?? []).join(",")] : []),
      String(pid),
      only === undefined ? `${jobs.length}/${slots}` : "run",
      formatAge(Date.now() - Date.parse(started_at)),
      visibleText(
        jobs.map((id) => suspended?.includes(id) ? `${id} (suspended)` : id).join(" "),
      ),
    ]),
  });
  stoppedLines(workers).forEach(say);
  if (queue.paused) say("the queue is paused (queuectl worker resume)");
  for (const { name, paused } of groupsOf(queue)) {
    if (paused) say(`the group ${name} is paused (queuectl worker resume --group ${name})`);
  }
}

/** Lets workers claim no more jobs, or none of a group; running jobs go on. */
export async function workerPause(call: Invocation): Promise<void> {
  const group = call.options.text("group");
  const queue = await openQueue(call);
  if (group !== undefined) {
    const isKnown = groupsOf(queue).some(({ name }) => name === group);
    await pauseGroup(queue, group, true);
    if (!isKnown && (await queue.select({ group }).next()).done) {
      note(`no job has the group ${group} yet, and no limit names it (see: queuectl status)`);
    }
    if (call.json) printJson({ paused: true, group });
    else {
      say(
        `paused group ${group}: workers claim none of its jobs ` +
          `(queuectl worker resume --group ${group})`,
      );
    }
    return;
  }
  if (call.options.has("on-failure")) {
    await queue.configure({ pause_on_failure: true });
    if (call.json) printJson({ pause_on_failure: true });
    else say("the next job that dies pauses the queue (config reset pause_on_failure)");
    return;
  }
  await queue.setPaused(true);
  if (call.json) printJson({ paused: true });
  else say("paused: workers claim no more jobs (queuectl worker resume)");
}

/** Ends a pause; exits with 1 if the group that is named was not paused. */
export async function workerResume(call: Invocation): Promise<number> {
  const group = call.options.text("group");
  const queue = await openQueue(call);
  if (group !== undefined) {
    const wasPaused = await pauseGroup(queue, group, false);
    if (!wasPaused) note(`the group ${group} was not paused`);
    if (call.json) printJson({ paused: false, group });
    else if (wasPaused) say(`resumed group ${group}`);
    return wasPaused ? 0 : 1;
  }
  const was = queue.paused;
  await queue.setPaused(false);
  if (call.json) printJson({ paused: false });
  else say(was ? "resumed" : "the queue was not paused");
  return 0;
}

/** Stops all workers, or those named, and waits until they have exited; prints their names. */
export async function workerStop(call: Invocation): Promise<number> {
  const queue = await openQueue(call, { evenMisconfigured: true });
  const now = call.options.has("now");
  const alive = liveNames(queue);
  if (call.words.length === 0 && alive.length === 0) {
    say("no worker is alive; there is nothing to stop");
    return 0;
  }
  const stopping = new Set<string>();
  const status = await eachOf(call.words.length > 0 ? call.words : alive, (word) => {
    const name = namedWorker(word, alive, "; to end a job: queuectl cancel ID");
    queue.stopWorker(name, now);
    stopping.add(name);
  });
  const quiet = noteAfter(NOTE_AFTER, () =>
    `waiting for ${[...stopping].join(", ")} to ` +
    (now ? "exit" : "finish running jobs; --now puts them back instead"));
  while (stopping.size > 0) {
    const left = liveNames(queue);
    for (const name of stopping) {
      if (left.includes(name)) continue;
      stopping.delete(name);
      print(name);
    }
    if (stopping.size > 0) await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
  }
  quiet();
  return status;
}

function liveNames(queue: Queue): string[] {
  return queue.workers().map(({ name }) => name);
}

/** The live worker that a word names, whole or by a beginning or end that no other name has. */
export function namedWorker(word: string, alive: readonly string[], hint = ""): string {
  if (alive.includes(word)) return word;
  const matches = alive.filter((name) => name.startsWith(word) || name.endsWith(word));
  if (matches.length === 1) return matches[0]!;
  if (matches.length === 0) {
    throw new QueueError(`no worker "${word}" is alive (see: queuectl worker list${hint})`);
  }
  throw new QueueError(`"${word}" could mean ${matches.join(", ")}; give more of the name`);
}
