/**
 * When schedules are due around each change of the clock of ten years in twenty zones, against a
 * reference that looks at the clock minute by minute. With ZONE_STRIDE=1 each minute of the day is
 * tried at each change (minutes); by default every one of them is tried at some changes.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { timetable } from "../../src/schedules/timetable.ts";

const MINUTE = 60_000, HOUR = 60 * MINUTE, DAY = 24 * HOUR;
const [FIRST, LAST] = [Date.UTC(2017, 0, 1), Date.UTC(2027, 0, 1)];
const STRIDE = Number(Deno.env.get("ZONE_STRIDE") ?? 96);

/** Among them: changes at midnight, by half an hour, by two hours, and several a year. */
const ZONES = [
  ...["Europe/Berlin", "Europe/London", "Europe/Dublin", "Atlantic/Azores", "Antarctica/Troll"],
  ...["America/New_York", "America/Los_Angeles", "America/St_Johns", "America/Havana"],
  ...["America/Sao_Paulo", "America/Asuncion", "America/Santiago", "America/Scoresbysund"],
  ...["Africa/Casablanca", "Africa/Cairo", "Asia/Beirut", "Asia/Tehran"],
  ...["Australia/Lord_Howe", "Pacific/Chatham", "Pacific/Auckland"],
];

/** What the clock shows, as if it were UTC, by Intl and nothing else. */
function clockOf(zone: string): (time: number) => number {
  const format = new Intl.DateTimeFormat("sv-SE", {
    timeZone: zone,
    dateStyle: "short",
    timeStyle: "medium",
  });
  return (time) => Date.parse(`${format.format(time).replace(" ", "T")}Z`);
}

/**
 * Each minute around a change: when it is, and what the clock shows. Clocks change at quarter
 * hours.
 */
interface Minute {
  time: number;
  wall: number;
}

function* changes(zone: string): Generator<Minute[]> {
  const shows = clockOf(zone);
  let offset = shows(FIRST) - FIRST;
  for (let day = FIRST + DAY; day < LAST; day += DAY) {
    const now = shows(day) - day;
    if (now === offset) continue;
    offset = now;
    let change = day - DAY;
    while (shows(change) - change !== now) change += 15 * MINUTE;
    const minutes: Minute[] = [];
    for (let quarter = change - 3 * HOUR; quarter < change + 25 * HOUR; quarter += 15 * MINUTE) {
      const wall = shows(quarter);
      for (let more = 0; more < 15 * MINUTE; more += MINUTE) {
        minutes.push({ time: quarter + more, wall: wall + more });
      }
    }
    yield minutes;
  }
}

/** The times at which a schedule is due, by looking at the clock minute by minute. */
function looked(minutes: readonly Minute[], isDue: (wall: number) => boolean, everyHour: boolean) {
  const due: number[] = [];
  let highest = minutes[0]!.wall - MINUTE;
  for (const { time, wall } of minutes) {
    let isNow = (everyHour || wall > highest) && isDue(wall);
    for (let skipped = highest + MINUTE; skipped < wall && !everyHour; skipped += MINUTE) {
      isNow ||= isDue(skipped);
    }
    if (isNow) due.push(time);
    highest = Math.max(highest, wall);
  }
  return due;
}

/** The times at which a schedule is due, as workers ask for them. */
function asked(when: string, zone: string, minutes: readonly Minute[]): number[] {
  const table = timetable(when, zone, 0);
  const due: number[] = [];
  let time = minutes[0]!.time - 1;
  for (;;) {
    const next = table.next(time);
    assert(next !== undefined && next > time, `${when} in ${zone} goes on`);
    if (due.length % 6 === 1) {
      assertEquals(table.latest(next - 1), time, `${when} in ${zone}: the latest before`);
      assertEquals(table.latest(next), next, `${when} in ${zone}: the latest at it`);
    }
    if (next > minutes.at(-1)!.time) return due;
    due.push(time = next);
  }
}

const iso = (times: readonly number[]) => times.map((time) => new Date(time).toISOString());
const range = (from: number, to: number, step = 1) =>
  Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, at) => from + at * step);

/** Fields, the minutes and hours that they mean, and which days if not all. */
const LISTS: [when: string, minutes: number[], hours: number[], day?: (day: Date) => boolean][] = [
  ["30 2,14 * * *", [30], [2, 14]],
  ["0,30 2 * * *", [0, 30], [2]],
  ["*/10 2 * * *", range(0, 50, 10), [2]],
  ["*/10 0 * * *", range(0, 50, 10), [0]],
  ["59 23 * * *", [59], [23]],
  ["4-59/11 0-2 * * *", range(4, 59, 11), range(0, 2)],
  ["0 */2 * * *", [0], range(0, 22, 2)],
  ["15 1-23/2 * * *", [15], range(1, 23, 2)],
  ["5,35 0,1,2,3 * * *", [5, 35], [0, 1, 2, 3]],
  ["@daily", [0], [0]],
  ["@hourly", [0], range(0, 23)],
  ["30 * * * *", [30], range(0, 23)],
  ["*/20 * * * *", range(0, 40, 20), range(0, 23)],
  ["7 0-11,12-23 * * *", [7], range(0, 23)],
  ["20 */1 * * *", [20], range(0, 23)],
  ["30 2 * * SUN", [30], [2], (day) => day.getUTCDay() === 0],
  ["45 * * * 0", [45], range(0, 23), (day) => day.getUTCDay() === 0],
  ["30 0,2 25-31 * *", [30], [0, 2], (day) => day.getUTCDate() >= 25],
];

for (const [index, zone] of ZONES.entries()) {
  Deno.test(`each time comes once where the clock of ${zone} changes`, () => {
    let seen = 0;
    const compare = (
      when: string,
      minutes: readonly Minute[],
      isMinute: readonly number[],
      isHour: readonly number[],
      isDay = (_: Date) => true,
    ) => {
      const ofDay = new Set(isHour.flatMap((hour) => isMinute.map((minute) => hour * 60 + minute)));
      const isDue = (wall: number) => ofDay.has(wall / MINUTE % 1440) && isDay(new Date(wall));
      const expected = looked(minutes, isDue, isHour.length === 24);
      const until = minutes.at(-1)!.time;
      const actual = asked(when, zone, minutes).filter((time) => time <= until);
      assertEquals(iso(actual), iso(expected), `${when} in ${zone}`);
    };
    for (const minutes of changes(zone)) {
      seen++;
      for (let value = (index + seen) % STRIDE; value < 1440; value += STRIDE) {
        const [minute, hour] = [value % 60, Math.floor(value / 60)];
        compare(`${minute} ${hour} * * *`, minutes, [minute], [hour]);
      }
      for (const [when, ...meant] of LISTS) compare(when, minutes, ...meant);
    }
    assert(seen >= 2, `${zone} changes its clock, ${seen}`);
  });
}
