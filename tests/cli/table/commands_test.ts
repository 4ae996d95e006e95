import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { CONFIG_KEYS, JOB_STATES, VERSION } from "../../../mod.ts";
import { COMMANDS, GROUPS, HEADINGS } from "../../../src/cli/table/commands.ts";
import { bashCompletions } from "../../../src/cli/completions/bash.ts";
import { fishCompletions } from "../../../src/cli/completions/fish.ts";
import { zshCompletions } from "../../../src/cli/completions/zsh.ts";
import { commandHelp, groupHelp, topHelp } from "../../../src/cli/text/help.ts";
import { optionsOf, wordBounds } from "../../../src/cli/table/command.ts";
import { loadCommand } from "../../../src/cli/table/load_command.ts";
import { readWords } from "../../../src/cli/table/option.ts";
import { jobFields } from "../../../src/cli/args/job_options.ts";
import { PERMISSIONS, V8_FLAGS } from "../../../src/cli/commands/workers/permissions.ts";

const CONFIGURATION = JSON.parse(
  await Deno.readTextFile(new URL("../../../deno.json", import.meta.url)),
);

Deno.test("every command loads", async () => {
  for (const command of COMMANDS) {
    assertEquals(typeof await loadCommand(command), "function", command.name);
  }
});

Deno.test("no command has an option twice", () => {
  for (const command of COMMANDS) {
    const names = optionsOf(command).map(({ name }) => name);
    const letters = optionsOf(command).flatMap(({ short }) => short ?? []);
    assertEquals(new Set(names).size, names.length, command.name);
    assertEquals(new Set(letters).size, letters.length, command.name);
  }
});

Deno.test("config set has an option for each setting", () => {
  const { options = [] } = COMMANDS.find(({ name }) => name === "config set")!;
  assertEquals(options.map(({ name }) => name.replaceAll("-", "_")), [...CONFIG_KEYS]);
});

Deno.test("--state completes every state", () => {
  const { options = [] } = COMMANDS.find(({ name }) => name === "list")!;
  const { values } = options.find(({ name }) => name === "state")!;
  for (const state of JOB_STATES) assert((values as string[]).includes(state), state);
});

Deno.test("each command stands under the heading that its folder is named after", () => {
  for (const [heading, commands] of Object.entries(HEADINGS)) {
    for (const { name, module } of commands) {
      assertEquals(module.split("/")[0], heading.toLowerCase(), name);
    }
  }
});

/** The words that a command line gives queuectl. */
async function shellWords(line: string): Promise<string[]> {
  const script = `queuectl() { printf '%s\\0' "$@" >&3; }\n{ ${line}; } 3>&1 >/dev/null`;
  // Some examples write files.
  const cwd = await Deno.makeTempDir();
  try {
    const { stdout } = await new Deno.Command("bash", { args: ["-c", script], cwd }).output();
    return new TextDecoder().decode(stdout).split("\0").slice(0, -1);
  } finally {
    await Deno.remove(cwd, { recursive: true });
  }
}

Deno.test("the examples in the help call their command with options and words that it takes", async () => {
  for (const command of COMMANDS) {
    assert(command.examples.length > 0, command.name);
    for (const example of command.examples) {
      const called = await shellWords(example);
      const name = command.name.split(" ");
      assertEquals(called.slice(0, name.length), name, example);
      const { options, words } = readWords(called.slice(name.length), {
        known: optionsOf(command),
        endAfter: command.endAfter,
        see: "",
      });
      const [least, most] = wordBounds(command);
      assert(words.length >= least && words.length <= most, example);
      if (command.endAfter !== undefined) jobFields(options, Date.now());
    }
  }
});

Deno.test("the help of everything fits into 80 columns", () => {
  const pages = [
    topHelp(),
    ...Object.keys(GROUPS).map(groupHelp),
    ...COMMANDS.map((one) => commandHelp(one)),
  ];
  for (const line of pages.flatMap((page) => page.split("\n"))) assert(line.length <= 80, line);
});

Deno.test("the help of a command names all its options", () => {
  for (const command of COMMANDS) {
    for (const { name } of optionsOf(command)) {
      assertStringIncludes(commandHelp(command), `--${name}`);
    }
  }
});

Deno.test("the completions know every command", () => {
  for (const script of [bashCompletions(), fishCompletions(), zshCompletions()]) {
    for (const { name } of COMMANDS) assertStringIncludes(script, name.split(" ").at(-1)!);
  }
});

Deno.test("the version is that of deno.json", () => {
  assertEquals(VERSION, CONFIGURATION.version);
});

Deno.test("a detached worker has the flags and permissions that bin/queuectl, the npm package and the tasks of deno.json give", () => {
  const given = (task: string) => CONFIGURATION.tasks[task].command.match(/--(allow|v8)-\S+/g);
  assertEquals(given("queuectl"), [V8_FLAGS, ...PERMISSIONS]);
  for (const path of ["bin/queuectl", "tools/npm/queuectl.js"]) {
    const script = Deno.readTextFileSync(new URL(`../../../${path}`, import.meta.url));
    assertEquals(script.match(/--(allow|v8)-[a-z=,-]+/g), [V8_FLAGS, ...PERMISSIONS], path);
  }
});
