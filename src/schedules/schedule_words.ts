/**
 * What a schedule's times mean, in words.
 *
 * @module
 */

import { readCronFields } from "./cron_fields.ts";
import { isInterval } from "./schedule.ts";

const MONTHS = [
  ...["", "January", "February", "March", "April", "May", "June", "July", "August"],
  ...["September", "October", "November", "December"],
];
const WEEKDAYS = [
  ...["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
];

/** More clock times than this are shown as fields. */
const MOST_TIMES = 4;

/**
 * When a schedule is due, in words; parts of a field that have no words stay as they are.
 *
 * @param when Five or six cron fields, a word such as `@hourly`, or `every SPAN`.
 * @throws {UsageError} If the fields are not valid.
 *
 * @example
 * ```ts
 * import { scheduleWords } from "../../mod.ts";
 *
 * scheduleWords("30 2 * * MON-FRI"); // "Monday to Friday, at 02:30"
 * scheduleWords("@hourly"); // "every hour, at minute 0"
 * ```
 */
export function scheduleWords(when: string): string {
  const text = when.trim().replace(/\s+/g, " ");
  if (isInterval(text)) return text.toLowerCase().replace(/^every ?/, "every ");
  const { pattern, bothDays } = readCronFields(text);
  const fields = pattern.split(" ");
  const [second, minute, hour, day, month, weekday] =
    (fields.length === 6 ? fields : ["0", ...fields]) as [
      string,
      string,
      string,
      string,
      string,
      string,
    ];
  const clock = clockWords(second, minute, hour);
  const days = [
    ...(isAny(weekday) ? [] : [listWords(weekday.replace(/^\+/, ""), weekdayName)]),
    ...(isAny(day) ? [] : [monthDay(day)]),
  ].join(bothDays ? " that is " : " or ");
  const months = isAny(month) ? "" : ` in ${listWords(month, (part) => nameIn(MONTHS, part))}`;
  if (days !== "") return `${days}${months}, ${clock}`;
  return clock.startsWith("at ") ? `every day${months}, ${clock}` : `${clock}${months}`;
}

function clockWords(second: string, minute: string, hour: string): string {
  const minutes = numbersIn(minute);
  const hours = numbersIn(hour);
  const seconds = numbersIn(second);
  const late = second === "0" ? "" : `, at second ${listWords(second)}`;
  if (minutes && hours && seconds?.length === 1) {
    const times = hours.flatMap((h) => minutes.map((m) => clockTime(h, m, seconds[0]!)));
    if (times.length <= MOST_TIMES) return `at ${joined(times)}`;
  }
  const everyHour = isAny(hour);
  if (everyHour && isAny(minute)) {
    const by = isAny(second) ? "1" : stepOf(second);
    return by === "1" ? "every second" : by ? `every ${by} seconds` : `every minute${late}`;
  }
  const step = stepOf(minute);
  if (everyHour && step !== undefined) return `every ${step} minutes${late}`;
  const hourStep = stepOf(hour);
  const hoursText = everyHour
    ? "every hour"
    : hourStep === undefined
    ? `in the hours ${listWords(hour)}`
    : `every ${hourStep} hours`;
  const minuteText = isAny(minute)
    ? "every minute"
    : step === undefined
    ? `at minute ${listWords(minute)}`
    : `every ${step} minutes`;
  return `${hoursText}, ${minuteText}${late}`;
}

function clockTime(hour: number, minute: number, second: number): string {
  const parts = second === 0 ? [hour, minute] : [hour, minute, second];
  return parts.map((part) => String(part).padStart(2, "0")).join(":");
}

function isAny(field: string): boolean {
  return /^[*?](\/1)?$/.test(field);
}

/** The plain numbers of a list; `undefined` if it has anything else. */
function numbersIn(field: string): number[] | undefined {
  return /^\d+(,\d+)*$/.test(field) ? field.split(",").map(Number) : undefined;
}

/** N of "*" + "/N". */
function stepOf(field: string): string | undefined {
  return /^[*?]\/(\d+)$/.exec(field)?.[1];
}

function listWords(field: string, name: (part: string) => string = (part) => part): string {
  return joined(
    field.split(",").map((part) => {
      const [range, step] = part.split("/") as [string, string?];
      const words = range.split("-").map(name).join(" to ");
      return step === undefined ? words : `each ${step} of ${words}`;
    }),
  );
}

function joined(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

function monthDay(day: string): string {
  return /^L$/i.test(day) ? "the last day of the month" : `day ${listWords(day)} of the month`;
}

/** `FRI`, `5`, `5L` (the last of the month), `FRI#2` (its second). */
function weekdayName(part: string): string {
  const [, day = part, which] = /^(\w+?)(#[1-5]|#?L)?$/i.exec(part) ?? [];
  const name = nameIn(WEEKDAYS, day);
  if (which === undefined) return name;
  return /L$/i.test(which)
    ? `the last ${name} of the month`
    : `${name} number ${which.slice(1)} of the month`;
}

/** The name of a number or of a name's first three letters. */
function nameIn(names: readonly string[], part: string): string {
  return (/^\d+$/.test(part)
    ? names[Number(part)]
    : names.find((name) => name.slice(0, 3).toLowerCase() === part.toLowerCase())) ?? part;
}
