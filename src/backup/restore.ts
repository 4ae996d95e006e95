/**
 * A queue out of a backup. It is unpacked beside its place and gets its name last, flushed: it is
 * there whole or not at all. What an archive says is never believed: nothing is written that no
 * backup has, and nothing outside the new directory.
 *
 * @module
 */

import { basename } from "@std/path/posix/basename";
import { dirname } from "@std/path/posix/dirname";
import { newId } from "../format/ids.ts";
import { HELD_TIME, parseBatchName, parseEntryName } from "../format/names.ts";
import { readTar, type TarEntry, TarError } from "../format/tar.ts";
import type { FilePort } from "../fs/file_port.ts";
import { nativeFiles } from "../fs/native_files.ts";
import { FORMAT_NUMBER, formatFault, formatIn } from "../store/format_version.ts";
import { makeParents } from "../store/open_store.ts";
import {
  listIfThere,
  makeDirectory,
  removeIfPossible,
  removeTree,
  syncPaths,
} from "../store/store.ts";
import { createFolderLocked, lockFolder } from "../store/temporary_files.ts";
import { filesFor, PARTS, refuseUnsafePlace } from "../store/trust.ts";
import { QueueError, reasonOf } from "../text/errors.ts";
import { quotedPath, visibleText } from "../text/shown_text.ts";

/** How to restore. */
export interface RestoreOptions {
  /** Whether root may restore to the empty directory of another user, whose queue it becomes. */
  ofAnyUser?: boolean;
  /** The file access; for tests. Default: the real disk. */
  files?: FilePort;
}

/** What was restored. */
export interface RestoreSummary {
  /** The new queue's directory. */
  dir: string;
  /** How many jobs it has. */
  jobs: number;
  /** How many of them are held: those that ran when the backup was made among them. */
  held: number;
}

/** The first by name in a directory that is being unpacked: locked, so that no other removes it. */
const MARK = ".restoring";

/** What a backup can have in it: a name in one of these directories, or one of the files. */
const FOLDERS = ["pending", "failed", "done", "dead", "after", "unique", "schedules", "history"];
const FILES = ["VERSION", "config.json", "paused", "hooks.log", "hooks.log.prev"];

/** The longest name that a file system takes, in bytes. */
const LONGEST_NAME = 255;

/** The longest VERSION that is read, in bytes. */
const LONGEST_VERSION = 100;

/**
 * Makes a queue of a backup. It is paused; the jobs that ran when the backup was made are held.
 *
 * @param archive The backup, as `backupQueue` gives it.
 * @param dir Where to make it: absolute, missing or empty.
 * @throws {QueueError} If it is no backup or cut off, or if the directory is in use or unsafe: then
 * nothing was made.
 *
 * @example
 * ```ts
 * import { backupQueue, Queue, restoreQueue } from "../../mod.ts";
 *
 * const queue = await Queue.open("/tmp/example-queue");
 * const { jobs } = await restoreQueue(backupQueue(queue), `/tmp/example-copy-${Date.now()}`);
 * console.log(jobs);
 * ```
 */
export async function restoreQueue(
  archive: AsyncIterable<Uint8Array>,
  dir: string,
  options: RestoreOptions = {},
): Promise<RestoreSummary> {
  const { files: disk = nativeFiles, ofAnyUser } = options;
  const owner = refuseUnsafePlace(disk, dir, ofAnyUser);
  const files = owner === null || owner === Deno.uid() ? disk : await filesFor(disk, dir);
  const [other] = listIfThere({ files }, dir);
  if (other) {
    throw new QueueError(
      `${dir} is not empty (it holds "${visibleText(other.name)}"); restore to a new directory: ` +
        "queuectl restore FILE --dir PATH",
    );
  }
  const made: string[] = [];
  const parent = dirname(dir);
  if (isMount(files, dir)) throw mountFault(dir);
  try {
    const changed = makeParents(files, parent, made);
    removeLeftovers(files, dir);
    const aside = `${asideOf(dir)}${newId()}`;
    const mark = createFolderLocked({ files }, aside, {
      path: `${aside}/${MARK}`,
      content: new Uint8Array(),
    });
    try {
      const summary = await new Unpacking(files, aside, dir).unpack(archive);
      await files.syncTree(aside);
      // An empty directory gives way; one that another program has begun to use does not.
      files.rename(aside, dir);
      await syncPaths(files, [parent, ...changed]);
      removeIfPossible({ files }, `${dir}/${MARK}`);
      return summary;
    } catch (error) {
      removeTree({ files }, aside);
      throw error;
    } finally {
      mark.release();
    }
  } catch (error) {
    for (const path of made.reverse()) removeIfPossible({ files }, path);
    if (error instanceof QueueError) throw error;
    if ((error as { code?: unknown }).code === "EBUSY") throw mountFault(dir);
    if (error instanceof TarError) {
      throw new QueueError(
        `nothing was restored: the backup is no archive of a queue, or is damaged: ${error.message}`,
      );
    }
    throw new QueueError(`cannot restore to ${dir}: ${reasonOf(error)}`);
  }
}

/** Whether a directory is on another file system than the one that it is in. */
function isMount(files: FilePort, dir: string): boolean {
  const device = (path: string) => files.stat(path)?.identity.split(":")[0];
  const own = device(dir);
  return own !== undefined && own !== device(dirname(dir));
}

