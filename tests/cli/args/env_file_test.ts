import { assertEquals, assertThrows } from "@std/assert";
import { readEnvFile } from "../../../src/cli/args/env_file.ts";
import { UsageError } from "../../../src/text/errors.ts";

/** What a file with some content gives. */
function read(content: string | Uint8Array): Record<string, string> {
  const path = Deno.makeTempFileSync({ prefix: "queuectl-env-" });
  try {
    if (typeof content === "string") Deno.writeTextFileSync(path, content);
    else Deno.writeFileSync(path, content);
    return readEnvFile(path);
  } finally {
    Deno.removeSync(path);
  }
}

Deno.test("an environment file has names and values, comments, quotes and export", () => {
  assertEquals(
    read(`# comment

A=1
export B = two words # comment
  C='as $it "is" \\n'
D="line\\none \\"quoted\\" \\$HOME"   # comment
E="two
lines"
F=
G= # nothing
H=it's#one word
I=a=b\r
J="after lines"`),
    {
      A: "1",
      B: "two words",
      C: 'as $it "is" \\n',
      D: 'line\none "quoted" $HOME',
      E: "two\nlines",
      F: "",
      G: "",
      H: "it's#one word",
      I: "a=b",
      J: "after lines",
    },
  );
});

Deno.test("a later line of an environment file wins, and an empty file sets nothing", () => {
  assertEquals(read("A=1\nA=2\n"), { A: "2" });
  assertEquals(read(""), {});
});

Deno.test("a line of an environment file that sets nothing is refused by its number, without its text", () => {
  for (
    const [content, said] of [
      ["A=1\n\nsecret words\n", /^--env-file \S+, line 3: must be NAME=VALUE, a comment or blank$/],
      ['A="two\nlines"\n1B=secret', /^--env-file \S+, line 3: must be NAME=VALUE/],
      ['A="secret\n', /^--env-file \S+, line 1: the value of A has an open quote/],
      ["A='b' secret\n", /^--env-file \S+, line 1: the value of A has .* after its closing one$/],
      ["=secret", /line 1: must be NAME=VALUE/],
    ] as const
  ) {
    const { message } = assertThrows(() => read(content), UsageError);
    assertEquals(said.test(message), true, message);
    assertEquals(message.includes("secret"), false);
  }
  assertThrows(() => read(new Uint8Array([0x41, 0x3d, 0xff])), UsageError, "it is not UTF-8");
  assertThrows(() => readEnvFile("/nonexistent/env"), UsageError, "cannot be read: ");
});
