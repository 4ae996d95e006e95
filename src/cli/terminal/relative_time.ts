/**
 * Times as seen from now.
 *
 * @module
 */

/**
 * A span in its largest unit: `45s`, `3m`, `2h`, `5d`.
 *
 * @param milliseconds The span; a negative one counts as 0, and `NaN` as unknown: `-`.
 *
 * @example
 * ```ts
 * import { formatAge } from "./relative_time.ts";
 *
 * formatAge(200_000); // "3m"
 * ```
 */
export function formatAge(milliseconds: number): string {
  if (Number.isNaN(milliseconds)) return "-";
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)}h`;
  return `${Math.floor(seconds / 86400)}d`;
}

/**
 * A time as seen from now: `3m ago`, `in 5s`, `now`.
 *
 * @param time Milliseconds since 1970.
 * @param now Milliseconds since 1970.
 */
export function formatRelative(time: number, now: number): string {
  const distance = time - now;
  if (Math.abs(distance) < 1000) return "now";
  return distance > 0 ? `in ${formatAge(distance)}` : `${formatAge(-distance)} ago`;
}

/** A time of the local day, `14:02:31`. */
export function formatClock(time: number): string {
  const date = new Date(time);
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((part) => String(part).padStart(2, "0")).join(":");
}

/** The local day of a time, `2026-11-22`. */
export function formatDay(time: number): string {
  const date = new Date(time);
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()]
    .map((part) => String(part).padStart(2, "0")).join("-");
}

/**
 * A time for people in a time zone, without the zone's name: `2026-11-22 14:02:31`.
 *
 * @param zone Such as `Europe/Berlin`. Default: this machine's.
 */
export function formatInZone(time: number, zone: string | undefined): string {
  if (zone === undefined) return `${formatDay(time)} ${formatClock(time)}`;
  // Sweden writes times as ISO 8601 does.
  return new Intl.DateTimeFormat("sv-SE", {
    timeZone: zone,
    dateStyle: "short",
    timeStyle: "medium",
  }).format(time);
}

/** A time for people, local, with its distance from now: `2026-11-22 14:02:31 (3m ago)`. */
export function formatMoment(time: number, now: number): string {
  return `${formatDay(time)} ${formatClock(time)} (${formatRelative(time, now)})`;
}

/**
 * A time in a schedule's own zone, with its distance from now: `2026-11-22 14:02:31 Europe/Berlin (in 3m)`.
 *
 * @param due ISO 8601.
 * @param zone The schedule's zone; without one, as an interval is, the time is local.
 */
export function formatDue(due: string, zone: string | undefined, now: number): string {
  const time = Date.parse(due);
  return `${formatInZone(time, zone)}${zone === undefined ? "" : ` ${zone}`} ` +
    `(${formatRelative(time, now)})`;
}
