/**
 * The IDs that queuectl makes: ULIDs, see https://github.com/ulid/spec.
 *
 * @module
 */

import { monotonicUlid, ulid } from "@std/ulid";

/** The latest time that a ULID can hold, in milliseconds since 1970. */
const LAST_TIME = 2 ** 48 - 1;

let makeId: (now: number) => string = monotonicUlid;

/** A fresh ID. IDs of one process ascend, even within a millisecond or if its clock is set back. */
export function newId(): string {
  return makeId(Date.now());
}

/**
 * Makes IDs with another function, for tests that repeat chance.
 *
 * @returns Goes back to the function from before.
 */
export function useIds(make: (now: number) => string): () => void {
  const before = makeId;
  makeId = make;
  return () => makeId = before;
}

/** A fresh ID that begins like another, for a dropped file whose own ID is taken or is none. */
export function freshIdLike(id: string): string {
  const beginning = id.replace(/\.json$/, "").replace(/[^A-Za-z0-9_-]+/g, "-").replace(/^[-_]+/, "")
    .slice(0, 37).replace(/-+$/, "");
  return beginning ? `${beginning}-${newId()}` : newId();
}

/** How the ULIDs of a time begin: as text, all ULIDs made earlier come before it. */
export function idsFrom(time: number): string {
  return ulid(Math.min(Math.max(0, Math.floor(time)), LAST_TIME)).slice(0, 10);
}

/** Whether an ID is a ULID. */
export function isUlid(id: string): boolean {
  return /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(id);
}

/** When a ULID was made, in milliseconds since 1970; `undefined` for another ID. */
export function timeOfId(id: string): number | undefined {
  if (!isUlid(id)) return undefined;
  let time = 0;
  for (let at = 0; at < 10; at++) time = time * 32 + DIGITS.indexOf(id[at]!);
  return time;
}

/** The digits of a ULID in the order of their values. */
const DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
