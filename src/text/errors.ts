/**
 * The errors that users see: one sentence that names the thing, the cause and the fix, and no stack
 * trace.
 *
 * @module
 */

/**
 * Bad input: a wrong option, a malformed time, an unknown setting. The command line exits with
 * status 2.
 *
 * @example
 * ```ts
 * import { UsageError } from "./errors.ts";
 *
 * throw new UsageError(`priority "12" is not a digit from 0 to 9`);
 * ```
 */
export class UsageError extends Error {
  /** What the error is called. */
  override readonly name: string = "UsageError";
}

/**
 * A sound request that failed: no such job, no permission, a full disk. The command line exits with
 * status 1.
 *
 * @example
 * ```ts
 * import { QueueError } from "./errors.ts";
 *
 * throw new QueueError(`no job matches "01M8X" (see: queuectl list)`);
 * ```
 */
export class QueueError extends Error {
  /** What the error is called. */
  override readonly name: string = "QueueError";
}

/** What a request names is not in the queue: a job, a schedule, a worker. */
export class MissingError extends QueueError {}

/** A change was made but the disk failed to keep it durably: a power cut may undo it. */
export class NotDurableError extends QueueError {
  /**
   * Makes the error.
   *
   * @param change The change, as the beginning of a sentence: `job X was released`.
   * @param directories Where the disk failed to keep it.
   */
  constructor(change: string, directories: readonly string[]) {
    super(
      `${change}, but the disk failed to record that in ${directories.join(" and ")}: ` +
        "it holds for now, and a power cut may undo it (see the system's log, and check the disk)",
    );
  }
}

/** The error for anything that lies in a file's place and is no file: a link, a fifo, a device. */
export function wrongKind(
  path: string,
  wanted: "a regular file" | "a file or directory" = "a regular file",
): Error {
  return Object.assign(new Error(`${path} is not ${wanted}`), { code: "EINVAL" });
}

/** The error for a file or directory that could not be made durable. */
export function notFlushed(path: string): Error {
  return Object.assign(new Error(`${path}: the disk failed to keep it`), { code: "EIO" });
}

/** Numbers of errors for which the runtime has no code. */
const ENOLCK = 37, EOPNOTSUPP = 95;
/** Likewise: there is no such call here. */
export const ENOSYS = 38;

/** Whether an error of the operating system has one of some numbers. */
export function hasNumber(error: unknown, ...numbers: readonly number[]): boolean {
  const found = / \(os error (\d+)\)/.exec(error instanceof Error ? error.message : "");
  return found !== null && numbers.includes(Number(found[1]));
}

/** What to throw for an error of `flock(2)`: says so where the file system has no locks. */
export function lockFault(path: string, error: unknown): unknown {
  if (!hasNumber(error, ENOLCK, ENOSYS, EOPNOTSUPP)) return error;
  return new QueueError(
    `cannot lock ${path}: its file system is mounted without locks; mount Lustre with -o flock, ` +
      "and NFS with its lock service running, or with local_lock=flock (or nolock) " +
      "if no other machine uses the queue (queuectl config set one_machine true)",
  );
}

/** The message of an error without the runtime's own "(os error 28): rename '…' -> '…'". */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  // Whatever it is permitted: the advice of its own message would change more than that path.
  if (message.startsWith("Requires all access to ")) {
    return "it belongs to the system, as all that is below /dev and /proc";
  }
  return message.replace(/ \(os error \d+\).*$/s, "");
}

/** {@linkcode reasonOf}, for the middle of a sentence. */
export function reasonWithin(error: unknown): string {
  const reason = reasonOf(error);
  return reason.charAt(0).toLowerCase() + reason.slice(1);
}

/** The path at the end of the runtime's message; for a rename, the new one. */
export function placeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  return / \(os error \d+\): \w+ '(?:.*' -> ')?(.*)'$/s.exec(error.message)?.[1];
}
