/**
 * Checks what matters where machines share the file system: its mount, how long it keeps the locks
 * of a machine that is cut off, and the clocks. Checks nothing on a local disk.
 *
 * @module
 */

import { livesOn, presenceStat, workerNames } from "../contents/presence.ts";
import { hostOf, isEditor, newWorkerName } from "../format/worker_names.ts";
import { locksKeptFor } from "../fs/known_mounts.ts";
import { mountOf } from "../fs/mounts.ts";
import { mountAdvice, sharedMountFault } from "../store/shared_locks.ts";
import { fileAges } from "../store/temporary_files.ts";
import type { Examination } from "./examination.ts";

/** How far two clocks may be apart, in milliseconds. */
const CLOCK_TOLERANCE = 5_000;

/** How long to wait for a worker's next sign, whose time is its clock's, in milliseconds. */
const SIGN_WITHIN = 2_500;

/** How often to look for it, in milliseconds. */
const LOOK_EVERY = 250;

/** Checks the mount and the clocks. */
export async function checkMachines(examination: Examination): Promise<void> {
  const { store } = examination;
  if (store.files.isLocal(store.dir)) return;
  checkMount(examination);
  const ahead = fileAges(store)(store.now());
  if (Number.isFinite(ahead)) noteClock(examination, "the file system", ahead);
  await checkWorkersClocks(examination);
}

function checkMount(examination: Examination): void {
  const { store } = examination;
  const { config } = store;
  const fault = config.one_machine ? undefined : sharedMountFault(store);
  if (fault) {
    examination.note(`the file system of ${store.dir} ${fault.problem}`, mountAdvice(fault));
  }
  const mount = mountOf(store.dir);
  const kept = mount && locksKeptFor(mount);
  if (kept === undefined || config.fence_after < kept) return;
  examination.note(
    `the setting fence_after is ${config.fence_after} s, and ${
      mount!.type
    } may free the locks of a ` +
      `machine that is cut off after ${kept} s: its jobs could run twice`,
    `set it lower, or configure the file system to keep locks longer: queuectl config set ` +
      `fence_after ${Math.min(10, Math.floor(kept / 2))}`,
  );
}

/** A sign of life has the time of the worker's own clock. */
async function checkWorkersClocks(examination: Examination): Promise<void> {
  const { store, options } = examination;
  const own = hostOf(newWorkerName(options.host, options.pid));
  const workers = workerNames(store);
  const hosts = new Map(
    workers.filter((worker) => !isEditor(worker))
      .map((worker) => [hostOf(worker), worker]),
  );
  hosts.delete(own);
  for (const [host, worker] of hosts) {
    const first = presenceStat(store, worker)?.mtime;
    if (first === undefined || Math.abs(first - store.now()) <= CLOCK_TOLERANCE) continue;
    if (!livesOn(store, host, workers)) continue;
    // Seen to change: one that has stopped is no clock that is behind.
    for (let waited = 0; waited < SIGN_WITHIN; waited += LOOK_EVERY) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
      const time = presenceStat(store, worker)?.mtime;
      if (time === undefined || time === first) continue;
      noteClock(examination, `the machine ${host}`, time - store.now());
      break;
    }
  }
}

function noteClock(examination: Examination, whose: string, ahead: number): void {
  if (Math.abs(ahead) <= CLOCK_TOLERANCE) return;
  const seconds = Math.round(Math.abs(ahead) / 1000);
  examination.note(
    `the clock of ${whose} is ${seconds} s ${ahead > 0 ? "ahead of" : "behind"} this machine's`,
    "set the clocks, by NTP on all machines that share the queue; until then jobs may run late or out of order",
    `clock of ${whose}`,
  );
}
