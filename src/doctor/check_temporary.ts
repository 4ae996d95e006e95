/**
 * Checks for files in tmp/ that nobody is writing.
 *
 * @module
 */

import { parseEntryName, parseMeantName } from "../format/names.ts";
import { fileAges } from "../store/temporary_files.ts";
import { pathIn, type Store } from "../store/store.ts";
import { isStray, removeStray } from "../recovery/strays.ts";
import type { Examination } from "./examination.ts";

/** How long an unknown file must be unchanged to be reported, in milliseconds. */
const FORGOTTEN_AFTER = 24 * 3600 * 1000;

/** Checks that nothing in tmp/ was left by a program that died, or by a person. */
export async function checkTemporary(examination: Examination): Promise<void> {
  const { store } = examination;
  const ageOf = fileAges(store);
  for (const { name, kind } of [...store.files.list(pathIn(store, "tmp"))]) {
    const shown = `tmp/${JSON.stringify(name)}`;
    if (isStray(store, name, kind, ageOf)) {
      await examination.fix(
        `${shown} was left by a program that has exited; no job needs it`,
        "removes it",
        () => removeStray(store, name, kind, ageOf),
      );
    } else if (!isOfWorker(name) && isForgotten(store, name, ageOf)) {
      examination.note(
        `${shown} has not changed for more than a day`,
        "move it to pending/ if it is a job, otherwise remove it",
      );
    }
  }
}

/** Whether a name says that a worker is settling a job: whoever recovers the worker sees to it. */
function isOfWorker(name: string): boolean {
  return parseMeantName(name) !== undefined || parseEntryName(name)?.worker !== undefined;
}

function isForgotten(store: Store, name: string, ageOf: (mtime: number) => number): boolean {
  const stat = store.files.stat(pathIn(store, "tmp", name));
  return stat !== undefined && ageOf(stat.mtime) > FORGOTTEN_AFTER;
}
