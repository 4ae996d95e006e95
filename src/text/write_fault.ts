/**
 * A write that a full or read-only disk refused, in a sentence.
 *
 * @module
 */

import { placeOf, reasonWithin } from "./errors.ts";

/** What to do where a disk takes nothing more, by the number of the error on Linux. */
const REMEDIES: Readonly<Record<string, string>> = {
  28: "free some space",
  30: "mount that file system read-write, or choose another queue: --dir PATH",
  122: "free some space, or have the quota raised",
};

/**
 * A sentence for a write that a full or read-only disk refused: names the queue, or a file outside
 * it, and says what to do.
 *
 * @param error What was thrown.
 * @param queue The directory of the queue, which a write without a path was meant for.
 * @returns `undefined` for any other error.
 *
 * @example
 * ```ts
 * import { reasonOf, writeFault } from "../../mod.ts";
 *
 * const error = new Error("No space left on device (os error 28)");
 * console.log(writeFault(error, "/srv/queue") ?? reasonOf(error));
 * ```
 */
export function writeFault(error: unknown, queue: string): string | undefined {
  const number = / \(os error (\d+)\)/.exec(error instanceof Error ? error.message : "")?.[1];
  const remedy = number && REMEDIES[number];
  if (!remedy) return undefined;
  const path = placeOf(error);
  // The files of a queue have names that mean nothing to its user.
  const isOutside = path !== undefined && path !== queue && !path.startsWith(`${queue}/`);
  const place = isOutside ? path : `the queue ${queue}`;
  return `cannot write to ${place}: ${reasonWithin(error)}; ${remedy}`;
}
