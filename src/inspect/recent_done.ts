/**
 * The newest done jobs from the ends of the history: in milliseconds, where listing a million names
 * takes seconds.
 *
 * @module
 */

import { recentLines } from "../contents/history.ts";
import { timeOfId } from "../format/ids.ts";
import { ID_PATTERN } from "../format/names.ts";
import { pathIn, type Store } from "../store/store.ts";
import { comparePlaces, type KnownName } from "./name_scan.ts";

/** How far back to look, in milliseconds. */
const SINCE = 86_400_000;

/**
 * The names of the newest done jobs, the newest first. A job ends after it was made, so the history
 * since a time names all done jobs made since: but those that were put into done/ by hand.
 *
 * @param least How many there must be.
 * @returns `undefined` if the ends of the history do not name so many.
 */
export function recentDone(store: Store, least: number): KnownName[] | undefined {
  const { lines, from } = recentLines(store, store.now() - SINCE);
  const ids = new Set(lines.filter(({ led_to }) => led_to === "done").map(({ id }) => id));
  const names: KnownName[] = [];
  for (const id of ids) {
    if (!ID_PATTERN.test(id)) continue;
    const path = `${id}.json`;
    const made = timeOfId(id) ?? store.files.stat(pathIn(store, "done", path))?.mtime;
    if (made !== undefined && made >= from) names.push({ made, id, path });
  }
  names.sort((a, b) => comparePlaces(b, a));
  const there = names.slice(0, 2 * least)
    .filter(({ path }) => store.files.exists(pathIn(store, "done", path)));
  return there.length < least ? undefined : there.slice(0, least);
}
