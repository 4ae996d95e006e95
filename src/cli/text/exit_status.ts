/**
 * The exit status of `queuectl run` for a job that ended: that of its command.
 *
 * @module
 */

import type { JobView } from "../../format/job.ts";
import { signalNumber } from "../../process/signals.ts";

/**
 * The exit status that stands for how a job ended: 0 if it is done, else that of its last attempt,
 * with 128 + N for signal N as in shells, 124 for a timeout as in `timeout(1)`, and 1 for the rest.
 *
 * @param job The job once it is done or dead; `undefined` if it was removed.
 */
export function exitStatusOf(job: JobView | undefined): number {
  if (job?.state === "done") return 0;
  const last = job?.history.at(-1);
  if (!last) return 1;
  if (last.outcome === "timeout") return 124;
  const signal = last.signal ? signalNumber(last.signal) : 0;
  return signal > 0 ? 128 + signal : last.exit_code || 1;
}
