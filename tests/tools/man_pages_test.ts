/** The man pages. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { optionsOf } from "../../src/cli/table/command.ts";
import { COMMANDS } from "../../src/cli/table/commands.ts";
import { CONFIG_KEYS } from "../../src/format/settings.ts";
import { filled, macro, manPage, verbatim } from "../../tools/roff.ts";
import { testWith, whyNo } from "../left_out.ts";
import { temporaryDirectory } from "../temporary_queue.ts";

const ROOT = decodeURIComponent(new URL("../../", import.meta.url).pathname);

async function mandoc(...args: string[]): Promise<string> {
  const { stdout } = await new Deno.Command("mandoc", { args, stdin: "null" }).output();
  // Without the overstrikes that make bold.
  return new TextDecoder().decode(stdout).replace(/.[\b]/g, "");
}

testWith(
  await whyNo("mandoc", "-T", "ascii", "/dev/null"),
  "the man pages name every command, option, setting and part of a queue, and mandoc finds no fault",
  async () => {
    await using folder = await temporaryDirectory();
    const { success } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "tools/man_pages.ts", folder.path],
      cwd: ROOT,
    }).output();
    assert(success);
    const [commands, queue] = ["queuectl.1", "queuectl-queue.5"].map((name) =>
      `${folder.path}/${name}`
    ) as [string, string];
    assertEquals(await mandoc("-T", "lint", commands, queue), "");
    const text = await mandoc("-T", "utf8", "-O", "width=200", commands);
    for (const command of COMMANDS) {
      assertMatch(text, new RegExp(`^ +queuectl ${command.name}( |$)`, "m"));
      for (const { name } of optionsOf(command)) assertStringIncludes(text, `--${name}`);
      assertStringIncludes(text, command.examples[0]!);
    }
    for (const key of CONFIG_KEYS) assertMatch(text, new RegExp(`^ +${key}( |$)`, "m"));
    for (const part of ["EXIT STATUS", "ENVIRONMENT", "FILES", "EXAMPLES", "~/.queuectl/"]) {
      assertStringIncludes(text, part);
    }
    const about = await mandoc("-T", "utf8", queue);
    for (const part of ["VERSION", "processing/", "STAMP-P-ID@WORKER.json", "give_up_on"]) {
      assertStringIncludes(about, part);
    }
  },
);

testWith(
  await whyNo("man", "--version"),
  "nothing in a text of a man page is a request to roff",
  async () => {
    const odd = [".so /etc/passwd", "'br", "a\\fBb\\n", '"c" -d ~e ^f `g`', "…ü", "\\"];
    const page = manPage([
      ...['.TH ODD 1 "2026-11-27"', macro("SH", 'A "B" .C'), ...verbatim(odd), ".PP"],
      ...filled(`.so ${"word ".repeat(14)}.end 'x **.b** \`\\\\c\` [d](https://e.f) [g](h.md).`),
    ]);
    await using folder = await temporaryDirectory();
    Deno.writeTextFileSync(`${folder.path}/odd.1`, page);
    const { stdout } = await new Deno.Command("man", {
      args: ["-l", `${folder.path}/odd.1`],
      env: { LC_ALL: "C.UTF-8", MANWIDTH: "200", MANPAGER: "cat", GROFF_NO_SGR: "1" },
    }).output();
    const text = new TextDecoder().decode(stdout).replace(/.[\b]/g, "");
    for (const line of odd) assertStringIncludes(text, ` ${line}\n`);
    assertStringIncludes(text, 'A "B" .C');
    assertMatch(text, / \.so word .* \.end 'x \.b \\\\c d \(https:\/\/e\.f\) g\.\n/);
  },
);
