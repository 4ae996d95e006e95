/**
 * When schedules are due, for people.
 *
 * @module
 */

import { formatInZone, formatRelative } from "./relative_time.ts";

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
