import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { readJobLines } from "../../../src/cli/args/job_lines.ts";
import { UsageError } from "../../../src/text/errors.ts";

const read = (text: string, defaults = {}) =>
  readJobLines(new TextEncoder().encode(text), "jobs", { cwd: "/d", ...defaults });

Deno.test("readJobLines() takes a line as shell text, spaces and quotes included", () => {
  assertEquals(read("  echo 'a' \\\n").inputs, [{ command: "  echo 'a' \\", cwd: "/d" }]);
});

Deno.test("readJobLines() skips blank lines and remembers where the jobs stand", () => {
  assertEquals(read("\na\n \t\r\n\nb").lines, [2, 5]);
});

Deno.test("readJobLines() takes a line that begins like a JSON object as a job", () => {
  const { inputs } = read('{"command":"a","priority":1}\n { "command":"b"}\n{ echo; }', {
    priority: 7,
  });
  assertEquals(inputs.map(({ command, priority }) => [command, priority]), [
    ["a", 1],
    ["b", 7],
    ["{ echo; }", 7],
  ]);
});

Deno.test("readJobLines() ignores a byte order mark", () => {
  assertEquals(read("\ufeffa").inputs[0]!.command, "a");
});

Deno.test("readJobLines() names the line that is broken JSON", () => {
  assertThrows(
    () => read('a\n{"command"\n'),
    UsageError,
    "jobs, line 2: this begins like a JSON job",
  );
});

Deno.test("readJobLines() refuses a JSON array and JSON on several lines, and takes what is shell text", () => {
  for (
    const [text, line, filter] of [
      ['[{"command":"a"},{"command":"b"}]', 1, "jq -c '.[]' FILE"],
      ['\n[\n  {"command":"a"}\n]\n', 2, "jq -c '.[]' FILE"],
      ['[ {\n  "command":"a"\n}]', 1, "jq -c '.[]' FILE"],
      ["[]", 1, "jq -c '.[]' FILE"],
      ['a\n{\n  "command":"a"\n}\n', 2, "jq -c . FILE"],
    ] as const
  ) {
    const { message } = assertThrows(
      () => read(text),
      UsageError,
      `jobs, line ${line}: this begins`,
    );
    assertStringIncludes(message, filter);
    assertStringIncludes(message, "; nothing was enqueued");
  }
  const shell = ["[ -e x ] && a", "[[ -e x ]] || b", "{bad", "{ echo a; echo b; }", "[ ]"];
  assertEquals(read(shell.join("\n")).inputs.map(({ command }) => command), shell);
});

Deno.test("readJobLines() names the line that is not UTF-8", () => {
  const content = new Uint8Array([...new TextEncoder().encode("日本\nb\n"), 0xe6, 0x97]);
  assertThrows(
    () => readJobLines(content, "jobs", {}),
    UsageError,
    "jobs, line 3: it is not UTF-8",
  );
});
