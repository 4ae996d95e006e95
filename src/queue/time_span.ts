/**
 * Spans of time as people write them.
 *
 * @module
 */

const SECONDS: Record<string, number> = { d: 86400, h: 3600, m: 60, s: 1 };

/**
 * The seconds in a span of time: `90`, `90s`, `10m`, `1h30m`, `2d`, `0.5s`; `undefined` if it is none.
 *
 * @example
 * ```ts
 * import { secondsInSpan } from "./time_span.ts";
 *
 * secondsInSpan("1h30m"); // 5400
 * ```
 */
export function secondsInSpan(text: string): number | undefined {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  const match =
    /^(?:(\d+(?:\.\d+)?)d)?(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s)?$/
      .exec(text);
  if (!match || text === "") return undefined;
  return ["d", "h", "m", "s"].reduce(
    (sum, unit, index) => sum + Number(match[index + 1] ?? 0) * SECONDS[unit]!,
    0,
  );
}
