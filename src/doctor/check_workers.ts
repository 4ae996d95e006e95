/**
 * Checks that no dead worker has jobs.
 *
 * @module
 */

import { arrive, lockDeadWorker, workerNames } from "../contents/presence.ts";
import { strayProgress } from "../contents/job_output_files.ts";
import { isEditor } from "../format/worker_names.ts";
import { absentWorkers, recoverDeadWorkers } from "../recovery/recover.ts";
import { pathIn, removeTree } from "../store/store.ts";
import type { Examination } from "./examination.ts";

/** Checks that each worker is alive, and that each running job has one. */
export async function checkWorkers(examination: Examination): Promise<void> {
  const { store } = examination;
  const dead = workerNames(store).filter((worker) => {
    const lock = lockDeadWorker(store, worker);
    lock?.release();
    return lock !== undefined;
  });
  for (const worker of [...dead, ...absentWorkers(store)]) {
    await examination.fix(
      isEditor(worker)
        ? `${worker} died while it changed a job, which has not been put back`
        : `worker ${worker} is dead, and its jobs have not been recovered`,
      isEditor(worker)
        ? "puts the job back as it was"
        : "recovers its jobs: those without a recorded result are charged as lost and retried",
      () => recoverAll(examination),
    );
  }
}

/** Recovers all dead workers; of several calls the first does it. */
async function recoverAll({ store, options }: Examination): Promise<void> {
  const { host, pid, version } = options;
  const started_at = new Date(store.now()).toISOString();
  const presence = arrive(store, { host, pid, slots: 0, started_at, version });
  try {
    await recoverDeadWorkers(store, presence.name, options.killSurvivors);
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
