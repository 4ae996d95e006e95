/**
 * Why a command could not be started, in words.
 *
 * @module
 */

import { reasonWithin } from "../text/errors.ts";

/** The error for a command that could not be started. */
export class SpawnError extends Error {
  /**
   * @param code The name of the error, such as `ENOENT`.
   * @param temporary Whether a later try may work: this machine is short of something.
   */
  constructor(message: string, readonly code: string, readonly temporary: boolean) {
    super(message);
  }
}

/** Error numbers on Linux that a spawner raises itself. */
export const ENXIO = 6, E2BIG = 7, EEXIST = 17, ELOOP = 40;

/** The errors of posix_spawn that occur in practice, by number on Linux. */
const ERRNO: Record<number, [code: string, text: string, temporary: boolean]> = {
  1: ["EPERM", "not permitted", false],
  2: ["ENOENT", "no such file or directory", false],
  5: ["EIO", "the disk failed", true],
  6: ["ENXIO", "no file can be there", false],
  7: ["E2BIG", "the command and its environment are too long together", false],
  11: ["EAGAIN", "too many processes", true],
  12: ["ENOMEM", "out of memory", true],
  13: ["EACCES", "no permission", false],
  17: ["EEXIST", "the log is there already", false],
  20: ["ENOTDIR", "not a directory", false],
  23: ["ENFILE", "too many open files on this machine", true],
  24: ["EMFILE", "too many open files", true],
  28: ["ENOSPC", "no space left on the disk", true],
  30: ["EROFS", "the disk is read-only", true],
  36: ["ENAMETOOLONG", "the name is too long", false],
  40: ["ELOOP", "a symbolic link is in the way", false],
  107: ["ENOTCONN", "the file system is not connected", true],
  110: ["ETIMEDOUT", "the file system does not answer", true],
  116: ["ESTALE", "the file system knows the file no more", true],
  122: ["EDQUOT", "the disk quota is used up", true],
};

/**
 * The error for a failed start.
 *
 * @param code The `errno` on Linux.
 * @param cwd The command's directory, if any: it may be the cause.
 * @param stdin The command's input file, if any: it may be the cause.
 */
export function spawnError(code: number, cwd: string | undefined, stdin?: string): SpawnError {
  const [name, text, temporary] = ERRNO[code] ?? [`E${code}`, `error ${code}`, false];
  const inCwd = cwd !== undefined && !temporary && name !== "E2BIG" && !canEnter(cwd);
  const isOfInput = stdin !== undefined && !temporary && name !== "E2BIG" && !inCwd;
  const reason = isOfInput ? unreadable(stdin) : undefined;
  if (reason !== undefined) {
    return new SpawnError(`cannot read its input, ${stdin}: ${reason}`, name, false);
  }
  return new SpawnError(inCwd ? `cannot enter ${cwd}: ${text}` : text, name, temporary);
}

/** Whether this process may change to a directory. */
export function canEnter(cwd: string): boolean {
  try {
    return Deno.statSync(`${cwd}/.`).isDirectory;
  } catch {
    return false;
  }
}

/**
 * Why this process cannot read a file; `undefined` if it can. Follows no link and waits for no
 * fifo.
 */
export function unreadable(path: string): string | undefined {
  try {
    if (!Deno.lstatSync(path).isFile) return "not a regular file";
    Deno.openSync(path, { read: true }).close();
  } catch (error) {
    return reasonWithin(error);
  }
}

/**
 * Refuses a shell that cannot be executed.
 *
 * @param shell Its path; `undefined` for the usual one, which is not checked.
 * @throws {SpawnError} If it cannot be run.
 */
export function refuseUnrunnable(shell: string | undefined): void {
  if (shell === undefined) return;
  let reason = "it is not a program";
  try {
    const { isFile, mode } = Deno.statSync(shell);
    if (isFile && (mode === null || (mode & 0o111) !== 0)) return;
  } catch (error) {
    reason = reasonWithin(error);
  }
  throw new SpawnError(`cannot run the shell ${shell}: ${reason}`, "ESHELL", false);
}
