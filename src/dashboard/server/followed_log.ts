/**
 * The size of one job's log, as it grows.
 *
 * @module
 */

import type { JobState, Queue } from "../../../mod.ts";
import type { Events } from "../api.ts";
import type { Scanner } from "../scan/scanner.ts";

/** How often to look at the log, in milliseconds; and after it has grown. */
const [LOOK_EVERY, AFTER_GROWTH] = [50, 250];

/** Looks at a log while somebody follows it, however many do. */
export class FollowedLog {
  /** What was last found. */
  latest: Events["log"];
  readonly #queue: Queue;
  readonly #scanner: Scanner;
  readonly #changed: (log: Events["log"]) => void;
  #path: string | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    queue: Queue,
    scanner: Scanner,
    id: string,
    changed: (log: Events["log"]) => void,
  ) {
    [this.#queue, this.#scanner, this.#changed] = [queue, scanner, changed];
    this.latest = { id, size: 0, state: null };
    this.jobsMoved();
    this.#look();
  }

  /** Asks for the job's state again. */
  jobsMoved(): void {
    this.#scanner.job(this.latest.id)
      .then((detail) => this.#update(this.latest.size, detail?.job.state ?? null), () => {});
  }

  /** Stops looking. */
  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    const { id, size, state } = this.latest;
    const stat = this.#path === undefined ? undefined : statOf(this.#path);
    if (!stat) this.#path = this.#queue.logPath(id);
    const now = (stat ?? (this.#path === undefined ? undefined : statOf(this.#path)))?.size ?? 0;
    this.#timer = setTimeout(() => this.#look(), now === size ? LOOK_EVERY : AFTER_GROWTH);
    this.#update(now, state);
  }

  #update(size: number, state: JobState | null): void {
    if (size === this.latest.size && state === this.latest.state) return;
    this.latest = { id: this.latest.id, size, state };
    this.#changed(this.latest);
  }
}

/** A log moves with its job, so it may be gone from where it was. */
function statOf(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch {
    return undefined;
  }
}
