/**
 * A durable job queue that is a directory: a job is a file, and the directory that the file lies in
 * is the job's state. Any number of programs, on any number of machines that share the directory,
 * use one queue.
 *
 * This is the library. Run directly it is the program `queuectl`, which uses only what is exported
 * here.
 *
 * ## A first job
 *
 * {@linkcode Queue} adds and inspects jobs; {@linkcode Worker} runs them. Once `enqueue` resolves,
 * the job survives a crash of the program, the machine or the power.
 *
 * ```ts
 * import { Queue, Worker } from "./mod.ts";
 *
 * const queue = await Queue.open("/tmp/example-queue"); // makes it if it is missing
 * const { id } = await queue.enqueue({ command: "date" });
 *
 * const worker = new Worker(queue, { count: 2, drain: true }); // two jobs at once
 * await worker.start();
 * await worker.finished; // with `drain`: when nothing is left to run
 * console.log(queue.get(id)?.state); // "done"
 * ```
 *
 * ## Failure, order and limits
 *
 * The fields of {@linkcode JobInput} say how a job is retried, when it is ready and what it waits
 * for; the settings hold for all jobs. A job that fails is retried after 2, 4, 8 … seconds, at most
 * `max_retries` times (3 unless set), then lies in dead/ until you requeue or remove it.
 *
 * ```ts
 * import { addSchedule, cancelJob, Queue } from "./mod.ts";
 *
 * const queue = await Queue.open("/tmp/example-queue");
 * await queue.configure({ concurrency: 4, "resources.gpu": 1 });
 * await queue.enqueueMany([
 *   { id: "fetch", command: "echo rows", timeout: 60, max_retries: 5 },
 *   { id: "train", command: "echo model", after: ["fetch"], resources: { gpu: 1 } },
 *   { id: "tidy", command: "echo tidied", unique: "tidy", priority: 9 },
 * ]);
 * const job = { command: "echo backup" };
 * await addSchedule(queue, { name: "nightly", when: "30 2 * * *", tz: "UTC", job });
 * await cancelJob(queue, "tidy"); // ends in dead/
 * console.log(queue.counts()); // { pending: 1, delayed: 1, …, dead: 1 }
 * ```
 *
 * ## A service, to its graceful stop
 *
 * A worker without `drain` runs until it is stopped, here by a signal. `stop()` claims nothing new
 * and lets running jobs finish; `stop({ now: true })` kills them and puts them back uncharged. If
 * the program is killed instead, another worker recovers its jobs at once.
 *
 * ```ts
 * import { followLog, Queue, waitForEnd, Worker } from "./mod.ts";
 *
 * const queue = await Queue.open("/tmp/example-queue");
 * const worker = new Worker(queue, { count: 4 });
 * Deno.addSignalListener("SIGTERM", () => worker.stop());
 * await worker.start();
 *
 * const { id } = await queue.enqueue({ command: "echo working; sleep 1" });
 * // The job's output as it is printed, over all its attempts.
 * for await (const bytes of followLog(queue, id)) await Deno.stdout.write(bytes);
 * const job = await waitForEnd(queue, id);
 * console.log(job?.state, job?.history.at(-1)?.exit_code); // done 0
 *
 * console.log(await worker.finished); // "stopped", after SIGTERM
 * Deno.exit();
 * ```
 *
 * Errors that a user can cause are {@linkcode UsageError} (a wrong request) and {@linkcode
 * QueueError} (a sound request that failed); each carries one sentence.
 *
 * @module
 */

