/**
 * Checks that each file in schedules/ is a schedule, and is due at the right time.
 *
 * @module
 */

import { QueueError } from "../text/errors.ts";
import { healSchedule, stampState } from "../schedules/heal_schedule.ts";
import {
  loadTimetable,
  type ReadSchedule,
  readSchedule,
  scheduleEntries,
} from "../schedules/read_schedule.ts";
import {
  awaitsItsTime,
  madeJobFile,
  parseSchedule,
  parseScheduleFile,
  type ScheduleEntry,
} from "../schedules/schedule.ts";
import { pathIn, readIfThere, type Store } from "../store/store.ts";
import { quotedWord } from "../text/shown_text.ts";
import type { Examination } from "./examination.ts";

/** Checks each schedule, and that no job of a missing schedule was left there. */
export async function checkSchedules(examination: Examination): Promise<void> {
  const { store } = examination;
  const folder = pathIn(store, "schedules");
  if (store.files.stat(folder)?.kind !== "directory") return;
  const entries = scheduleEntries(store);
  const made = new Set(entries.map(madeJobFile));
  for (const entry of entries) await checkStamp(examination, entry);
  for (const { name } of [...store.files.list(folder)]) {
    if (name.startsWith(".")) continue;
    const shown = `schedules/${JSON.stringify(name)}`;
    const entry = parseScheduleFile(name);
    const fault = entry && faultOf(store, name, entry.name);
    if (!store.files.exists(pathIn(store, "schedules", name))) continue;
    if (entry && fault !== undefined) {
      examination.note(
        `${shown} is not a schedule: ${fault}`,
        `edit it, or remove it: queuectl schedule rm ${quotedWord(entry.name)}`,
      );
    } else if (!entry && !name.endsWith(".job")) {
      examination.note(
        `${shown} is not a schedule: its name is not STAMP-NAME.json`,
        "rename or move it",
      );
    } else if (!entry && !made.has(name)) {
      examination.note(
        `${shown} is a job of a missing schedule`,
        "remove it, or to run it move it to pending/ under a name that ends in .json",
      );
    }
  }
}

/** Checks that a schedule's stamp is not later than its next time by the clock. */
async function checkStamp(examination: Examination, entry: ScheduleEntry): Promise<void> {
  const { store } = examination;
  if (!awaitsItsTime(entry) || entry.time <= store.now()) return;
  if (store.files.stat(pathIn(store, "schedules", entry.file))?.kind !== "file") return;
  const readTimetable = await loadTimetable();
  let read: ReadSchedule | undefined;
  try {
    read = readSchedule(store, entry, readTimetable);
  } catch (error) {
    if (error instanceof QueueError) return;
    throw error;
  }
  const state = read && stampState(read.schedule, read.times, entry, store.now());
  if (state?.is !== "beyond") return;
  // The sentence leaves out the next time: it may pass between the two looks.
  await examination.fix(
    `schedule ${entry.name} is due at ${
      new Date(entry.time).toISOString()
    }, beyond its next time: ` +
      "the clock has been set back",
    "sets its next time by the clock, as each worker does",
    () => healSchedule(store, entry, readTimetable),
  );
}

function faultOf(store: Store, file: string, name: string): string | undefined {
  try {
    const content = readIfThere(store, pathIn(store, "schedules", file));
    if (content) parseSchedule(content, name);
  } catch (error) {
    return error instanceof Error ? error.message : `${error}`;
  }
}
