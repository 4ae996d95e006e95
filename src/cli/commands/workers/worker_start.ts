/**
 * `queuectl worker start`: works the queue, in the foreground or in the background.
 *
 * @module
 */

import { boundWorkerLog, MOST_LOG } from "../../../contents/bounded_logs.ts";
import { scaleWorker } from "../../../control/scale_worker.ts";
import { idleTime } from "../../../format/settings.ts";
import type { Queue } from "../../../queue.ts";
import { reasonOf, UsageError } from "../../../text/errors.ts";
import { type ServiceNotifier, takeServiceNotifier } from "../../../process/service_notifier.ts";
import { Worker, type WorkerOptions } from "../../../worker/worker.ts";
import { parseDuration } from "../../args/duration_option.ts";
import { openOrMakeQueue } from "../../args/open_queue.ts";
import { ownTags } from "../../args/worker_tags.ts";
import type { Invocation } from "../../table/command.ts";
import type { GivenOptions } from "../../table/option.ts";
import { paintState } from "../../terminal/colours.ts";
import { formatDuration } from "../../terminal/format_duration.ts";
import { type Interrupt, onInterrupt, PIPE_STATUS } from "../../terminal/interrupt.ts";
import { jsonText, note, printLines, say } from "../../terminal/output.ts";
import { PacedOutput } from "../../terminal/paced_output.ts";
import { coloursStdout, readsStdout, terminalSize } from "../../terminal/terminal.ts";
import { eventLine } from "../../text/worker_line.ts";

/** Works the queue until it is stopped or, with `--drain`, until nothing is left to do. */
export async function workerStart(call: Invocation): Promise<number> {
  const count = call.options.whole("count", 1, 1024);
  const tags = ownTags(call.options);
  const idleExit = idleExitOf(call.options);
  const finishWithin = finishWithinOf(call.options);
  // First: what this program starts from here on must not have its variables.
  const service = takeServiceNotifier(note);
  const queue = await openOrMakeQueue(call);
  noteIfAnothers(queue);
  if (call.options.has("detach")) {
    noteIfPaused(queue);
    return await (await import("./detach.ts")).detach(queue, call.options, call.json);
  }
  const style = {
    width: readsStdout() ? terminalSize().columns : Infinity,
    day: !readsStdout(),
    paint: coloursStdout() ? paintState : undefined,
  };
  let isReaderGone = false;
  let printed = 0;
  const output = new PacedOutput((lines) => {
    try {
      printLines(lines, style.paint !== undefined && !call.json);
      printed += lines.reduce((sum, line) => sum + line.length, 0);
      if (printed > MOST_LOG) {
        printed = 0;
        boundWorkerLog(queue.store, worker.name);
      }
    } catch (error) {
      // A full disk is no reason to stop working; a reader that is gone is.
      if (!(error instanceof Deno.errors.BrokenPipe)) return;
      isReaderGone = true;
      worker.stop();
    }
  });
  const worker = new Worker(queue, {
    count,
    tags,
    drain: call.options.has("drain"),
    idleExit,
    watchdog: service && watchdogOf(service),
    onEvent: (event) =>
      output.add(call.json ? jsonText(event) : eventLine(event, Date.now(), style)),
  });
  const quiet = onInterrupt(signalled(worker, { queue, count, finishWithin, service }));
  try {
    await worker.start();
    // --detach looks for the first words of this line.
    say(
      `worker ${worker.name} started: ${
        count ?? queue.config().worker_count
      } at once, on ${queue.dir}`,
    );
    noteIfPaused(queue);
    service?.send("READY=1", `STATUS=worker ${worker.name}`);
    const reason = await worker.finished;
    if (reason === "unsafe") {
      note(
        `worker ${worker.name} exited, because the queue ${queue.dir} is no longer safe; its jobs ` +
          "were stopped, and the next worker runs them again",
      );
      return 1;
    }
    if (reason === "idle") {
      note(`worker ${worker.name} was idle for ${formatDuration(idleExit! * 1000)}; it exited`);
    }
    // It has said why.
    if (reason === "apart") return 1;
    if (reason !== "fenced") return isReaderGone ? PIPE_STATUS : 0;
    const isThere = queue.store.files.exists(`${queue.dir}/VERSION`);
    note(
      isThere
        ? `worker ${worker.name} was declared dead by another; it gave up its jobs`
        : `worker ${worker.name} gave up its jobs: the queue ${queue.dir} is missing`,
    );
    return 1;
  } finally {
    output.close();
    quiet();
  }
}

