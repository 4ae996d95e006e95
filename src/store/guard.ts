/**
 * Whether a worker's queue is still the directory that was opened, and still closed to others. A
 * path names whatever lies there now, and a worker lives for months.
 *
 * @module
 */

import { ancestorFault, PARTS } from "./trust.ts";
import type { JobState } from "../format/names.ts";
import type { Store } from "./store.ts";

/** The queue's own directory, or one of {@linkcode PARTS}. */
type Part = "" | typeof PARTS[number];

/** Watches one queue. To be disposed of when the worker exits. */
export class Guard implements Disposable {
  readonly #store: Store;
  readonly #identities = new Map<Part, string>();
  /** While it is held no other directory can get its inode number. */
  readonly #held: Disposable | undefined;

  /** Remembers the queue's directories, which have been found to be safe. */
  constructor(store: Store) {
    this.#store = store;
    this.#held = store.files.keepOpen?.(store.dir);
    for (const part of ["", ...PARTS] as const) {
      const stat = store.files.stat(this.#path(part));
      if (stat) this.#identities.set(part, stat.identity);
    }
  }

  #path(part: Part): string {
    return part === "" ? this.#store.dir : `${this.#store.dir}/${part}`;
  }

  /** Why no job may be claimed from a state's directory; takes two looks at most. */
  claimFault(state: JobState): string | undefined {
    return this.#fault("") ?? this.#fault(state);
  }

  /** Why the worker must exit; looks at the whole queue and at the directories above it. */
  fault(): string | undefined {
    for (const part of ["", ...PARTS] as const) {
      const fault = this.#fault(part);
      if (fault !== undefined) return fault;
    }
    const { files, dir, owner } = this.#store;
    return owner === null ? undefined : ancestorFault(files, dir, owner);
  }

  #fault(part: Part): string | undefined {
    const path = this.#path(part);
    const stat = this.#store.files.stat(path);
    // A missing directory holds nothing to run; a missing queue the worker notices by its presence.
    if (!stat) return undefined;
    if (stat.kind !== "directory" || stat.identity !== this.#identities.get(part)) {
      return `${path} is no longer the directory that this worker opened`;
    }
    const { owner } = this.#store;
    if (owner === null) return undefined;
    if (stat.uid !== owner) return `${path} has been given to another user (uid ${stat.uid})`;
    if (stat.mode & 0o022) {
      return `${path} has been opened to group or others (mode ${stat.mode.toString(8)})`;
    }
  }

  [Symbol.dispose](): void {
    this.#held?.[Symbol.dispose]();
  }
}
