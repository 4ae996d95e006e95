/**
 * Checks cron fields: names a mistake in the words that were typed, where croner would not, and
 * finds what the timetable has to know about them.
 *
 * @module
 */

import { UsageError } from "../text/errors.ts";

/** Cron fields that have been checked. */
export interface CronFields {
  /** Five or six fields, also for a word such as `@daily`. */
  readonly pattern: string;
  /** Whether it is due in every hour of the day, and so follows elapsed time when clocks change. */
  readonly everyHour: boolean;
  /** Whether a day must match both day fields, not just one. */
  readonly bothDays: boolean;
}

/** What a schedule can be, to end the sentence "… must be". */
export const FIELDS =
  "five or six fields such as '30 2 * * *' (minute hour day month weekday, with seconds first if six), " +
  "@hourly, @daily, @weekly, @monthly, @yearly, or 'every 90s'";

const WORDS: Record<string, string> = {
  "@hourly": "0 * * * *",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@weekly": "0 0 * * 0",
  "@monthly": "0 0 1 * *",
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
};

type SixFields = [string, string, string, string, string, string];

interface Field {
  name: string;
  least: number;
  most: number;
  /** Names of the values, beginning with the least. */
  names?: readonly string[];
}

const SECOND: Field = { name: "second", least: 0, most: 59 };
const MINUTE: Field = { name: "minute", least: 0, most: 59 };
const HOUR: Field = { name: "hour", least: 0, most: 23 };
const DAY: Field = { name: "day", least: 1, most: 31 };
const MONTH: Field = {
  name: "month",
  least: 1,
  most: 12,
  names: "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split(" "),
};
/** 0 and 7 are both Sunday. */
const WEEKDAY: Field = {
  name: "weekday",
  least: 0,
  most: 7,
  names: "SUN MON TUE WED THU FRI SAT".split(" "),
};

/**
 * Checks cron fields.
 *
 * @throws {UsageError} If they are not valid; the message quotes the wrong part.
 *
 * @example
 * ```ts
 * import { readCronFields } from "./cron_fields.ts";
 *
 * readCronFields("0,30 * * * MON-FRI").everyHour; // true
 * ```
 */
export function readCronFields(text: string): CronFields {
  const isWord = text.startsWith("@");
  const pattern = isWord ? WORDS[text.toLowerCase()] : text.trim().replace(/\s+/g, " ");
  const fields = pattern?.split(" ") ?? [];
  if (pattern === undefined || fields.length < 5 || fields.length > 6) {
    throw new UsageError(`a schedule must be ${FIELDS}, not "${text}"`);
  }
  try {
    const [second, minute, hour, day, month, weekday] =
      (fields.length === 6 ? fields : ["0", ...fields]) as SixFields;
    valuesOf(second, SECOND);
    valuesOf(minute, MINUTE);
    const hours = new Set(valuesOf(hour, HOUR));
    checkParts(day, DAY, isDayPart);
    valuesOf(month, MONTH);
    checkParts(weekday.replace(/^\+/, ""), WEEKDAY, isWeekdayPart);
    const everyHour = hours.size === 24;
    return { pattern, everyHour, bothDays: /^[*?]/.test(day) || /^[*?]/.test(weekday) };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(`"${text}" is not a schedule: ${error.message} (it must be ${FIELDS})`);
  }
}

/** All values of a field; see {@linkcode readPart}. */
function valuesOf(text: string, field: Field): number[] {
  return text.split(",").flatMap((part) => readPart(part, field, text));
}

/** Checks a day field, which has some kinds of parts of its own. */
function checkParts(text: string, field: Field, isOwnPart: (part: string) => boolean): void {
  const parts = text.split(",");
  for (const part of parts) {
    if (/^LW$/i.test(part) && parts.length > 1) {
      throw new UsageError(`${field.name} "${part}" must stand alone, not in "${text}"`);
    }
    if (!isOwnPart(part)) readPart(part, field, text);
  }
}

/** `L`: the last day; `LW`: the last working day; `15W`: the working day nearest to the 15th. */
function isDayPart(part: string): boolean {
  if (/^LW?$/i.test(part)) return true;
  const near = /^(\w+)W$/i.exec(part);
  if (!near) return false;
  readValue(near[1]!, DAY);
  return true;
}

/**
 * `5L` and `FRI#L`: the last Friday of the month; `FRI#2`: its second; `MON-FRI#1`: several at
 * once.
 */
function isWeekdayPart(part: string): boolean {
  const nth = /^([^#]+)#(.*)$/.exec(part);
  const last = nth ? null : /^(\w+)L$/i.exec(part);
  if (nth) {
    readPart(nth[1]!, WEEKDAY, part);
    if (!/^([1-5]|L)$/i.test(nth[2]!) || /[*?/]/.test(nth[1]!)) {
      throw new UsageError(`"${part}" must be a weekday and 1 to 5 or L, such as FRI#2`);
    }
  } else if (last) readValue(last[1]!, WEEKDAY);
  else if (/^L$/i.test(part)) {
    throw new UsageError(`"${part}" needs a weekday before it, such as 5L`);
  }
  return nth !== null || last !== null;
}

// The values of one part of a list: "*", "?", "5", "1-5", "*/STEP", "1-5/STEP".
function readPart(part: string, field: Field, whole: string): number[] {
  const { name, least, most } = field;
  const [range, step, ...more] = part.split("/") as [string, string?];
  if (range === "" || more.length > 0) {
    throw new UsageError(
      part === "" && whole !== ""
        ? `${name} "${whole}" has an empty part`
        : `${name} must be ${allowed(field)}, not "${part}"`,
    );
  }
  const isAll = range === "*" || range === "?";
  const dash = range.indexOf("-", 1);
  const first = isAll ? least : readValue(dash < 0 ? range : range.slice(0, dash), field);
  const last = isAll ? most : dash < 0 ? first : readValue(range.slice(dash + 1), field, true);
  if (last < first) throw new UsageError(`${name} "${range}" ends before it begins`);
  const size = field === WEEKDAY ? 7 : most - least + 1;
  const by = step === undefined ? 1 : /^\d{1,4}$/.test(step) ? Number(step) : NaN;
  if (!(by >= 1 && by <= size)) {
    throw new UsageError(`the step of ${name} must be 1 to ${size}, not "${step}"`);
  }
  if (step !== undefined && !isAll && dash < 0) {
    throw new UsageError(
      `${name} "${part}" needs a range before the step, such as ${range}-${most}/${step}`,
    );
  }
  const values: number[] = [];
  for (let value = first; value <= last; value += by) values.push(value);
  return values;
}

function readValue(text: string, field: Field, isEnd = false): number {
  const { least, most, names } = field;
  const at = names?.indexOf(text.toUpperCase()) ?? -1;
  // The week of FRI-SUN ends with Sunday.
  if (at >= 0) return at === 0 && isEnd && field === WEEKDAY ? 7 : at + least;
  const value = /^\d{1,4}$/.test(text) ? Number(text) : NaN;
  if (value >= least && value <= most) return value;
  throw new UsageError(`${field.name} must be ${allowed(field)}, not "${text}"`);
}

function allowed({ least, most, names }: Field): string {
  return `${least} to ${most}${names ? ` or ${names[0]} to ${names.at(-1)}` : ""}`;
}
