/**
 * The progress that a running job reports.
 *
 * @module
 */

/** The progress that a job reports. */
export interface Progress {
  /** The last line that it wrote, such as `42/100 compiling`: at most 200 characters. */
  text: string;
  /** The fraction that is done, 0 to 1, or `null` if the text does not begin with a number. */
  fraction: number | null;
}

/** The longest text of progress that is shown, in UTF-16 units. */
const MOST_PROGRESS_LENGTH = 200;

/**
 * Reads progress: `42` and `42%` are of a hundred, `3/7` is of seven; the text after that is for
 * people. The last line counts, so that a job may append. Blank content is `undefined`.
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
