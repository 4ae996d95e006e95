/**
 * What a worker reports.
 *
 * @module
 */

import type { Attempt } from "../format/job.ts";
import type { SettledState } from "../format/names.ts";
import { placeOf, reasonOf } from "../text/errors.ts";

/** What went wrong, and where. */
export function troubleText(error: unknown): string {
  const place = placeOf(error);
  return place === undefined ? reasonOf(error) : `${reasonOf(error)}: ${place}`;
}

/** That the ends of some jobs, at least one, cannot be recorded. */
export function unsettledText([first, ...others]: readonly string[], error: unknown): string {
  const more = others.length === 0
    ? ""
    : ` and ${others.length} other ${others.length === 1 ? "job" : "jobs"}`;
  return `the end of ${first}${more} is not recorded yet: ${troubleText(error)}`;
}

/** Something that happened in a worker. */
export type WorkerEvent =
  /** A command was started; `pid` is 0 if it could not be. */
  | { kind: "started"; id: string; attempt: number; pid: number; command: string }
  /**
   * A job is settled: an attempt ended, or it cannot run at all (`reason` says why); `readyAt` is
   * when it is ready again, in milliseconds since 1970. `charged` says which of how many attempts
   * that it may have this was: since it was last retried, and without those that are not charged.
   */
  | {
    kind: "ended";
    id: string;
    attempt?: Attempt;
    charged?: { attempts: number; of: number };
    reason?: string;
    state: SettledState;
    readyAt?: number;
  }
  /**
   * A job waits for a resource, the first to need just what it needs: `needs` places of it, of
   * which there are `places`, 0 if none is set.
   */
  | { kind: "waits"; id: string; resource: string; needs: number; places: number }
  /** Somebody has changed how many jobs it runs at once. */
  | { kind: "scaled"; slots: number }
  /** A file in pending/ was no job and now lies in dead/. */
  | { kind: "malformed"; id: string; reason: string }
  /** Another worker had died: jobs that it had written the result of, and jobs charged as lost. */
  | { kind: "recovered"; worker: string; finished: string[]; lost: string[] }
  /** Jobs that had ended were removed, by `keep_done` and `keep_dead`: how many of each state. */
  | { kind: "pruned"; removed: Readonly<Record<"done" | "dead", number>> }
  /** Something is wrong with the disk or the machine; the worker goes on and tries again. */
  | { kind: "trouble"; message: string };
