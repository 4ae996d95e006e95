/**
 * Changing a schedule. It is taken meanwhile, as a worker takes one that is due: if this program
 * dies, the next worker gives it back, with its old content or its new one.
 *
 * @module
 */

import { arriveAsEditor } from "../contents/presence.ts";
import { HELD_TIME } from "../format/names.ts";
import { lockQueue } from "../store/queue_lock.ts";
import { ring } from "../store/ring.ts";
import { flushChange, type OpenQueue, pathIn, renameIfThere, type Store } from "../store/store.ts";
import { publishFile } from "../store/temporary_files.ts";
import { QueueError, UsageError } from "../text/errors.ts";
import { checkedSchedule, type ScheduleInput } from "./add_schedule.ts";
import { dropMadeJob, withEntry } from "./manage_schedules.ts";
import { type ReadSchedule, type ScheduleView, scheduleView } from "./read_schedule.ts";
import {
  anchorOf,
  parseSchedule,
  type Schedule,
  scheduleBytes,
  type ScheduleEntry,
  scheduleFile,
} from "./schedule.ts";
import { loadTimetable } from "./read_schedule.ts";
import { returnSchedules } from "./turn_schedule.ts";

/**
 * Gives a schedule other times, or another job. A paused one stays paused; the jobs that it added
 * stay as they are.
 *
 * @param input All that makes it: what is left out gets its default.
 * @throws {UsageError} If it is not valid.
 * @throws {MissingError} If there is no such schedule.
 * @throws {QueueError} If its job needs a resource that does not exist.
 *
 * @example
 * ```ts
 * import { addSchedule, editSchedule, Queue } from "../../mod.ts";
 *
 * const queue = await Queue.open("/tmp/example-queue");
 * await addSchedule(queue, { name: "nightly", when: "30 2 * * *", job: { command: "backup" } });
 * await editSchedule(queue, "nightly", { when: "@hourly", job: { command: "backup" } });
 * ```
 */
export async function editSchedule(
  queue: OpenQueue,
  name: string,
  input: Omit<ScheduleInput, "name">,
): Promise<ScheduleView> {
  const { store } = queue;
  const { schedule: made } = await checkedSchedule(store, { ...input, name });
  const readTimetable = await loadTimetable();
  using _lock = await lockQueue(store);
  const presence = arriveAsEditor(store, false);
  let isOver = false;
  try {
    const { entry, before } = await withEntry(store, name, (entry) => {
      if (!renameIfThere(store, pathOf(store, entry.file), ownPath(store, entry, presence.name))) {
        return undefined;
      }
      dropMadeJob(store, entry);
      return { entry, before: contentOf(store, ownPath(store, entry, presence.name), name) };
    });
    const { created_at, last, skipped } = before ?? made;
    const schedule: Schedule = {
      ...made,
      created_at,
      ...(last && { last }),
      ...(skipped && { skipped }),
    };
    const read: ReadSchedule = {
      schedule,
      times: readTimetable(schedule.when, schedule.tz, anchorOf(schedule)),
    };
    const own = ownPath(store, entry, presence.name);
    await publishFile(store, own, scheduleBytes(schedule));
    const time = entry.time >= HELD_TIME ? HELD_TIME : read.times.next(store.now()) ?? HELD_TIME;
    renameIfThere(store, own, pathOf(store, scheduleFile(name, time)));
    isOver = true;
    ring(store);
    await flushChange(store, [pathIn(store, "schedules")], `schedule ${name} was changed`);
    return scheduleView(read, time, store.now());
  } finally {
    await depart(store, presence, isOver);
  }
}

/** Gives back what was taken; if the disk refuses that, others recover it. */
async function depart(
  store: Store,
  presence: ReturnType<typeof arriveAsEditor>,
  isOver: boolean,
): Promise<void> {
  try {
    if (!isOver) await returnSchedules(store, presence.name);
    presence.leave();
  } catch {
    presence.abandon();
  }
}

/** A schedule as its file has it; `undefined` if the file is not valid: it is replaced. */
function contentOf(store: Store, path: string, name: string): Schedule | undefined {
  try {
    return parseSchedule(store.files.read(path), name);
  } catch (error) {
    if (error instanceof UsageError || error instanceof QueueError) return undefined;
    throw error;
  }
}

function pathOf(store: Store, file: string): string {
  return pathIn(store, "schedules", file);
}

function ownPath(store: Store, { name, time }: ScheduleEntry, editor: string): string {
  return pathOf(store, scheduleFile(name, time, editor));
}
