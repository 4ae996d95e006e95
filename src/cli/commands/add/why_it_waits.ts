/**
 * Telling who waits for jobs why nothing happens.
 *
 * @module
 */

import { quotedWord } from "../../../text/shown_text.ts";
import type { JobView } from "../../../format/job.ts";
import { needsOf, unmeetable, unmeetableText } from "../../../constraints/needs.ts";
import type { Queue } from "../../../queue.ts";
import { say } from "../../terminal/output.ts";
import { formatMoment } from "../../terminal/relative_time.ts";

/** How often to look whether a job waits, in milliseconds; also how long nothing is said to who is no person. */
const LOOK_EVERY = 1000;

/** The most jobs of which it is said what they wait for. */
const MOST_TOLD = 5;

/** A job that becomes ready sooner than this is waited for in silence, in milliseconds. */
const SOON = 5000;

/**
 * Says on stderr, once for each reason, why jobs that are waited for do not run: nobody works, the queue is
 * paused, or what a job itself waits for.
 *
 * @param ids The whole IDs of the jobs.
 * @returns Ends it.
 */
export function sayWhyItWaits(queue: Queue, ids: Iterable<string>): () => void {
  const waiting = new Set(ids);
  const told = new Set<string>();
  const tell = (sentence: string) => {
    if (told.has(sentence)) return;
    told.add(sentence);
    say(`queuectl: ${sentence}`);
  };
  /** Jobs of which it has been said what they wait for; what else they come to wait for is not told as well. */
  const explained = new Set<string>();
  const look = () => {
    for (const id of waiting) {
      const job = queue.get(id);
      if (job?.state === "processing") continue;
      if (!job || job.state === "done" || job.state === "dead") {
        waiting.delete(id);
        continue;
      }
      if (!queue.isAttended(id)) {
        tell("no worker is alive to run what is waited for (see: queuectl worker start)");
      }
      if (queue.paused) tell("the queue is paused (see: queuectl worker resume)");
      if (explained.has(id) || explained.size >= MOST_TOLD) continue;
      const reason = reasonOf(queue, job);
      if (reason === undefined) continue;
      tell(`job ${id} ${reason}`);
      explained.add(id);
    }
  };
  const lookAgain = () => {
    try {
      look();
    } catch {
      // Who waits is told by the waiting itself if the queue cannot be read.
    }
  };
  if (Deno.stderr.isTerminal()) lookAgain();
  const timer = setInterval(lookAgain, LOOK_EVERY);
  return () => clearInterval(timer);
}

/** What a job waits for itself, as a sentence's end; `undefined` for nothing. */
function reasonOf({ store }: Queue, job: JobView): string | undefined {
  if (job.held) return `is held (see: queuectl release ${quotedWord(job.id)})`;
  if (job.waits_for) return `waits for ${job.waits_for.join(", ")}`;
  const never = unmeetable(store, needsOf(job));
  if (never) return `cannot run: ${unmeetableText(store, never)}`;
  if (job.limited_by === "concurrency") {
    return "waits for its place in the queue (see: queuectl config get concurrency)";
  }
  if (job.limited_by !== undefined) return `waits for a place in the resource ${job.limited_by}`;
  const ready = Date.parse(job.run_at);
  if (ready - store.now() < SOON) return undefined;
  const when = formatMoment(ready, store.now());
  return job.state === "failed" ? `has failed, and is run again at ${when}` : `is due at ${when}`;
}
