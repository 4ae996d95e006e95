/**
 * Says to a person who waits for jobs why they do not run.
 *
 * @module
 */

import { placeText } from "../../text/job_text.ts";
import { needsOf, unmeetable, unmeetableText } from "../../../constraints/needs.ts";
import type { JobView } from "../../../format/job.ts";
import type { Queue } from "../../../queue.ts";
import { quotedWord } from "../../../text/shown_text.ts";
import { note } from "../../terminal/output.ts";
import { formatMoment } from "../../terminal/relative_time.ts";

/** How often to check, in milliseconds; before the first check only a person is told anything. */
const LOOK_EVERY = 1000;

/** The most jobs whose own reasons are said. */
const MOST_EXPLAINED = 5;

/** A job that is ready sooner than this, in milliseconds, needs no explanation. */
const SOON = 5000;

/** What is said while no worker is alive; said again if one came meanwhile and is gone. */
const NO_WORKER = "no worker is alive to run the jobs you wait for (see: queuectl worker start)";

/**
 * Says on stderr, each reason once, why jobs do not run: no worker is alive, also because it died
 * while it ran one; the queue is paused; or what a job waits for.
 *
 * @param ids Their whole IDs.
 * @param makeRoom Called before anything is said.
 * @returns A function that ends it.
 */
export function sayWhyTheyWait(
  queue: Queue,
  ids: Iterable<string>,
  makeRoom: () => void = () => {},
): () => void {
  const waiting = new Set(ids);
  const said = new Set<string>();
  const sayOnce = (sentence: string) => {
    if (said.has(sentence)) return;
    makeRoom();
    note(sentence);
    said.add(sentence);
  };
  /** Each job's first reason is enough. */
  const explained = new Set<string>();
  const look = () => {
    const runs = liveRuns(queue);
    let isAlone = false;
    for (const id of waiting) {
      const job = queue.get(id);
      if (job?.state === "processing") {
        if (runs(job) || queue.isAttended(id)) continue;
        sayOnce(NO_WORKER);
        isAlone = true;
        continue;
      }
      if (!job || job.state === "done" || job.state === "dead") {
        waiting.delete(id);
        continue;
      }
      if (!queue.isAttended(id)) {
        sayOnce(NO_WORKER);
        isAlone = true;
      }
      if (queue.paused) sayOnce("the queue is paused (see: queuectl worker resume)");
      if (explained.has(id) || explained.size >= MOST_EXPLAINED) continue;
      const reason = reasonOf(queue, job);
      if (reason === undefined) continue;
      sayOnce(`job ${id} ${reason}`);
      explained.add(id);
    }
    if (!isAlone) said.delete(NO_WORKER);
  };
  const lookAgain = () => {
    try {
      look();
    } catch {
      // A queue that cannot be read is reported by the command that waits.
    }
  };
  if (Deno.stderr.isTerminal()) lookAgain();
  const timer = setInterval(lookAgain, LOOK_EVERY);
  return () => clearInterval(timer);
}

/** Whether the worker that has a job is alive. Looks at the workers once, if at all. */
function liveRuns(queue: Queue): (job: JobView) => boolean {
  let alive: Set<string> | undefined;
  return ({ running }) => {
    // Just being settled or changed.
    if (!running) return true;
    alive ??= new Set(queue.workers().map(({ name }) => name));
    return alive.has(running.worker);
  };
}

/** What a job itself waits for, to follow its name; `undefined` if nothing. */
function reasonOf({ store }: Queue, job: JobView): string | undefined {
  if (job.held) return `is held (see: queuectl release ${quotedWord(job.id)})`;
  if (job.waits_for) return `waits for ${job.waits_for.join(", ")}`;
  if (job.no_worker !== undefined) return `waits for a worker ${job.no_worker}; none is alive`;
  const never = unmeetable(store, needsOf(job));
  if (never) return `cannot run: ${unmeetableText(store, never)}`;
  if (job.limited_by === "concurrency") {
    return "waits for a place in the queue (see: queuectl config get concurrency)";
  }
  if (job.limited_by !== undefined) return `waits for ${placeText(job.limited_by)}`;
  const ready = Date.parse(job.run_at);
  if (ready - store.now() < SOON) return undefined;
  const when = formatMoment(ready, store.now());
  return job.state === "failed" ? `failed, and runs again at ${when}` : `is due at ${when}`;
}
