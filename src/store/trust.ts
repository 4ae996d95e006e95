/**
 * Whether a queue is safe to use. A queue is a list of commands to run as its user, so whoever can
 * write in it, or put another directory in its place, can run anything as that user.
 *
 * The rule, for every command and every worker: the queue and each of its parts is a real directory
 * that belongs to the caller and that nobody else can write in; each directory above it belongs to
 * the caller or root, and nobody else can write in it, or it is sticky, as `StrictModes` of
 * sshd_config(5) asks of `~/.ssh`.
 *
 * @module
 */

import { dirname } from "@std/path/posix/dirname";
import { join } from "@std/path/posix/join";
import { QueueError } from "../text/errors.ts";
import type { DirectoryEntry, FilePort, FileStat } from "../fs/file_port.ts";
import { createInTurn } from "../fs/sync_each.ts";
import { JOB_STATES } from "../format/names.ts";
import { quotedPath } from "../text/shown_text.ts";
import type { Store } from "./store.ts";

/** The directories of every queue. */
export const PARTS = [...JOB_STATES, "tmp", "workers"] as const;

/** The directories that are made when they are first needed. */
export const LATER_PARTS = [
  "after",
  "unique",
  "limits",
  "progress",
  "schedules",
  "history",
  "input",
  "ring",
] as const;

/** The files that may lie beside them, VERSION aside. */
export const QUEUE_FILES = [
  "config.json",
  "paused",
  "lock",
  "hooks.log",
  "hooks.log.prev",
] as const;

const DIRECTORIES: ReadonlySet<string> = new Set([...PARTS, ...LATER_PARTS]);
/** Nothing works without these; commands that need others report them. */
const FILES: ReadonlySet<string> = new Set(["VERSION", "config.json", "lock"]);

const OTHERS_WRITE = 0o022, STICKY = 0o1000;

const FRESH = "name one that does not exist yet, and queuectl makes it yours alone";

/**
 * Refuses a queue whose place or whose own directory is unsafe.
 *
 * @param dir Absolute, no link in place of the queue itself; it may be missing.
 * @param ofAnyUser Whether root may use the queue of another user.
 * @returns The user that the queue and all in it must belong to; `null` where the system has no
 * users.
 * @throws {QueueError} If it is unsafe; the sentence names the directory at fault and what to do.
 */
export function refuseUnsafePlace(
  files: FilePort,
  dir: string,
  ofAnyUser: boolean = false,
): number | null {
  const caller = Deno.uid();
  if (caller === null) return null;
  const stat = files.stat(dir);
  const owner = ofAnyUser && caller === 0 && stat ? stat.uid : caller;
  const fault = (stat && ownFault(files, dir, stat, owner)) ?? ancestorFault(files, dir, owner);
  if (fault !== undefined) throw new QueueError(fault);
  return owner;
}

/** Why somebody else could replace the queue's directory; `undefined` if nobody could. */
export function ancestorFault(files: FilePort, dir: string, owner: number): string | undefined {
  for (let at = dir; at !== "/";) {
    at = dirname(at);
    const stat = files.stat(at);
    if (stat === undefined) continue;
    // The path has been resolved, so any link in it is new.
    if (stat.kind !== "directory") return `${at} is not a directory, so ${dir} can be no queue`;
    if (stat.uid !== owner && stat.uid !== 0 && stat.uid !== Deno.uid()) {
      return `${at} belongs to another user (uid ${stat.uid}), who could put another directory in ` +
        `the place of the queue ${dir}; choose a directory that only you and root can change`;
    }
    if (stat.mode & OTHERS_WRITE && !(stat.mode & STICKY)) {
      return `group or others can write in ${at}, and so put another directory in the place of the ` +
        `queue ${dir}; choose a directory that only you and root can change, or if nobody else ` +
        `needs to write there, close it with: chmod go-w ${quotedPath(at)}`;
    }
  }
}

/**
 * Why the queue's own directory is unsafe. What is no queue may serve others, as /tmp does: the
 * sentence then names another directory to use, and nothing that changes this one.
 */
function ownFault(
  files: FilePort,
  dir: string,
  stat: FileStat,
  owner: number,
): string | undefined {
  const fault = directoryFault(dir, stat, owner);
  if (fault === undefined || stat.kind !== "directory") return fault;
  if (stat.mode & STICKY && stat.mode & OTHERS_WRITE) {
    return `${dir} is a directory that users share (mode ${stat.mode.toString(8)}), so it can be ` +
      `no queue; name one below it: --dir ${quotedPath(join(dir, "queue"))}`;
  }
  if (isOrMayBeQueue(files, dir)) return fault;
  const why = stat.uid === owner
    ? "group or others can write in it"
    : `it belongs to another user (uid ${stat.uid})`;
  return `${dir} is not a queue, and ${why}; ${FRESH}`;
}

