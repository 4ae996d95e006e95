/**
 * The progress of a running job, as the job itself writes it.
 *
 * @module
 */

/** How far a job has come, as it says itself. */
export interface Progress {
  /** What it wrote last, such as `42/100 compiling`: one line of at most 200 characters. */
  text: string;
  /** The share that is done, 0 to 1, or `null` if the text does not begin with it. */
  fraction: number | null;
}

/** The longest text of progress that is shown, in UTF-16 units. */
const MOST_PROGRESS_LENGTH = 200;

/**
 * What a job means by what it wrote: `42` and `42%` are of a hundred, `3/7` is of seven; what follows is for people.
 * Of several lines the last counts, so that a job may also append.
 *
 * @returns `undefined` if there is no line with anything in it.
 *
 * @example
 * ```ts
 * import { parseProgress } from "./progress.ts";
 *
 * parseProgress("42/100 compiling\n"); // { text: "42/100 compiling", fraction: 0.42 }
 * ```
 */
export function parseProgress(content: string): Progress | undefined {
  const text = content.trimEnd().split(/[\r\n]/).at(-1)!.trim().slice(0, MOST_PROGRESS_LENGTH);
  if (text === "") return undefined;
  const match = /^(\d+(?:\.\d+)?)(?:\s*%|\s*\/\s*(\d+(?:\.\d+)?))?(?=\s|$)/.exec(text);
  if (!match) return { text, fraction: null };
  const [done, of] = [Number(match[1]), Number(match[2] ?? 100)];
  return { text, fraction: of > 0 ? Math.min(1, done / of) : null };
}
