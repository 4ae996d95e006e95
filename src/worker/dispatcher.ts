/**
 * A worker's slots, and the way of a job through them: claimed (claimer.ts), started (run_job.ts),
 * its outcome decided (outcome.ts), settled (settler.ts) while the next one runs. What is in hand
 * meanwhile is in jobs_in_hand.ts.
 *
 * @module
 */

import type { Claim } from "../moves/claim.ts";
import type { Settlement } from "../moves/settle.ts";
import type { Fence } from "../process/fence.ts";
import type { Spawner } from "../process/spawner.ts";
import type { JobRun } from "../process/survivors.ts";
import { reasonOf } from "../text/errors.ts";
import { Claimer, type ClaimerOptions } from "./claimer.ts";
import { troubleText, unsettledText, type WorkerEvent } from "./events.ts";
import type { JobOutput } from "./job_output.ts";
import { type JobInHand, JobsInHand } from "./jobs_in_hand.ts";
import { releaseWaiting } from "./maintenance/aftermath.ts";
import { fullDiskAdvice } from "../contents/largest_log.ts";
import { type AttemptResult, settlementOf } from "./outcome.ts";
import { pauseOnFailure } from "./pause_on_failure.ts";
import { sharedEnvironment, startJob } from "./run_job.ts";
import { Settler } from "./settler.ts";
import type { Troubles } from "./troubles.ts";

/** How long to claim nothing after a disk or machine refused, in milliseconds. */
const PAUSE_AFTER_TROUBLE = 1000;

/**
 * Beyond one for each slot, how many ended jobs may wait to be settled before nothing more is
 * claimed.
 */
const MOST_UNSETTLED = 64;

/** What a {@linkcode Dispatcher} works with. */
export interface DispatcherOptions
  extends Omit<ClaimerOptions, "jobs" | "waits" | "malformed" | "refused" | "trouble"> {
  readonly spawner: Spawner;
  /** How many jobs run at once, at first. */
  readonly slots: number;
  readonly output: JobOutput;
  /** What ends the commands of a worker that is cut off, if that can happen. */
  readonly fence?: Fence;
  readonly troubles: Troubles;
  /** Told what happens to jobs. */
  emit(event: WorkerEvent): void;
  /** Called for each job that has been settled. */
  settled(settlement: Settlement): void;
}

/** Runs up to a number of jobs at once. */
export class Dispatcher {
  /** Whether to claim nothing new for now. */
  paused = false;
  /** What is in hand. */
  readonly jobs: JobsInHand;
  /** What claims its jobs. */
  readonly claimer: Claimer;
  readonly #options: DispatcherOptions;
  readonly #settler: Settler;
  #slots: number;
  readonly #environment: Readonly<Record<string, string>>;
  /** Claims that are under way, and releases of jobs that waited for one that has ended. */
  readonly #underWay = new Set<Promise<void>>();
  #claims = true;
  #abandoned = false;
  #pausedUntil = 0;

