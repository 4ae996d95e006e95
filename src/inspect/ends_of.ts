/**
 * Waiting for the ends of many jobs, by one look at the queue's names for all of them.
 *
 * @module
 */

import { Bell } from "./bell.ts";
import { endOf, entries, type Entry } from "../contents/entries.ts";
import { timeOfId } from "../format/ids.ts";
import { watchQueue } from "../fs/watch.ts";
import type { OpenQueue, Store } from "../store/store.ts";
import { readBriefly } from "./brief_view.ts";
import { jobWithId } from "./find_job.ts";
import { type Selection, selectJobs, selector } from "./selection.ts";

/** How often to look without an event, in milliseconds: another machine's ends cause none here. */
const LOOK_EVERY = 500;

/** How long to let ends gather before the next look, in milliseconds. */
const GATHER = 50;

/** A look may take at most this share of the time, */
const SHARE = 1 / 10;

/** unless the next would be later than after this, in milliseconds. */
const LONGEST_PAUSE = 60_000;

/** What a look at many jobs has found. */
export interface Ends {
  /** The jobs that are waited for from now on, in the order that they were added. */
  found: string[];
  /** The jobs that have ended since the look before, with their states; none of a removed one. */
  ended: { id: string; state?: "done" | "dead" }[];
  /** How many of the others run. */
  running: number;
  /** How many have not ended. */
  left: number;
}

/**
 * Yields what each look finds, until all jobs have ended.
 *
 * @param which Their whole IDs; or which jobs are meant. If no states are given, also those that
 * are added meanwhile.
 * @param signal Ends the waiting.
 *
 * @example
 * ```ts
 * import { endsOf, Queue } from "../../mod.ts";
 *
 * const queue = await Queue.open("/tmp/example-queue");
 * await queue.enqueue({ command: "date", tags: ["a"] });
 * const signal = AbortSignal.timeout(100);
 * for await (const { ended } of endsOf(queue, { tags: ["a"] }, signal)) console.log(ended);
 * ```
 */
export async function* endsOf(
  { store }: OpenQueue,
  which: readonly string[] | Selection,
  signal?: AbortSignal,
): AsyncGenerator<Ends> {
  const selection = Array.isArray(which) ? undefined : which as Selection;
  const grows = selection !== undefined && selection.states === undefined;
  const watched = new WatchedEnds(store, grows ? selector(store, selection) : undefined);
  const pace = new Pace(store, signal);
  try {
    const all = async () => selection ? await selected(store, selection) : which as string[];
    let found = watched.add(await all());
    while (!signal?.aborted) {
      const look = watched.look();
      found.push(...look.found);
      // A job may have been added and have ended between two looks.
      if (look.left === 0 && grows) found.push(...watched.add(await all()));
      yield { ...look, found, left: watched.left };
      found = [];
      if (watched.left === 0) return;
      await pace.next();
    }
  } finally {
    pace.close();
  }
}

/** The jobs that are meant, in the order that they were added. */
async function selected(store: Store, selection: Selection): Promise<string[]> {
  const jobs: { id: string; added: number }[] = [];
  for await (const { id, entry } of selectJobs(store, selection)) {
    jobs.push({ id, added: addedAt(store, entry) });
  }
  jobs.sort((a, b) => a.added - b.added || (a.id < b.id ? -1 : 1));
  return jobs.map(({ id }) => id);
}

function addedAt(store: Store, entry: Entry): number {
  const made = timeOfId(entry.id);
  if (made !== undefined) return made;
  const job = readBriefly(store, entry) ?? jobWithId(store, entry.id);
  return job ? Date.parse(job.created_at) : entry.time;
}

/** When to look again: after an end, or some time, but not too often. */
class Pace {
  readonly #bell = new Bell();
  readonly #unwatch: () => void;
  #begun = performance.now();

  constructor(store: Store, signal: AbortSignal | undefined) {
    const ring = () => this.#bell.ring();
    this.#unwatch = watchQueue(store.dir, ["done", "dead"], ring, {}, GATHER);
    signal?.addEventListener("abort", ring, { once: true });
  }

  /** Resolves when to look again. */
  async next(): Promise<void> {
    const pause = Math.min((performance.now() - this.#begun) / SHARE, LONGEST_PAUSE);
    await new Promise((resolve) => setTimeout(resolve, pause));
    await this.#bell.heard(LOOK_EVERY);
    this.#begun = performance.now();
  }

  close(): void {
    this.#unwatch();
  }
}

/** The jobs that are waited for. */
class WatchedEnds {
  readonly #store: Store;
  readonly #isMeant: ((entry: Entry) => boolean) | undefined;
  readonly #left = new Set<string>();
  readonly #known = new Set<string>();
  /** Those that looked as if they were not meant: one that moved just then is found in the end. */
  readonly #passed = new Set<string>();

  /** @param isMeant Whether to wait also for a job that is new. */
  constructor(store: Store, isMeant: ((entry: Entry) => boolean) | undefined) {
    [this.#store, this.#isMeant] = [store, isMeant];
  }

  /** How many have not ended. */
  get left(): number {
    return this.#left.size;
  }

  /** Waits for some jobs too; returns those that are new. */
  add(ids: readonly string[]): string[] {
    const added = ids.filter((id) => !this.#known.has(id));
    for (const id of added) {
      this.#known.add(id);
      this.#left.add(id);
    }
    return added;
  }

  /** Looks where they are. */
  look(): Ends {
    const [open, found] = [new Set<string>(), [] as string[]];
    let running = 0;
    for (const state of ["pending", "failed", "processing"] as const) {
      for (const entry of entries(this.#store, state)) {
        const { id } = entry;
        if (this.#isMeant && !this.#known.has(id) && !this.#passed.has(id)) {
          if (this.#isMeant(entry)) found.push(...this.add([id]));
          else this.#passed.add(id);
        }
        if (!this.#left.has(id)) continue;
        open.add(id);
        if (state === "processing") running++;
      }
    }
    return { found: found.sort(), ended: this.#takeEnded(open), running, left: this.#left.size };
  }

  #takeEnded(open: ReadonlySet<string>): Ends["ended"] {
    const ended: Ends["ended"] = [];
    for (const id of this.#left) {
      if (open.has(id)) continue;
      const state = endOf(this.#store, id);
      // One that moves while this looks can be missed.
      if (state === undefined && jobWithId(this.#store, id) !== undefined) continue;
      ended.push(state === undefined ? { id } : { id, state });
      this.#left.delete(id);
    }
    return ended;
  }
}
