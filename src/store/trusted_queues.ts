/**
 * Which queues were made here by this user, or accepted with `queuectl trust`.
 *
 * A `.queuectl/` that is found by walking up from the working directory may have come with a clone
 * or an archive, jobs and hooks included. So it is used only if it is in this list, which lies
 * outside every queue: `$XDG_STATE_HOME/queuectl/trusted`, by default in `~/.local/state`. A line
 * of it is a queue's path, its inode number and when that inode was made. A copy has another path
 * or another inode, and no program can set the time at which an inode was made. A mark within the
 * queue would prove less, as whoever makes the copy makes the mark too. The device's number is left
 * out, as it can change whenever the machine starts.
 *
 * @module
 */

import { dirname } from "@std/path/posix/dirname";
import { isAbsolute } from "@std/path/posix/is-absolute";
import { join } from "@std/path/posix/join";
import { QueueError, reasonWithin } from "../text/errors.ts";

/** Tells a directory from its copies. */
interface Mark {
  /** Its path, absolute and with no link in it. */
  dir: string;
  /** Its inode number. */
  inode: number;
  /** When it was made, in milliseconds since 1970; 0 where the file system does not keep that. */
  made: number;
}

function markOf(dir: string): Mark {
  const { ino, birthtime } = Deno.lstatSync(dir);
  return { dir: Deno.realPathSync(dir), inode: ino ?? 0, made: birthtime?.getTime() ?? 0 };
}

/** The path of the list; `undefined` if there is no home for it. */
function listPath(): string | undefined {
  const state = Deno.env.get("XDG_STATE_HOME");
  // The XDG Base Directory Specification says to ignore a relative path.
  if (state && isAbsolute(state)) return join(state, "queuectl/trusted");
  const home = Deno.env.get("HOME");
  return home ? join(home, ".local/state/queuectl/trusted") : undefined;
}

/** Whether the queue in a directory was made here by this user, or accepted. */
export function isTrusted(dir: string): boolean {
  const path = listPath();
  if (path === undefined) return false;
  let text: string;
  try {
    const { isFile, uid, mode } = Deno.lstatSync(path);
    if (!isFile || uid !== Deno.uid() || (mode ?? 0) & 0o022) return false;
    text = Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return false;
    }
    throw new QueueError(`cannot read ${path}: ${reasonWithin(error)}`);
  }
  const line = JSON.stringify(markOf(dir));
  return text.split("\n").includes(line);
}

/**
 * Adds the queue in a directory to the list, durably.
 *
 * @throws {QueueError} If the list cannot be written.
 */
export function trustQueue(dir: string): void {
  const path = listPath();
  if (path === undefined) {
    throw new QueueError(
      `there is no home directory to note in that the queue ${dir} is yours (give --dir ${dir})`,
    );
  }
  try {
    if (isTrusted(dir)) return;
    Deno.mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    using file = Deno.openSync(path, { append: true, create: true, mode: 0o600 });
    // One short write at the end: two who add to the list at once do not mix.
    file.writeSync(new TextEncoder().encode(JSON.stringify(markOf(dir)) + "\n"));
    file.syncSync();
  } catch (error) {
    if (error instanceof QueueError) throw error;
    throw new QueueError(
      `cannot note in ${path} that the queue ${dir} is yours: ${reasonWithin(error)}`,
    );
  }
  if (!isTrusted(dir)) {
    throw new QueueError(
      `${path} is not a file of yours that only you can write in, so that nothing in it counts; ` +
        "fix that, then try again",
    );
  }
}
