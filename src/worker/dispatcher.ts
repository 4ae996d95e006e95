/**
 * A worker's slots: fills them with the most urgent jobs, and hands what has ended to be settled while
 * the next runs.
 *
 * @module
 */

import type { Claim } from "../moves/claim.ts";
import { reasonOf } from "../text/errors.ts";
import type { JobRun } from "../process/survivors.ts";
import type { Settlement } from "../moves/settle.ts";
import type { Store } from "../store/store.ts";
import { Claimer } from "./claimer.ts";
import { troubleText, type WorkerEvent } from "./events.ts";
import type { Finder } from "./fetching/finder.ts";
import { followUp } from "./maintenance/follow_up.ts";
import { type AttemptResult, settlementOf } from "./outcome.ts";
import { JobOutput } from "./job_output.ts";
import type { Admitted } from "./fetching/limiter.ts";
import { type RunningJob, runOf, sharedEnvironment, startJob } from "./run_job.ts";
import { Settler } from "./settler.ts";
import type { Spawner } from "../process/spawner.ts";

/** How long to claim nothing after a disk or machine refused, in milliseconds. */
const PAUSE_AFTER_TROUBLE = 1000;

/** Ended jobs that may wait to be settled, beyond one for each slot, before nothing more is claimed. */
const MOST_UNSETTLED = 64;

/** Runs up to a number of jobs at once. */
export class Dispatcher {
  /** Whether to claim nothing new for now. */
  paused = false;
  /** What claims its jobs. */
  readonly claimer: Claimer;
  /** Told of each job that has been settled. */
  onSettled: (settlement: Settlement) => void = () => {};
  /** The runs that were abandoned: of those nothing is to be left. */
  readonly abandonedRuns: JobRun[] = [];
  readonly #store: Store;
  readonly #spawner: Spawner;
  readonly #slots: number;
  readonly #emit: (event: WorkerEvent) => void;
  readonly #changed: () => void;
  readonly #settler: Settler;
  readonly #running = new Set<RunningJob>();
  readonly #environment: Readonly<Record<string, string>>;
  /** Entries that are being claimed. */
  #claiming = 0;
  #unsettled = 0;
  /** Settled jobs whose consequences are under way. */
  #following = 0;
  readonly #output: JobOutput;
  #claims = true;
  #abandoned = false;
  #puttingBack = false;
  #pausedUntil = 0;

