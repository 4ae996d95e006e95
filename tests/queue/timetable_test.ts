import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../src/queue/errors.ts";
import { timetable } from "../../src/queue/timetable.ts";

const BERLIN = "Europe/Berlin";

/** The next times after one, as ISO 8601 to the minute. */
function following(when: string, zone: string, after: string, count: number): string[] {
  const table = timetable(when, zone, 0);
  const times: string[] = [];
  for (let time = Date.parse(after); times.length < count;) {
    time = table.next(time)!;
    times.push(new Date(time).toISOString().slice(0, 16));
  }
  return times;
}

Deno.test("five fields are read in their time zone", () => {
  assertEquals(following("30 2 * * *", BERLIN, "2026-11-22T00:00:00Z", 2), [
    "2026-11-22T01:30",
    "2026-11-23T01:30",
  ]);
  assertEquals(following("30 2 * * *", "UTC", "2026-11-22T02:30:00Z", 1), ["2026-11-23T02:30"]);
});

Deno.test("six fields begin with seconds", () => {
  const table = timetable("*/10 * * * * *", "UTC", 0);
  assertEquals(table.next(1_000), 10_000);
  assertEquals(table.next(10_000), 20_000);
});

Deno.test("a time that the clock skips in spring comes when the clock goes on", () => {
  // 2026-03-29: 02:00 becomes 03:00, so 02:30 comes at 03:00, which is 01:00 UTC.
  assertEquals(following("30 2 * * *", BERLIN, "2026-03-27T12:00:00Z", 3), [
    "2026-03-28T01:30",
    "2026-03-29T01:00",
    "2026-03-30T00:30",
  ]);
});

Deno.test("a time that the clock shows twice in autumn comes once, the first time", () => {
  // 2026-10-25: 03:00 becomes 02:00, so 02:30 is shown at 00:30 and at 01:30 UTC.
  assertEquals(following("30 2 * * *", BERLIN, "2026-10-24T12:00:00Z", 2), [
    "2026-10-25T00:30",
    "2026-10-26T01:30",
  ]);
  const table = timetable("30 2 * * *", BERLIN, 0);
  assertEquals(table.latest(Date.parse("2026-10-25T02:00Z")), Date.parse("2026-10-25T00:30Z"));
});

Deno.test("what comes each half hour goes on without gap or double over both changes", () => {
  for (const day of ["2026-03-28T23:45:00Z", "2026-10-24T23:45:00Z"]) {
    const table = timetable("*/30 * * * *", BERLIN, 0);
    let time = Date.parse(day) + 15 * 60_000;
    for (let count = 0; count < 8; count++) {
      const next = table.next(time)!;
      assertEquals(next - time, 30 * 60_000);
      assertEquals(table.latest(next - 1), time);
      time = next;
    }
  }
});

Deno.test("the latest time is one that is due now, too", () => {
  const noon = Date.parse("2026-11-22T12:00:00Z");
  const table = timetable("@hourly", "UTC", 0);
  assertEquals(table.latest(noon), noon);
  assertEquals(table.latest(noon + 500), noon);
  assertEquals(table.latest(noon - 1), noon - 3_600_000);
});

Deno.test("an interval counts from its anchor", () => {
  const table = timetable("every 1m30s", undefined, 5_000);
  assertEquals(table.next(5_000), 95_000);
  assertEquals(table.next(95_000), 185_000);
  assertEquals(table.latest(184_999), 95_000);
  assertEquals(timetable("every 90", undefined, 0).next(0), 90_000);
});

for (
  const [when, said] of [
    ["61 * * * *", "61"],
    ["* * * *", "five or six fields"],
    ["0 0 * * * * 2030", "five or six fields"],
    ["2026-12-01T00:00:00", "five or six fields"],
    ["", "five or six fields"],
    ["hello", "five or six fields"],
    ["@reboot", "@hourly"],
    ["@never", "@hourly"],
    ["0 0 30 2 *", "no calendar has such a day"],
    ["every", "from 1s"],
    ["every 0.5s", "from 1s"],
    ["every day", "from 1s"],
  ] as const
) {
  Deno.test(`"${when}" is no schedule, and it is said what would be one`, () => {
    assertThrows(() => timetable(when, "UTC", 0), UsageError, said);
  });
}

Deno.test("a time zone that there is not is refused", () => {
  assertThrows(() => timetable("* * * * *", "Mars/Base", 0), UsageError, "Mars/Base");
});
