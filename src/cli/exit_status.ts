/**
 * From how a job ended to an exit status.
 *
 * @module
 */

import type { JobView } from "../queue/job.ts";

/** The numbers of the signals, from HUP (1) on, as Linux has them. */
const SIGNALS =
  ("HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD " +
    "CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS").split(" ");

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
    const number = SIGNALS.indexOf(last.signal.replace(/^SIG/, "")) + 1;
    return number > 0 ? 128 + number : 1;
  }
  return last.exit_code || 1;
}
