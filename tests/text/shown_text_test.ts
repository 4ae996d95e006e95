import { assertEquals, assertMatch } from "@std/assert";
import { quotedPath, quotedWord, visibleText } from "../../src/text/shown_text.ts";

Deno.test("quotedWord() quotes only what a shell would change", () => {
  assertEquals(quotedWord("/srv/my-queue/a_b.c"), "/srv/my-queue/a_b.c");
  assertEquals(quotedWord("a b"), "'a b'");
  assertEquals(quotedPath("/srv/a"), "'/srv/a'");
});

Deno.test("quotedPath() gives bash exactly the path, and a terminal nothing to obey", async () => {
  const odd = Array.from({ length: 0x9f }, (_, code) => `/q/${String.fromCharCode(code + 1)}1'`);
  const paths = [
    ...odd,
    odd.join(""),
    "/q/it's $(touch x) `touch x` ${HOME} ~ * ? ! # & ; | < > \\ \"",
    "/q/日本 \u202e\u2066\u200f\ufeff\u2028😀\n",
    "/q/\u001b]0;title\u0007\\\u001b'\n$(touch x)",
    "=ls",
    "",
  ];
  const words = paths.map(quotedPath);
  for (const word of words) assertMatch(word, /^[^\p{Cc}\p{Bidi_Control}\u2028\u2029\ufeff]+$/u);
  const { stdout } = await new Deno.Command("bash", {
    args: ["-c", `printf '%s\\0' ${words.join(" ")}`],
    env: { LC_ALL: "C" },
  }).output();
  assertEquals(
    new TextDecoder("utf-8", { ignoreBOM: true }).decode(stdout).split("\0").slice(0, -1),
    paths,
  );
});

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
