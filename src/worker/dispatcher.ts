/**
 * A worker's slots: fills them with the most urgent jobs, and hands what has ended to be settled while
 * the next runs.
 *
 * @module
 */

import { type Claim, claim } from "../queue/claim.ts";
import { reasonOf } from "../queue/open_store.ts";
import type { Settlement } from "../queue/settle.ts";
import type { Store } from "../queue/store.ts";
import type { WorkerEvent } from "./events.ts";
import type { Finder } from "./finder.ts";
import { followUp } from "./follow_up.ts";
import { type AttemptResult, settlementOf, unrunSettlement } from "./outcome.ts";
import type { IndexEntry } from "./ready_index.ts";
import { type RunningJob, startJob } from "./run_job.ts";
import { Settler } from "./settler.ts";
import type { Spawner } from "./spawn.ts";

/** How long to claim nothing after a disk or machine refused, in milliseconds. */
const PAUSE_AFTER_TROUBLE = 1000;

/** Ended jobs that may wait to be settled, beyond one for each slot, before nothing more is claimed. */
const MOST_UNSETTLED = 32;

/** Runs up to a number of jobs at once. */
export class Dispatcher {
  /** Whether to claim nothing new for now. */
  paused = false;
  readonly #store: Store;
  readonly #spawner: Spawner;
  readonly #worker: string;
  readonly #slots: number;
  readonly #finder: Finder;
  readonly #emit: (event: WorkerEvent) => void;
  readonly #changed: () => void;
  readonly #settler: Settler;
  readonly #running = new Set<RunningJob>();
  readonly #environment: Record<string, string> = Deno.env.toObject();
  /** Entries that are being claimed. */
  #claiming = 0;
  #unsettled = 0;
  /** Settled jobs whose consequences are under way. */
  #following = 0;
  /** The IDs of the jobs that are being claimed, run or settled. */
  readonly #owned = new Set<string>();
  #claims = true;
  /** Entries whose ID is owned already. */
  #deferred: IndexEntry[] = [];
  #abandoned = false;
  #puttingBack = false;
  #pausedUntil = 0;

