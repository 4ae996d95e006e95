/**
 * Whether the locks of a queue reach all machines that share it. Where they do not, each machine
 * takes the workers of the others for dead, and each job runs twice.
 *
 * @module
 */

import { lockAdvice, type MountFault, mountFault } from "../fs/known_mounts.ts";
import { mountOf } from "../fs/mounts.ts";
import { QueueError } from "../text/errors.ts";
import type { Store } from "./store.ts";

/** What is known to be wrong with the file system that a queue lies on, by its mount. */
export function sharedMountFault({ dir, files }: Store): MountFault | undefined {
  if (files.isLocal(dir)) return undefined;
  const mount = mountOf(dir);
  return mount && mountFault(mount);
}

/** What to mount how, and how to insist. */
export function mountAdvice({ advice }: MountFault): string {
  return `${advice}, or, if no other machine works this queue: ` +
    "queuectl config set one_machine true";
}

/**
 * Refuses to work a queue whose locks do not reach other machines, unless it is set to be worked by
 * one.
 *
 * @throws {QueueError}
 */
export function refuseUnsharedLocks(store: Store): void {
  const fault = store.config.one_machine ? undefined : sharedMountFault(store);
  if (!fault) return;
  throw new QueueError(`the file system of ${store.dir} ${fault.problem}; ${mountAdvice(fault)}`);
}

/** What to mount how, where locks turn out not to reach other machines. */
export function lockAdviceFor({ dir, files }: Store): string {
  return lockAdvice(files.isLocal(dir) ? undefined : mountOf(dir));
}

/** Says that a worker of another machine lives, though its lock is free on this one. */
export function locksApartText({ dir }: Store, worker: string): string {
  return `worker ${worker} lives, though its lock is free on this machine: locks on the file ` +
    `system of ${dir} do not reach other machines, so jobs would run twice`;
}
