/**
 * What a job may have in input/: what it reads on standard input, and notes of when it printed.
 *
 * @module
 */

import { ID_PATTERN } from "../format/names.ts";
import { pathIn, type Store } from "../store/store.ts";

/** Ends the name of an input. */
const INPUT = ".in";

/** Ends the name of notes of times. */
const TIMES = ".times";

/** The path of a job's input, whether it has one or not. */
export function inputPath(store: Store, id: string): string {
  return pathIn(store, "input", id + INPUT);
}

/** The path of a job's notes of times, whether it has some or not. */
export function timesPath(store: Store, id: string): string {
  return pathIn(store, "input", id + TIMES);
}

/** The paths of all that a job may have there. */
export function pathsOf(store: Store, id: string): string[] {
  return [inputPath(store, id), timesPath(store, id)];
}

/** The job to which such a name belongs; `undefined` if to none. */
export function inputOwner(name: string): string | undefined {
  const suffix = [INPUT, TIMES].find((suffix) => name.endsWith(suffix));
  const id = suffix === undefined ? "" : name.slice(0, -suffix.length);
  return ID_PATTERN.test(id) ? id : undefined;
}
