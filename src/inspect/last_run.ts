/**
 * The job that ran last, from the ends of the history.
 *
 * @module
 */

import { historyFiles, parseLine } from "../contents/history.ts";
import { newestEntries } from "../contents/listing.ts";
import type { JobView } from "../format/job.ts";
import { ID_PATTERN } from "../format/names.ts";
import { linesFromEnd } from "../fs/lines_from_end.ts";
import { ifThere, type OpenQueue, pathIn, type Store } from "../store/store.ts";
import { jobWithId } from "./find_job.ts";

/** How many removed jobs at the end of a file of the history are passed over. */
const MOST_REMOVED = 100;

/**
 * The job whose attempt ended last, whatever has become of it since; `undefined` if none has run.
 *
 * @example
 * ```ts
 * import { lastRun, Queue } from "../../mod.ts";
 *
 * console.log(lastRun(await Queue.open("/tmp/example-queue"))?.command);
 * ```
 */
export function lastRun({ store }: OpenQueue): JobView | undefined {
  let last: { job: JobView; finished: number } | undefined;
  let day = Infinity;
  for (const { name, until } of historyFiles(store).reverse()) {
    if (last && until < day) break;
    day = until;
    const found = ifThere(() => lastIn(store, name));
    if (found && found.finished > (last?.finished ?? -Infinity)) last = found;
  }
  if (last) return last.job;
  // Ended by hand, or the history was removed.
  const [entry] = newestEntries(store, ["done", "dead"], 1);
  return entry && jobWithId(store, entry.id);
}

function lastIn(store: Store, name: string): { job: JobView; finished: number } | undefined {
  let looks = 0;
  for (const text of linesFromEnd(pathIn(store, "history", name), () => {})) {
    const line = parseLine(text);
    const job = line && ID_PATTERN.test(line.id) ? jobWithId(store, line.id) : undefined;
    if (line && job) return { job, finished: Date.parse(line.finished_at) };
    if (++looks === MOST_REMOVED) return undefined;
  }
}
