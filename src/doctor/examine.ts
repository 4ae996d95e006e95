/**
 * The doctor room: checks a queue as fsck checks a file system. Says what is wrong and what that
 * means, and repairs what is safe to repair. Safe while workers run.
 *
 * It looks twice, a moment apart: while a job moves, one look may see its file without its log, or
 * a folder that is about to go. Only a problem that both looks find counts and is repaired.
 *
 * @module
 */

import type { Store } from "../store/store.ts";
import { checkDisk, checkKinds, checkParts, checkTotals } from "./check_parts.ts";
import { checkClock, checkJobs } from "./check_jobs.ts";
import { checkInputs } from "./check_inputs.ts";
import { checkLogs } from "./check_logs.ts";
import { checkMarkers, checkReservations, checkWaiting } from "./check_reservations.ts";
import { checkMachines } from "./check_machines.ts";
import { checkSchedules } from "./check_schedules.ts";
import { checkTemporary } from "./check_temporary.ts";
import { checkWritable } from "./check_writable.ts";
import { checkProgress, checkWorkers } from "./check_workers.ts";
import { type DoctorOptions, Examination, type Finding } from "./examination.ts";

/** The pause between the two looks, in milliseconds: longer than any job takes to move. */
const PAUSE = 100;

/** Where machines share a file system: longer than their clients remember what they have seen. */
const SHARED_PAUSE = 3000;

/**
 * Checks a queue.
 *
 * @returns The problems found. Never deletes what might be a job.
 */
export async function examine(store: Store, options: DoctorOptions): Promise<Finding[]> {
  const first = new Examination(store, { ...options, repair: false });
  const isWhole = await look(first);
  if (first.findings.size === 0) return [];
  await (options.pause ?? pause)(store);
  const second = new Examination(store, options, new Set(first.findings.keys()));
  await look(second);
  const findings = [...second.findings.values()];
  // The repair made the missing directories, so what lies in them can be checked now.
  if (!isWhole && options.repair && findings.every(({ mended }) => mended)) {
    findings.push(...await examine(store, options));
  }
  return findings;
}

function pause({ files, dir }: Store): Promise<void> {
  const span = files.isLocal(dir) ? PAUSE : SHARED_PAUSE;
  return new Promise((resolve) => setTimeout(resolve, span));
}

/** @returns Whether it could check everything; `false` if a directory is missing or read-only. */
async function look(examination: Examination): Promise<boolean> {
  checkDisk(examination);
  const isWhole = await checkParts(examination);
  if (!await checkWritable(examination) || !isWhole) return false;
  await checkKinds(examination);
  checkTotals(examination);
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
  await checkMachines(examination);
  return true;
}
