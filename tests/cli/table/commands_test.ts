import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { CONFIG_KEYS, JOB_STATES, VERSION } from "../../../mod.ts";
import { COMMANDS, GROUPS } from "../../../src/cli/table/commands.ts";
import { bashCompletions } from "../../../src/cli/completions/bash.ts";
import { fishCompletions } from "../../../src/cli/completions/fish.ts";
import { zshCompletions } from "../../../src/cli/completions/zsh.ts";
import { commandHelp, groupHelp, topHelp } from "../../../src/cli/help.ts";
import { loadCommand } from "../../../src/cli/table/command.ts";
import { PERMISSIONS } from "../../../src/cli/commands/workers/permissions.ts";

const CONFIGURATION = JSON.parse(
  await Deno.readTextFile(new URL("../../../deno.json", import.meta.url)),
);

Deno.test("every command loads", async () => {
  for (const command of COMMANDS) {
    assertEquals(typeof await loadCommand(command), "function", command.name);
  }
});

Deno.test("no command has an option twice", () => {
  for (const { name, options } of COMMANDS) {
    const names = [...options.map(({ name }) => name), "dir", "json", "help"];
    const letters = [...options.flatMap(({ short }) => short ?? []), "h"];
    assertEquals(new Set(names).size, names.length, name);
    assertEquals(new Set(letters).size, letters.length, name);
  }
});

Deno.test("config set has an option for each setting", () => {
  const { options } = COMMANDS.find(({ name }) => name === "config set")!;
  assertEquals(options.map(({ name }) => name.replaceAll("-", "_")), [...CONFIG_KEYS]);
});

Deno.test("--state completes every state", () => {
  const { options } = COMMANDS.find(({ name }) => name === "list")!;
  const { values } = options.find(({ name }) => name === "state")!;
  for (const state of JOB_STATES) assert((values as string[]).includes(state), state);
});

Deno.test("the help of everything fits into 100 columns", () => {
  const pages = [topHelp(), ...Object.keys(GROUPS).map(groupHelp), ...COMMANDS.map(commandHelp)];
  for (const line of pages.flatMap((page) => page.split("\n"))) assert(line.length <= 100, line);
});

Deno.test("the help of a command names all its options", () => {
  for (const command of COMMANDS) {
    for (const { name } of command.options) assertStringIncludes(commandHelp(command), `--${name}`);
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

Deno.test("a detached worker has the permissions that bin/queuectl and the tasks of deno.json give", () => {
  for (const task of ["queuectl", "compile"]) {
    const command: string = CONFIGURATION.tasks[task].command;
    assertEquals(command.match(/--allow-\S+/g), [...PERMISSIONS], task);
  }
  const script = Deno.readTextFileSync(new URL("../../../bin/queuectl", import.meta.url));
  assertEquals(script.match(/--allow-\S+/g), [...PERMISSIONS]);
});
