/**
 * Where the log of a claimed job lies while it runs, and who has the job where that can be two.
 *
 * @module
 */

import { bringLog, logName } from "../contents/logs.ts";
import { isAnothers } from "../contents/brought_back.ts";
import { isUlid } from "../format/ids.ts";
import { pathIn, renameNew, statEvenIfNew, type Store } from "../store/store.ts";
import type { Claim } from "./claim.ts";

/** After how long a claim is doubted whose calls the file system held up, in milliseconds. */
const LATE = 1000;

/**
 * Brings the log of a claimed job beside it: to be called right before its command is started,
 * which makes a log where there is none. So a log in processing/ says that the command may have
 * begun, and its absence that it has not: recovery goes by that.
 *
 * Where moving a log takes two calls to a server, that of a job that never ran is made in done/,
 * where it ends most often, if no log can be there: the ID is a new ULID, or `O_EXCL` says so.
 *
 * A file system that keeps copies can bring back a name that was renamed, when one of them returns:
 * then two workers can claim one job, each by a rename that succeeds. Names come back, but none
 * that was made is lost. So where machines share the file system the log decides: of two who make
 * it, or bring it to processing/, one does.
 *
 * @returns Whether the log is to be made with `O_EXCL`: if that fails, ask
 * {@linkcode mayTakeLog}. `undefined` if the job is another worker's: then nothing must be started.
 */
export function takeLog(store: Store, claimed: Claim): { isNew: boolean } | undefined {
  const { id, logFrom } = claimed;
  const { files, dir } = store;
  const isShared = !files.isLocal(dir);
  if (logFrom === undefined) {
    // Meanwhile another may have run it, and its log moved on.
    const isLate = isShared && store.now() - claimed.time > LATE;
    if (isLate && hasMovedOn(store, id) && isAnothers(store, claimed.name, claimed.job)) {
      return undefined;
    }
    if ((isUlid(id) || isShared) && !files.renamesAsOne(dir)) claimed.logIn = "done";
    return { isNew: isShared };
  }
  const path = logOf(store, claimed);
  if (!isShared || !bringExclusively(store, pathIn(store, logFrom, logName(id)), path)) {
    if (isShared && isAnothers(store, claimed.name, claimed.job)) return undefined;
    bringLog(store, id, logFrom, "processing");
  }
  const stat = files.stat(path, "fresh");
  claimed.logOffset = stat?.size ?? 0;
  return { isNew: isShared && stat === undefined };
}

/**
 * Whether a job that never ran has the log of an attempt that failed. Names are listed only then: a
 * busy machine is often late.
 */
function hasMovedOn(store: Store, id: string): boolean {
  return (["failed", "dead"] as const).some((state) =>
    store.files.exists(pathIn(store, state, logName(id)), "fresh")
  );
}

/** Brings a log to a place where none is; whether it did. */
function bringExclusively(store: Store, from: string, to: string): boolean {
  return !store.files.exists(to, "fresh") && statEvenIfNew(store, from)?.kind === "file" &&
    renameNew(store, from, to) === "renamed";
}

/**
 * Whether a job may run though its log is there already, as that was left by a job that is gone;
 * else it is another worker's, and nothing must be started. The log is in processing/ then.
 */
export function mayTakeLog(store: Store, claimed: Claim): boolean {
  if (isAnothers(store, claimed.name, claimed.job)) return false;
  if (!isUlid(claimed.id)) delete claimed.logIn;
  claimed.logOffset = store.files.stat(logOf(store, claimed), "fresh")?.size ?? 0;
  return true;
}

/** The path of the log of a claimed job; once {@linkcode takeLog} has said that it may run. */
export function logOf(store: Store, { id, logIn }: Claim): string {
  return pathIn(store, logIn ?? "processing", logName(id));
}
