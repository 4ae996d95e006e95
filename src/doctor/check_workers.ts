/**
 * Whether a worker has died and none has taken over what it ran.
 *
 * @module
 */

import { arrive, lockDeadWorker, workerNames } from "../contents/presence.ts";
import { strayProgress } from "../contents/job_output_files.ts";
import { absentWorkers, recoverDeadWorkers } from "../recovery/recover.ts";
import { pathIn, removeTree } from "../store/store.ts";
import type { Examination } from "./examination.ts";

/** Checks that each worker that is there lives, and that each job that runs is in the hands of one. */
export async function checkWorkers(examination: Examination): Promise<void> {
  const { store } = examination;
  const dead = workerNames(store).filter((worker) => {
    const lock = lockDeadWorker(store, worker);
    lock?.release();
    return lock !== undefined;
  });
  for (const worker of [...dead, ...absentWorkers(store)]) {
    await examination.mend(
      `worker ${worker} has died and no other has taken over what it ran yet`,
      "settles what it ran, as lost and to be retried if its end was not written down",
      () => recoverAll(examination),
    );
  }
}

/** Recovers all that are dead; of several the first call does it. */
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

/** Checks that no folder of progress has outlived its worker. */
export async function checkProgress(examination: Examination): Promise<void> {
  const { store } = examination;
  for (const worker of strayProgress(store)) {
    await examination.mend(
      `progress/${JSON.stringify(worker)} is of a worker that is no more`,
      "removes it",
      () => removeTree(store, pathIn(store, "progress", worker)),
    );
  }
}
