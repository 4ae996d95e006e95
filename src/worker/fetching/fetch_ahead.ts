/**
 * Has the files of jobs brought into memory before they are claimed.
 *
 * @module
 */

import type { Fetcher } from "../../fs/file_port.ts";
import { pathIn, type Store } from "../../store/store.ts";
import type { Finder } from "./finder.ts";
import { byUrgency, type IndexEntry } from "./ready_index.ts";

/** The places in the order of jobs that are fetched, when it begins … */
const FIRST = 16;
/** … and ever after as soon as this one has not been. A disk takes far less time than so many jobs do. */
const NEXT = 64;
const LAST = 128;
/** After so many claims that did not have to wait it is seen whether, unfetched, they would have to. */
const CLAIMS = 1024;

/**
 * Jobs that have waited for long lie on the disk alone: to wait there for each costs more than the claim. So when one
 * did, and there are many, those of the next are fetched ahead, by another thread.
 */
export class FetchAhead {
  readonly #store: Store;
  readonly #finder: Finder;
  #fetcher: Fetcher | undefined;
  /** For how many claims files are still to be fetched. */
  #claims = 0;
  /** The last that was. */
  #last: IndexEntry | undefined;
  #isClosed = false;

  constructor(store: Store, finder: Finder) {
    this.#store = store;
    this.#finder = finder;
  }

  /** A job was claimed; `waited` says whether its file was not in memory. */
  claimed(waited: boolean): void {
    if (waited) this.#claims = CLAIMS;
    if (this.#claims === 0 || this.#isClosed) return;
    if (--this.#claims === 0) this.#last = undefined;
    else this.#fetch();
  }

  #fetch(): void {
    const last = this.#last;
    const isFetched = (entry: IndexEntry) => last !== undefined && byUrgency(entry, last) <= 0;
    const [next] = this.#finder.ahead(NEXT, NEXT + 1);
    if (!next || isFetched(next)) return;
    const entries = this.#finder.ahead(last ? 0 : FIRST, LAST).filter((entry) => !isFetched(entry));
    const jobs = entries.filter((entry) => !entry.batch);
    this.#last = entries.at(-1);
    this.#fetcher ??= this.#store.files.startFetcher?.();
    this.#fetcher?.fetch(jobs.map(({ state, path }) => pathIn(this.#store, state, path)));
  }

  /** Fetches no more. */
  close(): void {
    this.#isClosed = true;
    this.#fetcher?.[Symbol.dispose]();
  }
}
