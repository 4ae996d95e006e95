import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { UsageError } from "../../src/text/errors.ts";
import { timetable } from "../../src/schedules/timetable.ts";
import { seededRandom } from "../simulation/seeded.ts";
import { testWith, whyNo } from "../left_out.ts";

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

Deno.test("a skipped day ends in one run of what it would have had, and in no endless search", () => {
  // Samoa went from the end of 29 December 2011 to the beginning of the 31st, in UTC at 10:00 on
  // the 30th.
  const apia = (when: string, count: number) =>
    following(when, "Pacific/Apia", "2011-12-29T23:00:00Z", count);
  assertEquals(apia("0 12 * * *", 3), ["2011-12-30T10:00", "2011-12-30T22:00", "2011-12-31T22:00"]);
  assertEquals(apia("0 */6 30 12 *", 2), ["2011-12-30T10:00", "2012-12-29T10:00"]);
  assertEquals(apia("0 * 30 12 *", 1), ["2012-12-29T10:00"]);
  const table = timetable("0 12 30 12 *", "Pacific/Apia", 0);
  assertEquals(table.latest(Date.UTC(2012, 0, 1)), Date.UTC(2011, 11, 30, 10));
});

for (
  const [what, when, times] of [
    ["a list of hours", "30 2,14 * * *", ["01:00", "12:30"]],
    ["a list of minutes", "0,30 2 * * *", ["01:00"]],
    ["a step of minutes", "*/10 2 * * *", ["01:00"]],
    ["a step of hours", "0 */2 * * *", "23:00 01:00 02:00 04:00 06:00".split(" ")],
  ] as const
) {
  Deno.test(`${what} that the clock skips in spring comes once, when the clock goes on`, () => {
    const from = "2026-03-28T22:30:00Z";
    assertEquals(
      following(when, BERLIN, from, times.length).map((time) => time.slice(11)),
      [...times],
    );
  });
}

for (
  const [what, when, times] of [
    ["a list of hours", "30 2,14 * * *", ["00:30", "13:30"]],
    ["a list of minutes", "0,30 2 * * *", ["00:00", "00:30", "01:00"]],
    ["a step of hours", "0 */2 * * *", ["22:00", "00:00", "03:00", "05:00"]],
  ] as const
) {
  Deno.test(`${what} that the clock shows twice in autumn comes the first time only`, () => {
    const from = "2026-10-24T21:30:00Z";
    assertEquals(
      following(when, BERLIN, from, times.length).map((time) => time.slice(11)),
      [...times],
    );
  });
}

const noSystemd = await whyNo("systemd-analyze", "--version");

// Of times that are skipped in spring it leaves out all.
testWith(
  noSystemd,
  "systemd's calendar says the same of times that an autumn shows twice",
  async () => {
    for (
      const [zone, from, fields, calendar] of [
        [BERLIN, "2026-10-24T12:00:00Z", "30 2,14 * * *", "02,14:30"],
        [BERLIN, "2026-10-24T12:00:00Z", "*/10 2 * * *", "02:00/10"],
        ["America/Havana", "2026-10-31T12:00:00Z", "0,30 0 * * *", "00:00,30"],
        ["Australia/Lord_Howe", "2027-04-02T12:00:00Z", "15,45 1 * * *", "01:15,45"],
        ["America/New_York", "2026-10-31T12:00:00Z", "0 1-23/2 * * *", "1/2:00"],
      ] as const
    ) {
      const base = new Date(Date.parse(from)).toISOString().replace("T", " ").slice(0, 19) + " UTC";
      const { stdout } = await new Deno.Command("systemd-analyze", {
        args: ["calendar", "--iterations=12", `--base-time=${base}`, `*-*-* ${calendar}`],
        env: { TZ: zone, SYSTEMD_COLORS: "0" },
      }).output();
      const said = [...new TextDecoder().decode(stdout).matchAll(/UTC\): \w+ (\S+) (\d\d:\d\d)/g)]
        .map(([, day, time]) => `${day}T${time}`);
      assertEquals(following(fields, zone, from, 12), said, `${fields} in ${zone}`);
    }
  },
);

/** The days of its first times after 2026-11-22, a Sunday. */
const days = (when: string, count: number) =>
  following(when, "UTC", "2026-11-22T12:00:00Z", count).map((time) => time.slice(5, 10)).join(" ");

