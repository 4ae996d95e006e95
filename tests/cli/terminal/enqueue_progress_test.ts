import { assertEquals } from "@std/assert";
import { progressText } from "../../../src/cli/terminal/enqueue_progress.ts";

Deno.test("progressText() tells the rate and the time left", () => {
  assertEquals(progressText(20_000, 100_000, 1000), "20000 of 100000 jobs, 20000/s, 4.0s left");
});
