/**
 * The queue's lock, and how long to wait for it. It guards what must not happen twice at once:
 * choosing explicit IDs, taking keys, removing jobs, changing settings. Workers never wait for it.
 *
 * @module
 */

import { QueueError } from "../text/errors.ts";
import { ifFree, type LockWait, scoped, type ScopedLock, type Store } from "./store.ts";

/** How long to wait in silence, in milliseconds. */
const SILENT = 1000;

/** Another held the queue's lock for longer than this caller waits. Nothing was done under it. */
export class LockWaitError extends QueueError {
  /**
   * Makes the error.
   *
   * @param message One sentence for the user.
   * @param path The file that is locked.
   */
  constructor(message: string, readonly path: string) {
    super(message);
  }
}

/**
 * Takes the queue's lock. Of two who choose the same ID the second looks only after the first has
 * published.
 *
 * @throws {LockWaitError} If another holds it for longer than this store waits.
 */
export async function lockQueue(store: Store): Promise<ScopedLock> {
  const path = lockPath(store);
  const waits = lockWaiter(path, store.lockWait);
  try {
    return scoped(await store.files.lock(path, waits));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  makeLockFile(store);
  return scoped(await store.files.lock(path, waits));
}

/** Takes the queue's lock if it is free; `undefined` if another holds it. */
export function tryLockQueue(store: Store): ScopedLock | undefined {
  if (!store.files.exists(lockPath(store))) makeLockFile(store);
  const lock = store.files.tryLock(lockPath(store));
  return lock && scoped(lock);
}

function lockPath(store: Store): string {
  return `${store.dir}/lock`;
}

function makeLockFile(store: Store): void {
  ifFree(() => store.files.create(lockPath(store), new Uint8Array()));
}

/**
 * Names the holder of the lock after a second, and gives up in time.
 *
 * @param path The file that is locked.
 * @returns To be called now and then with the time waited so far, in milliseconds; throws
 * {@linkcode LockWaitError} when it is too long.
 */
function lockWaiter(path: string, wait: LockWait = {}): (waited: number) => void {
  let holder: string | undefined;
  const { seconds = 60, waits } = wait;
  return (waited) => {
    if (holder === undefined && waited >= Math.min(SILENT, seconds * 1000)) {
      holder = holderText(path);
      if (waited < seconds * 1000) waits?.(`waiting for the lock ${path}: ${holder} holds it`);
    }
    if (waited < seconds * 1000) return;
    throw new LockWaitError(
      `waited ${seconds} s for the lock ${path}: ${holder} holds it; try again later, or wait ` +
        `longer (--lock-wait DUR)`,
      path,
    );
  };
}

/**
 * Prints the ID and the command of the process that has a file locked by flock(2), given its inode
 * and device. A line of /proc/locks is `1: FLOCK ADVISORY WRITE 4711 08:01:131073 0 EOF`; that of
 * one that waits has `->` in front of FLOCK; some file systems (btrfs) have another device there.
 * The runtime itself may not read it short of all permissions; and it is read at once, as lines
 * that come and go meanwhile would shift those that a slow reader gets.
 */
const FIND = `
while read -r _ type _ _ pid file _; do
  case "$type $file" in
    "FLOCK $1:$0") found=$pid; break;;
    "FLOCK "*:"$0") found=\${found:-$pid};;
  esac
done <<LOCKS
$(cat /proc/locks)
LOCKS
[ "$found" ] || exit
printf '%s ' "$found"
tr '\\0' ' ' < "/proc/$found/cmdline"
`;

/** How much of a holder's command is shown, in UTF-16 units. */
const MOST_COMMAND = 200;

/** How the runtime is called to run queuectl: bin/queuectl has such options, as has no other. */
const OWN_PROGRAM = /^\S*deno run (?=[^/]*--v8-flags=)(?:--\S+ )+\S*\/main\.[jt]s(?= |$)/;

/** The holder of a lock, as far as this machine knows. */
function holderText(path: string): string {
  try {
    const { ino, dev } = Deno.lstatSync(path);
    const { stdout } = new Deno.Command("/bin/sh", {
      args: ["-c", FIND, String(ino), deviceText(dev)],
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).outputSync();
    const found = /^([1-9]\d*) (.*)$/s.exec(new TextDecoder().decode(stdout).trim());
    if (!found) return "another program, perhaps on another machine,";
    const command = found[2]!.replace(/\s+/g, " ").trim().replace(OWN_PROGRAM, "queuectl");
    const shown = command.length > MOST_COMMAND ? `${command.slice(0, MOST_COMMAND)}…` : command;
    return `process ${found[1]}${shown === "" ? "" : ` (${shown})`}`;
  } catch {
    return "another program";
  }
}

/** A device in the form of /proc/locks: two hexadecimal numbers of two digits or more. */
function deviceText(device: number): string {
  const [major, minor] = [(device >> 8) & 0xfff, (device & 0xff) | ((device >> 12) & 0xfff00)];
  return [major, minor].map((part) => part.toString(16).padStart(2, "0")).join(":");
}
