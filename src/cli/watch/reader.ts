/**
 * What `status --watch` reads and does. It follows the queue by what the dashboard follows it by.
 *
 * @module
 */

import { LiveStatus } from "../../dashboard/scan/live_status.ts";
import { refusalOf } from "../../dashboard/refusal.ts";
import type { Status } from "../../dashboard/api.ts";
import { cancelJob } from "../../control/cancel_job.ts";
import { signalJob } from "../../control/signal_job.ts";
import { holdJob, releaseJob, startJobNow } from "../../control/waiting_jobs.ts";
import { type EndRates, ratesSoFar } from "../../inspect/end_rates.ts";
import { JobPages } from "../../inspect/job_pages.ts";
import { KnownNames } from "../../inspect/known_names.ts";
import type { Queue } from "../../queue.ts";
import { pauseSchedule, runSchedule } from "../../schedules/manage_schedules.ts";
import { scheduleEntries } from "../../schedules/read_schedule.ts";
import { followShown } from "./followed_log.ts";
import type { Act, Ask, LogNews, Rows, Said, Verb, Wanted } from "./messages.ts";
import { readRows } from "./rows.ts";

/** Reading rows takes at most this share of the time. */
const READING_SHARE = 1 / 5;

/**
 * How often to read without a change, in milliseconds: rows that could not be read, and running
 * jobs, as not all that a worker notes of them is an event.
 */
const READ_EVERY = 1000;

const ACTS: Readonly<Record<Verb, (queue: Queue, name: string) => unknown>> = {
  "cancel": cancelJob,
  "hold": holdJob,
  "release": releaseJob,
  "resume": (queue, id) => signalJob(queue, id, "SIGCONT"),
  "retry": (queue, id) => queue.requeue(id),
  "schedule pause": (queue, name) => pauseSchedule(queue, name, true),
  "schedule resume": (queue, name) => pauseSchedule(queue, name, false),
  "schedule run": runSchedule,
  "start": startJobNow,
  "suspend": (queue, id) => signalJob(queue, id, "SIGSTOP"),
  "worker pause": (queue) => queue.setPaused(true),
  "worker resume": (queue) => queue.setPaused(false),
  "worker stop": (queue, name) => queue.stopWorker(name),
};

/** Follows a queue, and does what it is asked. */
export class Reader implements Disposable {
  readonly #queue: Queue;
  readonly #say: (said: Said) => void;
  readonly #names: KnownNames;
  readonly #pages: JobPages;
  readonly #rates: EndRates;
  readonly #live: LiveStatus;
  #status: Status | undefined;
  #wanted: Wanted | undefined;
  /** Resolves at the next change, and when other rows are wanted. */
  #change = Promise.withResolvers<void>();
  #log = new AbortController();

  /** @param say Called with all there is to say. */
  constructor(queue: Queue, say: (said: Said) => void) {
    [this.#queue, this.#say] = [queue, say];
    this.#names = new KnownNames(queue);
    this.#pages = new JobPages(queue, this.#names);
    this.#rates = ratesSoFar(queue);
    this.#names.listen(({ directory, name, removed }) => {
      const isEnd = !removed && (directory === "done" || directory === "dead");
      if (isEnd && /^[^.].*\.json$/.test(name)) this.#rates.add(Date.now());
    });
    this.#live = new LiveStatus(
      queue,
      this.#names,
      () => null,
      (status) => this.#tell(status),
      (error) => this.#fail(error),
    );
  }

  /** Stops following. */
  [Symbol.dispose](): void {
    this.#wanted = undefined;
    this.#ring();
    this.#log.abort();
    this.#live.close();
    this.#names[Symbol.dispose]();
  }

  /** Does what it is asked. */
  hear(ask: Ask): void {
    if (ask.ask === "rows") {
      this.#wanted = ask.wanted;
      this.#ring();
      void this.#keepReading(ask.wanted);
    } else if (ask.ask === "log") {
      this.#log.abort();
      this.#log = new AbortController();
      if (ask.id === undefined) return;
      const say = (log: LogNews) => this.#say({ log });
      followShown(this.#queue, this.#names, ask.id, this.#log.signal, say)
        .catch((error) => this.#fail(error));
    } else void this.#act(ask.act);
  }

  #tell(status: Status): void {
    this.#status = status;
    const { dir, paused, jobs, workers } = status;
    const now = Date.now();
    this.#say({
      facts: {
        ...{ dir, paused, jobs, workers },
        rates: [this.#rates.rate(60, now), this.#rates.rate(300, now)],
        ends: this.#rates.parts(60, 5, now),
        schedules: scheduleEntries(this.#queue.store).length,
      },
    });
    this.#ring();
  }

  #ring(): void {
    this.#change.resolve();
    this.#change = Promise.withResolvers();
  }

  /** Reads rows at once and at each change, until others are wanted. */
  async #keepReading(wanted: Wanted): Promise<void> {
    const isOver = () => this.#wanted !== wanted;
    const say = (rows: Rows) => isOver() || this.#say({ rows });
    while (!isOver()) {
      const begun = performance.now();
      const changed = this.#change.promise;
      let isPolled = wanted.tab === "running";
      try {
        const workers = this.#status?.workers ?? [];
        await readRows(this.#queue, this.#pages, workers, wanted, isOver, say);
      } catch (error) {
        this.#fail(error);
        isPolled = true;
      }
      // A long search is not begun again at each change.
      const rest = (performance.now() - begun) * (1 / READING_SHARE - 1);
      await pause(rest);
      await (isPolled ? atMost(READ_EVERY, changed) : changed);
    }
  }

  async #act(act: Act): Promise<void> {
    try {
      await ACTS[act.verb](this.#queue, act.name ?? "");
      this.#say({ did: act });
    } catch (error) {
      this.#say({ did: act, error: refusalOf(error, this.#queue.dir).message });
    }
  }

  #fail(error: unknown): void {
    this.#say({ fault: refusalOf(error, this.#queue.dir).message });
  }
}

function pause(time: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, time));
}

/** Waits for something, but no longer than this, in milliseconds. */
async function atMost(time: number, awaited: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout>;
  const over = new Promise<void>((resolve) => timer = setTimeout(resolve, time));
  await Promise.race([awaited, over]).finally(() => clearTimeout(timer));
}
