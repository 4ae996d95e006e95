/**
 * From how a job ended to an exit status.
 *
 * @module
 */

import type { JobView } from "../../format/job.ts";
import { signalNumber } from "../../process/signals.ts";

/**
 * The exit status that stands for a job's: 0 if it is done, else that of its last attempt, with 128 + N
 * for signal N as shells have it, 124 for a timeout as `timeout(1)` has it, and 1 for the rest.
 *
 * @param job The job once it is done or dead; `undefined` if it was removed.
 */
export function exitStatusOf(job: JobView | undefined): number {
  if (job?.state === "done") return 0;
  const last = job?.history.at(-1);
  if (!last) return 1;
  if (last.outcome === "timeout") return 124;
  if (last.signal) {
    const number = signalNumber(last.signal);
    return number > 0 ? 128 + number : 1;
  }
  return last.exit_code || 1;
}
