/**
 * What one look at a queue finds, and the mending of it.
 *
 * @module
 */

import type { JobRun } from "../process/survivors.ts";
import type { Store } from "../store/store.ts";

/** Something that a check found. */
export interface Finding {
  /** What is wrong, and what it means, in a sentence. */
  problem: string;
  /** What the repair did, or what the user can do. */
  remedy: string;
  /** Whether it has been mended. */
  mended: boolean;
}

/** How to check. */
export interface DoctorOptions {
  /** Whether to mend what is safe to mend. */
  repair: boolean;
  /** Bytes left on the queue's file system, if known. */
  freeBytes?: number;
  /** This machine's name, which the repair works under. */
  host: string;
  /** The process that does it. */
  pid: number;
  /** The version of queuectl. */
  version: string;
  /** Ends what is left on this machine of the processes of some runs of a dead worker. */
  killSurvivors: (worker: string, runs: JobRun[]) => Promise<void>;
  /** Waits between the two looks. Default: 100 ms. */
  pause?: () => Promise<void>;
}

/** One look: collects findings, and mends where it may. */
export class Examination {
  /** What was found, by what names it. */
  readonly findings = new Map<string, Finding>();

  /**
   * @param store The queue.
   * @param options How to check; without `repair` nothing is changed.
   * @param before The names of what an earlier look found. What is not among them has only just come to be so, and
   * is passed over.
   */
  constructor(
    readonly store: Store,
    readonly options: DoctorOptions,
    readonly before?: ReadonlySet<string>,
  ) {}

  /**
   * Notes what cannot be mended here.
   *
   * @param name Names it from look to look, if the sentence may not stay the same.
   */
  note(problem: string, remedy: string, name: string = problem): void {
    if (this.#isNew(name)) return;
    this.findings.set(name, { problem, remedy, mended: false });
  }

  /** Mends, if that is wanted, and notes it. The action looks once more whether it still may. */
  async mend(
    problem: string,
    remedy: string,
    action: () => unknown | Promise<unknown>,
  ): Promise<void> {
    if (this.#isNew(problem)) return;
    if (!this.options.repair) {
      this.findings.set(problem, { problem, remedy: `--repair ${remedy}`, mended: false });
      return;
    }
    try {
      await action();
      this.findings.set(problem, { problem, remedy: `mended: ${remedy}`, mended: true });
    } catch (error) {
      this.note(problem, `could not be mended: ${error instanceof Error ? error.message : error}`);
    }
  }

  #isNew(name: string): boolean {
    return this.before !== undefined && !this.before.has(name);
  }
}