/** Why the queue's directory or one of its parts is unsafe; `undefined` if it is safe. */
function directoryFault(path: string, stat: FileStat, owner: number): string | undefined {
  if (stat.kind !== "directory") return `${path} is not a directory`;
  if (stat.uid !== owner) {
    const asRoot = Deno.uid() === 0 ? ", or as root with --other-user" : "";
    return `${path} belongs to another user (uid ${stat.uid}); use the queue as that user${asRoot}`;
  }
  if (stat.mode & OTHERS_WRITE) {
    return `group or others can write in ${path}, so it may hold commands that are not yours; ` +
      `look at what is in it first (ls -lR ${quotedPath(path)}), then close it with: ` +
      `chmod go-w ${quotedPath(path)}`;
  }
}

/**
 * Refuses a queue with a part that is a link, belongs to another user or can be written by others.
 *
 * @param names What lies in the queue's directory.
 * @param owner Its owner.
 * @throws {QueueError} If there is such a part.
 */
export function refuseUnsafeParts(
  files: FilePort,
  dir: string,
  names: Iterable<DirectoryEntry>,
  owner: number | null,
): void {
  for (const { name, kind } of names) {
    const fault = partFault(files, `${dir}/${name}`, name, kind, owner);
    if (fault === undefined) continue;
    // The "tmp" of the root directory is everybody's, and its user must not change it.
    if (isOrMayBeQueue(files, dir)) throw new QueueError(fault);
    throw new QueueError(`${dir} is not a queue (it holds "${name}"); ${FRESH}`);
  }
}

function partFault(
  files: FilePort,
  path: string,
  name: string,
  kind: DirectoryEntry["kind"],
  owner: number | null,
): string | undefined {
  if (FILES.has(name) && kind !== "file") {
    return `${path} is not a regular file; look at what it is (ls -ld ${quotedPath(path)}), ` +
      "then move it away";
  }
  const stat = owner === null || !DIRECTORIES.has(name) ? undefined : files.stat(path);
  return stat && directoryFault(path, stat, owner!);
}

/** Whether a directory has the mark of a queue, or hides that from this user. */
function isOrMayBeQueue(files: FilePort, dir: string): boolean {
  try {
    return files.exists(`${dir}/VERSION`);
  } catch {
    return true;
  }
}

/**
 * As {@linkcode refuseUnsafePlace} and {@linkcode refuseUnsafeParts}, for a queue that was opened
 * earlier.
 *
 * @throws {QueueError} If it is unsafe, or one of {@linkcode PARTS} is missing.
 */
export function refuseUnsafe({ files, dir, owner }: Pick<Store, "files" | "dir" | "owner">): void {
  refuseUnsafePlace(files, dir, owner !== Deno.uid());
  const entries = [...files.list(dir)];
  refuseUnsafeParts(files, dir, entries, owner);
  refuseIncomplete(dir, entries);
}

/** @throws {QueueError} If one of {@linkcode PARTS} is missing. */
export function refuseIncomplete(dir: string, entries: readonly DirectoryEntry[]): void {
  const missing = PARTS.find((part) => entries.every(({ name }) => name !== part));
  if (missing === undefined) return;
  throw new QueueError(`${dir}/${missing} is missing; queuectl doctor --repair makes it`);
}

/**
 * A port for root in the queue of another user: what it makes belongs to the owner and the group
 * of the queue's directory.
 */
export async function filesFor(files: FilePort, dir: string): Promise<FilePort> {
  const owner = files.stat(dir);
  if (!owner) throw new Deno.errors.NotFound(`no ${dir}`);
  // The owner may have put a link there meanwhile: its target must stay whose it is.
  const { lchownSync } = await import("node:fs");
  const give = (path: string) => lchownSync(path, owner.uid, owner.gid);
  const given: FilePort = {
    ...files,
    createEach: (made, flushed) => createInTurn(given, made, flushed),
    create(path, content) {
      files.create(path, content);
      give(path);
    },
    append(path, content) {
      files.append(path, content);
      give(path);
    },
    makeDirectory(path) {
      files.makeDirectory(path);
      give(path);
    },
  };
  return given;
}

/**
 * Why a file in a queue cannot be trusted: somebody else made it, or can change it. A queue is
 * closed to others, so such a file was moved into it.
 *
 * @param owner The owner of the queue.
 * @returns The end of a sentence, such as `it belongs to another user (uid 1001)`.
 */
export function fileDistrust(stat: FileStat, owner: number | null): string | undefined {
  if (owner === null) return undefined;
  if (stat.uid !== owner && stat.uid !== Deno.uid()) {
    return `it belongs to another user (uid ${stat.uid})`;
  }
  // With umask 002, usual on many systems, a file can be written by its user's own group.
  if (stat.mode & 0o002 || (stat.mode & 0o020 && stat.gid !== Deno.gid())) {
    return `group or others can write in it (mode ${stat.mode.toString(8)})`;
  }
}