/** No rename can put a queue in the place of a mount point. */
function mountFault(dir: string): QueueError {
  return new QueueError(
    `${dir} is a mount point, which nothing can take the place of; restore to a directory in it: ` +
      `--dir ${quotedPath(`${dir}/queue`)}`,
  );
}

/** How the names begin of directories in which the queue of a directory is being unpacked. */
function asideOf(dir: string): string {
  return `${dirname(dir)}/.${basename(dir)}.restoring-`;
}

/** Removes what a restore to the same place has left that died. */
function removeLeftovers(files: FilePort, dir: string): void {
  const beginning = basename(asideOf(dir));
  for (const { name, kind } of [...files.list(dirname(dir))]) {
    if (kind !== "directory" || !name.startsWith(beginning)) continue;
    const path = `${dirname(dir)}/${name}`;
    const lock = lockFolder({ files }, path);
    if (lock === undefined) continue;
    removeTree({ files }, path);
    if (lock !== "empty") lock.release();
  }
}

/** Unpacks one archive. */
class Unpacking {
  readonly #files: FilePort;
  readonly #aside: string;
  readonly #summary: RestoreSummary;
  readonly #folders = new Set<string>();
  #version: Uint8Array | undefined;

  /** @param aside The directory to write in; it exists. */
  constructor(files: FilePort, aside: string, dir: string) {
    this.#files = files;
    this.#aside = aside;
    this.#summary = { dir, jobs: 0, held: 0 };
  }

  async unpack(archive: AsyncIterable<Uint8Array>): Promise<RestoreSummary> {
    for (const part of PARTS) this.#makeFolder(part);
    for await (const entry of readTar(archive)) {
      const path = entry.name.replace(/^\.\//, "").replace(/\/$/, "");
      if (entry.kind === "directory" && isFolder(path)) continue;
      if (entry.kind !== "file" || !isFile(path)) {
        throw new QueueError(
          `nothing was restored: the file is no backup of a queue (it holds ` +
            `${JSON.stringify(visibleText(entry.name))})`,
        );
      }
      await this.#write(path, entry);
    }
    // It comes last, so an archive without it was cut off, or is of something else.
    if (!this.#version) throw new TarError("it ends before its VERSION");
    if (formatIn(this.#version) !== FORMAT_NUMBER) {
      throw new QueueError(
        `nothing was restored: ${formatFault(this.#summary.dir, this.#version)}`,
      );
    }
    return this.#summary;
  }

  async #write(path: string, { content, mtime, size }: TarEntry): Promise<void> {
    if (path === "VERSION" && size > LONGEST_VERSION) throw new TarError("its VERSION is too long");
    if (path.split("/").some((name) => new TextEncoder().encode(name).length > LONGEST_NAME)) {
      throw new TarError("a name in it is too long");
    }
    const to = `${this.#aside}/${path}`;
    if (this.#files.exists(to)) throw new TarError(`it holds ${JSON.stringify(path)} twice`);
    this.#makeFolder(dirname(path));
    let isNew = true;
    const put = (bytes: Uint8Array) => {
      if (isNew) this.#files.create(to, bytes);
      else this.#files.append(to, bytes);
      isNew = false;
    };
    for await (const bytes of content) put(bytes);
    if (isNew) put(new Uint8Array());
    if (path === "VERSION") this.#version = this.#files.read(to);
    if (!Number.isNaN(mtime)) this.#files.setTime?.(to, mtime);
    if (!/^(pending|failed|done|dead)\/.*\.json$/.test(path)) return;
    this.#summary.jobs++;
    if (parseEntryName(basename(path))?.time === HELD_TIME) this.#summary.held++;
  }

  #makeFolder(path: string): void {
    if (path === "." || this.#folders.has(path)) return;
    this.#makeFolder(dirname(path));
    makeDirectory({ files: this.#files }, `${this.#aside}/${path}`);
    this.#folders.add(path);
  }
}

function isFolder(path: string): boolean {
  const [part, name, ...more] = path.split("/") as [string, ...string[]];
  if (name === undefined) return ["", ".", "input", "workers", ...FOLDERS].includes(part);
  return more.length === 0 && isGroup(part, name);
}

/** Whether a folder in a folder of the queue has files in it: a batch, or the children of a job. */
function isGroup(part: string, name: string): boolean {
  return part === "pending" ? parseBatchName(name) !== undefined : part === "after" && isName(name);
}

function isFile(path: string): boolean {
  const [part, ...names] = path.split("/") as [string, ...string[]];
  const last = names.pop();
  if (last === undefined) return FILES.includes(part);
  if (!isName(last) || names.length > 1) return false;
  if (part === "workers") return names.length === 0 && /^[^.]+\.log(\.prev)?$/.test(last);
  if (part === "input") return names.length === 0;
  if (part === "after") return names.length === 1 && isName(names[0]!);
  return FOLDERS.includes(part) &&
    (names.length === 0 || (isName(names[0]!) && isGroup(part, names[0]!)));
}

/** Whether a name is one that a queue counts: hidden ones, `.` and `..` among them, are not. */
function isName(name: string): boolean {
  return name !== "" && !name.startsWith(".") && !name.includes("\0");
}
