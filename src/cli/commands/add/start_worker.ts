/**
 * A worker for jobs that were just added, started in the background if none lives.
 *
 * @module
 */

import { isLeaving } from "../../../contents/requests.ts";
import type { JobInput } from "../../../format/job.ts";
import { mayRunAt, whereOf, whereText } from "../../../format/placement.ts";
import { USUAL_IDLE_TIME } from "../../../format/settings.ts";
import { environmentOf } from "../../../process/launcher.ts";
import type { Queue } from "../../../queue.ts";
import { environmentHere } from "../../args/caller_environment.ts";
import { openQueue } from "../../args/open_queue.ts";
import { ownTags } from "../../args/worker_tags.ts";
import type { Invocation } from "../../table/command.ts";
import { formatDuration } from "../../terminal/format_duration.ts";
import { note } from "../../terminal/output.ts";
import { startInBackground } from "../workers/detach.ts";
import { callingJobs } from "./calling_job.ts";

/**
 * Starts a worker if no live one may run some added jobs, or says on a terminal that none may.
 *
 * @param starts Whether to start one.
 * @throws {QueueError} If it cannot be started.
 */
export async function startWorker(
  call: Invocation,
  added: readonly JobInput[],
  starts: boolean,
): Promise<void> {
  const queue = await openQueue(call);
  const places = new Set(added.filter(({ hold }) => !hold).map((job) => whereOf(job)));
  const unattended = () => {
    const workers = queue.workers().filter(({ name, only }) =>
      only === undefined && !isLeaving(queue.store, name)
    );
    return [...places].filter((where) => !workers.some((worker) => mayRunAt(where, worker)));
  };
  if (unattended().length === 0) return;
  if (queue.paused) {
    return noteOnTerminal("the queue is paused; jobs wait for: queuectl worker resume");
  }
  const here = { host: Deno.hostname(), tags: ownTags() };
  const isForHere = (where: string) => mayRunAt(where, here);
  if (starts && unattended().some(isForHere)) {
    // One at a time: the next finds the worker that this one has started.
    const lock = await lockStarts(queue);
    try {
      if (unattended().some(isForHere)) await start(call, queue);
    } finally {
      lock.release();
    }
  }
  const left = unattended();
  if (left.length === 0) return;
  if (left.some(isForHere)) {
    noteOnTerminal(
      "no worker is alive to run it; start one: queuectl worker start --detach (each time by " +
        "itself: queuectl config set autostart true)",
    );
  } else noteOnTerminal(`no live worker may run it; it waits for one ${whereText(left[0]!)}`);
}

function noteOnTerminal(sentence: string): void {
  if (Deno.stderr.isTerminal()) note(sentence);
}

/** Takes the lock on the starting of workers; the kernel releases it if this process dies. */
async function lockStarts({ store, dir }: Queue): Promise<{ release(): void }> {
  const path = `${dir}/workers/.autostart`;
  store.files.append(path, new Uint8Array());
  return await store.files.lock(path);
}

async function start(call: Invocation, queue: Queue): Promise<void> {
  const { autostart } = queue.config();
  const seconds = typeof autostart === "number" ? autostart : USUAL_IDLE_TIME;
  const words = ["--idle-exit", `${seconds}s`, ...(call.ofAnyUser ? ["--other-user"] : [])];
  // In no directory that somebody may want to unmount or remove.
  const name = await startInBackground(queue, words, environmentOfNoJob(queue), "/");
  noteOnTerminal(
    `started worker ${name}, which exits when idle for ${formatDuration(seconds * 1000)}`,
  );
}

/** The user's environment; in a job, without what only that job was given. */
function environmentOfNoJob(queue: Queue): Record<string, string> {
  const environment = environmentHere();
  const [caller] = callingJobs(queue);
  const worker = Deno.env.get("QUEUECTL_WORKER");
  const pid = caller && queue.workers().find(({ name }) => name === worker)?.pid;
  const before = pid === undefined ? undefined : environmentOf(pid);
  for (const name of Object.keys(caller?.env ?? {})) {
    const value = before?.[name];
    if (value === undefined) delete environment[name];
    else environment[name] = value;
  }
  return environment;
}
