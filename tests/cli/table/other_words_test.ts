import { assert, assertEquals } from "@std/assert";
import { answerOption, answerText, OTHER_OPTIONS } from "../../../src/cli/table/other_options.ts";
import { OTHER_COMMANDS } from "../../../src/cli/table/other_words.ts";
import { COMMANDS } from "../../../src/cli/table/commands.ts";
import {
  GLOBAL_OPTIONS,
  optionsBehind,
  optionsOf,
  VERSION_OPTION,
} from "../../../src/cli/table/command.ts";
import { readWords } from "../../../src/cli/table/option.ts";
import { UsageError } from "../../../src/text/errors.ts";
import { callMain } from "../../program/in_process.ts";

/** The options of a command; "" is queuectl itself. */
function known(name: string) {
  if (name === "") return [...GLOBAL_OPTIONS, VERSION_OPTION];
  const command = COMMANDS.find((command) => command.name === name);
  assert(command, name);
  return optionsOf(command);
}

/** Fails unless a call is one that its command takes. */
function assertTaken(call: string) {
  const own = COMMANDS.filter(({ name }) => `${call} `.startsWith(`${name} `));
  const name = call === "--version" ? "" : own[0]?.name;
  assert(name !== undefined, call);
  // "N" is no number to the reader; it checks names and missing values only.
  const words = call.slice(name.length).trim().split(" ").filter((word) => word !== "");
  readWords(words, { known: known(name), endAfter: own[0]?.endAfter, see: "" });
}

Deno.test("what a word of another program is answered with is a call that works", () => {
  for (const [word, [, instead]] of Object.entries(OTHER_COMMANDS)) {
    assert(!COMMANDS.some((command) => optionsBehind(command, word)), word);
    assertTaken(instead);
  }
});

Deno.test("what an option of another program is answered with is a call that works", () => {
  const seen = new Set<string>();
  for (const [commands, options, , instead] of OTHER_OPTIONS) {
    for (const command of commands.length === 0 ? [""] : commands) {
      assertTaken(answerText(command, instead));
      for (const option of options) {
        assert(!seen.has(`${command} ${option}`), `${command} ${option} twice`);
        seen.add(`${command} ${option}`);
        let answer: unknown;
        try {
          readWords([option, "x"], { known: known(command), see: "" });
        } catch (error) {
          answer = answerOption(error, command);
        }
        assert(answer instanceof UsageError, `${command} ${option}`);
        const end = ` queuectl ${answerText(command, instead)})`;
        assert(answer.message.startsWith(`unknown option ${option} (to `), answer.message);
        assert(answer.message.endsWith(end), answer.message);
      }
    }
  }
});

for (
  const [args, said] of [
    [
      ["atq"],
      'unknown command "atq" (to list the jobs that are due later: queuectl list --state delayed)',
    ],
    [["tsp", "-f", "ls"], "(to add a job, and start a worker: queuectl enqueue --start COMMAND)"],
    [["add", "--stashed", "ls"], "unknown option --stashed (to hold it: queuectl enqueue --hold)"],
    [["add", "-d", "5m", "ls"], "(to run it later: queuectl enqueue --delay DUR)"],
    [["ls", "--failed"], "(to list those that failed: queuectl list --state dead)"],
    [["start", "-j", "4"], "(to run N at once: queuectl worker start --count N)"],
    [["start", "-g", "db"], "(to let a group go on: queuectl worker resume --group NAME)"],
    [["restart", "-e", "x"], "(to edit it first: queuectl restart --edit)"],
    [["restart", "-Z", "x"], "unknown option -Z (see: queuectl restart --help)"],
    [["pause", "-Z"], "unknown option -Z (see: queuectl worker pause --help)"],
    [["pause", "-Z", "x"], "unknown option -Z (see: queuectl suspend --help)"],
    [["worker", "stop", "--all"], "(to stop all workers: queuectl worker stop)"],
    [["kill", "-9", "x"], "unknown option -9 (to send a signal: queuectl signal ID 9)"],
    [["kill", "-KILL", "x"], "unknown option -K (to send a signal: queuectl signal ID SIG)"],
    [["add", "--", "-x", "--stashed"], undefined],
  ] as const
) {
  Deno.test(`queuectl ${args.join(" ")} is answered with what to type`, async () => {
    const dir = Deno.makeTempDirSync();
    try {
      const { code, stderr } = await callMain(["--dir", dir, ...args]);
      assertEquals([code, stderr.includes(said ?? "made a new")], [said ? 2 : 0, true], stderr);
    } finally {
      Deno.removeSync(dir, { recursive: true });
    }
  });
}

Deno.test("version, -V and --version print the version", async () => {
  const [long, ...others] = await Promise.all(
    [["--version"], ["-V"], ["version"]].map((args) => callMain(args)),
  );
  for (const other of others) assertEquals(other, long);
  assertEquals(long!.code, 0);
});
