/**
 * The findings of one look at a queue, and their repair.
 *
 * @module
 */

import type { FileStat } from "../fs/file_port.ts";
import type { JobRun } from "../process/survivors.ts";
import { ifThere, type Store } from "../store/store.ts";
import { quotedPath } from "../text/shown_text.ts";

/** A problem that a check found. */
export interface Finding {
  /** What is wrong, in a sentence. */
  problem: string;
  /** What the repair did, or what the user can do. */
  remedy: string;
  /** Whether it has been repaired. */
  mended: boolean;
}

/** The command that makes the queue trust a file, for a user who has checked what is in it. */
export function trustCommand(path: string, { uid }: FileStat, owner: number | null): string {
  const isOthers = uid !== owner && uid !== Deno.uid();
  return `${isOthers ? `chown ${owner}` : "chmod 600"} ${quotedPath(path)}`;
}

/** How to check. */
export interface DoctorOptions {
  /** Whether to repair what is safe to repair. */
  repair: boolean;
  /** Bytes left on the queue's file system, if known. */
  freeBytes?: number;
  /** This machine's name, for the presence of the repair. */
  host: string;
  /** The process that repairs. */
  pid: number;
  /** The version of queuectl. */
  version: string;
  /** Ends what is left on this machine of the processes of a dead worker's runs. */
  killSurvivors: (worker: string, runs: JobRun[]) => Promise<void>;
  /** Waits between the two looks. Default: 100 ms; 3 s where machines share the file system. */
  pause?: (store: Store) => Promise<void>;
}

/** One look: collects findings, and repairs where it may. */
export class Examination {
  /** The findings by their names. */
  readonly findings = new Map<string, Finding>();

  /**
   * @param store The queue.
   * @param options How to check; without `repair` nothing is changed.
   * @param before The names of an earlier look's findings. Others are too new to count, and are
   * skipped.
   */
  constructor(
    readonly store: Store,
    readonly options: DoctorOptions,
    readonly before?: ReadonlySet<string>,
  ) {}

  /**
   * Notes a problem that only a person can repair.
   *
   * @param name Its name in each look, if its sentence may change.
   */
  note(problem: string, remedy: string, name: string = problem): void {
    if (this.#isNew(name)) return;
    this.findings.set(name, { problem, remedy, mended: false });
  }

  /**
   * Notes a problem, and repairs it if that is wanted. The action checks once more whether it still
   * may.
   */
  async fix(
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
      this.findings.set(problem, { problem, remedy: inPast(remedy), mended: true });
    } catch (error) {
      this.note(problem, `could not be fixed: ${error instanceof Error ? error.message : error}`);
    }
  }

  /** Finds a file that others can write, and closes it to them. */
  async close(shown: string, path: string, mode: number): Promise<void> {
    if ((mode & 0o022) === 0) return;
    await this.fix(
      `${shown} can be written by group or others (mode ${mode.toString(8)})`,
      "sets mode 600",
      () => ifThere(() => this.store.files.setMode(path, 0o600)),
    );
  }

  #isNew(name: string): boolean {
    return this.before !== undefined && !this.before.has(name);
  }
}

const IRREGULAR: Readonly<Record<string, string>> = { makes: "made", sets: "set" };

/** A remedy that has been done: `makes it` becomes `made it`. */
function inPast(remedy: string): string {
  return remedy.replace(/^\w+/, (verb) => IRREGULAR[verb] ?? verb.replace(/e?s$/, "ed"));
}
