/**
 * Spans of time as people write them.
 *
 * @module
 */

/** The seconds of each unit, and its names. */
const UNITS: [seconds: number, names: readonly string[]][] = [
  [604_800, ["w", "wk", "wks", "week", "weeks"]],
  [86_400, ["d", "day", "days"]],
  [3600, ["h", "hr", "hrs", "hour", "hours"]],
  [60, ["m", "min", "mins", "minute", "minutes"]],
  [1, ["s", "sec", "secs", "second", "seconds"]],
];

const PART = /\s*(\d+(?:\.\d+)?)\s*([a-z]+)\s*/y;

/**
 * The seconds in a span of time: `90`, `90s`, `10m`, `1h30m`, `5 min`, `2 days`, `1w`, `0.5s`;
 * `undefined` for any other text. Larger units come first, each once.
 *
 * @example
 * ```ts
 * import { secondsInSpan } from "./time_span.ts";
 *
 * secondsInSpan("1h30m"); // 5400
 * secondsInSpan("1 hour 30 minutes"); // 5400
 * ```
 */
export function secondsInSpan(text: string): number | undefined {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  let sum = 0;
  let above = Infinity;
  PART.lastIndex = 0;
  for (let end = 0; end < text.length; end = PART.lastIndex) {
    const [, count, name] = PART.exec(text) ?? [];
    const [seconds] = UNITS.find(([, names]) => names.includes(name ?? "")) ?? [Infinity];
    if (seconds >= above || seconds === Infinity) return undefined;
    sum += Number(count) * seconds;
    above = seconds;
  }
  return above === Infinity ? undefined : sum;
}
