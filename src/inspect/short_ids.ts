/**
 * IDs cut to what tells them apart.
 *
 * @module
 */

import { isUlid } from "../format/ids.ts";

/** A command takes no shorter end of an ID. */
const SHORTEST = 4;

/**
 * For each ID a short one, with which no other of them ends: the end of a ULID, or all of it.
 *
 * @example
 * ```ts
 * import { shortIds } from "../../mod.ts";
 *
 * shortIds(["01M80ZWB6S3G6W7Z0Y6B9Q5V3K", "backup"]); // to "5V3K" and "backup"
 * ```
 */
export function shortIds(ids: readonly string[]): Map<string, string> {
  const short = new Map(ids.map((id) => [id, id]));
  for (let length = SHORTEST, left = ids.filter(isUlid); left.length > 0; length++) {
    const count = new Map<string, number>();
    for (const id of ids) count.set(id.slice(-length), (count.get(id.slice(-length)) ?? 0) + 1);
    const isAlone = (id: string) => count.get(id.slice(-length)) === 1 || length >= id.length;
    for (const id of left) if (isAlone(id)) short.set(id, id.slice(-length));
    left = left.filter((id) => !isAlone(id));
  }
  return short;
}
