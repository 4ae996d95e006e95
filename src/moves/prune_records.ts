/**
 * Removing what a queue has noted of the past besides its jobs: days of the history, and logs of
 * workers that have exited.
 *
 * @module
 */

import { historyFiles } from "../contents/history.ts";
import { pruneHistory } from "../contents/history_totals.ts";
import { hasPresence } from "../contents/presence.ts";
import { retentionOf } from "../format/retention.ts";
import { WORKER_PATTERN } from "../format/worker_names.ts";
import { pathIn, removeIfThere, type Store } from "../store/store.ts";
import { timeOfFiles } from "../store/temporary_files.ts";

/** How many bytes of history workers keep, except that today and the day before always stay. */
const MOST_HISTORY = 1024 ** 3;

/** How many logs of exited workers are kept by workers, and how many bytes of them. */
const MOST_LOGS = 1000, MOST_LOG_BYTES = 256 * 1024 ** 2;

const DAY = 86_400_000;

/**
 * Removes the days of the history that ended before a time, and the log files of exited workers
 * that have not changed since.
 *
 * @param before Milliseconds since 1970.
 * @param dryRun Whether only to count.
 * @param mostLogs How many log files stay, the newest first, and how many bytes. Default: all.
 * @returns How many files of each.
 */
export async function pruneRecords(
  store: Store,
  before: number,
  dryRun = false,
  mostLogs: { count: number; bytes: number } = { count: Infinity, bytes: Infinity },
): Promise<{ history: number; worker_logs: number }> {
  const history = await pruneHistory(store, before, dryRun);
  let [kept, bytes, removed] = [0, 0, 0];
  for (const { path, time, size } of exitedLogs(store)) {
    [kept, bytes] = [kept + 1, bytes + size];
    if (time >= before && kept <= mostLogs.count && bytes <= mostLogs.bytes) continue;
    if (dryRun || removeIfThere(store, path)) removed++;
  }
  return { history, worker_logs: removed };
}

/** Removes what is beyond the setting `keep_history`, or too much: what a worker does by itself. */
export async function boundRecords(store: Store): Promise<void> {
  const { age = Infinity } = retentionOf(store.config.keep_history) ?? {};
  if (age === Infinity) return;
  const now = timeOfFiles(store);
  const before = Math.max(now - age + 1, endOfExcess(store, now));
  await pruneRecords(store, before, false, { count: MOST_LOGS, bytes: MOST_LOG_BYTES });
}

/** The end of the newest day that is too much history; `-Infinity` if none is. */
function endOfExcess(store: Store, now: number): number {
  let bytes = 0;
  for (const { name, until } of historyFiles(store).reverse()) {
    bytes += store.files.stat(pathIn(store, "history", name))?.size ?? 0;
    if (bytes > MOST_HISTORY && until < now - DAY) return until;
  }
  return -Infinity;
}

/** The logs of exited workers, the newest first. */
function exitedLogs(store: Store): { path: string; time: number; size: number }[] {
  return [...store.files.list(pathIn(store, "workers"))].flatMap(({ name, kind }) => {
    const worker = /^(.+)\.log(\.prev)?$/.exec(name)?.[1];
    if (kind !== "file" || !worker || !WORKER_PATTERN.test(worker)) return [];
    // A log gets this name once its worker is live, so a worker without a presence has exited.
    if (hasPresence(store, worker)) return [];
    const path = pathIn(store, "workers", name);
    const stat = store.files.stat(path);
    return stat ? [{ path, time: stat.mtime, size: stat.size }] : [];
  }).sort((a, b) => b.time - a.time);
}
