/**
 * What the operating system refused, in a sentence.
 *
 * @module
 */

import { placeOf, reasonOf } from "../queue/errors.ts";

/**
 * A sentence for an error of the operating system.
 *
 * @returns `undefined` for any other error: that one is a fault of the program.
 */
export function systemFault(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const known = Object.values(Deno.errors).some((kind) => error instanceof kind) ||
    typeof (error as { code?: unknown }).code === "string" ||
    /\(os error \d+\)/.test(error.message);
  if (!known) return undefined;
  const text = reasonOf(error);
  if (text === error.message) return text;
  const reason = text.charAt(0).toLowerCase() + text.slice(1);
  const place = placeOf(error);
  return place === undefined ? reason : `${place}: ${reason}`;
}
