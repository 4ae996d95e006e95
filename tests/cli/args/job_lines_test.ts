import { assertEquals, assertThrows } from "@std/assert";
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

Deno.test("readJobLines() names the line that is not UTF-8", () => {
  const content = new Uint8Array([...new TextEncoder().encode("日本\nb\n"), 0xe6, 0x97]);
  assertThrows(
    () => readJobLines(content, "jobs", {}),
    UsageError,
    "jobs, line 3: it is not UTF-8",
  );
});
