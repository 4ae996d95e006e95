/**
 * The groups that have a limit or are paused.
 *
 * @module
 */

import { entries } from "../contents/entries.ts";
import { groupKey, groupOfKey, pausedKey } from "../format/settings.ts";
import type { OpenQueue } from "../store/store.ts";
import { readBriefly } from "./brief_view.ts";

/** A group that has a limit or is paused. */
export interface GroupView {
  /** Its name. */
  name: string;
  /** How many of its jobs may run at once; `null` for no limit. */
  limit: number | null;
  /** Whether workers claim none of its jobs. */
  paused: boolean;
  /** How many of its jobs run. */
  running: number;
}

/**
 * The groups that have a limit or are paused, by name. Reads the files of running jobs, if there is
 * such a group.
 */
export function groupsOf({ store }: OpenQueue): GroupView[] {
  const { config } = store;
  const names = new Set(Object.keys(config).flatMap((key) => groupOfKey(key) ?? []));
  const views = new Map(
    [...names].sort().map((name) => [name, {
      name,
      limit: config[groupKey(name)] ?? null,
      paused: config[pausedKey(name)] === true,
      running: 0,
    }]),
  );
  if (views.size === 0) return [];
  for (const entry of entries(store, "processing")) {
    const view = views.get(readBriefly(store, entry)?.group ?? "");
    if (view) view.running++;
  }
  return [...views.values()].filter(({ limit, paused }) => limit !== null || paused);
}
