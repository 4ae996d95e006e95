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

export { type Backoff, retryDelay } from "./src/queue/backoff.ts";
export {
  type Config,
  CONFIG_KEYS,
  type ConfigKey,
  DEFAULTS,
  isResourceKey,
  type ResourceKey,
} from "./src/queue/config.ts";
export { configKey, parseConfigValue, type Setting, SETTINGS } from "./src/queue/settings.ts";
export type { DoctorOptions, Finding } from "./src/queue/doctor/examination.ts";
export { examine } from "./src/queue/doctor/examine.ts";
export { type EnqueueOptions, KeyTakenError } from "./src/queue/enqueue.ts";
export { enqueuePlain, isPlain } from "./src/queue/publish.ts";
export { InvalidJobError, RefusedJobError } from "./src/queue/admit.ts";
export { PartialEnqueueError, type Published } from "./src/queue/enqueue_many.ts";
export { placeOf, QueueError, reasonOf, reasonWithin, UsageError } from "./src/queue/errors.ts";
export type {
  DirectoryEntry,
  EntryKind,
  Fetcher,
  FileLock,
  FilePort,
  FileStat,
} from "./src/queue/file_port.ts";
export { followLog, type FollowOptions, waitForEnd } from "./src/queue/follow.ts";
export { homePath } from "./src/queue/home_path.ts";
export type { Attempt, Job, JobInput, JobView, Outcome } from "./src/queue/job.ts";
export {
  type Check,
  CHECKS_OF_FILE,
  JOB_FIELDS,
  type JobField,
  LONGEST_SPAN,
  optionName,
} from "./src/queue/job_fields.ts";
export { commandText, shellQuote } from "./src/queue/shell_quote.ts";
export type { Counts } from "./src/queue/listing.ts";
export { type LockWait, LockWaitError } from "./src/queue/lock_wait.ts";
export {
  type Need,
  type Needing,
  needsOf,
  needsText,
  unmeetable,
  unmeetableText,
} from "./src/queue/needs.ts";
export { isDevice } from "./src/queue/libc_files.ts";
export { ID_PATTERN, JOB_STATES, type JobState } from "./src/queue/names.ts";
export { locateQueue, type QueuePlace } from "./src/queue/locate_queue.ts";
export { NoQueueError, openStore, type StoreOptions } from "./src/queue/open_store.ts";
export { trustQueue } from "./src/queue/trusted_queues.ts";
export { WaitedForError, waitersOf } from "./src/queue/waiters.ts";
export { editJob, holdJob, moveJob, releaseJob } from "./src/queue/waiting_jobs.ts";
export { cancelJob } from "./src/worker/cancel.ts";
export type { Outcomes, Percentiles, Stats } from "./src/queue/stats.ts";
export { queueStats } from "./src/queue/stats.ts";
export { type EndedState, type Pruned, pruneJobs, type PruneOptions } from "./src/queue/prune.ts";
export type { CatchUp, LastJob, Overlap, Schedule, Skipped, Turn } from "./src/queue/schedule.ts";
export { addSchedule, type ScheduleInput } from "./src/queue/add_schedule.ts";
export type { ScheduleView } from "./src/queue/schedule_view.ts";
export {
  findSchedule,
  lastRunByHand,
  listSchedules,
  pauseSchedule,
  removeSchedule,
  runSchedule,
} from "./src/queue/schedules.ts";
export { parseProgress, type Progress } from "./src/queue/progress.ts";
export { progressOf } from "./src/queue/running_progress.ts";
export type { SeenWorker, WorkerInfo } from "./src/queue/presence.ts";
export { type ListOptions, Queue } from "./src/queue/queue.ts";
export { AmbiguousIdError } from "./src/queue/find_job.ts";
export type { SettledState } from "./src/queue/names.ts";
export type { Store } from "./src/queue/store.ts";
export {
  type FailureView,
  type QueueView,
  type RunningView,
  WatchedQueue,
  type WorkerView,
} from "./src/queue/watched_queue.ts";
export {
  escapeOf,
  hex,
  quotedPath,
  quotedWord,
  UNSAFE_CHARACTERS,
  visibleText,
} from "./src/queue/shown_text.ts";
export { localZone, zoneFault } from "./src/queue/local_zone.ts";
export { jobsBeyond } from "./src/queue/unmet_jobs.ts";
export { secondsInSpan } from "./src/queue/time_span.ts";
export { waitingFiles } from "./src/queue/plain_files.ts";
export { VERSION } from "./src/version.ts";
export type { WorkerEvent } from "./src/worker/events.ts";
export { signalNumber } from "./src/worker/signals.ts";
export { killSurvivors } from "./src/worker/survivors.ts";
export type { JobRun } from "./src/queue/half_settled.ts";
export { type FinishReason, Worker, type WorkerOptions } from "./src/worker/worker.ts";

if (import.meta.main) {
  const { main } = await import("./src/cli/main.ts");
  Deno.exit(await main(Deno.args));
}
