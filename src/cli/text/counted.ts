/**
 * Numbers of things.
 *
 * @module
 */

/** A number with what it counts: `1 job`, `3 jobs`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
