/**
 * What lies in tmp/ that nobody is writing.
 *
 * @module
 */

import { parseEntryName, parseMeantName } from "../format/names.ts";
import { presenceName } from "../contents/presence.ts";
import { spareOwner } from "../moves/spares.ts";
import { pathIn, removeIfThere, type Store } from "../store/store.ts";
import { isStray, removeStray } from "../recovery/strays.ts";
import type { Examination } from "./examination.ts";

/** What no queuectl made and has not changed for so long is worth a word, in milliseconds. */
const FORGOTTEN_AFTER = 24 * 3600 * 1000;

/** Checks that nothing in tmp/ was left by a program that died, or by a person. */
export async function checkTemporary(examination: Examination): Promise<void> {
  const { store } = examination;
  for (const { name, kind } of [...store.files.list(pathIn(store, "tmp"))]) {
    const shown = `tmp/${JSON.stringify(name)}`;
    if (isStray(store, name, kind)) {
      await examination.mend(
        `${shown} was being written by a program that has died; it was never acknowledged`,
        "removes it",
        () => removeStray(store, name, kind),
      );
    } else if (isForsaken(store, name)) {
      await examination.mend(
        `${shown} was kept to be written over by a worker that has left`,
        "removes it",
        () => isForsaken(store, name) && removeIfThere(store, pathIn(store, "tmp", name)),
      );
    } else if (!isOfWorker(name) && ageOf(store, name) > FORGOTTEN_AFTER) {
      examination.note(
        `${shown} has lain there unchanged for more than a day`,
        "move it to pending/ if it is a job, else remove it",
      );
    }
  }
}

/** Whether a name is that of a spare whose worker is no more: the disk would not let go of it. */
function isForsaken(store: Store, name: string): boolean {
  const owner = spareOwner(name);
  return owner !== undefined && !store.files.exists(pathIn(store, "workers", presenceName(owner)));
}

/** Whether a name says that a worker is settling a job, or has it spare: whoever recovers the worker sees to it. */
function isOfWorker(name: string): boolean {
  return parseMeantName(name) !== undefined || parseEntryName(name)?.worker !== undefined ||
    spareOwner(name) !== undefined;
}

function ageOf(store: Store, name: string): number {
  const stat = store.files.stat(pathIn(store, "tmp", name));
  return stat ? store.now() - stat.mtime : 0;
}
