/**
 * The names of jobs of several states, one after another in the order that the jobs were made.
 *
 * @module
 */

import type { Division, JobState } from "../format/names.ts";
import type { KnownNames } from "./known_names.ts";
import { comparePlaces, type KnownName, type Place } from "./name_scan.ts";

/** A state, or a division of pending/. */
export interface Part {
  /** The state. */
  state: JobState;
  /** Only jobs of this division. */
  division?: Division;
}

/** A job that was found by name. */
export interface Found {
  /** The state that its name was seen in. */
  state: JobState;
  /** Its name. */
  name: KnownName;
}

/** One part on its way: a window, and how far it has been passed. */
interface Passing {
  part: Part;
  names: readonly KnownName[];
  at: number;
  isWhole: boolean;
}

/** Passes over names, asking for further windows as it goes. */
export class NamesInOrder {
  readonly #known: KnownNames;
  readonly #order: "asc" | "desc";
  readonly #sign: number;
  readonly #after: Place | undefined;
  readonly #passing: Passing[];

  /** @param after Only names beyond this place. */
  constructor(known: KnownNames, parts: readonly Part[], order: "asc" | "desc", after?: Place) {
    [this.#known, this.#order, this.#after] = [known, order, after];
    this.#sign = order === "asc" ? 1 : -1;
    this.#passing = parts.map((part) => ({ part, names: [], at: 0, isWhole: false }));
  }

  /** The next name; `undefined` after the last. */
  async next(): Promise<Found | undefined> {
    let first: Passing | undefined;
    for (const passing of this.#passing) {
      if (passing.at >= passing.names.length && !passing.isWhole) await this.#goOn(passing);
      const name = passing.names[passing.at];
      if (!name) continue;
      const other = first?.names[first.at];
      if (!other || this.#sign * comparePlaces(name, other) < 0) first = passing;
    }
    return first && { state: first.part.state, name: first.names[first.at++]! };
  }

  /** Whether the next name is known without a scan. */
  get isAtHand(): boolean {
    return this.#passing.every((passing) => {
      const isIn = passing.at < passing.names.length || passing.isWhole;
      return isIn || this.#known.knows(passing.part.state, this.#wanted(passing));
    });
  }

  #wanted({ part: { division }, names }: Passing) {
    return { order: this.#order, division, after: names.at(-1) ?? this.#after };
  }

  async #goOn(passing: Passing): Promise<void> {
    const { part: { state, division } } = passing;
    const after = passing.names.at(-1) ?? this.#after;
    const first = await this.#known.window(state, { order: this.#order, division });
    const last = first.names.at(-1);
    const isIn = !after || first.isWhole ||
      (last !== undefined && this.#sign * comparePlaces(after, last) < 0);
    const window = isIn
      ? first
      : await this.#known.window(state, { order: this.#order, division, after });
    passing.names = after
      ? window.names.filter((name) => this.#sign * comparePlaces(name, after) > 0)
      : window.names;
    [passing.at, passing.isWhole] = [0, window.isWhole];
  }
}
