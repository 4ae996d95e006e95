/**
 * Errors of the operating system, in a sentence.
 *
 * @module
 */

import { placeOf, reasonOf, reasonWithin } from "../../text/errors.ts";

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
 * @param queue The directory of the queue, which a write without a path was meant for.
 * @returns `undefined` for any other error.
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

/**
 * A sentence for an error of the operating system.
 *
 * @returns `undefined` for any other error: that is a bug of the program.
 */
export function systemFault(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const known = Object.values(Deno.errors).some((kind) => error instanceof kind) ||
    typeof (error as { code?: unknown }).code === "string" ||
    /\(os error \d+\)/.test(error.message);
  if (!known) return undefined;
  const unloaded = /^Import '[^]*' failed\.[^]*?([^:\n]*) \(os error \d+\)/.exec(error.message);
  if (unloaded) return `cannot load its own files: ${unloaded[1]!.trim()}`;
  // A message that is not the runtime's stays as it is.
  if (reasonOf(error) === error.message) return error.message;
  const [reason, place] = [reasonWithin(error), placeOf(error)];
  return place === undefined ? reason : `${place}: ${reason}`;
}
