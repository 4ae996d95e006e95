import { assertEquals } from "@std/assert";
import { PrefixedLines } from "../../../src/cli/terminal/prefixed_lines.ts";

/** What comes out for some pieces, each line with its offset in front. */
function prefixed(pieces: readonly string[]): string {
  let out = "";
  const decoder = new TextDecoder();
  const lines = new PrefixedLines((at) => `${at}|`, (bytes) => out += decoder.decode(bytes));
  for (const piece of pieces) lines.add(new TextEncoder().encode(piece));
  lines.end();
  return out;
}

Deno.test("PrefixedLines puts a prefix in front of each line, however it came in pieces", () => {
  assertEquals(prefixed(["a\nb", "c\n", "\n", "d"]), "0|a\n2|bc\n5|\n6|d\n");
  assertEquals(prefixed([""]), "");
});

Deno.test("PrefixedLines cuts a line that is too long to be kept", () => {
  const half = "x".repeat(40_000);
  assertEquals(prefixed([half, half, "y\n"]), `0|${half}${half}\n80000|y\n`);
});
