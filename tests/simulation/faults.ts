/**
 * What can go wrong at a call of the simulated disk: an error as Deno raises it, or the end of the
 * process that makes the call. A hook throws one of them (see `SimulatedProcess.before`).
 *
 * @module
 */

import type { BeforeCall } from "./call.ts";

/**
 * How much of an interrupted `create` or `append` is on the disk: `nothing`; `empty`, the name
 * without the content; `partial`, the name and the first half of the content. Every other call is
 * atomic and leaves nothing.
 */
export type Leaving = "nothing" | "empty" | "partial";

/** All of {@linkcode Leaving}, to enumerate. */
export const LEAVINGS: readonly Leaving[] = ["nothing", "empty", "partial"];

/**
 * The end of a process. Thrown by a hook it ends the process that made the call; from then on each
 * call of that process throws it, so that no `catch` or `finally` can reach the disk.
 */
export class Killed extends Error {
  /** How much the interrupted call leaves behind. */
  readonly leaving: Leaving;

  /** Thrown by a hook in place of the call that it interrupts. */
  constructor(leaving: Leaving = "nothing") {
    super("the simulated process was killed");
    this.name = "Killed";
    this.leaving = leaving;
  }
}

const ERRORS = {
  ENOENT: [2, "No such file or directory", Deno.errors.NotFound],
  EPERM: [1, "Operation not permitted", Deno.errors.PermissionDenied],
  EIO: [5, "Input/output error", Error],
  EACCES: [13, "Permission denied", Deno.errors.PermissionDenied],
  EEXIST: [17, "File exists", Deno.errors.AlreadyExists],
  ENOTDIR: [20, "Not a directory", Deno.errors.NotADirectory],
  EISDIR: [21, "Is a directory", Deno.errors.IsADirectory],
  EINVAL: [22, "Invalid argument", TypeError],
  EMFILE: [24, "Too many open files", Error],
  ENOSPC: [28, "No space left on device", Error],
  EROFS: [30, "Read-only file system", Error],
  ENAMETOOLONG: [36, "File name too long", Error],
  ENOTEMPTY: [39, "Directory not empty", Error],
  ESTALE: [116, "Stale file handle", Error],
  EDQUOT: [122, "Disk quota exceeded", Error],
} as const;

/** The errno names that {@linkcode diskError} knows. */
export type ErrnoName = keyof typeof ERRORS;

const leavings = new WeakMap<Error, Leaving>();

/**
 * An error just as Deno raises it: its class, its `code`, its message.
 *
 * @param code The errno name.
 * @param where The end of the message, such as `mkdir '/q/tmp'`.
 * @param leaving If a hook throws it from a `create` or `append`: what is left behind, as a full
 * disk leaves an empty or half-written file.
 *
 * @example
 * ```ts
 * import { diskError } from "./faults.ts";
 *
 * diskError("ENOENT", "open '/q/x'") instanceof Deno.errors.NotFound; // true
 * ```
 */
export function diskError(code: ErrnoName, where?: string, leaving: Leaving = "nothing"): Error {
  const [errno, text, ErrorClass] = ERRORS[code];
  const error = new ErrorClass(`${text} (os error ${errno})${where ? `: ${where}` : ""}`);
  leavings.set(error, leaving);
  return Object.assign(error, { code });
}

/** How much the call that raised this leaves behind; `nothing` for an error made elsewhere. */
export function leavingOf(error: unknown): Leaving {
  if (error instanceof Killed) return error.leaving;
  return error instanceof Error ? leavings.get(error) ?? "nothing" : "nothing";
}

/**
 * A hook that kills the process at its call of this index, instead of making it.
 *
 * @param index The call, counted from 0.
 * @param leaving How much that call leaves behind.
 */
export function killAt(index: number, leaving: Leaving = "nothing"): BeforeCall {
  return (call) => {
    if (call.index === index) throw new Killed(leaving);
  };
}

/**
 * A hook that fails the call of this index; the process lives on.
 *
 * @param index The call, counted from 0.
 * @param code The errno name.
 * @param leaving How much that call leaves behind.
 */
export function failAt(index: number, code: ErrnoName, leaving: Leaving = "nothing"): BeforeCall {
  return (call) => {
    if (call.index === index) throw diskError(code, call.name, leaving);
  };
}
