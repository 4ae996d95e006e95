/**
 * Declaring a worker dead by name: for one whose machine is gone, while the file system never frees
 * its lock.
 *
 * @module
 */

import { releaseOverlooked } from "../constraints/dependencies.ts";
import {
  arrive,
  hasPresence,
  lockDeadWorker,
  presenceStat,
  replacePresence,
} from "../contents/presence.ts";
import { hostOf, isEditor, WORKER_PATTERN } from "../format/worker_names.ts";
import type { Settlement } from "../moves/settle.ts";
import { killSurvivors } from "../process/survivors.ts";
import type { OpenQueue, Store } from "../store/store.ts";
import { QueueError } from "../text/errors.ts";
import { VERSION } from "../version.ts";
import { recover, type Recovery } from "./recover.ts";
import { SILENT_AFTER } from "./signs_of_life.ts";

/** How long a worker must give no sign, in milliseconds: twice what makes one count as silent. */
const WATCHED_FOR = 2 * SILENT_AFTER;

/** How often to look for a sign, in milliseconds. */
const LOOK_EVERY = 500;

/** How a worker's silence is watched. */
export interface ForgetOptions {
  /** Waits so many milliseconds. */
  pause?: (milliseconds: number) => Promise<void>;
}

/**
 * Declares a worker dead, recovers its jobs and charges them an attempt, as if its lock had fallen
 * free. Should it still live it finds itself fenced: it kills its commands and exits, and what it
 * has yet to record does not count.
 *
 * @returns The jobs that it had written the result of, and those that it was running.
 * @throws {QueueError} If it has no presence file, gives signs of life for 5 seconds, or is of this
 * machine, or on a local disk, where only a live process can hold its lock; or if another program
 * recovers it just now.
 */
export async function forgetWorker(
  { store }: OpenQueue,
  worker: string,
  { pause = wait }: ForgetOptions = {},
): Promise<Recovery> {
  if (!WORKER_PATTERN.test(worker) || !hasPresence(store, worker)) {
    throw new QueueError(
      `no worker is named ${JSON.stringify(worker)} (see: queuectl worker list)`,
    );
  }
  // Not as an editor: what an editor had never ran, and is not charged.
  const presence = arrive(store, {
    host: Deno.hostname(),
    pid: Deno.pid,
    slots: 0,
    started_at: new Date(store.now()).toISOString(),
    version: VERSION,
  });
  let isOver = true;
  try {
    const isNear = hostOf(worker) === hostOf(presence.name);
    if (isNear || store.files.isLocal(store.dir)) refuseLiving(store, worker);
    else await refuseSigns(store, worker, pause);
    isOver = false;
    const recovery = await declareDead(
      store,
      worker,
      presence.name,
      isNear ? killSurvivors : undefined,
    );
    isOver = true;
    if (!recovery) throw new QueueError(`another program recovers worker ${worker} just now`);
    await releaseOverlooked(store);
    return recovery;
  } finally {
    // What the disk refused to settle is left to whoever recovers this program.
    if (isOver) presence.leave();
    else presence.abandon();
  }
}

/**
 * Takes a worker's lock away and recovers it; `undefined` if another was faster. Its own file is
 * replaced by one that nobody holds: from then on any worker may recover it, should this program
 * die.
 *
 * @param by Who recovers; it must hold its own lock.
 * @param kill Ends what is left of the worker's runs, if it was of this machine.
 * @param unsettled As for `recoverDeadWorkers`.
 */
export async function declareDead(
  store: Store,
  worker: string,
  by: string,
  kill?: typeof killSurvivors,
  unsettled: Settlement[] = [],
): Promise<Recovery | undefined> {
  replacePresence(store, worker);
  return await recover(store, worker, by, kill, unsettled);
}

/** Refuses to forget a worker whose process the kernel here knows to live. */
function refuseLiving(store: Store, worker: string): void {
  const lock = lockDeadWorker(store, worker);
  lock?.release();
  if (lock || isEditor(worker)) return;
  const pid = /-(\d+)-[0-9a-f]+$/.exec(worker)?.[1];
  throw new QueueError(
    `worker ${worker} lives: it holds its lock on this machine; stop it (queuectl worker stop ` +
      `${worker}) or, if it hangs, kill it (kill -9 ${pid}): its jobs are recovered at once`,
  );
}

/** Refuses to forget a worker that gives signs of life. */
async function refuseSigns(
  store: Store,
  worker: string,
  pause: (milliseconds: number) => Promise<void>,
): Promise<void> {
  const mark = () => {
    const stat = presenceStat(store, worker);
    return stat && `${stat.identity} ${stat.mtime}`;
  };
  let before = mark();
  let changes = 0;
  for (let waited = 0; waited < WATCHED_FOR; waited += LOOK_EVERY) {
    await pause(LOOK_EVERY);
    const now = mark();
    if (now === undefined) throw new QueueError(`worker ${worker} has just exited`);
    if (now !== before) changes++;
    // The first may be of long ago, and a client's cache have hidden it.
    if (changes > 1) {
      throw new QueueError(
        `worker ${worker} gives signs of life; stop it instead: queuectl worker stop ${worker}`,
      );
    }
    before = now;
  }
}

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
