import { assertEquals } from "@std/assert";
import { visibleText } from "../../../src/cli/terminal/visible_text.ts";

Deno.test("visibleText() leaves text as it is", () => {
  assertEquals(visibleText("echo 'é 日本 😀' \\n"), "echo 'é 日本 😀' \\n");
});

Deno.test("visibleText() writes control characters as escapes", () => {
  assertEquals(
    visibleText("a\nb\tc\r\x1b[31m\x07\x7f\x9b"),
    "a\\nb\\tc\\r\\x1b[31m\\x07\\x7f\\x9b",
  );
});

Deno.test("visibleText() writes what reorders text, and halves of characters, as escapes", () => {
  assertEquals(visibleText("\u202ea\u2066\udc80\ud83d"), "\\u202ea\\u2066\\udc80\\ud83d");
});
