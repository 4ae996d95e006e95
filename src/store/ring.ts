/**
 * The ring. The kernel reports changes of its own machine alone, and clients of a shared file
 * system keep what they have seen of names and times for a second or more. So whoever changes what
 * a worker waits for makes the next number in ring/, and a worker that has heard N looks for the
 * name N+1: what has never been there no client answers from its memory.
 *
 * A worker that can hear makes the folder; without it nobody listens, and nobody rings.
 *
 * A ring is no promise. It is not flushed, nothing fails with it, and polls find what it left out.
 *
 * @module
 */

import type { Store } from "./store.ts";
import { ifFree, makeDirectory, pathIn, removeIfPossible } from "./store.ts";

/** How many numbers stay, for workers that were busy when they were made. */
export const KEPT_RINGS = 64;

/** A number as it is written in ring/. */
const NUMBER = /^[1-9]\d{0,14}$/;

/** Reports to workers on other machines that something has changed. Nothing on a local disk. */
export function ring(store: Store): void {
  const { files, dir } = store;
  if (files.isLocal(dir)) return;
  const folder = pathIn(store, "ring");
  try {
    // By a list: an `enqueue` has met no error so far, and the first takes as long as a flush.
    if (![...files.list(dir)].some(({ name }) => name === "ring")) return;
    let numbers = ringNumbers(store);
    if (!makeNext(store, numbers)) {
      // This machine may have remembered old names. If not, another program has made this number
      // after the change that this one reports.
      files.stat(folder, "fresh");
      numbers = ringNumbers(store);
      makeNext(store, numbers);
    }
    for (const number of numbers) {
      if (number <= newest(numbers) + 1 - KEPT_RINGS) {
        removeIfPossible(store, `${folder}/${number}`);
      }
    }
  } catch {
    // No worker has listened yet, or the disk is full or may only be read: polls find the change.
  }
}

/** Makes the next number; returns `false` if it is there. */
function makeNext({ files, dir }: Store, numbers: readonly number[]): boolean {
  const path = `${dir}/ring/${newest(numbers) + 1}`;
  return ifFree(() => files.create(path, new Uint8Array()));
}

/** The numbers in ring/; none if it cannot be read. */
function ringNumbers(store: Store): number[] {
  try {
    return [...store.files.list(pathIn(store, "ring"))]
      .filter(({ name, kind }) => kind === "file" && NUMBER.test(name))
      .map(({ name }) => Number(name));
  } catch {
    return [];
  }
}

function newest(numbers: readonly number[]): number {
  return numbers.reduce((most, number) => Math.max(most, number), 0);
}

/** What a worker has heard of the rings of a queue. */
export class RingListener {
  readonly #store: Store;
  #heard: number;

  /** Hears what is rung from now on. */
  constructor(store: Store) {
    this.#store = store;
    try {
      makeDirectory(store, pathIn(store, "ring"));
    } catch {
      // Then it polls.
    }
    this.#heard = newest(ringNumbers(store));
  }

  /** Whether somebody has rung since the last call. One call of the file system if nobody has. */
  hasRung(): boolean {
    const { files } = this.#store;
    const before = this.#heard;
    while (files.exists(pathIn(this.#store, "ring", `${this.#heard + 1}`))) this.#heard++;
    return this.#heard > before;
  }

  /** {@linkcode hasRung}, also if the next number is gone by now. Some more calls. */
  hasRungEver(): boolean {
    const before = this.#heard;
    this.#heard = Math.max(before, newest(ringNumbers(this.#store)));
    return this.#heard > before;
  }
}
