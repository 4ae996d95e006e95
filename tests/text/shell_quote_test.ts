import { assertEquals } from "@std/assert";
import { shellQuote } from "../../src/text/shell_quote.ts";

Deno.test("shellQuote() leaves plain words as they are", () => {
  const words = ["rsync", "-av", "--delete", "host:/a/b.c", "x=y", "50%", "a,b", "a@b", "+1"];
  assertEquals(shellQuote(words), words.join(" "));
});

Deno.test("shellQuote() quotes what the shell would take apart", () => {
  assertEquals(shellQuote(["echo", "a b", "it's", "", "*.ts"]), `echo 'a b' 'it'\\''s' '' '*.ts'`);
});

Deno.test("shellQuote() keeps the first word from being an assignment or a keyword", () => {
  assertEquals(shellQuote(["A=b", "x"]), "'A=b' x");
  assertEquals(shellQuote(["time", "if"]), "'time' if");
});

Deno.test("shellQuote() makes text that the shell reads back unchanged", async () => {
  const odd = Array.from({ length: 255 }, (_, code) => String.fromCharCode(code + 1));
  const words = [...odd, odd.join(""), "日本", "😀", "\\'\"'", "$(x)`y`${z}", "!!", "~", "#", "-"];
  const { stdout } = await new Deno.Command("/bin/sh", {
    args: ["-c", shellQuote(["printf", "%s\\0", ...words])],
  }).output();
  assertEquals(new TextDecoder().decode(stdout).split("\0").slice(0, -1), words);
});