  /** @param changed Called when a slot or the disk has become free. */
  constructor(
    store: Store,
    spawner: Spawner,
    worker: string,
    slots: number,
    finder: Finder,
    emit: (event: WorkerEvent) => void,
    changed: () => void,
  ) {
    this.#store = store;
    this.#spawner = spawner;
    this.#worker = worker;
    this.#slots = slots;
    this.#finder = finder;
    this.#emit = emit;
    this.#changed = changed;
    this.#settler = new Settler(store, {
      settled: (settlement) => this.#settled(settlement),
      trouble: (error) => this.#emit({ kind: "trouble", message: reasonOf(error) }),
    });
  }

  /** Whether anything runs or is to be settled. */
  get busy(): boolean {
    return this.#running.size + this.#claiming + this.#unsettled + this.#following > 0;
  }

  /** Claims and starts jobs until the slots are full or nothing is ready. */
  fill(): void {
    while (this.#mayClaim()) {
      const entry = this.#finder.take();
      if (!entry) return;
      this.#claiming++;
      void this.#claim(entry).finally(() => {
        this.#claiming--;
        this.#changed();
      });
    }
  }

  /** From now on claims nothing. */
  stopClaiming(): void {
    this.#claims = false;
  }

  /** Ends what runs and puts it back. */
  putBackAll(): void {
    this.#puttingBack = true;
    for (const job of this.#running) job.putBack();
  }

  /** Ends a job that runs here, for good; does nothing if it does not. */
  cancel(id: string): void {
    for (const job of this.#running) if (job.claim.id === id) job.cancel();
  }

  /** Kills what runs and drops its results: the jobs are another's now. */
  abandon(): void {
    this.#claims = false;
    this.#abandoned = true;
    this.#settler.abandon();
    for (const job of this.#running) job.kill();
    this.#running.clear();
    this.#unsettled = 0;
  }

  /** Resolves when all that ended is settled. */
  async idle(): Promise<void> {
    while (this.#claiming + this.#following > 0) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await this.#settler.idle();
  }

  /** Lets go of the spawner. */
  close(): void {
    this.#spawner.close();
  }

  #mayClaim(): boolean {
    return this.#claims && !this.paused && !this.#settler.stuck &&
      this.#running.size + this.#claiming < this.#slots &&
      this.#unsettled < this.#slots + MOST_UNSETTLED &&
      performance.now() >= this.#pausedUntil;
  }

  async #claim(entry: IndexEntry): Promise<void> {
    if (this.#owned.has(entry.id)) {
      // Its last attempt is published, but not flushed yet; or two files have one ID. It has its turn
      // when the one that is here is settled.
      this.#deferred.push(entry);
      return;
    }
    this.#owned.add(entry.id);
    let claimed: Claim | undefined;
    try {
      const result = await claim(this.#store, entry, this.#worker);
      this.#finder.left(entry.path);
      if (result.kind === "malformed") this.#emit(result);
      if (result.kind === "claimed") claimed = result.claim;
      if (result.kind === "hopeless") {
        this.#owned.add(result.claim.id);
        if (result.claim.id !== entry.id) this.#disown(entry.id);
        this.#unsettled++;
        this.#settler.add(unrunSettlement(result.claim, this.#store.now(), result.reason));
        return;
      }
    } catch (error) {
      this.#trouble(error);
      this.#finder.putBack(entry);
    }
    if (claimed?.id !== entry.id) this.#disown(entry.id);
    if (!claimed) return;
    this.#owned.add(claimed.id);
    try {
      await this.#start(claimed);
    } catch (error) {
      // Not the job's fault: it goes back as it was.
      this.#trouble(error);
      this.#settle(claimed, {
        startedAt: claimed.time,
        finishedAt: this.#store.now(),
        duration: 0,
        stopped: "put back",
        reason: reasonOf(error),
        logEnd: claimed.logOffset,
      });
    }
  }

  async #start(claimed: Claim): Promise<void> {
    const job = await startJob(this.#store, this.#spawner, claimed, this.#environment);
    this.#running.add(job);
    // What was asked of all that runs while this one was being started holds for it too.
    if (this.#abandoned) job.kill();
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
      this.#settle(claimed, result);
      this.#changed();
    });
  }

  #settle(claimed: Claim, result: AttemptResult): void {
    this.#unsettled++;
    this.#settler.add(settlementOf(claimed, result, this.#store.config, Math.random()));
  }

  #settled(settlement: Settlement): void {
    this.#unsettled--;
    this.#disown(settlement.claim.id);
    if (settlement.progress === "settled") {
      this.#emit({
        kind: "ended",
        id: settlement.job.id,
        attempt: settlement.job.history.at(-1),
        state: settlement.state,
        ...(settlement.readyAt === undefined ? {} : { readyAt: settlement.readyAt }),
      });
      this.#following++;
      void followUp(this.#store, settlement)
        .catch((error) => this.#emit({ kind: "trouble", message: reasonOf(error) }))
        .finally(() => {
          this.#following--;
          this.#changed();
        });
    }
    this.#changed();
  }

  /** Lets go of an ID, and of those that waited for it. */
  #disown(id: string): void {
    this.#owned.delete(id);
    if (this.#deferred.length === 0) return;
    const [freed, others] = [[] as IndexEntry[], [] as IndexEntry[]];
    for (const entry of this.#deferred) (entry.id === id ? freed : others).push(entry);
    this.#deferred = others;
    for (const entry of freed) this.#finder.putBack(entry);
  }

  /** Says what is wrong, and claims nothing for a moment. */
  #trouble(error: unknown): void {
    this.#emit({ kind: "trouble", message: reasonOf(error) });
    this.#pausedUntil = performance.now() + PAUSE_AFTER_TROUBLE;
    setTimeout(() => this.#changed(), PAUSE_AFTER_TROUBLE);
  }
}
