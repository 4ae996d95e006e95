/**
 * A backup as a file. It is written beside its place, locked, and gets its name last, flushed: the
 * file is there whole, or as it was before.
 *
 * @module
 */

import { basename } from "@std/path/posix/basename";
import { dirname } from "@std/path/posix/dirname";
import { resolve } from "@std/path/posix/resolve";
import { newId } from "../format/ids.ts";
import type { FileLock } from "../fs/file_port.ts";
import { portableFiles } from "../fs/portable_files.ts";
import { lockIfThere, type OpenQueue, removeIfPossible } from "../store/store.ts";
import { createLocked } from "../store/temporary_files.ts";
import { QueueError, reasonOf, UsageError } from "../text/errors.ts";
import { quotedPath } from "../text/shown_text.ts";
import { backupQueue, type BackupSummary } from "./backup.ts";

/** What a backup in a file has in it. */
export interface BackupFileSummary extends BackupSummary {
  /** The size of the file. */
  bytes: number;
}

const files = portableFiles;

/** How many links from one to the next are followed: as many as Linux follows. */
const MOST_LINKS = 40;

/**
 * Writes a backup to a file that only its user can read, and replaces one that is there at once. A
 * link to a file is followed. What a backup to the same file that was killed has left is removed.
 *
 * @param path The file: absolute, and outside the queue.
 * @param signal Aborted: gives up, leaves the file as it was, and throws the signal's reason.
 * @throws {UsageError} If the file would lie in the queue.
 * @throws {QueueError} If there is something else than a file, or if it cannot be written.
 *
 * @example
 * ```ts
 * import { Queue, writeBackup } from "../../mod.ts";
 *
 * const queue = await Queue.open("/tmp/example-queue");
 * const { jobs, bytes } = await writeBackup(queue, "/tmp/example.tar");
 * console.log(jobs, bytes);
 * ```
 */
export async function writeBackup(
  queue: OpenQueue,
  path: string,
  signal?: AbortSignal,
): Promise<BackupFileSummary> {
  let aside: string | undefined;
  let mark: FileLock | undefined;
  try {
    const to = fileMeant(path, queue.store.dir);
    removeLeftovers(to);
    aside = `${asideOf(to)}${newId()}`;
    mark = createLocked({ files }, aside, new Uint8Array());
    const summary = await write(queue, aside, signal);
    files.rename(aside, to);
    await files.sync([dirname(to)]);
    return summary;
  } catch (error) {
    if (mark) removeIfPossible({ files }, aside!);
    if (error instanceof QueueError || error instanceof UsageError || signal?.aborted) throw error;
    const advice = error instanceof Deno.errors.NotCapable ? `; ${throughPipe(path)}` : "";
    throw new QueueError(`cannot write ${path}: ${reasonOf(error)}${advice}`);
  } finally {
    mark?.release();
  }
}

async function write(
  queue: OpenQueue,
  path: string,
  signal: AbortSignal | undefined,
): Promise<BackupFileSummary> {
  using file = Deno.openSync(path, { write: true });
  let summary: BackupSummary | undefined;
  let size = 0;
  for await (const bytes of backupQueue(queue, (done) => summary = done)) {
    signal?.throwIfAborted();
    for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
    size += bytes.length;
  }
  await file.sync();
  signal?.throwIfAborted();
  return { bytes: size, ...summary! };
}

/**
 * The file to replace: what a path leads to, by links of this user or root.
 *
 * @throws {UsageError} If it lies in the queue.
 * @throws {QueueError} If there is something else than a file.
 */
function fileMeant(path: string, queueDir: string): string {
  let to = path;
  for (let links = 0;; links++) {
    to = resolve(Deno.realPathSync(dirname(to)), basename(to));
    if (`${to}/`.startsWith(`${queueDir}/`)) {
      throw new UsageError(`${path} lies in the queue; name a file outside it`);
    }
    const stat = files.stat(to);
    if (stat === undefined || stat.kind === "file") return to;
    if (stat.kind === "directory") {
      const inside = quotedPath(`${to}/queue.tar`);
      throw new QueueError(
        `${path} is a directory; name a file in it: queuectl backup ${inside}`,
      );
    }
    if (!Deno.lstatSync(to).isSymlink) {
      throw new QueueError(`${path} is no regular file; ${throughPipe(path)}`);
    }
    // Where others can write, one of them could have root replace any file.
    if (links === MOST_LINKS || ![0, Deno.uid()].includes(stat.uid)) {
      const whose = links === MOST_LINKS ? "leads in a circle" : `is of user ${stat.uid}`;
      throw new QueueError(`${path} is a link that ${whose}; name the file itself`);
    }
    to = resolve(dirname(to), Deno.readLinkSync(to));
  }
}

function throughPipe(path: string): string {
  return `use: queuectl backup - >${quotedPath(path)}`;
}

/** How the names begin of files in which a backup is being written. */
function asideOf(path: string): string {
  return `${dirname(path)}/.${basename(path)}.writing-`;
}

/** Removes what a backup to the same file has left that died. */
function removeLeftovers(path: string): void {
  const beginning = basename(asideOf(path));
  for (const { name, kind } of [...files.list(dirname(path))]) {
    if (kind !== "file" || !name.startsWith(beginning)) continue;
    const left = `${dirname(path)}/${name}`;
    if (files.stat(left)?.uid !== Deno.uid()) continue;
    const lock = lockIfThere({ files }, left);
    if (lock === undefined) continue;
    removeIfPossible({ files }, left);
    lock.release();
  }
}