  /**
   * @param changed Called when a slot or the disk has become free.
   * @param recover Called when a limit waits for a worker that died to be recovered.
   */
  constructor(
    store: Store,
    spawner: Spawner,
    worker: string,
    slots: number,
    finder: Finder,
    emit: (event: WorkerEvent) => void,
    changed: () => void,
    recover: () => void,
  ) {
    this.#store = store;
    this.#spawner = spawner;
    this.#slots = slots;
    this.#emit = emit;
    this.#changed = changed;
    this.claimer = new Claimer(store, worker, finder, {
      changed,
      unrecovered: recover,
      waits: (id, { resource, places: needs }, places) =>
        emit({ kind: "waits", id, resource, needs, places }),
      malformed: (id, reason) => {
        emit({ kind: "malformed", id, reason });
        this.#follow([id]);
      },
      refused: (error) => this.#tell(error),
      trouble: (error) => this.#trouble(error),
    });
    this.#environment = sharedEnvironment(store, worker);
    this.#output = new JobOutput(store, worker);
    this.#settler = new Settler(store, {
      busy: () => this.#running.size + this.#claiming > 0,
      completed: (settlements) => this.#output.addTo(settlements),
      settled: (settlements) => this.#settled(settlements),
      trouble: (error, refused) => {
        this.#tell(error, `the end of ${shortList(refused)} is not recorded yet: `);
        this.#changed();
      },
    });
  }

  /** Whether anything runs or is to be settled. */
  get busy(): boolean {
    return this.#running.size + this.#claiming + this.#unsettled + this.#following > 0;
  }

  /** Whether nothing runs, and what has ended cannot be recorded for now. */
  get stuck(): boolean {
    return this.#settler.stuck && this.#running.size + this.#claiming === 0;
  }

  /** Claims and starts jobs until the slots are full or nothing is ready. */
  fill(): void {
    try {
      while (this.#mayClaim()) {
        const admitted = this.claimer.next(this.#slots - this.#running.size - this.#claiming);
        if (!admitted) return;
        this.#claiming++;
        void this.#claim(admitted).catch((error) => this.#trouble(error)).then((unrun) => {
          this.#claiming--;
          // Only now: others may wait for it to be settled, and nothing else is on its way because of it.
          if (unrun) this.#settler.add(unrun);
          this.#changed();
        });
      }
      this.claimer.rest();
    } catch (error) {
      // The files of the limits cannot be reached.
      this.#trouble(error);
    }
  }

  /** From now on claims nothing. */
  stopClaiming(): void {
    this.#claims = false;
    this.claimer.rest();
  }

  /** Ends what runs and puts it back. */
  putBackAll(): void {
    this.#puttingBack = true;
    for (const job of this.#running) job.putBack();
  }

  /** Ends a job that runs here, for good; does nothing if it does not. */
  cancel(id: string): void {
    this.claimer.cancel(id);
    for (const job of this.#running) if (job.claim.id === id) job.cancel();
  }

  /** Kills what runs and drops its results: the jobs are another's now. */
  abandon(): void {
    this.#claims = false;
    this.#abandoned = true;
    for (const { claim } of this.#settler.abandon()) this.abandonedRuns.push(runOf(claim));
    for (const job of this.#running) this.#abandonJob(job);
    this.#running.clear();
    this.#unsettled = 0;
  }

  #abandonJob(job: RunningJob): void {
    this.abandonedRuns.push(runOf(job.claim));
    job.kill();
  }

  /** Resolves when all that ended is settled. */
  async idle(): Promise<void> {
    while (this.#claiming + this.#following > 0) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await this.#settler.idle();
  }

  /** What lets go of what is held for jobs that are another's now, and of what jobs told of themselves. */
  readonly closings: readonly (() => void)[] = [
    () => this.claimer.close(this.#abandoned),
    () => this.#output.close(),
  ];

  #mayClaim(): boolean {
    return this.#claims && !this.paused && !this.#settler.stuck &&
      this.#running.size + this.#claiming < this.#slots &&
      this.#unsettled < this.#slots + MOST_UNSETTLED &&
      performance.now() >= this.#pausedUntil;
  }

  /** Claims a job and starts it, or gives what is to become of it if it must not run. */
  async #claim(admitted: Admitted): Promise<Settlement | undefined> {
    const taken = await this.claimer.take(admitted);
    if (!taken) return undefined;
    if (taken.unrun) {
      this.#unsettled++;
      return taken.unrun;
    }
    try {
      if (taken.fault !== undefined) throw taken.fault;
      await this.#start(taken.claim);
    } catch (error) {
      // Not the job's fault: it goes back as it was.
      this.#trouble(error);
      this.#settleUnstarted(taken.claim, error);
    }
  }

  #settleUnstarted(claimed: Claim, error: unknown): void {
    this.#unsettled++;
    this.#settle(claimed, {
      startedAt: claimed.time,
      finishedAt: this.#store.now(),
      duration: 0,
      stopped: "put back",
      reason: reasonOf(error),
      logEnd: claimed.logOffset,
    });
  }

  async #start(claimed: Claim): Promise<void> {
    const job = await startJob(this.#store, this.#spawner, claimed, this.#environment);
    this.#running.add(job);
    // What was asked of all that runs while this one was being started holds for it too.
    if (this.#abandoned) this.#abandonJob(job);
    else if (this.claimer.isCancelled(claimed.id)) job.cancel();
    else if (this.#puttingBack) job.putBack();
    this.#emit({
      kind: "started",
      id: claimed.id,
      attempt: claimed.job.history.length + 1,
      pid: job.pid,
      command: claimed.job.command,
    });
    void job.ended.then((result) => {
      this.#running.delete(job);
      if (this.#abandoned) return;
      // The next is begun before this one is settled.
      this.#unsettled++;
      this.#changed();
      this.#settle(claimed, result);
    });
  }

  /** Has the attempt's outcome recorded; the job counts as unsettled already. */
  #settle(claimed: Claim, result: AttemptResult): void {
    this.#settler.add(settlementOf(claimed, result, this.#store.config, Math.random()));
  }

  #settled(settlements: readonly Settlement[]): void {
    const ended: string[] = [];
    for (const settlement of settlements) {
      this.#unsettled--;
      this.claimer.release(settlement.claim.id);
      if (settlement.progress !== "settled") continue;
      const { job, state, readyAt } = settlement;
      this.#emit({
        kind: "ended",
        id: job.id,
        // A reason stands for an attempt: it did not run.
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
      this.onSettled(settlement);
    }
    if (ended.length > 0) this.#follow(ended);
    this.#changed();
  }

  /** Does what follows from the ends of jobs, in the background. */
  #follow(ended: readonly string[]): void {
    this.#following++;
    void followUp(this.#store, ended)
      .catch((error) => this.#tell(error))
      .finally(() => {
        this.#following--;
        this.#changed();
      });
  }

  #tell(error: unknown, what = ""): void {
    this.#emit({ kind: "trouble", message: what + troubleText(error) });
  }

  /** Says what is wrong, and claims nothing for a moment. */
  #trouble(error: unknown): void {
    this.#tell(error);
    this.#pausedUntil = performance.now() + PAUSE_AFTER_TROUBLE;
    setTimeout(() => this.#changed(), PAUSE_AFTER_TROUBLE);
  }
}

/** The first of some jobs, at least one, and how many there are beside it. */
function shortList(settlements: readonly Settlement[]): string {
  const rest = settlements.length - 1;
  return settlements[0]!.claim.id + (rest > 0 ? ` and ${rest} more` : "");
}