  constructor(options: DispatcherOptions) {
    const { store, worker, finder, output, emit, fence } = options;
    this.#options = options;
    this.#slots = options.slots;
    this.jobs = new JobsInHand((entry) => finder.putBack(entry), fence);
    this.claimer = new Claimer({
      ...options,
      jobs: this.jobs,
      waits: (id, { resource, places: needs }, places) =>
        emit({ kind: "waits", id, resource, needs, places }),
      malformed: (id, reason) => {
        emit({ kind: "malformed", id, reason });
        this.#releaseWaiting([id]);
      },
      refused: (error) => this.#report(error),
      trouble: (error) => this.#pauseAfter(error),
    });
    this.#environment = sharedEnvironment(store, worker);
    this.#settler = new Settler(store, {
      busy: () => this.jobs.slotsTaken > 0,
      completed: (settlements) => output.addTo(settlements),
      settled: (settlements) => this.#settled(settlements),
      trouble: (error, refused) => {
        output.refused(refused);
        this.#reportUnsettled(error, refused);
        options.changed();
      },
      recovered: (reason) => {
        options.troubles.over(unsettled(reason));
        options.changed();
      },
    });
  }

  /** Whether anything runs, is to be settled, or follows from the end of a job. */
  get busy(): boolean {
    return this.jobs.slotsTaken + this.jobs.unsettled + this.#underWay.size > 0;
  }

  /** Whether all slots are taken. */
  get isFull(): boolean {
    return this.jobs.slotsTaken >= this.#slots;
  }

  /** Whether nothing runs, and what has ended cannot be recorded for now. */
  get stuck(): boolean {
    return this.#settler.stuck && this.jobs.slotsTaken === 0;
  }

  /**
   * Claims and starts jobs until the slots are full or no job can run; also without a free slot
   * those that are to start at once.
   */
  fill(): void {
    try {
      while (this.#mayClaim()) {
        const first = this.claimer.nextFirst();
        if (!first && (this.paused || this.isFull)) break;
        const job = first ?? this.claimer.next(this.#slots - this.jobs.slotsTaken);
        if (!job) return;
        this.#track(this.#claimAndStart(job));
      }
      this.claimer.limiter.dropReservation();
    } catch (error) {
      // The files of the limits cannot be reached.
      this.#pauseAfter(error);
    }
  }

  /** From now on runs another number of jobs at once; what runs beyond that goes on. */
  scale(slots: number): void {
    this.#slots = slots;
    this.#options.emit({ kind: "scaled", slots });
    this.#options.changed();
  }

  #mayClaim(): boolean {
    return this.#claims && !this.#settler.stuck &&
      this.jobs.unsettled < this.#slots + MOST_UNSETTLED &&
      performance.now() >= this.#pausedUntil;
  }

  async #claimAndStart(job: JobInHand): Promise<void> {
    try {
      const unrun = await this.claimer.claim(job);
      if (unrun) {
        this.jobs.ended(job);
        this.#settler.add(unrun);
      } else if (job.claim) await this.#start(job, job.claim);
    } catch (error) {
      this.#pauseAfter(error);
      if (!job.claim) return this.claimer.letGo(job);
      // Not the job's fault: it goes back as it was.
      this.jobs.ended(job);
      this.#settler.add(this.#settlement(job.claim, {
        startedAt: job.claim.time,
        finishedAt: this.#options.store.now(),
        duration: 0,
        stopped: "put back",
        reason: reasonOf(error),
        logEnd: job.claim.logOffset,
      }));
    }
  }

  async #start(job: JobInHand, claim: Claim): Promise<void> {
    const { store, spawner, emit, changed } = this.#options;
    this.jobs.starts(claim);
    const running = await startJob(store, spawner, claim, this.#environment);
    if (!running) return this.claimer.leave(job, claim);
    this.jobs.started(job, running);
    const { id, job: { history, command } } = claim;
    emit({ kind: "started", id, attempt: history.length + 1, pid: running.pid, command });
    void running.ended.then((result) => {
      this.jobs.ended(job);
      if (this.#abandoned) return;
      const settlement = this.#settlement(claim, result);
      try {
        const pausing = pauseOnFailure(store, settlement);
        if (pausing) this.paused = true;
        pausing?.catch((error) => this.#report(error));
      } catch (error) {
        this.#report(error);
      }
      // The next job is started before this one is settled.
      changed();
      this.#settler.add(settlement);
    });
  }

  #settlement(claim: Claim, result: AttemptResult): Settlement {
    return settlementOf(claim, result, this.#options.store.config, Math.random());
  }

  #settled(settlements: readonly Settlement[]): void {
    this.#options.output.recorded(settlements);
    const ended: string[] = [];
    for (const settlement of settlements) {
      const inHand = this.jobs.get(settlement.claim.id);
      if (inHand) this.claimer.letGo(inHand);
      if (settlement.progress !== "settled") continue;
      const { job, state, readyAt } = settlement;
      this.#options.emit({
        kind: "ended",
        id: job.id,
        // A job with a reason did not run.
        ...(job.reason === undefined
          ? {
            attempt: job.history.at(-1),
            charged: { attempts: job.attempts, of: job.max_retries + 1 },
          }
          : { reason: job.reason }),
        state,
        ...(readyAt === undefined ? {} : { readyAt }),
      });
      if (state === "done" || state === "dead") ended.push(job.id);
      this.#options.settled(settlement);
    }
    if (ended.length > 0) this.#releaseWaiting(ended);
    this.#options.changed();
  }

  #releaseWaiting(ended: readonly string[]): void {
    this.#track(releaseWaiting(this.#options.store, ended).catch((error) => this.#report(error)));
  }

  /** Counts work as under way until it is over; then something may have become free. */
  #track(work: Promise<void>): void {
    const tracked = work.then(() => {
      this.#underWay.delete(tracked);
      this.#options.changed();
    });
    this.#underWay.add(tracked);
  }

  /** From now on claims nothing. */
  stopClaiming(): void {
    this.#claims = false;
    this.claimer.limiter.dropReservation();
  }

  /** Kills what runs and drops its results: the jobs are another worker's now. */
  abandon(): void {
    this.#claims = false;
    this.#abandoned = true;
    this.#settler.abandon();
    this.jobs.abandon();
  }

  /** The runs that were abandoned, of which nothing may be left. */
  get abandonedRuns(): JobRun[] {
    return this.#abandoned ? this.jobs.runs : [];
  }

  /** Resolves when all that ended is settled. */
  async idle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
    await this.#settler.idle();
  }

  /** Gives back what is held for jobs that are another worker's now. */
  close(): void {
    this.claimer.close(this.#abandoned);
  }

  #report(error: unknown): void {
    this.#options.troubles.meet(troubleText(error));
  }

  /** Reports jobs that cannot be settled for one reason, and a remedy when that begins. */
  #reportUnsettled(error: unknown, refused: readonly Settlement[]): void {
    const { store, troubles } = this.#options;
    const text = unsettledText(refused.map(({ claim }) => claim.id), error);
    troubles.meet(
      (isNew) => isNew ? text + fullDiskAdvice(store, error) : text,
      unsettled(reasonOf(error)),
    );
  }

  /** Reports what is wrong, and claims nothing for a moment. */
  #pauseAfter(error: unknown): void {
    this.#report(error);
    this.#pausedUntil = performance.now() + PAUSE_AFTER_TROUBLE;
    setTimeout(() => this.#options.changed(), PAUSE_AFTER_TROUBLE);
  }
}

/** The trouble that jobs cannot be settled, for all jobs at once. */
function unsettled(reason: string): string {
  return `unsettled: ${reason}`;
}
