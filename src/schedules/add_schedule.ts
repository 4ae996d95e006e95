/**
 * Adding a schedule.
 *
 * @module
 */

import { QueueError, UsageError } from "../text/errors.ts";
import { type JobInput, newJob } from "../format/job.ts";
import { localZone } from "./local_zone.ts";
import { refuseUnmeetable } from "../constraints/needs.ts";
import {
  anchorOf,
  type CatchUp,
  checkScheduledJob,
  checkScheduleName,
  isInterval,
  type Overlap,
  type Schedule,
  scheduleBytes,
  scheduleFile,
} from "./schedule.ts";
import {
  loadTimetable,
  type ReadSchedule,
  scheduleEntries,
  type ScheduleView,
  scheduleView,
} from "./read_schedule.ts";
import { ring } from "../store/ring.ts";
import { flushChange, makeDirectory, type OpenQueue, pathIn, type Store } from "../store/store.ts";
import { publishFile } from "../store/temporary_files.ts";
import { lockQueue } from "../store/queue_lock.ts";

/** What makes a schedule. */
export interface ScheduleInput {
  /** 1 to 40 letters, digits, `-` or `_`. */
  name: string;
  /** Five or six cron fields, a word such as `@hourly`, or `every SPAN`. */
  when: string;
  /** The time zone of the cron fields. Default: this machine's. */
  tz?: string;
  /** Which of the times that passed while no worker was running get a job. Default: `latest`. */
  catch_up?: CatchUp;
  /**
   * Whether a time gets a job while the schedule's last job has not ended, or with `tag` any job
   * that has its tags. Default: `skip`, or `allow` with `catch_up: all`.
   */
  overlap?: Overlap;
  /** The job that it adds each time. */
  job: JobInput;
}

/**
 * Adds a schedule. Whichever worker is running when it is due adds its job.
 *
 * @throws {UsageError} If it is not valid.
 * @throws {QueueError} If its name is taken, or its job needs a resource that does not exist.
 *
 * @example
 * ```ts
 * import { addSchedule, Queue } from "../../mod.ts";
 *
 * const queue = await Queue.open("/tmp/example-queue");
 * await addSchedule(queue, { name: "nightly", when: "30 2 * * *", job: { command: "backup" } });
 * ```
 */
export async function addSchedule(queue: OpenQueue, input: ScheduleInput): Promise<ScheduleView> {
  const { store } = queue;
  const { name } = input;
  const { schedule, times } = await checkedSchedule(store, input);
  const next = times.next(store.now())!;
  using _lock = await lockQueue(store);
  if (scheduleEntries(store).some((entry) => entry.name === name)) {
    throw new QueueError(
      `a schedule "${name}" exists already (see: queuectl schedule show ${name})`,
    );
  }
  await publish(store, schedule, scheduleFile(name, next));
  return scheduleView({ schedule, times }, next, store.now());
}

/**
 * Refuses what can be no schedule, also of a queue that is not there yet.
 *
 * @throws {UsageError} If it is not valid.
 * @throws {QueueError} If its job needs a resource that does not exist.
 */
export async function checkSchedule(store: Store, input: ScheduleInput): Promise<void> {
  await checkedSchedule(store, input);
}

/**
 * The schedule that an input makes, as if it were made now, and its times.
 *
 * @throws {UsageError} If the input is not valid.
 * @throws {QueueError} If its job needs a resource that does not exist.
 */
export async function checkedSchedule(store: Store, input: ScheduleInput): Promise<ReadSchedule> {
  const { name, job, catch_up = "latest" } = input;
  const when = input.when.trim().replace(/\s+/g, " ");
  const { overlap = catch_up === "all" ? "allow" : "skip" } = input;
  checkScheduleName(name);
  checkScheduledJob(job);
  refuseUnmeetable(store, newJob(job, store.config, store.now()));
  if (overlap === "tag" && !job.tags?.length) {
    throw new UsageError("--overlap tag needs --tag TAG, which all jobs of the pipeline have");
  }
  if (catch_up === "all" && overlap !== "allow") {
    throw new UsageError(
      "--catch-up all needs --overlap allow: all missed times are due at once",
    );
  }
  if (input.tz !== undefined && isInterval(when)) {
    throw new UsageError(`--tz has no effect on "${when}"; remove it`);
  }
  const tz = isInterval(when) ? undefined : input.tz ?? localZone();
  const schedule: Schedule = {
    name,
    when,
    ...(tz === undefined ? {} : { tz }),
    catch_up,
    overlap,
    job,
    created_at: new Date(store.now()).toISOString(),
  };
  const times = (await loadTimetable())(when, tz, anchorOf(schedule));
  return { schedule, times };
}

async function publish(store: Store, schedule: Schedule, file: string): Promise<void> {
  makeDirectory(store, pathIn(store, "schedules"));
  await publishFile(store, pathIn(store, "schedules", file), scheduleBytes(schedule), "renameNew");
  ring(store);
  const changed = [pathIn(store, "schedules"), store.dir];
  await flushChange(store, changed, `schedule ${schedule.name} was added`);
}
