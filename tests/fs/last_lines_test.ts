import { assertEquals } from "@std/assert";
import { startOfLastLines } from "../../src/fs/last_lines.ts";

/** What the last lines of a content are, as `startOfLastLines` finds them. */
function last(content: string, lines: number, from = 0, to = Infinity): string {
  const path = Deno.makeTempFileSync();
  try {
    Deno.writeTextFileSync(path, content);
    const start = startOfLastLines(path, lines, from, to);
    return content.slice(start, to);
  } finally {
    Deno.removeSync(path);
  }
}

Deno.test("startOfLastLines counts lines from the end, whole or not, empty ones too", () => {
  assertEquals(last("a\nb\nc\n", 2), "b\nc\n");
  assertEquals(last("a\nb\nc", 2), "b\nc");
  assertEquals(last("a\n\n\n", 2), "\n\n");
  assertEquals(last("\na", 1), "a");
  assertEquals(last("a\nb\n", 0), "");
  assertEquals(last("a\nb\n", 9), "a\nb\n");
  assertEquals(last("", 3), "");
});

Deno.test("startOfLastLines keeps to the part of the file that was asked for", () => {
  assertEquals(last("a\nb\nc\nd\n", 1, 2, 6), "c\n");
  assertEquals(last("a\nb\nc\nd\n", 5, 2, 6), "b\nc\n");
  assertEquals(last("a\nb\n", 1, 4), "");
});

Deno.test("startOfLastLines finds lines that are longer than a block, and those at its edges", () => {
  const long = "x".repeat(200_000);
  assertEquals(last(`a\n${long}\nb\n`, 2), `${long}\nb\n`);
  for (const size of [65_534, 65_535, 65_536, 65_537]) {
    const line = "y".repeat(size);
    assertEquals(last(`a\n${line}\n`, 1), `${line}\n`, `${size}`);
    assertEquals(last(`a\n${line}`, 1), line, `${size}`);
    assertEquals(last(`a\n${line}\n`, 2), `a\n${line}\n`, `${size}`);
  }
});
