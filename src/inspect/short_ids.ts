/**
 * IDs as short as a person can type them.
 *
 * @module
 */

import { isUlid } from "../format/ids.ts";

/** An ID that is not longer is shown whole. */
const WHOLE = 16;

/** The least length of an end of a ULID, and of an end or a beginning of another ID. */
const LEAST_OF_ULID = 4, LEAST_OF_NAME = 12;

/** The odds that a shown end means a job that is not shown too: one in so many tables. */
const ODDS = 100;

/**
 * For each ID the shortest text that every command takes for it, and that means no other of these
 * IDs. Of ULIDs that is the end, all of one length: their beginnings are the time, which jobs added
 * together share. Of longer names it is the beginning, if that is short, else the end.
 *
 * @param total How many jobs the queue has: of many more the ends are longer, as all count.
 * Default: these.
 *
 * @example
 * ```ts
 * import { shortIds } from "../../mod.ts";
 *
 * shortIds(["01M80ZWB6S3G6W7Z0Y6B9Q5V3K", "build"], 2); // 5V3K, build
 * ```
 */
export function shortIds(ids: readonly string[], total: number = ids.length): Map<string, string> {
  const counts = new Map<number, Map<string, number>>();
  const isUnique = (text: string) => {
    let known = counts.get(text.length);
    if (!known) counts.set(text.length, known = endsOf(ids, text.length));
    return known.get(text) === 1;
  };
  const ulids = ids.filter(isUlid);
  const wanted = Math.log(ODDS * ids.length * Math.max(total, ids.length)) / Math.log(32);
  let length = Math.max(LEAST_OF_ULID, Math.ceil(wanted));
  while (length < 26 && !ulids.every((id) => isUnique(id.slice(-length)))) length++;
  return new Map(ids.map((id) => {
    if (isUlid(id)) return [id, id.slice(-length)];
    if (id.length <= WHOLE) return [id, id];
    const lengths = Array.from(
      { length: WHOLE - LEAST_OF_NAME + 1 },
      (_, at) => at + LEAST_OF_NAME,
    );
    const texts = [...lengths.map((at) => id.slice(0, at)), ...lengths.map((at) => id.slice(-at))];
    return [id, texts.find(isUnique) ?? id];
  }));
}

/** How many IDs begin or end with each text of a length. */
function endsOf(ids: readonly string[], length: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (const id of ids) {
    for (const text of new Set([id.slice(0, length), id.slice(-length)])) {
      counts.set(text, (counts.get(text) ?? 0) + 1);
    }
  }
  return counts;
}
