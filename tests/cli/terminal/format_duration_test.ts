import { assertEquals } from "@std/assert";
import { formatDuration } from "../../../src/cli/terminal/format_duration.ts";

Deno.test("formatDuration() tells a span in its two largest units", () => {
  const spans = { 0: "0ms", 850: "850ms", 999: "999ms", 1000: "1.0s", 59_900: "59.9s" };
  for (const [span, text] of Object.entries(spans)) {
    assertEquals(formatDuration(Number(span)), text);
  }
  assertEquals(formatDuration(59_990), "1m");
  assertEquals(formatDuration(65_000), "1m 5s");
  assertEquals(formatDuration(3_599_600), "1h");
  assertEquals(formatDuration(7_380_000), "2h 3m");
  assertEquals(formatDuration(100 * 3_600_000), "4d 4h");
});
