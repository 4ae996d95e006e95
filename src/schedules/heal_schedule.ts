/**
 * Repairs schedules whose stamp is later than their next time by the clock, after the clock was set
 * back: without this nothing would run until the clock gets there again.
 *
 * @module
 */

import { flush, pathIn, removeIfThere, renameIfThere, type Store } from "../store/store.ts";
import { QueueError } from "../text/errors.ts";
import { readSchedule } from "./read_schedule.ts";
import {
  awaitsItsTime,
  madeJobFile,
  MISSED_AFTER,
  type Schedule,
  type ScheduleEntry,
  scheduleFile,
} from "./schedule.ts";
import type { ReadTimetable, Timetable } from "./timetable.ts";

/** How a schedule's stamp compares with the clock. */
export type StampState =
  /** It is the next time, or an earlier one. */
  | { is: "right" }
  /** The clock is back by so little that the stamp will be right at this time. */
  | { is: "right soon"; at: number }
  /** It is later than the next time. */
  | { is: "beyond"; next: number }
  /** It is later than the next time, but its turn has been decided and must be carried out. */
  | { is: "decided" };

/**
 * Compares a schedule's stamp with the clock.
 *
 * @param now Milliseconds since 1970.
 */
export function stampState(
  { turn }: Schedule,
  times: Timetable,
  { time }: ScheduleEntry,
  now: number,
): StampState {
  const next = times.next(now);
  if (next === undefined || next >= time) return { is: "right" };
  const decided = turn === undefined ? -Infinity : Date.parse(turn.from);
  if (decided === time) return { is: "decided" };
  // A clock that is set back a little must not bring the time again that has just been decided.
  if (decided > now && decided - now <= MISSED_AFTER) return { is: "right soon", at: decided };
  return { is: "beyond", next };
}

/**
 * Gives a schedule its next time by the clock if its stamp is later.
 *
 * @param entry A schedule that is not due.
 * @returns What it was before. A schedule that is gone, paused, taken or not valid counts as
 * `right`: an invalid file is reported when it is due.
 */
export async function healSchedule(
  store: Store,
  entry: ScheduleEntry,
  readTimetable: ReadTimetable,
): Promise<StampState> {
  if (!awaitsItsTime(entry)) return { is: "right" };
  let state: StampState;
  try {
    const read = readSchedule(store, entry, readTimetable);
    if (!read) return { is: "right" };
    state = stampState(read.schedule, read.times, entry, store.now());
  } catch (error) {
    if (!(error instanceof QueueError)) throw error;
    return { is: "right" };
  }
  if (state.is !== "beyond") return state;
  const healed = pathIn(store, "schedules", scheduleFile(entry.name, state.next));
  if (renameIfThere(store, pathIn(store, "schedules", entry.file), healed)) {
    // A job that a dead worker had made before it decided anything.
    removeIfThere(store, pathIn(store, "schedules", madeJobFile(entry)));
    await flush(store, [pathIn(store, "schedules")]);
  }
  return state;
}
