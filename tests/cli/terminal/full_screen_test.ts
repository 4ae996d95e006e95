import { assertEquals } from "@std/assert";
import { changedLines } from "../../../src/cli/terminal/full_screen.ts";

Deno.test("changedLines() writes only the lines that differ", () => {
  assertEquals(changedLines(["a", "b", "c"], ["a", "x", "c"]), "\x1b[2;1H\x1b[Kx\x1b[0m");
  assertEquals(changedLines(["a"], ["a"]), "");
});

Deno.test("changedLines() clears a screen of which nothing is known, and what is below the last line", () => {
  assertEquals(changedLines([], ["a"]), "\x1b[2J\x1b[1;1H\x1b[Ka\x1b[0m");
  assertEquals(changedLines(["a", "b"], ["a"]), "\x1b[2;1H\x1b[J");
});
