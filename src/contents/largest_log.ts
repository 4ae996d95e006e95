/**
 * What to do where a disk is full: most often one job's log has filled it.
 *
 * @module
 */

import type { JobState } from "../format/names.ts";
import { entries } from "./entries.ts";
import { isUnrecorded } from "./job_output_files.ts";
import { hasNumber } from "../text/errors.ts";
import { quotedPath, quotedWord } from "../text/shown_text.ts";
import { listIfThere, pathIn, type Store } from "../store/store.ts";

/** Where logs may be large, the running jobs' first. */
const STATES: readonly JobState[] = ["processing", "failed", "dead", "done"];

/** How many logs of a state are looked at: a worker that waits for space has other things to do. */
const MOST_LOOKS = 20_000;

/** A log smaller than this, in bytes, is not what fills a disk. */
const SMALL = 1024 * 1024;

/** ENOSPC and EDQUOT of Linux. */
const NO_SPACE = [28, 122];

/**
 * What {@linkcode largestLogAdvice} says after an error of a full disk; empty after any other.
 * Where machines share the file system only logs of running jobs are looked at: a worker that is
 * busy for long counts as cut off.
 */
export function fullDiskAdvice(store: Store, error: unknown): string {
  if (!hasNumber(error, ...NO_SPACE)) return "";
  const states = store.files.isLocal(store.dir) ? STATES : STATES.slice(0, 1);
  const advice = largestLogAdvice(store, states);
  return advice === undefined ? "" : `; ${advice}`;
}

/**
 * Which log is the largest, and what makes room, as the end of a sentence; `undefined` if none is
 * large.
 */
export function largestLogAdvice(
  store: Store,
  states: readonly JobState[] = STATES,
): string | undefined {
  let largest = { id: "", path: "", bytes: SMALL, state: "done" as JobState };
  for (const state of states) {
    let looks = 0;
    for (const { name, kind } of listIfThere(store, pathIn(store, state))) {
      if (kind !== "file" || !name.endsWith(".log") || ++looks > MOST_LOOKS) continue;
      const path = pathIn(store, state, name);
      const bytes = store.files.stat(path)?.size ?? 0;
      if (bytes > largest.bytes) largest = { id: name.slice(0, -4), path, bytes, state };
    }
  }
  const { id, path, bytes, state } = largest;
  if (id === "") return undefined;
  const size = `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
  const isRunning = state === "processing" && !hasEnded(store, id);
  const stop = isRunning ? `stop it (queuectl cancel ${quotedWord(id)}), then ` : "";
  const or = state === "processing" ? "" : `, or queuectl rm ${quotedWord(id)}`;
  return `the largest log is that of job ${id} in ${state}/ (${size}): ${stop}empty it ` +
    `(: > ${quotedPath(path)})${or}; then queuectl config set max_log 100M bounds logs`;
}

/** Whether a job in processing/ has ended already, so that it cannot be cancelled. */
function hasEnded(store: Store, id: string): boolean {
  for (const entry of entries(store, "processing")) {
    if (entry.id === id) return isUnrecorded(store, entry.worker ?? "", id);
  }
  return false;
}
