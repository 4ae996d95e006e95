import { assert } from "@std/assert";
import { COMMANDS } from "../../src/cli/table/commands.ts";
import { optionsBehind, optionsOf, wordBounds } from "../../src/cli/table/command.ts";
import { readWords } from "../../src/cli/table/option.ts";

const PAGE = await Deno.readTextFile(new URL("../../docs/coming_from.md", import.meta.url));

Deno.test("each call of queuectl in docs/coming_from.md is one that its command takes", () => {
  const rows = PAGE.split("\n").filter((line) => line.startsWith("|"));
  const calls = rows.flatMap((row) =>
    [...row.matchAll(/queuectl (?:--dir DIR )?([^`>]+?)(?: >\S+)?`/g)].map(([, call]) => call!)
  );
  assert(calls.length > 70);
  for (const call of calls) {
    const words = [...call.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) =>
      quoted ?? plain!
    );
    const isTaken = COMMANDS.some((command) => {
      const isNamed = `${call} `.startsWith(`${command.name} `);
      const count = isNamed ? command.name.split(" ").length : 1;
      if (!isNamed && !optionsBehind(command, words[0]!)) return false;
      try {
        const { endAfter } = command;
        const read = readWords(words.slice(count), {
          known: optionsOf(command),
          endAfter,
          see: "",
        });
        const [least, most] = wordBounds(command);
        return read.words.length >= least && read.words.length <= most;
      } catch {
        return false;
      }
    });
    assert(isTaken, call);
  }
});