export { VERSION } from "./src/version.ts";
export {
  MissingError,
  placeOf,
  QueueError,
  reasonOf,
  reasonWithin,
  UsageError,
} from "./src/text/errors.ts";
export { absolutePath, homePath } from "./src/text/home_path.ts";
export { commandText, shellQuote } from "./src/text/shell_quote.ts";
export {
  escapeOf,
  hex,
  quotedPath,
  quotedWord,
  UNSAFE_CHARACTERS,
  visibleText,
} from "./src/text/shown_text.ts";
export { secondsInSpan } from "./src/text/time_span.ts";
export { writeFault } from "./src/text/write_fault.ts";
export { type Backoff, retryDelay } from "./src/format/backoff.ts";
export { VIEW_FIELDS } from "./src/format/check_job.ts";
export { type Check, hostOrTag, type Kind, LONGEST_SPAN } from "./src/format/field_checks.ts";
export {
  type Attempt,
  hasRun,
  type Job,
  type JobInput,
  type JobView,
  type Outcome,
  outcomeWord,
  wasCancelled,
} from "./src/format/job.ts";
export { JOB_FIELDS, type JobField, type JobFields, optionName } from "./src/format/job_fields.ts";
export {
  type Division,
  type EntryName,
  ID_PATTERN,
  JOB_STATES,
  type JobState,
  parseEntryName,
  SELECTABLE_STATES,
  type SelectableState,
  type SettledState,
} from "./src/format/names.ts";
export {
  mayRunAt,
  type Placing,
  type Whereabouts,
  whereOf,
  whereText,
} from "./src/format/placement.ts";
export { secretNames, shownVariable, withoutSecrets, withSecretsOf } from "./src/format/secrets.ts";
export { bytesInSize } from "./src/text/byte_size.ts";
export { WORKER_PATTERN } from "./src/format/worker_names.ts";
export { parseProgress, type Progress } from "./src/format/progress.ts";
export {
  type Config,
  CONFIG_KEYS,
  type ConfigKey,
  configKey,
  DEFAULTS,
  type GroupKey,
  groupOfKey,
  idleTime,
  isNamedKey,
  isResourceKey,
  parseConfigValue,
  type PausedKey,
  type PlainKey,
  type ResourceKey,
  type Setting,
  settingFor,
  SETTINGS,
  USUAL_IDLE_TIME,
} from "./src/format/settings.ts";
export { CHECKS_OF_FILE } from "./src/format/written_fields.ts";
export type {
  DirectoryEntry,
  EntryKind,
  FileLock,
  FilePort,
  FileStat,
  NewFile,
  WriteFault,
} from "./src/fs/file_port.ts";
export { type ForgetOptions, forgetWorker } from "./src/recovery/forget_worker.ts";
export type { Recovery } from "./src/recovery/recover.ts";
export { type DiskSpace, diskSpace } from "./src/fs/disk_space.ts";
export { isDevice } from "./src/fs/libc_files.ts";
export { waitingFiles } from "./src/fs/portable_files.ts";
export {
  notifiesItself,
  type ServiceNotifier,
  takeServiceNotifier,
} from "./src/process/service_notifier.ts";
export { refuseControls, type Service, serviceName } from "./src/service/service.ts";
export { systemdUnit, type UnitOptions } from "./src/service/systemd_unit.ts";
export { launchdPlist } from "./src/service/launchd_plist.ts";
export { cronLine, isCronLine } from "./src/service/cron_line.ts";
export { SIGNAL_NAMES, signalNumber, signalOf } from "./src/process/signals.ts";
export { groupOf, type JobRun, killSurvivors } from "./src/process/survivors.ts";
export { locateQueue, type QueuePlace } from "./src/store/locate_queue.ts";
export { NoQueueError, openStore, type StoreOptions } from "./src/store/open_store.ts";
export { LockWaitError } from "./src/store/queue_lock.ts";
export { type LockWait, type OpenQueue, pauseReason, type Store } from "./src/store/store.ts";
export { trustQueue } from "./src/store/trusted_queues.ts";
export type { Entry } from "./src/contents/entries.ts";
export type { Change } from "./src/fs/watch.ts";
export { BOUNDS, type HistoryTotals, type SpanTotals } from "./src/contents/history_totals.ts";
export type { Counts } from "./src/contents/listing.ts";
export type { SeenWorker, WorkerInfo } from "./src/contents/presence.ts";
export { isLeaving } from "./src/contents/requests.ts";
export {
  jobsBeyond,
  type Need,
  type Needing,
  needsOf,
  needsText,
  needsToRun,
  unmeetable,
  unmeetableText,
} from "./src/constraints/needs.ts";
export { limitedGroup } from "./src/constraints/limits.ts";
export { groupsOf, type GroupView } from "./src/inspect/groups.ts";
export { isStopped, stoppedText } from "./src/inspect/stopped_workers.ts";
export { pauseGroup } from "./src/control/pause_group.ts";
export { WaitedForError, waitersOf } from "./src/constraints/waiters.ts";
export type { SelectedJob, Selection } from "./src/inspect/selection.ts";
export { AttemptTotals } from "./src/inspect/attempt_totals.ts";
export { AmbiguousIdError, type JobPlace, placesOf, progressOf } from "./src/inspect/find_job.ts";
export { EndRates, ratesSoFar } from "./src/inspect/end_rates.ts";
export {
  type RunningJobs,
  runningJobs,
  type RunningView,
  suspendedAmong,
  unrecordedAmong,
} from "./src/inspect/running_jobs.ts";
export { diedWorkers } from "./src/inspect/died_workers.ts";
export { type FailedHook, failedHooks } from "./src/inspect/failed_hooks.ts";
export {
  type RunningCommand,
  type RunningJob,
  withCommands,
} from "./src/inspect/running_commands.ts";
export { type Ends, endsOf } from "./src/inspect/ends_of.ts";
export { shortIds } from "./src/inspect/short_ids.ts";
export { lastRun } from "./src/inspect/last_run.ts";
export { followLog, type FollowOptions, waitForEnd } from "./src/inspect/follow.ts";
export { type JobPage, type JobPageQuery, JobPages } from "./src/inspect/job_pages.ts";
export { type DividedCounts, KnownNames } from "./src/inspect/known_names.ts";
export { boundWorkerLog, MOST_LOG } from "./src/contents/bounded_logs.ts";
export { TimeNotes } from "./src/contents/line_times.ts";
export { lastLineOf } from "./src/inspect/brief_view.ts";
export { lastLinesOf, LogReader } from "./src/inspect/log_reader.ts";
export type { KnownName, Place, Wanted } from "./src/inspect/name_scan.ts";
export type { NameWindow } from "./src/inspect/state_names.ts";
export { type Outcomes, type Percentiles, queueStats, type Stats } from "./src/inspect/stats.ts";
export { type Quantiles, StatsReader, type StatsSeries } from "./src/inspect/stats_reader.ts";
export { InvalidJobError, RefusedJobError, refuseInNewQueue } from "./src/moves/admit.ts";
export { type EnqueueOptions, KeyTakenError } from "./src/moves/enqueue.ts";
export { enqueueMapped, type Mapped, type Mapping } from "./src/moves/enqueue_mapped.ts";
export { PartialEnqueueError, type Published } from "./src/moves/enqueue_many.ts";
export { clearJobs } from "./src/moves/remove.ts";
export {
  type EndedState,
  type Pruned,
  pruneJobs,
  type PruneOptions,
  pruningOf,
} from "./src/moves/prune.ts";
export { enqueuePlain, isPlain } from "./src/moves/publish.ts";
export { addSchedule, checkSchedule, type ScheduleInput } from "./src/schedules/add_schedule.ts";
export { editSchedule } from "./src/schedules/edit_schedule.ts";
export { localZone, zoneFault } from "./src/schedules/local_zone.ts";
export {
  findSchedule,
  lastRunByHand,
  listSchedules,
  pauseSchedule,
  removeSchedule,
  runSchedule,
} from "./src/schedules/manage_schedules.ts";
export { previewSchedule, type ScheduleTimes } from "./src/schedules/preview_schedule.ts";
export {
  lateSchedules,
  scheduleEntries,
  type ScheduleView,
} from "./src/schedules/read_schedule.ts";
export type {
  CatchUp,
  LastJob,
  Overlap,
  Schedule,
  ScheduleEntry,
  Skipped,
  Turn,
} from "./src/schedules/schedule.ts";
export { scheduleWords } from "./src/schedules/schedule_words.ts";
export type { ListOptions } from "./src/inspect/list_jobs.ts";
export { Queue } from "./src/queue.ts";
export { backupQueue, type BackupSummary } from "./src/backup/backup.ts";
export { type BackupFileSummary, writeBackup } from "./src/backup/backup_file.ts";
export { type RestoreOptions, restoreQueue, type RestoreSummary } from "./src/backup/restore.ts";
export {
  type Upgrade,
  UPGRADE_STEPS,
  upgradeFormat,
  type UpgradeStep,
} from "./src/backup/upgrade_queue.ts";
export { putBackAbandoned } from "./src/control/abandoned_edits.ts";
export { cancelJob } from "./src/control/cancel_job.ts";
export { refuseSlots, scaleWorker } from "./src/control/scale_worker.ts";
export { signalJob } from "./src/control/signal_job.ts";
export { type JobChange, restartJob, retryEdited } from "./src/control/restart_job.ts";
export {
  editJob,
  holdJob,
  moveJob,
  moveJobBefore,
  releaseJob,
  startJobNow,
} from "./src/control/waiting_jobs.ts";
export type { DoctorOptions, Finding } from "./src/doctor/examination.ts";
export { examine } from "./src/doctor/examine.ts";
export { probeFileSystem, type ProbeResult } from "./src/doctor/probe_file_system.ts";
export type { WorkerEvent } from "./src/worker/events.ts";
export { type FinishReason, Worker, type WorkerOptions } from "./src/worker/worker.ts";

if (import.meta.main) {
  const { main } = await import("./src/cli/main.ts");
  Deno.exit(await main(Deno.args));
}
