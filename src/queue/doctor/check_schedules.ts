/**
 * Whether each file in schedules/ is a schedule.
 *
 * @module
 */

import { scheduleEntries } from "../return_schedules.ts";
import { madeJobFile, parseSchedule, parseScheduleFile } from "../schedule.ts";
import { pathIn, type Store } from "../store.ts";
import type { Examination } from "./examination.ts";

/** Checks each schedule, and that no job that was made for one was left there. */
export function checkSchedules(examination: Examination): void {
  const { store } = examination;
  const folder = pathIn(store, "schedules");
  if (store.files.stat(folder)?.kind !== "directory") return;
  const entries = scheduleEntries(store);
  const made = new Set(entries.map(madeJobFile));
  for (const { name } of [...store.files.list(folder)]) {
    if (name.startsWith(".")) continue;
    const shown = `schedules/${JSON.stringify(name)}`;
    const entry = parseScheduleFile(name);
    const fault = entry && faultOf(store, name, entry.name);
    if (!store.files.exists(pathIn(store, "schedules", name))) continue;
    if (fault !== undefined) {
      examination.note(
        `${shown} is not a schedule: ${fault}`,
        "write it anew, or remove it with: queuectl schedule rm",
      );
    } else if (!entry && !name.endsWith(".job")) {
      examination.note(`${shown} is not a schedule, as its name tells`, "rename or move it");
    } else if (!entry && !made.has(name)) {
      examination.note(
        `${shown} is a job of a schedule that is no more`,
        "move it to pending/ to have it run, under a name that ends in .json, else remove it",
      );
    }
  }
}

function faultOf(store: Store, file: string, name: string): string | undefined {
  try {
    parseSchedule(store.files.read(pathIn(store, "schedules", file)), name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    return error instanceof Error ? error.message : `${error}`;
  }
}
