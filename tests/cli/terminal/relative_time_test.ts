import { assertEquals } from "@std/assert";
import {
  formatAge,
  formatMoment,
  formatRelative,
} from "../../../src/cli/terminal/relative_time.ts";

Deno.test("formatAge() tells a span in its largest unit", () => {
  const ages = [
    -5,
    0,
    59_999,
    60_000,
    3_599_999,
    3_600_000,
    86_399_999,
    86_400_000,
    90 * 86_400_000,
  ];
  assertEquals(ages.map(formatAge), ["0s", "0s", "59s", "1m", "59m", "1h", "23h", "1d", "90d"]);
});

Deno.test("formatRelative() tells before from after", () => {
  const times = [1_000_000, 1_000_999, 1_005_000, 820_000];
  assertEquals(times.map((time) => formatRelative(time, 1_000_000)), [
    "now",
    "now",
    "in 5s",
    "3m ago",
  ]);
});

Deno.test("formatMoment() tells the local day and time, and how far off it is", () => {
  const time = new Date(2026, 10, 2, 4, 5, 6).getTime();
  assertEquals(formatMoment(time, time + 5000), "2026-11-02 04:05:06 (5s ago)");
});
