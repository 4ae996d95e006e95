import { assertEquals } from "@std/assert";
import { bold, dim, gray, green, red } from "@std/fmt/colors";
import { jsonText, safeLine } from "../../../src/cli/terminal/output.ts";

Deno.test("safeLine() leaves text, tabs and queuectl's own colours as they are", () => {
  const line = `${"\x1b[31m"}dead${"\x1b[39m"}\t日本 é 😀`;
  assertEquals(safeLine(line, true), line);
  assertEquals(safeLine("a\t日本 é 😀"), "a\t日本 é 😀");
  assertEquals(safeLine(line), "\\x1b[31mdead\\x1b[39m\t日本 é 😀");
  for (const paint of [bold, dim, gray, green, red]) {
    assertEquals(safeLine(paint("a"), true), paint("a"));
  }
});

Deno.test("safeLine() writes all else that a terminal would obey as escapes", () => {
  assertEquals(
    safeLine(
      "a\nb\r\x1b]0;title\x07 \x1b[2J \x1b[8m \x1b[31;5m \x9b31m \x7f \u202e\u2028\udc80",
      true,
    ),
    "a\\nb\\r\\x1b]0;title\\x07 \\x1b[2J \\x1b[8m \\x1b[31;5m \\x9b31m \\x7f \\u202e\\u2028\\udc80",
  );
});

Deno.test("jsonText() is JSON of the same value, with nothing in it that a terminal obeys", () => {
  const value = { "\x7fname\u202e": ["\x1b\x9b\x7f\u202e\u2028\ufeff\n\t", "日本 😀"] };
  const text = jsonText(value, 2);
  assertEquals(JSON.parse(text), value);
  assertEquals(
    text.replaceAll(/\s/g, ""),
    String.raw`{"\u007fname\u202e":["\u001b\u009b\u007f\u202e\u2028\ufeff\n\t","日本😀"]}`,
  );
});
