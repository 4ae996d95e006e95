/**
 * Jobs that a program was changing when it died. A worker puts them back when it sees that; so does whoever is to
 * change them next, as perhaps no worker is alive.
 *
 * @module
 */

import { holdsJobs } from "../contents/entries.ts";
import { arriveAsEditor, hasPresence, lockDeadWorker, markDead } from "../contents/presence.ts";
import { recover } from "./recover.ts";
import type { Store } from "../store/store.ts";

/**
 * Puts back, as it was, what a program was changing, if that program is dead.
 *
 * @param editor The name of its presence.
 * @returns Whether it was dead; `false` too if another recovers it just now.
 */
export async function recoverEditor(store: Store, editor: string): Promise<boolean> {
  // Whoever waits for one that lives asks often, and need not wake every worker with a presence of its own.
  let lock = lockDeadWorker(store, editor);
  if (!lock && !hasPresence(store, editor) && holdsJobs(store, editor)) {
    // Its file went and the job did not: removed by hand, by a power cut, or by a program whose disk failed.
    markDead(store, editor);
    lock = lockDeadWorker(store, editor);
  }
  if (!lock) return false;
  lock.release();
  const presence = arriveAsEditor(store, false);
  try {
    // It ran nothing, so nothing of it can be left running.
    return await recover(store, editor, presence.name, async () => {}) !== undefined;
  } finally {
    presence.leave();
  }
}
