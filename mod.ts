/**
 * A durable job queue that is a directory: a job is a file, and the directory that the file lies in
 * is the job's state.
 *
 * This is the library. Run directly, it is the program `queuectl`, which uses only what is exported
 * here.
 *
 * @example
 * ```ts
 * import { Queue, waitForEnd, Worker } from "./mod.ts";
 *
 * const queue = await Queue.open("/tmp/example-queue");
 * const { id } = await queue.enqueue({ command: "date" });
 *
 * const worker = new Worker(queue, { count: 2, drain: true });
 * await worker.start();
 * await worker.finished;
 *
 * console.log((await waitForEnd(queue, id))?.state); // "done"
 * ```
 *
 * @module
 */

export { type Backoff, retryDelay } from "./src/format/backoff.ts";
export {
  type Config,
  CONFIG_KEYS,
  type ConfigKey,
  configKey,
  DEFAULTS,
  isResourceKey,
  parseConfigValue,
  type PlainKey,
  type ResourceKey,
  type Setting,
  SETTINGS,
} from "./src/format/settings.ts";
export type { DoctorOptions, Finding } from "./src/doctor/examination.ts";
export { examine } from "./src/doctor/examine.ts";
export { type EnqueueOptions, KeyTakenError } from "./src/moves/enqueue.ts";
export { enqueuePlain, isPlain } from "./src/moves/publish.ts";
export { InvalidJobError, RefusedJobError } from "./src/moves/admit.ts";
export { PartialEnqueueError, type Published } from "./src/moves/enqueue_many.ts";
export { placeOf, QueueError, reasonOf, reasonWithin, UsageError } from "./src/text/errors.ts";
export type {
  DirectoryEntry,
  EntryKind,
  FileLock,
  FilePort,
  FileStat,
} from "./src/fs/file_port.ts";
export { followLog, type FollowOptions, waitForEnd } from "./src/inspect/follow.ts";
export { absolutePath, homePath } from "./src/text/home_path.ts";
export type { Attempt, Job, JobInput, JobView, Outcome } from "./src/format/job.ts";
export { CHECKS_OF_FILE, VIEW_FIELDS } from "./src/format/check_job.ts";
export { type Check, type Kind, LONGEST_SPAN } from "./src/format/field_checks.ts";
export { JOB_FIELDS, type JobField, type JobFields, optionName } from "./src/format/job_fields.ts";
export { commandText, shellQuote } from "./src/text/shell_quote.ts";
export type { Counts } from "./src/contents/listing.ts";
export { LockWaitError } from "./src/store/queue_lock.ts";
export {
  type Need,
  type Needing,
  needsOf,
  needsText,
  unmeetable,
  unmeetableText,
} from "./src/constraints/needs.ts";
export { isDevice } from "./src/fs/libc_files.ts";
export { ID_PATTERN, JOB_STATES, type JobState } from "./src/format/names.ts";
export { locateQueue, type QueuePlace } from "./src/store/locate_queue.ts";
export { NoQueueError, openStore, type StoreOptions } from "./src/store/open_store.ts";
export { trustQueue } from "./src/store/trusted_queues.ts";
export { WaitedForError, waitersOf } from "./src/constraints/waiters.ts";
export { editJob, holdJob, moveJob, releaseJob } from "./src/control/waiting_jobs.ts";
export { cancelJob } from "./src/control/cancel_job.ts";
export type { Outcomes, Percentiles, Stats } from "./src/inspect/stats.ts";
export { queueStats } from "./src/inspect/stats.ts";
export { type EndedState, type Pruned, pruneJobs, type PruneOptions } from "./src/moves/prune.ts";
export type {
  CatchUp,
  LastJob,
  Overlap,
  Schedule,
  Skipped,
  Turn,
} from "./src/schedules/schedule.ts";
export { addSchedule, type ScheduleInput } from "./src/schedules/add_schedule.ts";
export type { ScheduleView } from "./src/schedules/read_schedule.ts";
export {
  findSchedule,
  lastRunByHand,
  listSchedules,
  pauseSchedule,
  removeSchedule,
  runSchedule,
} from "./src/schedules/manage_schedules.ts";
export { parseProgress, type Progress } from "./src/format/progress.ts";
export { progressOf } from "./src/inspect/find_job.ts";
export type { SeenWorker, WorkerInfo } from "./src/contents/presence.ts";
export { type ListOptions, Queue } from "./src/queue.ts";
export { AmbiguousIdError } from "./src/inspect/find_job.ts";
export type { SettledState } from "./src/format/names.ts";
export type { LockWait, OpenQueue, Store } from "./src/store/store.ts";
export {
  type FailureView,
  type QueueView,
  type RunningView,
  WatchedQueue,
  type WorkerView,
} from "./src/inspect/watched_queue.ts";
export {
  escapeOf,
  hex,
  quotedPath,
  quotedWord,
  UNSAFE_CHARACTERS,
  visibleText,
} from "./src/text/shown_text.ts";
export { localZone, zoneFault } from "./src/schedules/local_zone.ts";
export { jobsBeyond } from "./src/constraints/unmet_jobs.ts";
export { secondsInSpan } from "./src/text/time_span.ts";
export { waitingFiles } from "./src/fs/portable_files.ts";
export { VERSION } from "./src/version.ts";
export type { WorkerEvent } from "./src/worker/events.ts";
export { signalNumber } from "./src/process/signals.ts";
export { killSurvivors } from "./src/process/survivors.ts";
export type { JobRun } from "./src/process/survivors.ts";
export { type FinishReason, Worker, type WorkerOptions } from "./src/worker/worker.ts";

if (import.meta.main) {
  const { main } = await import("./src/cli/main.ts");
  Deno.exit(await main(Deno.args));
}
