/**
 * Chance that can be repeated: the same seed, the same numbers.
 *
 * @module
 */

import { ulid } from "@std/ulid";
import { useIds } from "../../src/format/ids.ts";

/**
 * A generator of numbers in [0, 1) that a seed determines (mulberry32).
 *
 * @param seed Any integer.
 */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** The time that {@linkcode withSeed} stops the clock at, unless told otherwise. */
export const SEEDED_TIME = Date.UTC(2026, 0, 1);

let active = false;

/**
 * Runs something with `Date.now()` standing still and `crypto.getRandomValues`,
 * `crypto.randomUUID` and `Math.random` giving what the seed says, so that the IDs it makes are the
 * same in each run. `new Date()` without arguments is not covered.
 *
 * All of it is put back before the promise settles. Runs must follow each other: they share the
 * globals that they replace.
 *
 * @param seed Any integer.
 * @param run What to run. Nothing of it may go on after its promise has settled.
 * @param time What `Date.now()` says.
 * @returns What `run` resolved to.
 * @throws Whatever `run` throws; an `Error` if another run has not ended.
 */
export async function withSeed<T>(
  seed: number,
  run: () => T | PromiseLike<T>,
  time = SEEDED_TIME,
): Promise<T> {
  if (active) throw new Error("withSeed: another seeded run has not ended");
  active = true;
  const random = seededRandom(seed);
  const fill = (array: ArrayBufferView): ArrayBufferView => {
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    for (let i = 0; i < bytes.length; i++) bytes[i] = random() * 256;
    return array;
  };
  const uuid = () => {
    const hex = [...fill(new Uint8Array(16)) as Uint8Array].map((byte) =>
      byte.toString(16).padStart(2, "0")
    ).join("");
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-` +
      hex.slice(20);
  };
  const patches: [object, string, unknown][] = [
    [Date, "now", () => time],
    [Math, "random", random],
    [crypto, "getRandomValues", fill],
    [crypto, "randomUUID", uuid],
  ];
  const before = patches.map(([object, key]) => Object.getOwnPropertyDescriptor(object, key));
  for (const [object, key, value] of patches) {
    Object.defineProperty(object, key, { value, configurable: true, writable: true });
  }
  let beginning: string | undefined;
  let count = 0;
  const useOwnIds = useIds((now) => {
    beginning ??= ulid(now).slice(0, 20);
    return beginning + String(count++).padStart(6, "0");
  });
  try {
    return await run();
  } finally {
    patches.forEach(([object, key], i) => {
      const descriptor = before[i];
      if (descriptor) Object.defineProperty(object, key, descriptor);
      // It was inherited: without our own property the inherited one shows again.
      else delete (object as Record<string, unknown>)[key];
    });
    useOwnIds();
    active = false;
  }
}
