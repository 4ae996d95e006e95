/**
 * Where the log of a claimed job lies while it runs.
 *
 * @module
 */

import { bringLog, logName } from "../contents/logs.ts";
import { isUlid } from "../format/ids.ts";
import { pathIn, type Store } from "../store/store.ts";
import type { Claim } from "./claim.ts";

/**
 * Brings the log of a claimed job beside it: to be called right before its command is started,
 * which makes a log where there is none. So a log in processing/ says that the command may have
 * begun, and its absence that it has not: recovery goes by that.
 *
 * Where moving a log takes two calls to a server, that of a job that never ran is made in done/,
 * where it ends most often. Only a new ULID is sure to have no log there.
 *
 * @returns The log's path.
 */
export function takeLog(store: Store, claimed: Claim): string {
  const { id, logFrom } = claimed;
  if (logFrom === undefined) {
    if (isUlid(id) && !store.files.renamesAsOne(store.dir)) claimed.logIn = "done";
    return logOf(store, claimed);
  }
  bringLog(store, id, logFrom, "processing");
  const log = logOf(store, claimed);
  claimed.logOffset = store.files.stat(log, "fresh")?.size ?? 0;
  return log;
}

/** The path of the log of a claimed job whose command has been started. */
export function logOf(store: Store, { id, logIn }: Claim): string {
  return pathIn(store, logIn ?? "processing", logName(id));
}
