/**
 * The schedules that a dead worker was turning into jobs: see turn_schedule.ts.
 *
 * @module
 */

import { parseScheduleFile, type ScheduleEntry, scheduleFile } from "./schedule.ts";
import { flush, pathIn, renameIfThere, type Store } from "../store/store.ts";

/** The schedules of a queue, as the names tell; nothing is read if there never was one. */
export function scheduleEntries(store: Store): ScheduleEntry[] {
  const folder = pathIn(store, "schedules");
  if (!store.files.exists(folder)) return [];
  return [...store.files.list(folder)].map(({ name }) => parseScheduleFile(name))
    .filter((entry) => entry !== undefined)
    .sort((a, b) => a.time - b.time || (a.name < b.name ? -1 : 1));
}

/**
 * Gives back what a dead worker had taken. Whoever takes it next goes on where that worker stopped.
 *
 * @param worker The dead worker; its lock must be held.
 */
export async function returnSchedules(store: Store, worker: string): Promise<void> {
  let returned = false;
  for (const entry of scheduleEntries(store)) {
    if (entry.worker !== worker) continue;
    const free = scheduleFile(entry.name, entry.time);
    const from = pathIn(store, "schedules", entry.file);
    returned = renameIfThere(store, from, pathIn(store, "schedules", free)) || returned;
  }
  if (returned) await flush(store, [pathIn(store, "schedules")]);
}
