/**
 * The oldest runtime that will do.
 *
 * @module
 */

import { QueueError } from "../text/errors.ts";

/** Older versions free the buffer of a call on another thread while libc still writes to it. */
const OLDEST_DENO = [2, 7, 6] as const;

/**
 * Refuses a runtime in which calls of the C library on other threads corrupt memory.
 *
 * @param version The runtime's, such as `2.9.6`.
 * @throws {QueueError} If it is too old.
 */
export function refuseOldDeno(version: string): void {
  const parts = version.split(".").map(Number.parseFloat);
  const differs = OLDEST_DENO.findIndex((part, at) => parts[at] !== part);
  if (differs < 0 || parts[differs]! > OLDEST_DENO[differs]!) return;
  throw new QueueError(
    `Deno ${version} is too old: before ${OLDEST_DENO.join(".")} it frees memory that the C ` +
      "library still writes to; install a newer one: npm install -g deno@2.9.6",
  );
}
