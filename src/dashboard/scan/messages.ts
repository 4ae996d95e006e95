/**
 * What the server and its scanning thread say to each other.
 *
 * @module
 */

import type { BulkAction, BulkFilter, Events, JobsQuery, Status } from "../api.ts";

/** The first message to the thread, with the port for all others. */
export interface Opening {
  /** The queue's directory. */
  dir: string;
  /** Whether the queue is another user's. */
  ofAnyUser: boolean;
}

/** What the thread is asked; each has an answer of the same `number`. */
export type Question =
  | { ask: "jobs"; query: JobsQuery }
  | { ask: "matching"; filter: BulkFilter; action: BulkAction; most: number }
  | { ask: "job"; id: string }
  | { ask: "stats"; span_ms: number; parts: number }
  | { ask: "dead" | "schedules" | "metrics" | "doctor" | "watch" | "unwatch" };

/** A question on its way. */
export type Numbered = Question & { number: number };

/** Why a question or a look failed: the status and the sentence of an answer. */
export interface Fault {
  status: number;
  message: string;
}

/** What the thread says: an answer, or while it watches the status, or why there is none. */
export type Answer =
  | { number: number; value?: unknown; fault?: Fault }
  | { fault: Fault }
  | { status: Status; jobs: Events["jobs"] };
