/**
 * The one owner of what a worker has in hand: each job from the moment the worker tries to claim it
 * until it is settled, with its claim, its command and the places that it holds.
 *
 *     claiming ─▶ running ─▶ ended ─▶ settled: no longer in hand
 *
 * @module
 */

import type { Claim } from "../moves/claim.ts";
import type { Fence } from "../process/fence.ts";
import type { JobRun } from "../process/survivors.ts";
import type { Chosen, HeldPlaces } from "./fetching/limiter.ts";
import type { IndexEntry } from "./fetching/ready_index.ts";
import { type RunningJob, runOf } from "./run_job.ts";

/** A job in hand. */
export interface JobInHand {
  /**
   * Its ID: the one in its name, until it is claimed under another because a job has that ID
   * already.
   */
  id: string;
  /** Where it was found. */
  readonly entry: IndexEntry;
  /** What it holds of the queue's limits. */
  readonly held: HeldPlaces;
  /** A job that is claimed or runs takes a slot; one that has ended waits to be settled. */
  stage: "claiming" | "running" | "ended";
  /** Set once it is claimed. */
  claim?: Claim;
  /** Its command, once that is started. */
  running?: RunningJob;
  /** Whether it was cancelled, perhaps before its command was started. */
  isCancelled?: boolean;
}

/** The jobs in hand. No two of them have one ID. */
export class JobsInHand {
  readonly #jobs = new Map<string, JobInHand>();
  readonly #freed: (entry: IndexEntry) => void;
  readonly #fence: Fence | undefined;
  /** Entries whose ID is in hand: its last attempt is not settled yet, or two files have one ID. */
  #deferred: IndexEntry[] = [];
  #slotsTaken = 0;
  #isPuttingBack = false;
  #isAbandoned = false;

  /**
   * @param freed Called with each entry that waited for an ID that is no longer in hand.
   * @param fence Told what runs.
   */
  constructor(freed: (entry: IndexEntry) => void, fence?: Fence) {
    this.#freed = freed;
    this.#fence = fence;
  }

  /** How many jobs are being claimed or run. */
  get slotsTaken(): number {
    return this.#slotsTaken;
  }

  /** How many jobs have ended and are to be settled. */
  get unsettled(): number {
    return this.#isAbandoned ? 0 : this.#jobs.size - this.#slotsTaken;
  }

  /** What each job in hand holds. */
  get held(): HeldPlaces[] {
    return [...this.#jobs.values()].map(({ held }) => held);
  }

  /** The attempts in hand, whose processes can be found and killed. */
  get runs(): JobRun[] {
    return [...this.#jobs.values()].flatMap(({ claim }) => claim ? [runOf(claim)] : []);
  }

  /** The job of this ID. */
  get(id: string): JobInHand | undefined {
    return this.#jobs.get(id);
  }

  /**
   * Takes a job in hand, to claim it; `undefined` while another has its ID: then the entry waits
   * for that one.
   */
  take({ entry, held }: Chosen): JobInHand | undefined {
    const { id } = entry;
    if (this.#jobs.has(id)) {
      this.#deferred.push(entry);
      return undefined;
    }
    const job: JobInHand = { id, entry, held, stage: "claiming" };
    this.#jobs.set(id, job);
    this.#slotsTaken++;
    return job;
  }

  /** The job is claimed, perhaps under another ID than its name says. */
  claimed(job: JobInHand, claim: Claim): void {
    job.claim = claim;
    if (claim.id === job.id) return;
    this.#jobs.delete(job.id);
    this.#free(job.id);
    job.id = claim.id;
    job.isCancelled = false;
    this.#jobs.set(job.id, job);
  }

  /** A job's command is about to be started. */
  starts(claim: Claim): void {
    this.#fence?.begins(runOf(claim));
  }

  /**
   * The job's command runs. What was asked of it, or of all jobs, while it was started holds for it
   * too.
   */
  started(job: JobInHand, running: RunningJob): void {
    job.stage = "running";
    job.running = running;
    this.#fence?.started(running.pid);
    if (this.#isAbandoned) running.kill();
    else if (job.isCancelled) running.end("cancelled");
    else if (this.#isPuttingBack) running.end("put back");
  }

  /** The job no longer takes a slot; it is to be settled. */
  ended(job: JobInHand): void {
    job.stage = "ended";
    if (job.running) this.#fence?.exited(job.running.pid);
    job.running = undefined;
    this.#slotsTaken--;
  }

  /** Drops a job that is settled or not claimed after all; what waited for its ID has its turn. */
  drop(job: JobInHand): void {
    // What was abandoned stays listed: whatever is left of it must be killed.
    if (this.#isAbandoned && job.claim) return;
    if (job.stage !== "ended") this.#slotsTaken--;
    if (job.claim) this.#fence?.ended(runOf(job.claim));
    this.#jobs.delete(job.id);
    this.#free(job.id);
  }

  /** Ends the command of a job for good, once it runs; does nothing if the job is not in hand. */
  cancel(id: string): void {
    const job = this.#jobs.get(id);
    if (!job) return;
    job.isCancelled = true;
    job.running?.end("cancelled");
  }

  /**
   * Sends a signal to a job, if it is the attempt that was claimed at a time.
   *
   * @returns Whether that was done; `"early"` if its command is being started.
   */
  signal(id: string, claimedAt: number, signal: Deno.Signal): boolean | "early" {
    const job = this.#jobs.get(id);
    if (!job || job.stage === "ended") return false;
    if (!job.running) return "early";
    return job.claim?.time === claimedAt && job.running.signal(signal);
  }

  /** Lets suspended jobs go on, as a worker that is to finish what it runs waits for them. */
  resumeAll(): void {
    for (const { running } of this.#jobs.values()) running?.resume();
  }

  /** Ends all commands, so that their jobs can be put back. */
  putBackAll(): void {
    this.#isPuttingBack = true;
    for (const { running } of this.#jobs.values()) running?.end("put back");
  }

  /** Kills all commands at once: the jobs are another worker's now. */
  abandon(): void {
    this.#isAbandoned = true;
    for (const { running } of this.#jobs.values()) running?.kill();
  }

  #free(id: string): void {
    const freed = this.#deferred.filter((entry) => entry.id === id);
    if (freed.length === 0) return;
    this.#deferred = this.#deferred.filter((entry) => entry.id !== id);
    for (const entry of freed) this.#freed(entry);
  }
}
