import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { stripAnsiCode } from "@std/fmt/colors";
import { eventually, isThere } from "../temporary_queue.ts";
import { textWidth } from "../../src/cli/terminal/text_width.ts";
import { Program, type Running } from "./program.ts";
import { testWith, whyNo } from "../left_out.ts";

/** What a person has beside the words of a call. */
interface TerminalOptions {
  typed?: string;
  env?: Record<string, string>;
  columns?: number;
}

/** Starts the program on a terminal of its own, with `script(1)`. */
function spawnOnTerminal(program: Program, args: string[], options: TerminalOptions = {}): Running {
  return program.spawnShell(
    // script(1) takes one text for a shell, so the words are quoted for it.
    `printf -v call '%q ' "$@" ${args.join(" ")}
     exec script -qec "stty cols ${options.columns ?? 60}; $call" /dev/null`,
    { stdin: options.typed, env: { NO_COLOR: "", TERM: "xterm", ...options.env } },
  );
}

/** Runs the program on a terminal of its own to its end, as a person would; gives what it shows. */
async function onTerminal(
  program: Program,
  args: string[],
  options: TerminalOptions = {},
): Promise<string> {
  const { stdout } = await spawnOnTerminal(program, args, options).ended;
  return stdout.replaceAll("\r\n", "\n");
}

const noScript = await whyNo("script", "--version");
const terminalTest = (name: string, fn: () => Promise<void>) => testWith(noScript, name, fn);

terminalTest("list aligns its columns and colours states on a terminal", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--id", "a-job", "true");
  const [head, row] = (await onTerminal(program, ["list"])).split("\n");
  assertEquals(stripAnsiCode(head!), "ID     STATE    TRIES  AGE  HOW        COMMAND");
  assertMatch(stripAnsiCode(row!), /^a-job {2}pending {2}0\/4 {4}\d+s {3}no worker {2}true$/);
  assertStringIncludes(row!, "\x1b[34mpending");
});

terminalTest("list respects NO_COLOR", async () => {
  await using program = new Program();
  await program.answer("enqueue", "true");
  assert(!(await onTerminal(program, ["list"], { env: { NO_COLOR: "1" } })).includes("\x1b"));
});

terminalTest("list cuts commands to the width of the terminal", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--id", "a", "echo 日本語 " + "x".repeat(200));
  const text = await onTerminal(program, ["list"], { env: { NO_COLOR: "1" }, columns: 50 });
  assertMatch(text, /\na {3}pending {2}0\/4 {4}\d+s {3}no worker {2}echo 日本語 x…\n$/);
});

terminalTest(
  "list shows the newest 30 with ends of IDs that every command takes, and says how many more there are",
  async () => {
    await using program = new Program();
    await program.answer("enqueue", "--id", "old", "true");
    const lines = Array.from(
      { length: 31 },
      (_, index) => `convert holidays/${index}.png out.webp`,
    );
    await program.run(["enqueue", "--file", "-"], { stdin: lines.join("\n") });
    const shown = await onTerminal(program, ["list"], { env: { NO_COLOR: "1" }, columns: 80 });
    const rows = shown.trimEnd().split("\n");
    assertEquals(rows.length, 32);
    assertEquals(rows.at(-1), "… and 2 more (2 pending): --limit 32, or --all");
    const [id] = rows[1]!.split(" ");
    assertMatch(id!, /^[0-9A-Z]{4,6}$/);
    assertEquals((await program.json("show", id!)).command, "convert holidays/1.png out.webp");
    const all = await onTerminal(program, ["list", "--all"], { columns: 80 });
    assertEquals(all.trimEnd().split("\n").length, 33);
    const ten = await onTerminal(program, ["list", "-n", "10"], { columns: 80 });
    assertStringIncludes(ten, "… and 22 more (22 pending): --limit 32, or --all");
  },
);

terminalTest(
  "list fits 80 columns whatever its jobs are, and shows how each ended or why it waits",
  async () => {
    await using program = new Program();
    const odd = {
      id: "odd",
      command: "printf '\\n\x1b[31m' " + "日本".repeat(60),
      label: "L".repeat(90),
    };
    await program.answer("enqueue", "--hold", "--id", "a-long-name-of-a-job-of-many-words", "true");
    await program.answer("enqueue", "--after", "a-long", "echo after");
    await program.answer("enqueue", "--id", "bad", "--max-retries", "0", "exit 3");
    await program.answer("enqueue", "--backoff-base", "1h", "kill -9 $$");
    await program.answer("enqueue", "--delay", "2h", "echo later");
    const worker = program.spawn(["worker", "start"]);
    await worker.says(/dead +bad[^]* failed | failed [^]*dead +bad/);
    worker.kill("SIGTERM");
    await worker.ended;
    await program.answer("enqueue", JSON.stringify(odd));
    await program.answer("worker", "pause");
    const shown = await onTerminal(program, ["list"], { env: { NO_COLOR: "1" }, columns: 80 });
    for (const line of shown.split("\n")) assert(textWidth(line) <= 80, line);
    assertMatch(shown, /^a-long-name- +pending +0\/4 +\d+s +held .*true$/m);
    assertMatch(shown, /pending .* after a-long-n… +echo after$/m);
    assertMatch(shown, /^bad +dead +1\/1 +\d+s +\d+ms +exit 3 +exit 3$/m);
    assertMatch(shown, /failed +1\/4 .* SIGKILL, in (?:59m|1h) +kill -9 \$\$$/m);
    assertMatch(shown, /pending .* in [12]h +echo later$/m);
    assertMatch(shown, /^odd +pending .* queue paused +L+… +printf/m);
  },
);

terminalTest(
  "queue clear and config reset ask on a terminal, and take anything but yes for no",
  async () => {
    await using program = new Program();
    await program.answer("enqueue", "true");
    const refused = await onTerminal(program, ["queue", "clear"], { typed: "\n" });
    assertStringIncludes(refused, "Remove the one job in pending? [y/N]");
    assertEquals((await program.json("status")).jobs.pending, 1);
    assertStringIncludes(
      await onTerminal(program, ["queue", "clear"], { typed: "y\n" }),
      "removed 1",
    );
    await program.answer("config", "set", "timeout", "9");
    const kept = await onTerminal(program, ["config", "reset"], { typed: "\n" });
    assertStringIncludes(kept, "Reset 1 setting (timeout)? [y/N]");
    assertEquals(await program.json("config", "get", "timeout"), 9);
    await onTerminal(program, ["config", "reset"], { typed: "y\n" });
    assertEquals(await program.json("config", "get", "timeout"), null);
    assertEquals((await program.json("status")).jobs.pending, 0);
  },
);

terminalTest("wait and logs -f say that no worker is alive to run the job", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--id", "a", "true");
  for (const words of [["wait", "a"], ["logs", "-f", "a"]]) {
    const waiting = spawnOnTerminal(program, words, { columns: 200 });
    await waiting.says(/no worker is alive to run the jobs you wait for/);
    await waiting.end();
  }
});

terminalTest("a worker whose terminal is closed finishes what it runs and leaves", async () => {
  await using program = new Program();
  await program.answer(
    "enqueue",
    ...["--id", "a", "echo up > up; until test -e go; do sleep 0.02; done"],
  );
  const worker = spawnOnTerminal(program, ["worker", "start"], { columns: 200 });
  await eventually("it runs", () => isThere(`${program.home}/up`));
  await worker.end();
  Deno.writeTextFileSync(`${program.home}/go`, "");
  await eventually("it has left", () => program.names("workers").length === 0);
  const { state, history } = await program.json("show", "a");
  assertEquals([state, history.length], ["done", 1]);
});
