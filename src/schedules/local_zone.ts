/**
 * The time zone of this machine. The runtime silently takes a `$TZ` that it cannot read as UTC;
 * schedules would then run at the wrong time, so such a `$TZ` is an error here.
 *
 * @module
 */

import { UsageError } from "../text/errors.ts";

/**
 * What is wrong with `$TZ`, as a sentence without a full stop; `undefined` if the runtime reads it
 * as the C library does, or it is not set.
 *
 * @param tz Its value. Default: the environment's.
 */
export function zoneFault(tz: string | undefined = Deno.env.get("TZ")): string | undefined {
  if (!tz) return undefined;
  const zone = zoneMeant(tz);
  if (zone !== undefined && isInForce(zone)) return undefined;
  const written = `TZ=${JSON.stringify(tz)}`;
  if (zone !== undefined) return `${written} is not supported; set TZ=${zone}`;
  return POSIX.test(tz)
    ? `${written} is a rule, not a name; set TZ to a time zone such as Europe/Berlin`
    : `${written} is not a known time zone; set TZ to one such as Europe/Berlin`;
}

/**
 * The name of this machine's time zone.
 *
 * @throws {UsageError} If it is not known: a guess would run jobs at the wrong time.
 */
export function localZone(): string {
  const tz = Deno.env.get("TZ");
  const fault = zoneFault(tz);
  if (fault !== undefined) {
    throw new UsageError(`${fault}, or give a zone, such as --tz UTC`);
  }
  // As for the C library.
  if (tz === "") return "UTC";
  const zone: string | undefined = tz
    ? zoneMeant(tz)
    : Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone !== undefined && zone !== "Etc/Unknown") return zone;
  throw new UsageError(
    "this machine's time zone is not known; give one, such as --tz UTC",
  );
}

/** A POSIX rule: `EST5`, `<+03>-3`, with summer time `EST5EDT,M3.2.0,M11.1.0`. */
const POSIX = /^(?:[A-Za-z]{3,}|<[A-Za-z\d+-]{3,}>)([+-]?)(\d{1,2})((?::\d{2}){0,2})(.*)$/;

/** The name of the zone in a value of `$TZ`. */
function zoneMeant(tz: string): string | undefined {
  const name = tz.replace(/^:/, "").replace(/^\/usr\/share\/zoneinfo\//, "").replace(
    /^posix\//,
    "",
  );
  if (/^[A-Za-z]/.test(name)) {
    try {
      return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone;
    } catch {
      // Not a name; perhaps a fixed offset from UTC.
    }
  }
  const [, sign, hours, more, summer] = POSIX.exec(tz) ?? [];
  if (hours === undefined || more || summer || Number(hours) > 12) return undefined;
  // As in $TZ, offsets in these names count to the west.
  return Number(hours) === 0 ? "UTC" : `Etc/GMT${sign === "-" ? "-" : "+"}${Number(hours)}`;
}

/** Whether the runtime's own clock agrees with a zone's in each month of this year. */
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