/** @throws {UsageError} If `--idle-exit` is no span within bounds, or stands beside `--drain`. */
function idleExitOf(options: GivenOptions): number | undefined {
  const word = options.text("idle-exit");
  if (word === undefined) return undefined;
  if (options.has("drain")) {
    throw new UsageError("--drain and --idle-exit both say when to exit; remove one of them");
  }
  const seconds = parseDuration(word, "--idle-exit");
  const fault = idleTime.check(seconds);
  if (fault) throw new UsageError(`--idle-exit ${fault}, not "${word}"`);
  return seconds;
}

function noteIfAnothers({ store: { owner } }: Queue): void {
  if (owner === null || owner === Deno.uid()) return;
  note(`the queue belongs to another user (uid ${owner}), whose jobs run as you`);
}

function noteIfPaused(queue: Queue): void {
  if (queue.paused) note("the queue is paused; jobs wait for: queuectl worker resume");
}

/** @throws {UsageError} If `--finish-within` is no span within bounds. */
export function finishWithinOf(options: GivenOptions): number | undefined {
  const word = options.text("finish-within");
  if (word === undefined) return undefined;
  const seconds = parseDuration(word, "--finish-within");
  const fault = idleTime.check(seconds);
  if (fault) throw new UsageError(`--finish-within ${fault}, not "${word}"`);
  return seconds;
}

/** The worker's loop feeds the service manager's watchdog three times as often as that expects. */
function watchdogOf({ watchdog, send }: ServiceNotifier): WorkerOptions["watchdog"] {
  if (watchdog === undefined) return undefined;
  const every = watchdog / 3;
  let last = -Infinity;
  const feed = () => {
    const now = performance.now();
    // The loop looks around far more often than that.
    if (now - last < every * 900) return;
    last = now;
    send("WATCHDOG=1");
  };
  return { every, feed };
}

/** What the answer to a signal depends on. */
interface Signalled {
  readonly queue: Queue;
  /** The value of `--count`. */
  readonly count: number | undefined;
  /** How long running jobs may go on, in seconds. Default: to their end. */
  readonly finishWithin: number | undefined;
  readonly service: ServiceNotifier | undefined;
}

/** For what leaving takes beside the jobs' own time, in seconds. */
const LEAVING = 30;

/** SIGHUP reloads the settings; another signal stops the worker, and a second one stops it now. */
function signalled(
  worker: Worker,
  { queue, count, finishWithin, service }: Signalled,
): (signal: Interrupt) => void {
  const onTerminal = Deno.stdout.isTerminal();
  let signals = 0;
  let slots = queue.config().worker_count;
  const reload = async () => {
    worker.reload();
    note("reading the settings again");
    if (count !== undefined || signals > 0) return;
    try {
      const { worker_count } = queue.config();
      if (worker_count === slots) return;
      slots = worker_count;
      await scaleWorker(queue, worker.name, slots);
    } catch (error) {
      note(reasonOf(error));
    }
  };
  const expectWithin = (seconds: number) =>
    service?.send("STOPPING=1", `EXTEND_TIMEOUT_USEC=${Math.ceil((seconds + LEAVING) * 1e6)}`);
  const putBack = () => {
    expectWithin(queue.store.config.kill_grace);
    worker.stop({ now: true });
  };
  return (signal) => {
    if (signal === "SIGHUP") {
      // If its terminal was closed, nobody watches this worker any more.
      return onTerminal && !Deno.stdout.isTerminal() ? worker.stop() : void reload();
    }
    signals++;
    if (signals > 1) {
      if (signals === 2) {
        note(
          worker.stuck
            ? "leaving to the next worker what could not be recorded"
            : "putting back running jobs, then exiting",
        );
      }
      return putBack();
    }
    note(
      worker.idle
        ? "exiting"
        : worker.stuck
        ? "exiting once all ended jobs are recorded; again: leave that to the next worker"
        : "finishing running jobs, then exiting; again: put them back and exit at once",
    );
    worker.stop();
    if (finishWithin === undefined) return;
    expectWithin(finishWithin);
    Deno.unrefTimer(setTimeout(() => {
      const span = formatDuration(finishWithin * 1000);
      if (signals === 1) note(`jobs still run after ${span}; putting them back, then exiting`);
      putBack();
    }, finishWithin * 1000));
  };
}
