/**
 * The status of the queue, now and at each change. Events say when to look; the clocks beside them
 * are few and slow, so that an idle queue costs next to nothing.
 *
 * @module
 */

import {
  type Change,
  diskSpace,
  type EndRates,
  failedHooks,
  type Finding,
  JOB_STATES,
  type KnownNames,
  parseEntryName,
  type Queue,
  ratesSoFar,
  runningJobs,
  VERSION,
} from "../../../mod.ts";
import type { Events, Status } from "../api.ts";
import { deadAmong, workerRows } from "./worker_news.ts";

/** The least time between two statuses, in milliseconds. */
const LEAST_PAUSE = 250;

/** The same while many jobs move: each status costs a browser a page to draw. */
const BUSY_PAUSE = 1000;

/** More changes in a second than this are many. */
const MANY_CHANGES = 200;

/** Looking takes at most this share of the time. */
const LOOKING_SHARE = 0.1;

/** More jobs that moved are not named. */
const MOST_IDS = 100;

/**
 * How often to look without an event, in milliseconds, as a worker that was killed sends none; and
 * how often at most into hooks.log.
 */
const LOOK_EVERY = 4000;

/** How long to wait after a look that failed, in milliseconds. */
const LOOK_AFTER_FAILURE = 1000;

/** How often to look how far running jobs have come, in milliseconds. */
const PROGRESS_EVERY = 1000;

/** How often a status is sent without a change while rates fall, in milliseconds. */
const RATES_EVERY = 5000;

/** What is called with each status. */
export type Listener = (status: Status, jobs: Events["jobs"]) => void;

/** What is called with each look that failed. */
export type Failed = (error: unknown) => void;

/** Follows a queue while someone watches it. */
export class LiveStatus {
  readonly #queue: Queue;
  readonly #names: KnownNames;
  readonly #findings: () => Finding[] | null;
  readonly #changed: Listener;
  readonly #failed: Failed;
  readonly #rates: EndRates;
  readonly #unlisten: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When the timer goes off, by `performance.now`. */
  #timerAt = Infinity;
  #nextLook = 0;
  /** When the last look began. */
  #lookedAt = performance.now();
  /** How many changes came since then. */
  #changes = 0;
  #isBusy = false;
  #isLooking = false;
  #isOver = false;
  /** The jobs that moved since the last status; `undefined`: too many to name. */
  #moved: Set<string> | undefined = new Set();
  /** Whether something has changed since the last look began. */
  #isDirty = true;
  /** What the last status said, but for the times in it. */
  #last = "";
  /** How many jobs there were in each state, by the last status. */
  #counts = "";
  /** The names in schedules/ by the last status: they say what is due when, and what is paused. */
  #schedules: string;
  /** The jobs of dead workers by the last status. */
  #lost: ReadonlySet<string> = new Set();
  #hooks: Status["hooks"];
  /** When hooks.log was read last. */
  #hooksAt = -Infinity;
  #sentAt = -Infinity;
  /** How long to wait for an event, in milliseconds. */
  #pause = LOOK_EVERY;

