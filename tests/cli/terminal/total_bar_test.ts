import { assertEquals } from "@std/assert";
import { TotalText } from "../../../src/cli/terminal/total_bar.ts";

Deno.test("TotalText says how many have ended, how fast, and how long the rest takes", () => {
  const text = new TotalText();
  const of = (done: number, failed: number, now: number) =>
    text.of({ done, failed, running: 4, total: 40 }, now);
  assertEquals(of(0, 0, 0), "0 of 40 done, 4 running");
  assertEquals(of(9, 1, 5000), "9 of 40 done, 1 failed, 4 running, 2.0/s, 15.0s left");
  // Only the last half minute counts.
  assertEquals(of(19, 1, 65_000), "19 of 40 done, 1 failed, 4 running, 0.2/s, 2m left");
  assertEquals(of(39, 1, 66_000), "39 of 40 done, 1 failed, 0.5/s");
});
