import { assertEquals } from "@std/assert";
import { progressBar } from "../../../src/cli/terminal/progress_bar.ts";

Deno.test("progressBar() draws the share in eighths of a column, and the words after it", () => {
  const bar = (fraction: number) => progressBar({ text: "t", fraction }, 4, 20);
  assertEquals(bar(0), "░░░░ t");
  assertEquals(bar(0.5), "██░░ t");
  assertEquals(bar(0.53125), "██▏░ t");
  assertEquals(bar(1), "████ t");
});

Deno.test("progressBar() shows words that name no share alone, cut to fit, and nothing a terminal obeys", () => {
  assertEquals(progressBar({ text: "com\x1bpiling", fraction: null }, 4, 8), "com\\x1b…");
});
