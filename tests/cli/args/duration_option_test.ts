import { assertEquals, assertThrows } from "@std/assert";
import { parseDuration } from "../../../src/cli/args/duration_option.ts";
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
