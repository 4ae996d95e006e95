/**
 * Finds the directory of the queue.
 *
 * @module
 */

import { basename } from "@std/path/posix/basename";
import { dirname } from "@std/path/posix/dirname";
import { join } from "@std/path/posix/join";
import { resolve } from "@std/path/posix/resolve";
import { QueueError, reasonWithin, UsageError } from "../text/errors.ts";
import type { FileStat } from "../fs/file_port.ts";
import { absolutePath } from "../text/home_path.ts";
import { portableFiles } from "../fs/portable_files.ts";

/** Where a queue is. */
export interface QueuePlace {
  /** Its directory, absolute; it may be missing. */
  dir: string;
  /** Whether nobody named it: it was found in this directory or above, or is the one at home. */
  found: boolean;
}

/**
 * The directory of the queue: `dir` if given, else `$QUEUECTL_DIR`, else the nearest `.queuectl/`
 * in the working directory or a parent of it, else `~/.queuectl`.
 *
 * @param dir The value of `--dir`.
 * @returns Its directory, absolute, with every link followed, and whether it was named or found.
 * @throws {UsageError} If `dir` is empty, or begins with another user's home.
 * @throws {QueueError} If no queue is found and there is no home directory, or the queue is a link
 * that leads nowhere.
 */
export function locateQueue(dir?: string): QueuePlace {
  // An unset variable in a script must not lead to another queue.
  if (dir === "") throw new UsageError("the queue's directory must not be empty (give --dir PATH)");
  const chosen = dir ?? Deno.env.get("QUEUECTL_DIR");
  const cwd = Deno.cwd();
  if (chosen) {
    const dir = followed(absolutePath(chosen, "the queue's directory"));
    return { dir, found: false };
  }
  for (let at = cwd;; at = dirname(at)) {
    const candidate = join(at, ".queuectl");
    const stat = statIn(at, candidate);
    if (stat?.kind === "directory" || (stat?.kind === "other" && leadsToDirectory(candidate))) {
      // Where others can write, one of them could lead the caller to another of its own queues.
      if (stat.kind === "other" && stat.uid !== Deno.uid()) {
        throw new QueueError(
          `${candidate} is a link of another user (uid ${stat.uid}); name a queue with --dir PATH`,
        );
      }
      return { dir: followed(candidate), found: true };
    }
    if (at === "/") break;
  }
  const home = Deno.env.get("HOME");
  if (!home) throw new QueueError("there is no home directory for the queue (give --dir PATH)");
  return { dir: followed(resolve(cwd, home, ".queuectl")), found: true };
}

function statIn(directory: string, candidate: string): FileStat | undefined {
  try {
    return portableFiles.stat(candidate);
  } catch (error) {
    throw new QueueError(
      `cannot look for a queue in ${directory}: ${reasonWithin(error)}; name one with --dir PATH`,
    );
  }
}

function leadsToDirectory(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return false;
  }
}

/**
 * Follows every link in a path, as far as it exists: a queue may lie behind a link, on a larger
 * disk. Below the queue no link is followed, and the directories above it are checked as they are.
 */
function followed(dir: string): string {
  try {
    return Deno.realPathSync(dir);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  if (portableFiles.stat(dir) !== undefined) {
    throw new QueueError(`${dir} is a link that leads nowhere; make the directory that it names`);
  }
  return join(followed(dirname(dir)), basename(dir));
}