  /**
   * Begins to follow it.
   *
   * @param findings What the doctor found last.
   * @param changed Called with the status, at once and at each change.
   * @param failed Called with each look that failed; `changed` is called once one succeeds.
   */
  constructor(
    queue: Queue,
    names: KnownNames,
    findings: () => Finding[] | null,
    changed: Listener,
    failed: Failed,
  ) {
    [this.#queue, this.#names, this.#findings] = [queue, names, findings];
    [this.#changed, this.#failed] = [changed, failed];
    this.#rates = ratesSoFar(queue);
    this.#schedules = scheduleFiles(queue);
    this.#unlisten = names.listen((change) => this.#hear(change));
    this.#lookAt(0);
  }

  /** Whether many jobs moved before the last look. */
  get isBusy(): boolean {
    return this.#isBusy;
  }

  /** Looks soon, as something has changed that no event says. */
  refresh(): void {
    this.#isDirty = true;
    this.#lookAt(this.#nextLook);
  }

  /** Ends it. */
  close(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#unlisten();
  }

  #hear({ directory, name, removed }: Change): void {
    this.#changes++;
    if ((JOB_STATES as readonly string[]).includes(directory)) {
      const entry = parseEntryName(name);
      // A log beside its job; or, perhaps, a batch.
      if (!entry && (directory !== "pending" || /^\.|\.(?:log|json)$/.test(name))) return;
      if (!removed && (directory === "done" || directory === "dead")) this.#rates.add(Date.now());
      this.#noteMove(entry?.id);
    }
    this.refresh();
  }

  #noteMove(id: string | undefined): void {
    if (id === undefined || this.#moved?.size === MOST_IDS) this.#moved = undefined;
    else this.#moved?.add(id);
  }

  /** No event says that a worker died, and what it ran shows that all the same. */
  #noteLost(lost: ReadonlySet<string>): void {
    for (const id of lost.symmetricDifference(this.#lost)) this.#noteMove(id);
    this.#lost = lost;
  }

  #lookAtHooks(): void {
    if (performance.now() < this.#hooksAt + LOOK_EVERY) return;
    this.#hooksAt = performance.now();
    const failed = failedHooks(this.#queue);
    const last = failed.at(-1);
    this.#hooks = last && { failed: failed.length, last };
  }

  /** Looks at a time, by `performance.now`, unless it looks sooner. */
  #lookAt(time: number): void {
    if (this.#isOver || this.#isLooking || this.#timerAt <= time) return;
    clearTimeout(this.#timer);
    this.#timerAt = time;
    this.#timer = setTimeout(() => this.#look(), Math.max(0, time - performance.now()));
  }

  async #look(): Promise<void> {
    this.#isLooking = true;
    this.#isDirty = false;
    this.#timerAt = Infinity;
    const begun = performance.now();
    this.#isBusy = 1000 * this.#changes > MANY_CHANGES * (begun - this.#lookedAt);
    [this.#lookedAt, this.#changes] = [begun, 0];
    try {
      const status = await this.#status();
      if (!this.#isOver) this.#say(status);
    } catch (error) {
      // The disk may answer the next time.
      this.#last = "";
      if (!this.#isOver) this.#failed(error);
      this.#isLooking = false;
      return this.#lookAt(performance.now() + LOOK_AFTER_FAILURE);
    }
    this.#isLooking = false;
    const now = performance.now();
    this.#nextLook = Math.max(
      this.#sentAt + (this.#isBusy ? BUSY_PAUSE : LEAST_PAUSE),
      now + (now - begun) / LOOKING_SHARE,
    );
    const recount = now + this.#names.nextCount - Date.now();
    this.#lookAt(
      this.#isDirty
        ? this.#nextLook
        : Math.max(this.#nextLook, Math.min(begun + this.#pause, recount)),
    );
  }

  /** Says what is new. */
  #say(status: Status): void {
    const { now: _now, counted_at: _counted, rates, disk, ...facts } = status;
    // A byte more or less on the disk is no news.
    const free = disk && Math.round((disk.free / disk.total) * 1000);
    const said = JSON.stringify([facts, free]);
    // What a batch holds was not counted, perhaps, when its coming was said.
    const counts = JSON.stringify(status.jobs);
    const isCountedAnew = this.#moved?.size === 0 && counts !== this.#counts;
    const schedules = scheduleFiles(this.#queue);
    const isUnnamed = isCountedAnew || schedules !== this.#schedules;
    this.#schedules = schedules;
    const ids = this.#moved && !isUnnamed ? [...this.#moved] : undefined;
    const now = performance.now();
    const areRatesOld = rates.five_minutes > 0 && now >= this.#sentAt + RATES_EVERY;
    if (said === this.#last && ids?.length === 0 && !areRatesOld) return;
    [this.#last, this.#counts, this.#sentAt, this.#moved] = [said, counts, now, new Set()];
    this.#changed(status, ids ? { ids } : {});
  }

  async #status(): Promise<Status> {
    const queue = this.#queue;
    const counts = await this.#names.counts();
    const now = Date.now();
    const { count, ofWorker, longest } = runningJobs(queue);
    this.#pause = count > 0 ? PROGRESS_EVERY : LOOK_EVERY;
    const workers = workerRows(queue, ofWorker);
    const dead = deadAmong(queue, workers, ofWorker);
    this.#noteLost(new Set([...dead].flatMap((name) => ofWorker.get(name)!)));
    this.#lookAtHooks();
    return {
      dir: queue.dir,
      version: VERSION,
      now: new Date(now).toISOString(),
      // The server knows.
      read_only: false,
      paused: queue.paused,
      jobs: { ...counts, processing: count },
      counted_at: new Date(this.#names.countedAt).toISOString(),
      rates: { minute: this.#rates.rate(60, now), five_minutes: this.#rates.rate(300, now) },
      workers,
      running: longest.map(({ id, command, worker, since, progress }) => ({
        ...{ id, command, worker, started_at: new Date(since).toISOString() },
        ...(dead.has(worker) && { worker_died: true as const }),
        ...(progress && { progress }),
      })),
      ...(this.#lost.size > 0 && { lost: this.#lost.size }),
      ...(this.#hooks && { hooks: this.#hooks }),
      disk: diskSpace(queue.dir),
      findings: this.#findings(),
    };
  }
}

/** The names in schedules/. */
function scheduleFiles({ store: { files }, dir }: Queue): string {
  const folder = `${dir}/schedules`;
  if (!files.exists(folder)) return "";
  return [...files.list(folder)].map(({ name }) => name).sort().join("/");
}
