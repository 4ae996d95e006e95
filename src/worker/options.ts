/**
 * How a worker is to work.
 *
 * @module
 */

import type { WorkerEvent } from "./events.ts";

/** How a worker is to work. */
export interface WorkerOptions {
  /** How many jobs it runs at once. Default: the queue's `worker_count`. */
  count?: number;
  /** Finish when nothing is ready, running or waiting for a retry. */
  drain?: boolean;
  /**
   * Finish when no job has run, been ready or been waited for in so many seconds, from 0.1 to a
   * week. A delayed job and a retry are waited for. Default: stay.
   */
  idleExit?: number;
  /** Its tags: it also runs jobs that ask for them with `on`. Default: none. */
  tags?: readonly string[];
  /** Work only the job of this ID, and finish when it is done or dead. */
  only?: string;
  /** With `only`: the running job that waits for that one; they share a place of `concurrency`. */
  partOf?: string;
  /**
   * Fed by the worker's own loop, at least so often, in seconds, from when it is live: if it hangs,
   * that ends.
   */
  watchdog?: { every: number; feed(): void };
  /** Told of everything that happens. Must not throw. */
  onEvent?: (event: WorkerEvent) => void;
}
