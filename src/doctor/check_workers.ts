/**
 * Checks that no dead worker has jobs.
 *
 * @module
 */

import {
  arrive,
  hasPresence,
  liveWorkers,
  lockDeadWorker,
  workerNames,
} from "../contents/presence.ts";
import { strayProgress } from "../contents/job_output_files.ts";
import { isEditor, newWorkerName } from "../format/worker_names.ts";
import { absentWorkers, recoverDeadWorkers } from "../recovery/recover.ts";
import { isStopped, stoppedText } from "../inspect/stopped_workers.ts";
import { SignsOfLife } from "../recovery/signs_of_life.ts";
import { lockAdviceFor, locksApartText } from "../store/shared_locks.ts";
import { pathIn, removeTree } from "../store/store.ts";
import type { Examination } from "./examination.ts";

/** How long live workers may take to recover a dead one, in milliseconds. */
const RECOVERED_WITHIN = 10_000;

/** How often to look whether they have, in milliseconds. */
const LOOK_EVERY = 250;

/** Checks that each worker is alive, and that each running job has one. */
export async function checkWorkers(examination: Examination): Promise<void> {
  const { store, options } = examination;
  noteStopped(examination);
  const signs = new SignsOfLife(store, newWorkerName(options.host, options.pid));
  const silent = new Set(await signs.lookWell(() => workerNames(store)));
  if (signs.apart !== undefined) {
    const problem = locksApartText(store, signs.apart);
    examination.note(problem, lockAdviceFor(store), "locks apart");
  }
  const found = workerNames(store).filter((worker) => {
    if (!silent.has(worker)) return false;
    const lock = lockDeadWorker(store, worker);
    lock?.release();
    return lock !== undefined;
  });
  const dead = await unrecovered(examination, found);
  for (const worker of [...dead, ...absentWorkers(store)]) {
    await examination.fix(
      isEditor(worker)
        ? `${worker} died while it changed a job, which has not been put back`
        : `worker ${worker} is dead, and its jobs have not been recovered`,
      isEditor(worker)
        ? "puts the job back as it was"
        : "recovers its jobs: those without a recorded result are charged as lost and retried",
      () => recoverAll(examination, signs),
    );
  }
}

/** Notes workers whose process is stopped. */
function noteStopped(examination: Examination): void {
  const { store, options } = examination;
  for (const worker of liveWorkers(store)) {
    if (!isStopped(worker, options.host)) continue;
    examination.note(...stoppedText(worker), `stopped ${worker.name}`);
  }
}

/**
 * Which of some dead workers stay so. Where machines share the file system live workers take some
 * seconds to recover another; nothing is wrong meanwhile.
 */
async function unrecovered(examination: Examination, dead: string[]): Promise<string[]> {
  const { store, before } = examination;
  const isOver = before !== undefined || store.files.isLocal(store.dir);
  const end = performance.now() + RECOVERED_WITHIN;
  while (!isOver && dead.length > 0 && performance.now() < end && liveWorkers(store).length > 0) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
    dead = dead.filter((worker) => hasPresence(store, worker));
  }
  return dead;
}

/** Recovers all dead workers; of several calls the first does it. */
async function recoverAll({ store, options }: Examination, signs: SignsOfLife): Promise<void> {
  const { host, pid, version } = options;
  const started_at = new Date(store.now()).toISOString();
  const presence = arrive(store, { host, pid, slots: 0, started_at, version });
  try {
    const { killSurvivors } = options;
    await recoverDeadWorkers(store, presence.name, killSurvivors, [], undefined, signs);
  } finally {
    presence.leave();
  }
}

/** Checks that each folder in progress/ has a worker. */
export async function checkProgress(examination: Examination): Promise<void> {
  const { store } = examination;
  for (const worker of strayProgress(store)) {
    await examination.fix(
      `progress/${JSON.stringify(worker)} is of a missing worker`,
      "removes it",
      () => removeTree(store, pathIn(store, "progress", worker)),
    );
  }
}
