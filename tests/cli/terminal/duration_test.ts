import { assertEquals, assertThrows } from "@std/assert";
import { formatDuration, parseDuration } from "../../../src/cli/terminal/duration.ts";
import { UsageError } from "../../../src/text/errors.ts";

Deno.test("parseDuration() reads spans with and without units", () => {
  const spans = {
    "90": 90,
    "90s": 90,
    "10m": 600,
    "1h30m": 5400,
    "2d": 172800,
    "0": 0,
    "1.5": 1.5,
    "5min": 300,
    "10 m": 600,
    "5 mins": 300,
    "90 sec": 90,
    "1 hour": 3600,
    "2hrs": 7200,
    "2 days": 172800,
    "1w": 604800,
    "1 week 2 days": 777600,
    "1 hour 30 minutes": 5400,
    "1h 30m": 5400,
  };
  for (const [text, seconds] of Object.entries(spans)) {
    assertEquals(parseDuration(text, "--delay"), seconds, text);
  }
  assertEquals(parseDuration("1d2h3m4.5s", "--delay"), 93784.5);
});

Deno.test("parseDuration() refuses what is no span, and says what is", () => {
  for (
    const text of [
      "",
      " ",
      "x",
      "10x",
      "-5",
      "m",
      "30m1h",
      "1h1h",
      "1,5",
      "1e3",
      "5ms",
      "1 month",
      "5M",
      "1h x",
    ]
  ) {
    assertThrows(
      () => parseDuration(text, "--delay"),
      UsageError,
      "--delay must be a time span such as",
    );
  }
});

Deno.test("parseDuration() refuses more than a century", () => {
  assertThrows(() => parseDuration("36501d", "--delay"), UsageError, "at most 36500d");
  assertThrows(() => parseDuration("9".repeat(400), "--delay"), UsageError, "at most 36500d");
});

Deno.test("formatDuration() tells a span in its two largest units", () => {
  const spans = { 0: "0ms", 850: "850ms", 999: "999ms", 1000: "1.0s", 59_900: "59.9s" };
  for (const [span, text] of Object.entries(spans)) {
    assertEquals(formatDuration(Number(span)), text);
  }
  assertEquals(formatDuration(59_990), "1m00s");
  assertEquals(formatDuration(65_000), "1m05s");
  assertEquals(formatDuration(3_599_600), "1h00m");
  assertEquals(formatDuration(7_380_000), "2h03m");
  assertEquals(formatDuration(100 * 3_600_000), "4d04h");
});
