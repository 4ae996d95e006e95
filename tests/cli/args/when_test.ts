import { assertEquals, assertThrows } from "@std/assert";
import { parsePastTime, parseTime } from "../../../src/cli/args/when.ts";
import { UsageError } from "../../../src/text/errors.ts";

const NOW = new Date(2026, 10, 22, 14, 30).getTime();
const parse = (text: string) => parseTime(text, NOW, "--at");

Deno.test("parseTime() reads ISO 8601 with an offset", () => {
  const time = Date.UTC(2026, 10, 22, 8);
  for (
    const text of [
      "2026-11-22T08:00Z",
      "2026-11-22T08:00:00.000z",
      "2026-11-22 09:00+01:00",
      "2026-11-22T03:30:00-0430",
      "2026-11-22T09:00+01",
    ]
  ) assertEquals(parse(text), time, text);
});

Deno.test("parseTime() reads fractions of a second", () => {
  assertEquals(parse("2026-11-22T08:00:01.25Z"), Date.UTC(2026, 10, 22, 8, 0, 1, 250));
  assertEquals(parse("2026-11-22T08:00:01.123456789Z"), Date.UTC(2026, 10, 22, 8, 0, 1, 123));
});

Deno.test("parseTime() takes a time without an offset as local", () => {
  assertEquals(parse("2026-11-22T08:00"), new Date(2026, 10, 22, 8).getTime());
  assertEquals(parse("2026-11-22 08:00:09"), new Date(2026, 10, 22, 8, 0, 9).getTime());
});

Deno.test("parseTime() takes a day alone as its local beginning", () => {
  assertEquals(parse("2026-12-24"), new Date(2026, 11, 24).getTime());
});

Deno.test("parseTime() takes HH:MM as its next occurrence", () => {
  assertEquals(parse("14:31"), new Date(2026, 10, 22, 14, 31).getTime());
  assertEquals(parse("14:30"), new Date(2026, 10, 23, 14, 30).getTime());
  assertEquals(parse("9:05"), new Date(2026, 10, 23, 9, 5).getTime());
  assertEquals(parse("14:30:01"), new Date(2026, 10, 22, 14, 30, 1).getTime());
});

Deno.test("parseTime() takes 9am, 6:15 pm, noon and midnight", () => {
  assertEquals(parse("6pm"), new Date(2026, 10, 22, 18).getTime());
  assertEquals(parse("9:15 AM"), new Date(2026, 10, 23, 9, 15).getTime());
  assertEquals(parse("noon"), new Date(2026, 10, 23, 12).getTime());
  assertEquals(parse("midnight"), new Date(2026, 10, 23).getTime());
  assertEquals(parse("12am"), new Date(2026, 10, 23).getTime());
  assertEquals(parse("12pm"), new Date(2026, 10, 23, 12).getTime());
});

Deno.test("parseTime() takes a time of today, tomorrow or the next such weekday", () => {
  // 2026-11-22 is a Sunday.
  const times: Record<string, Date> = {
    "tomorrow 09:00": new Date(2026, 10, 23, 9),
    "Tomorrow at 9am": new Date(2026, 10, 23, 9),
    "9am tomorrow": new Date(2026, 10, 23, 9),
    "today 18:00": new Date(2026, 10, 22, 18),
    "monday 09:00": new Date(2026, 10, 23, 9),
    "mon 9:00": new Date(2026, 10, 23, 9),
    "on saturday at noon": new Date(2026, 10, 28, 12),
    "sunday 14:31": new Date(2026, 10, 22, 14, 31),
    "sunday 14:30": new Date(2026, 10, 29, 14, 30),
  };
  for (const [text, time] of Object.entries(times)) assertEquals(parse(text), time.getTime(), text);
});

Deno.test("parseTime() takes a span from now", () => {
  assertEquals(parse("+2h"), NOW + 7_200_000);
  assertEquals(parse("in 5 minutes"), NOW + 300_000);
  assertEquals(parse("now + 1 week"), NOW + 604_800_000);
});

Deno.test("parseTime() guesses no time of day, and says how to give one", () => {
  for (
    const [text, said] of [["tomorrow", "tomorrow 09:00"], ["Friday", "friday 09:00"]] as const
  ) {
    assertThrows(() => parse(text), UsageError, `needs a time of day, such as "${said}"`);
  }
  assertThrows(() => parse("today 09:00"), UsageError, "has passed");
});

Deno.test("parseTime() knows leap days", () => {
  assertEquals(parse("2028-02-29T00:00Z"), Date.UTC(2028, 1, 29));
  assertThrows(() => parse("2027-02-29T00:00Z"), UsageError);
});

Deno.test("parseTime() refuses what is no time, and says what is", () => {
  for (
    const text of [
      ...[
        "",
        "now",
        "next monday 9:00",
        "9",
        "+5",
        "in",
        "13pm",
        "0am",
        "9:60am",
        "tonight",
        "24:00",
        "12:60",
        "1:2",
        "2026-13-01",
        "2026-00-01",
        "2026-01-32",
      ],
      ...["2026-04-31", "2026-01-01T24:00", "2026-01-01T12:00+25:00", "2026-1-1", "20260101"],
      ...["2026-01-01T12", "12:00Z", "1795334400"],
    ]
  ) assertThrows(() => parse(text), UsageError, "--at must be a time such as");
});

Deno.test("parsePastTime() takes a span as before now, and a clock or a weekday as the last one", () => {
  const past = (text: string) => parsePastTime(text, NOW, "--since");
  assertEquals(past("10m"), NOW - 600_000);
  assertEquals(past("90"), NOW - 90_000);
  assertEquals(past("14:00"), new Date(2026, 10, 22, 14).getTime());
  assertEquals(past("15:00"), new Date(2026, 10, 21, 15).getTime());
  assertEquals(past("today 9am"), new Date(2026, 10, 22, 9).getTime());
  assertEquals(past("friday 9am"), new Date(2026, 10, 20, 9).getTime());
  assertEquals(past("2026-11-01"), new Date(2026, 10, 1).getTime());
  assertThrows(() => past("soon"), UsageError, "--since must be a time");
});
