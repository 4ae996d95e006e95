/**
 * Checks that each log lies beside its job.
 *
 * @module
 */

import { type Entry, standalone } from "../contents/entries.ts";
import { findLog, logName } from "../contents/logs.ts";
import { ID_PATTERN, JOB_STATES } from "../format/names.ts";
import { pathIn, removeIfThere } from "../store/store.ts";
import { presentIds } from "../contents/taken_ids.ts";
import type { Jobs } from "./check_jobs.ts";
import type { Examination } from "./examination.ts";

/** Checks that each log has a job, and that the log of each ended job lies beside it. */
export async function checkLogs(examination: Examination, jobs: Jobs): Promise<void> {
  const logs = await checkOrphans(examination, jobs);
  for (const [entry, another] of jobs.places.values()) {
    // If two jobs have one ID, only a person can tell whose log it is.
    if (another || (entry?.state !== "done" && entry?.state !== "dead")) continue;
    if (!logs[entry.state].has(entry.id)) await checkPlace(examination, entry);
  }
}

/** Returns the IDs that have a log in done/ and in dead/: no other look at each is needed. */
async function checkOrphans(
  examination: Examination,
  jobs: Jobs,
): Promise<Record<"done" | "dead", Set<string>>> {
  const { store } = examination;
  const ended = { done: new Set<string>(), dead: new Set<string>() };
  const logs: { id: string; path: string; shown: string }[] = [];
  for (const state of JOB_STATES) {
    for (const { name, kind } of store.files.list(pathIn(store, state))) {
      if (name.startsWith(".") || !name.endsWith(".log") || kind === "directory") continue;
      const id = standalone(name.slice(0, -".log".length));
      if (kind === "file" && (state === "done" || state === "dead")) ended[state].add(id);
      if (jobs.places.has(id)) continue;
      logs.push({
        id,
        path: pathIn(store, state, name),
        shown: `${state}/${JSON.stringify(name)}`,
      });
    }
  }
  if (logs.length === 0) return ended;
  // Looked up again: a job may have been added or moved since.
  const present = presentIds(store, new Set(logs.map(({ id }) => id)));
  for (const { id, path, shown } of logs) {
    if (present.has(id) || !store.files.exists(path, "fresh")) continue;
    await examination.fix(
      `${shown} is the log of a missing job`,
      "removes it",
      () => {
        if (presentIds(store, new Set([id])).size === 0) removeIfThere(store, path);
      },
    );
  }
  return ended;
}

async function checkPlace(examination: Examination, { id, state, path }: Entry): Promise<void> {
  const { store } = examination;
  if (!ID_PATTERN.test(id)) return;
  const stray = (how?: "fresh") => {
    const log = findLog(store, id, state, how);
    if (!log || log === pathIn(store, state, logName(id))) return undefined;
    return store.files.exists(pathIn(store, state, path), how) ? log : undefined;
  };
  // Only what seems wrong is looked at anew, as another machine may just have moved it.
  const log = stray() && stray("fresh");
  if (log === undefined) return;
  await examination.fix(`the log of ${id} lies in ${log}, not beside its job`, "moves it", () => {
    if (stray("fresh") === log) store.files.renameNew(log, pathIn(store, state, logName(id)));
  });
}
