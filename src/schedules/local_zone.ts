/**
 * The time zone of this machine, as far as it is known. What the runtime cannot make out of `$TZ` it silently
 * takes as UTC, and so would run things at another time than was meant.
 *
 * @module
 */

import { UsageError } from "../text/errors.ts";

/**
 * What is wrong with `$TZ`, as a sentence without its end; `undefined` if it is read as the C library reads
 * it, or is not set.
 *
 * @param tz What is in it. Default: what is.
 */
export function zoneFault(tz: string | undefined = Deno.env.get("TZ")): string | undefined {
  if (!tz) return undefined;
  const zone = zoneMeant(tz);
  if (zone !== undefined && isInForce(zone)) return undefined;
  const written = `TZ=${JSON.stringify(tz)}`;
  if (zone !== undefined) return `${written} is not read here; write it as TZ=${zone}`;
  return POSIX.test(tz)
    ? `${written} is a rule, and only names of time zones are read; set TZ to one such as Europe/Berlin`
    : `${written} names no time zone that is known; set TZ to one such as Europe/Berlin`;
}

/**
 * The name of this machine's time zone.
 *
 * @throws {UsageError} If it is not known: to guess would be to run things at another time than was meant.
 */
export function localZone(): string {
  const tz = Deno.env.get("TZ");
  const fault = zoneFault(tz);
  if (fault !== undefined) {
    throw new UsageError(`${fault}, or say which is meant, such as --tz UTC`);
  }
  const zone: string | undefined = tz
    ? zoneMeant(tz)
    : Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone !== undefined && zone !== "Etc/Unknown") return zone;
  throw new UsageError(
    "this machine's time zone has no name that is known; say which is meant, such as --tz UTC",
  );
}

/** `EST5`, `<+03>-3`, and what follows where there is summer time: `EST5EDT,M3.2.0,M11.1.0`. */
const POSIX = /^(?:[A-Za-z]{3,}|<[A-Za-z\d+-]{3,}>)([+-]?)(\d{1,2})((?::\d{2}){0,2})(.*)$/;

/** The name of the zone that a value of `$TZ` means. */
function zoneMeant(tz: string): string | undefined {
  const name = tz.replace(/^:/, "").replace(/^\/usr\/share\/zoneinfo\//, "").replace(
    /^posix\//,
    "",
  );
  if (/^[A-Za-z]/.test(name)) {
    try {
      return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone;
    } catch {
      // Not a name; it may be a fixed distance from UTC.
    }
  }
  const [, sign, hours, more, summer] = POSIX.exec(tz) ?? [];
  if (hours === undefined || more || summer || Number(hours) > 12) return undefined;
  // As in $TZ, the sign of these names is that of the way west.
  return Number(hours) === 0 ? "UTC" : `Etc/GMT${sign === "-" ? "-" : "+"}${Number(hours)}`;
}

/** Whether the runtime's own clock shows what that of a zone does, in each month of a year. */
function isInForce(zone: string): boolean {
  const format = new Intl.DateTimeFormat("sv-SE", {
    timeZone: zone,
    dateStyle: "short",
    timeStyle: "medium",
  });
  const year = new Date().getUTCFullYear();
  for (let month = 0; month < 12; month++) {
    const time = Date.UTC(year, month, 15, 12);
    const shown = Date.parse(`${format.format(time).replace(" ", "T")}Z`);
    if (time - shown !== new Date(time).getTimezoneOffset() * 60_000) return false;
  }
  return true;
}
