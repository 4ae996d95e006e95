/**
 * Checking a queue as fsck checks a file system: finds what should not be there, says what it means, and
 * mends what can be mended without a doubt. Safe while workers run.
 *
 * What is found is looked for once more, a moment later: of a job that moves meanwhile a look may see the
 * file and not its log, or a folder that is about to go. Only what both looks find counts, and only then is
 * anything mended.
 *
 * @module
 */

import type { Store } from "../store/store.ts";
import { checkDisk, checkParts } from "./check_parts.ts";
import { checkClock, checkJobs } from "./check_jobs.ts";
import { checkInputs } from "./check_inputs.ts";
import { checkLogs } from "./check_logs.ts";
import { checkMarkers, checkReservations, checkWaiting } from "./check_reservations.ts";
import { checkSchedules } from "./check_schedules.ts";
import { checkTemporary } from "./check_temporary.ts";
import { checkOddThings } from "./check_odd_things.ts";
import { checkProgress, checkWorkers } from "./check_workers.ts";
import { type DoctorOptions, Examination, type Finding } from "./examination.ts";

/** How long to wait between the two looks, in milliseconds: longer than any job takes between two places. */
const PAUSE = 100;

/**
 * Checks a queue.
 *
 * @returns What was found; nothing if all is well. What might be a job is never deleted.
 */
export async function examine(store: Store, options: DoctorOptions): Promise<Finding[]> {
  const first = new Examination(store, { ...options, repair: false });
  const isWhole = await look(first);
  if (first.findings.size === 0) return [];
  await (options.pause ?? pause)();
  const second = new Examination(store, options, new Set(first.findings.keys()));
  await look(second);
  const findings = [...second.findings.values()];
  // What is in the queue can be looked at once its directories are there.
  if (!isWhole && options.repair && findings.every(({ mended }) => mended)) {
    findings.push(...await examine(store, options));
  }
  return findings;
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, PAUSE));
}

/** @returns Whether it could look at everything: not so if a directory is missing. */
async function look(examination: Examination): Promise<boolean> {
  checkDisk(examination);
  if (!await checkParts(examination)) return false;
  await checkOddThings(examination);
  await checkWorkers(examination);
  await checkProgress(examination);
  await checkTemporary(examination);
  const jobs = await checkJobs(examination);
  await checkLogs(examination, jobs);
  await checkInputs(examination, jobs);
  await checkReservations(examination);
  await checkMarkers(examination, jobs);
  await checkWaiting(examination, jobs);
  await checkSchedules(examination);
  checkClock(examination, jobs);
  return true;
}
