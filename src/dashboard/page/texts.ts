/**
 * Values in words, the same on the server and in the browser.
 *
 * @module
 */

const SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, DAY = 24 * HOUR;

/** A number with thin spaces between thousands: `12 345`. */
export function numberText(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, "\u202f");
}

/** A number with what it counts: `1 job`, `3 jobs`. */
export function counted(count: number, noun: string): string {
  return `${numberText(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** A span in its largest unit: `45s`, `3m`, `2h`, `5d`. */
export function ageText(span: number): string {
  if (span < MINUTE) return `${Math.max(0, Math.floor(span / SECOND))}s`;
  if (span < HOUR) return `${Math.floor(span / MINUTE)}m`;
  return span < DAY ? `${Math.floor(span / HOUR)}h` : `${Math.floor(span / DAY)}d`;
}

/** A time as seen from now, both in milliseconds since 1970: `3m ago`, `in 5s`, `now`. */
export function relativeText(time: number, now: number): string {
  const distance = time - now;
  if (Math.abs(distance) < SECOND) return "now";
  return distance > 0 ? `in ${ageText(distance)}` : `${ageText(-distance)} ago`;
}

/** A span in milliseconds, in its two largest units: `850 ms`, `2.4 s`, `1m 5s`, `2h 3m`. */
export function spanText(span: number): string {
  if (span < 999.5) return `${Math.round(span)} ms`;
  if (span < 59_950) return `${(span / SECOND).toFixed(1).replace(/\.0$/, "")} s`;
  const units: [number, string][] = [[DAY, "d"], [HOUR, "h"], [MINUTE, "m"], [SECOND, "s"]];
  const at = units.findIndex(([unit]) => span >= unit);
  const [large, name] = units[at]!;
  const [small, lesser] = units[at + 1] ?? [SECOND, ""];
  const rest = Math.floor((span % large) / small);
  return `${Math.floor(span / large)}${name}${rest > 0 && lesser ? ` ${rest}${lesser}` : ""}`;
}

/** The local time with its distance from UTC: `2026-11-26 20:43:30 +00:00`. */
export function exactText(time: number): string {
  const date = new Date(time);
  const offset = -date.getTimezoneOffset();
  const local = new Date(time + offset * MINUTE).toISOString();
  const [hours, minutes] = [Math.trunc(Math.abs(offset) / 60), Math.abs(offset) % 60];
  const zone = `${offset < 0 ? "-" : "+"}${twoDigits(hours)}:${twoDigits(minutes)}`;
  return `${local.slice(0, 10)} ${local.slice(11, 19)} ${zone}`;
}

/** A local time on an axis: `20:43`, with seconds or the day where the span needs it. */
export function clockText(time: number, span: number): string {
  const text = exactText(time);
  if (span >= 2 * DAY) return text.slice(5, 16);
  return span <= 10 * MINUTE ? text.slice(11, 19) : text.slice(11, 16);
}

function twoDigits(part: number): string {
  return String(part).padStart(2, "0");
}

/** Bytes in powers of 1024, as `df -h` has them: `512 B`, `1.4 GB`. */
export function sizeText(bytes: number): string {
  let value = bytes;
  for (const unit of ["B", "KB", "MB", "GB", "TB"]) {
    if (value < 999.5) {
      return `${value < 9.95 && unit !== "B" ? value.toFixed(1) : Math.round(value)} ${unit}`;
    }
    value /= 1024;
  }
  return `${Math.round(value)} PB`;
}

/** Characters that move, hide or reorder text, and halves of characters. */
const UNSAFE =
  /[\p{Cc}\p{Cs}\u061c\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029\ufeff]/gu;

const NAMED: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** A text on one line, with control characters and those that reorder text as visible escapes. */
export function visibleText(text: string): string {
  return text.replace(UNSAFE, (char) => {
    const code = char.charCodeAt(0).toString(16);
    return NAMED[char] ??
      (code.length > 2 ? `\\u${code.padStart(4, "0")}` : `\\x${code.padStart(2, "0")}`);
  });
}

/** A text of many lines, each with its control characters as {@linkcode visibleText} shows them. */
export function visibleLines(text: string): string {
  return text.split("\n").map((line) => line.split("\t").map(visibleText).join("\t")).join("\n");
}

/** A text cut in the middle to at most this many characters: `make rele…--all`. */
export function cutMiddle(text: string, most: number): string {
  const chars = text.length > most * 4
    ? [...text.slice(0, most * 2), ...text.slice(-most * 2)]
    : [...text];
  if (chars.length <= most) return chars.join("");
  const head = Math.ceil((most - 1) * 0.6);
  return `${chars.slice(0, head).join("")}…${
    chars.slice(chars.length - (most - 1 - head)).join("")
  }`;
}

/** A text cut at its end to at most this many characters. */
export function cutEnd(text: string, most: number): string {
  const chars = [...text.slice(0, most * 2 + 2)];
  return chars.length <= most ? text : `${chars.slice(0, most - 1).join("")}…`;
}

/** A word of a command line, quoted where a shell would change it. */
export function shellWord(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** A time as the clocks of a zone show it: `Fri 27 Nov 02:30`. */
export function zonedText(iso: string, tz: string | undefined): string {
  const time = Date.parse(iso);
  if (Number.isNaN(time)) return visibleText(iso);
  const parts = new Intl.DateTimeFormat("en-GB", {
    ...{ weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" },
    second: time % 60_000 === 0 ? undefined : "2-digit",
    hourCycle: "h23",
    timeZone: knownZone(tz),
  });
  return parts.format(time).replaceAll(",", "");
}

/** A zone that this browser knows; else its own. */
function knownZone(tz: string | undefined): string | undefined {
  try {
    return tz && new Intl.DateTimeFormat("en", { timeZone: tz }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}
