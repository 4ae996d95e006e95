/**
 * From one format of the queue directory to the next.
 *
 * @module
 */

import { liveWorkers } from "../contents/presence.ts";
import { nativeFiles } from "../fs/native_files.ts";
import { formatIn } from "../store/format_version.ts";
import type { QueuePlace } from "../store/locate_queue.ts";
import { openStore, type StoreOptions } from "../store/open_store.ts";
import { lockQueue } from "../store/queue_lock.ts";
import { type Store, syncPaths } from "../store/store.ts";
import { publishFile } from "../store/temporary_files.ts";
import { QueueError } from "../text/errors.ts";

/**
 * Brings a queue from format N to N + 1. A crash can come after it and before VERSION says so: then
 * it is done once more, and must find that right.
 */
export type UpgradeStep = (store: Store) => void | Promise<void>;

/** The steps from format 1 on: none yet, as the first format is still the newest. */
export const UPGRADE_STEPS: readonly UpgradeStep[] = [];

/** What an upgrade did; nothing if both formats are the same. */
export interface Upgrade {
  /** The queue's directory. */
  dir: string;
  /** The format that it had. */
  from: number;
  /** The format that it has now. */
  to: number;
}

/**
 * Brings a queue to the format that this version of queuectl reads and writes. VERSION changes
 * after each step, flushed: a crash leaves a queue of the format that it had, or of a later one.
 *
 * @param steps The steps from format 1 on. Default: all there are.
 * @throws {QueueError} If there is no queue, or if it is of a newer format or has a live worker.
 *
 * @example
 * ```ts
 * import { Queue, upgradeFormat } from "../../mod.ts";
 *
 * await Queue.open("/tmp/example-queue");
 * const { from, to } = await upgradeFormat("/tmp/example-queue");
 * console.log(from === to); // true: it is of the newest format already
 * ```
 */
export async function upgradeFormat(
  place: string | QueuePlace,
  options: StoreOptions = {},
  steps: readonly UpgradeStep[] = UPGRADE_STEPS,
): Promise<Upgrade> {
  const store = await openStore(place, {
    files: nativeFiles,
    ...options,
    create: false,
    evenOlder: true,
  });
  using _lock = await lockQueue(store);
  const version = `${store.dir}/VERSION`;
  const from = formatIn(store.files.read(version))!;
  const to = steps.length + 1;
  if (from < to) {
    const [worker] = liveWorkers(store);
    if (worker) {
      throw new QueueError(
        `worker ${worker.name} works the queue ${store.dir}; stop all workers first: ` +
          "queuectl worker stop",
      );
    }
  }
  for (let format = from; format < to; format++) {
    await steps[format - 1]!(store);
    await publishFile(store, version, new TextEncoder().encode(`${format + 1}\n`));
    await syncPaths(store.files, [store.dir]);
  }
  return { dir: store.dir, from, to: Math.max(from, to) };
}
