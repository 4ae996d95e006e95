/**
 * Times and spans for people.
 *
 * @module
 */

const SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, DAY = 24 * HOUR;

/** A span in milliseconds, in its largest unit: `45s`, `3m`, `2h`, `5d`; `-` for `NaN`. */
export function formatAge(span: number): string {
  if (Number.isNaN(span)) return "-";
  if (span < MINUTE) return `${Math.max(0, Math.floor(span / SECOND))}s`;
  if (span < HOUR) return `${Math.floor(span / MINUTE)}m`;
  return span < DAY ? `${Math.floor(span / HOUR)}h` : `${Math.floor(span / DAY)}d`;
}

/** A time as seen from now, both in milliseconds since 1970: `3m ago`, `in 5s`, `now`. */
export function formatRelative(time: number, now: number): string {
  const distance = time - now;
  if (Math.abs(distance) < SECOND) return "now";
  return distance > 0 ? `in ${formatAge(distance)}` : `${formatAge(-distance)} ago`;
}

/** A time of the local day, `14:02:31`. */
export function formatClock(time: number): string {
  const date = new Date(time);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits).join(":");
}

/** The local day of a time, `2026-11-22`. */
export function formatDay(time: number): string {
  const date = new Date(time);
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()].map(twoDigits).join("-");
}

function twoDigits(part: number): string {
  return String(part).padStart(2, "0");
}

/** A time in a zone such as `Europe/Berlin`, or the local one: `2026-11-22 14:02:31`. */
export function formatInZone(time: number, zone: string | undefined): string {
  if (zone === undefined) return `${formatDay(time)} ${formatClock(time)}`;
  // Sweden writes times as ISO 8601 does.
  return new Intl.DateTimeFormat("sv-SE", {
    timeZone: zone,
    dateStyle: "short",
    timeStyle: "medium",
  }).format(time);
}

/** A local time with its distance from now: `2026-11-22 14:02:31 (3m ago)`. */
export function formatMoment(time: number, now: number): string {
  return `${formatInZone(time, undefined)} (${formatRelative(time, now)})`;
}

/**
 * When a schedule is due, in its own zone: `2026-11-22 14:02:31 Europe/Berlin (in 3m)`.
 *
 * @param due ISO 8601.
 */
export function formatDue(due: string, zone: string | undefined, now: number): string {
  const time = Date.parse(due);
  const named = zone === undefined ? "" : ` ${zone}`;
  return `${formatInZone(time, zone)}${named} (${formatRelative(time, now)})`;
}
