/**
 * Errors of the operating system, in a sentence.
 *
 * @module
 */

import { placeOf, reasonOf, reasonWithin } from "../../text/errors.ts";

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
