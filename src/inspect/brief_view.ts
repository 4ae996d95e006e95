/**
 * A job for a table of many: whatever its file holds, little of it is read.
 *
 * @module
 */

import { type Entry, entryPath, fileFault, malformedView, readEntry } from "../contents/entries.ts";
import { logName } from "../contents/logs.ts";
import type { SeenWorker } from "../contents/presence.ts";
import { forgetLastEnd, type JobView } from "../format/job.ts";
import { parseJob } from "../format/parse_job.ts";
import { readHead, readTail } from "../fs/read_tail.ts";
import { ifThere, pathIn, type Store } from "../store/store.ts";
import { jobView } from "./job_view.ts";

/** Of a longer job file only its beginning is read, in bytes. */
const MOST_READ = 256 * 1024;

/** How much of a log is read for its last line, in bytes. */
const TAIL = 4096;

/**
 * The job of an entry as {@linkcode jobView} gives it. Of a file of more than 256 KB only the
 * fields at its beginning are there: its history may be missing.
 *
 * @param workers The live workers, asked for where only some may run the job.
 */
export function briefView(
  store: Store,
  entry: Entry,
  workers: () => readonly SeenWorker[],
): JobView | undefined {
  return jobView(store, entry, workers, readBriefly);
}

/** {@linkcode readEntry}, but of a large file only its beginning. */
export function readBriefly(store: Store, entry: Entry): JobView | undefined {
  const path = entryPath(store, entry);
  const stat = store.files.stat(path);
  if (!stat) return undefined;
  if (stat.size <= MOST_READ || fileFault(store, stat) !== undefined) {
    return readEntry(store, entry);
  }
  const head = ifThere(() => readHead(path, MOST_READ));
  if (!head) return undefined;
  const whole = new TextEncoder().encode(wholeFields(new TextDecoder().decode(head)));
  const parsed = parseJob(whole, entry.id, store.config, stat.mtime);
  if (!parsed.job) return malformedView(entry, stat.mtime, "its file is too large to show");
  if (entry.state !== "done" && entry.state !== "dead") forgetLastEnd(parsed.job);
  const updated_at = new Date(stat.mtime).toISOString();
  return { ...parsed.job, updated_at, state: entry.state };
}

/** The beginning of a JSON object, closed after its last whole field. */
function wholeFields(text: string): string {
  let [depth, end, isInText] = [0, 0, false];
  for (let at = 0; at < text.length; at++) {
    const code = text[at]!;
    if (isInText) {
      if (code === "\\") at++;
      else if (code === '"') isInText = false;
    } else if (code === '"') isInText = true;
    else if (code === "{" || code === "[") depth++;
    else if (code === "}" || code === "]") depth--;
    else if (code === "," && depth === 1) end = at;
  }
  return `${text.slice(0, end)}}`;
}

/**
 * The last line of a job's log that is not blank; empty if there is none.
 *
 * @example
 * ```ts
 * import { lastLineOf, Queue } from "@queuectl/queuectl";
 *
 * const queue = await Queue.open("/tmp/example-queue");
 * lastLineOf(queue.store, { id: "report", state: "dead" }); // "disk full"
 * ```
 */
export function lastLineOf(store: Store, { id, state }: Pick<Entry, "id" | "state">): string {
  try {
    const tail = readTail(pathIn(store, state, logName(id)), TAIL);
    const text = new TextDecoder().decode(tail).trimEnd();
    return text.slice(text.lastIndexOf("\n") + 1).trim();
  } catch {
    // There is none, or it has moved on with its job.
    return "";
  }
}
