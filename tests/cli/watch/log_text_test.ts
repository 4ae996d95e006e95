import { assertEquals } from "@std/assert";
import { LogText, shownLine } from "../../../src/cli/watch/log_text.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("LogText gives whole lines, whatever the pieces, and the rest", () => {
  const text = new LogText();
  const all = bytes("日本\nsecond");
  assertEquals(text.add(all.subarray(0, 4)), []);
  assertEquals(text.add(all.subarray(4)), ["日本"]);
  assertEquals(text.rest, "second");
  assertEquals(text.add(bytes(" line\n")), ["second line"]);
});

Deno.test("LogText keeps the end of a line that has none", () => {
  const text = new LogText();
  for (let n = 0; n < 100; n++) text.add(bytes("\r" + "#".repeat(1000) + n));
  assertEquals(text.rest, "#".repeat(1000) + 99);
});

Deno.test("shownLine() leaves nothing that a terminal obeys", () => {
  assertEquals(shownLine("\x1b[31mred\x1b[0m \x1b]0;title\x07x\x9b2J\u202e"), "red x\\u202e");
  assertEquals(
    shownLine("\x1b]0;never ended \x1b[2J\x1bc\x07".slice(0, -1)).includes("\x1b"),
    false,
  );
  assertEquals(shownLine("10%\r20%\r"), "20%");
  assertEquals(shownLine("a\tb"), "a       b");
  assertEquals(shownLine("x".repeat(5000)).length, 4001);
});
