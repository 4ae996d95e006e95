/**
 * Giving jobs the environment of whoever adds them.
 *
 * @module
 */

import type { JobInput } from "../../format/job.ts";
import { userEnvironment } from "../../process/launcher.ts";

/** What each job gets from its worker. */
const OF_ONE_JOB = ["JOB_ID", "ATTEMPT", "FENCE", "WORKER", "PROGRESS", "RESULT"];

/** The user's environment, without what a job that called this program was given for itself. */
export function environmentHere(): Record<string, string> {
  const environment = userEnvironment();
  for (const name of OF_ONE_JOB) delete environment[`QUEUECTL_${name}`];
  return environment;
}

/** Puts the caller's environment under that of each job. */
export function giveEnvironment(jobs: readonly JobInput[]): void {
  // The shell's own last word and folder are no part of it: the job may run elsewhere.
  const { _, PWD: __, OLDPWD: ___, SHLVL: ____, ...environment } = environmentHere();
  for (const job of jobs) job.env = { ...environment, ...job.env };
}