for (
  const [what, when, first] of [
    ["either day field is enough", "0 0 13 * FRI", "11-27 12-04 12-11 12-13 12-18"],
    ["both must fit when the weekday begins with *", "0 0 1-7 * */7", "12-06 01-03 02-07"],
    ["both must fit when the day begins with *", "0 0 */2 * MON", "11-23 12-07 12-21 01-11"],
    ["? is *", "0 0 ? * MON", "11-23 11-30"],
    ["? is *, in both", "0 0 ? * ?", "11-23 11-24"],
    ["+ in front of the weekday wants both", "0 0 13 * +FRI", "08-13 10-13"],
    ["L is the last day of the month", "0 0 L * *", "11-30 12-31 01-31 02-28"],
    ["L or a weekday is enough", "0 0 L * TUE", "11-24 11-30 12-01"],
    ["L and a weekday, with +", "0 0 L * +MON", "11-30 05-31"],
    ["5L is the last Friday", "0 0 * * 5L", "11-27 12-25 01-29"],
    ["#L is the same", "0 0 * * FRI#L", "11-27 12-25 01-29"],
    ["#2 is the second of the month", "0 0 * * MON#2", "12-14 01-11 02-08"],
    ["# or a day is enough", "0 0 1 * MON#2", "12-01 12-14 01-01 01-11"],
    ["15W is the working day nearest to the 15th", "0 0 15W * *", "12-15 01-15 02-15 03-15 04-15"],
    ["1W stays within the month", "0 0 1W 5 *", "05-03"],
    ["LW is the last working day", "0 0 LW 1,2 *", "01-29 02-26"],
    ["7 and 0 are Sunday", "0 0 * * 0,7", "11-29 12-06"],
    ["a range may end with SUN", "0 0 * * SAT-SUN", "11-28 11-29 12-05"],
  ] as const
) {
  Deno.test(`of the day fields: ${what}, as in "${when}"`, () => {
    assertEquals(days(when, first.split(" ").length), first);
  });
}

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
    ["61 * * * *", 'minute must be 0 to 59, not "61"'],
    ["60 * * * * *", 'second must be 0 to 59, not "60"'],
    ["0 24 * * *", 'hour must be 0 to 23, not "24"'],
    ["0 0 32 * *", 'day must be 1 to 31, not "32"'],
    ["0 0 1-32 * *", 'day must be 1 to 31, not "32"'],
    ["0 0 0 * *", 'day must be 1 to 31, not "0"'],
    ["0 0 32W * *", 'day must be 1 to 31, not "32"'],
    ["0 0 LW,1 * *", '"LW" must stand alone'],
    ["0 0 * 13 *", 'month must be 1 to 12 or JAN to DEC, not "13"'],
    ["0 0 * JANUARY *", 'not "JANUARY"'],
    ["0 0 * * -1", 'weekday must be 0 to 7 or SUN to SAT, not "-1"'],
    ["0 0 * * 8L", 'not "8"'],
    ["0 0 * * L", "such as 5L"],
    ["0 0 * * 1#6", '"1#6" must be a weekday and 1 to 5 or L'],
    ["0 22-2 * * *", 'hour "22-2" ends before it begins'],
    ["*/0 * * * *", 'the step of minute must be 1 to 60, not "0"'],
    ["5/15 * * * *", "such as 5-59/15"],
    ["1,,2 * * * *", 'minute "1,,2" has an empty part'],
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
  Deno.test(`"${when}" is refused with a sentence that says what a schedule is`, () => {
    assertThrows(() => timetable(when, "UTC", 0), UsageError, said);
  });
}

Deno.test("whatever is in the fields is read, or refused with what was typed", () => {
  const random = seededRandom(13);
  const pick = <T>(from: readonly T[]) => from[Math.floor(random() * from.length)]!;
  const atoms = "0 1 5 7 8 12 13 23 24 31 32 59 60 99 MON SUN jan DECEMBER L W * ? # + x".split(
    " ",
  );
  const joints = ["", "-", ",", "/", "#", "W", "L"];
  let [read, refused] = [0, 0];
  for (let count = 0; count < 4_000; count++) {
    const fields = ["0", "0", "*", "*", "*"];
    const field = Array.from(
      { length: 1 + Math.floor(random() * 3) },
      () => pick(atoms) + pick(joints),
    );
    fields[Math.floor(random() * 5)] = field.join("");
    const when = fields.join(" ");
    try {
      timetable(when, "UTC", 0);
      read++;
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      refused++;
      const reason = /is not a schedule: (.*?)(?: \(it must|$)/.exec(error.message)?.[1];
      assert(reason !== undefined, `${when}: no reason`);
      for (const [, word] of reason.matchAll(/"(.*?)"/g)) assertStringIncludes(when, word!);
    }
  }
  assert(read > 100 && refused > 1000, `${read}, ${refused}`);
});

Deno.test("a time zone that there is not is refused", () => {
  assertThrows(() => timetable("* * * * *", "Mars/Base", 0), UsageError, "Mars/Base");
});
