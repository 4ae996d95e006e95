import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { aliasWords, COMMANDS, GROUPS } from "../../src/cli/table/commands.ts";
import { bashCompletions } from "../../src/cli/completions/bash.ts";
import { topHelp } from "../../src/cli/text/help.ts";
import { eventually, isThere } from "../temporary_queue.ts";
import { VERSION } from "../../src/version.ts";
import { PROGRAM, Program } from "./program.ts";
import { testWith, whyNo } from "../left_out.ts";

Deno.test("queuectl without arguments prints the help", async () => {
  await using program = new Program();
  const { code, stdout } = await program.run([]);
  assertEquals(code, 0);
  for (const { name } of COMMANDS) assertStringIncludes(stdout, `  ${name}`);
});

Deno.test("queuectl --version prints the version", async () => {
  await using program = new Program();
  assertEquals(await program.answer("--version"), `queuectl ${VERSION}`);
});

Deno.test("queuectl --help explains every command and group, and touches no queue", async () => {
  await using program = new Program({ withQueue: false });
  const names = [...COMMANDS.map(({ name }) => name), ...Object.keys(GROUPS)];
  const pages = names.map((name) => program.answer(...name.split(" "), "--help"));
  for (const [index, page] of (await Promise.all(pages)).entries()) {
    assertStringIncludes(page, `queuectl ${names[index]}: `);
  }
  assertEquals([...Deno.readDirSync(program.home)], []);
});

Deno.test("queuectl help COMMAND is queuectl COMMAND --help", async () => {
  await using program = new Program();
  assertEquals(
    await program.answer("help", "worker", "start"),
    await program.answer("worker", "start", "-h"),
  );
});

Deno.test("words of pueue, task-spooler and shells work as the command that means the same", async () => {
  await using program = new Program();
  assertEquals(await program.answer("add", "--id", "a", "--hold", "echo hi"), "a");
  for (const word of ["ls", "jobs"]) assertStringIncludes(await program.answer(word), "echo hi");
  assertEquals((await program.json("info", "a")).command, "echo hi");
  await program.answer("add", "--id", "b", "--max-retries", "0", "echo out; exit 3");
  assertEquals(await program.answer("stash", "b"), "b");
  await program.answer("release", "b");
  await program.drain();
  assertEquals(await program.answer("log", "b"), "out");
  for (const word of ["tail", "follow"]) assertEquals(await program.answer(word, "b"), "out");
  const copy = await program.answer("restart", "b");
  assertEquals(await program.answer("kill", copy), copy);
  assertEquals(await program.answer("remove", "b"), "b");
  assertEquals(await program.answer("delete", "a"), "a");
  await program.answer("pause");
  assertEquals((await program.json("status")).paused, true);
  await program.answer("resume");
  assertEquals((await program.json("status")).paused, false);
  assertEquals(await program.answer("start", "--drain"), "");
  assertEquals(await program.json("workers"), []);
});

Deno.test("pause and resume mean the queue without IDs, and with them the jobs", async () => {
  await using program = new Program();
  // No end of a worker's name, which is hexadecimal.
  await program.answer(
    "add",
    "--id",
    "x",
    "--group",
    "night",
    "echo up > up; while :; do sleep 0.05; done",
  );
  const worker = program.spawn(["start"]);
  await eventually("it runs", () => isThere(`${program.home}/up`));
  assertEquals(await program.answer("pause", "x"), "x");
  assertEquals((await program.json("show", "x")).suspended, true);
  assertEquals((await program.json("status")).paused, false);
  assertEquals(await program.answer("resume", "--state", "running", "--yes"), "x");
  assertEquals((await program.json("show", "x")).suspended, undefined);
  await program.answer("pause", "--group", "night");
  assertEquals((await program.json("status")).groups[0].paused, true);
  await program.answer("resume", "--group", "night");
  assertEquals((await program.json("show", "x")).suspended, undefined);
  const stop = await program.run(["stop", "x"]);
  assertEquals([stop.code, stop.stderr.includes("to end a job: queuectl cancel ID")], [1, true]);
  await program.answer("kill", "x");
  await program.answer("stop");
  assertEquals((await worker.ended).code, 0);
});

Deno.test("start means a worker, and with an option of start alone the jobs that it chooses", async () => {
  await using program = new Program();
  await program.answer("add", "--id", "x", "--tag", "t", "true");
  const chosen = program.spawn(["start", "--tag", "t", "--yes"]);
  await chosen.says(/^x$/m);
  assertEquals((await chosen.ended).code, 0);
  const worker = program.spawn(["start", "--tag", "t", "--drain"]);
  await worker.says(/started: 1 at once/);
  assertEquals((await worker.ended).code, 0);
});

Deno.test("the help and the completions name each alias", async () => {
  const help = topHelp();
  for (const word of aliasWords()) {
    assertStringIncludes(help, word);
    assertStringIncludes(bashCompletions(), `path="${word}" ;;`);
  }
  await using program = new Program();
  assertStringIncludes(await program.answer("tail", "--help"), "also:  log, tail (logs --follow)");
});

for (
  const [what, args, said] of [
    ["a command that is none", ["lsit"], 'unknown command "lsit" (did you mean list?)'],
    ["a command of a group that is none", ["worker", "strt"], "did you mean start?"],
    ["a group without a command", ["dlq"], "dlq needs one of: list, show, retry, clear"],
    ["an option that is none", ["list", "--stat", "x"], "did you mean --state?"],
    ["an option that is none before the command", ["--jsn", "list"], "did you mean --json?"],
    ["a letter that is none", ["list", "-q"], "unknown option -q"],
    ["too few arguments", ["show"], "show needs ID (usage: queuectl show ID)"],
    ["too many arguments", ["show", "a", "b"], 'unexpected argument "b": show takes ID (see: '],
    [
      "an argument where none is taken",
      ["status", "x"],
      'unexpected argument "x": status takes no',
    ],
    ["a shell that is none", ["completions", "csh"], "for bash, zsh and fish"],
  ] as [string, string[], string][]
) {
  Deno.test(`queuectl refuses ${what} in one sentence`, async () => {
    await using program = new Program();
    const { code, stdout, stderr } = await program.run(args);
    assertEquals([code, stdout], [2, ""]);
    assertMatch(stderr, /^queuectl: [^\n]+\n$/);
    assertStringIncludes(stderr, said);
  });
}

Deno.test("queuectl takes --dir and --json before and after the command", async () => {
  await using program = new Program();
  const dir = `${program.home}/other`;
  await program.answer("--dir", dir, "enqueue", "true");
  for (const args of [["--dir", dir, "--json", "status"], ["status", `--dir=${dir}`, "--json"]]) {
    assertEquals(JSON.parse(await program.answer(...args)).dir, dir);
  }
  assertEquals(JSON.parse(await program.answer("worker", "--json", "list")), []);
});

Deno.test("queue path prints the directory that --dir, $QUEUECTL_DIR, .queuectl or the home gives", async () => {
  await using program = new Program();
  const home = Deno.realPathSync(program.home);
  Deno.mkdirSync(`${home}/project/.queuectl`, { recursive: true });
  Deno.mkdirSync(`${home}/project/sub`);
  const path = async (args: string[], env: Record<string, string>, cwd: string) =>
    (await program.run(["queue", "path", ...args], { env, cwd })).stdout.trim();
  const none = { QUEUECTL_DIR: "" };
  assertEquals(await path(["--dir", "x"], {}, home), `${home}/x`);
  assertEquals(await path([], { QUEUECTL_DIR: "/q" }, home), "/q");
  assertEquals(await path([], none, `${home}/project/sub`), `${home}/project/.queuectl`);
  assertEquals(await path([], none, home), `${Deno.env.get("HOME")}/.queuectl`);
});

Deno.test("queuectl refuses a directory that holds other things", async () => {
  await using program = new Program({ withQueue: false });
  Deno.writeTextFileSync(`${program.home}/file`, "");
  const { code, stderr } = await program.run(["--dir", ".", "enqueue", "true"]);
  assertEquals(code, 1);
  assertMatch(stderr, /^queuectl: .* is not a queue and not empty \(it holds "file"\).*\n$/);
});

Deno.test("queuectl ends quietly when the reader of its output is gone", async () => {
  await using program = new Program();
  await program.run(["enqueue", "--file", "-"], { stdin: "echo some words\n".repeat(2000) });
  const list = program.shell('"$@" list | head -n 1; echo "${PIPESTATUS[0]}" >&2');
  assertEquals(
    (await list).stdout,
    "ID\tSTATE\tATTEMPTS\tAGE\tWAITS\tEXIT\tTOOK\tLABEL\tCOMMAND\n",
  );
  assertEquals((await list).stderr, "0\n");
});

Deno.test("queuectl says so when its output cannot be written", async () => {
  await using program = new Program();
  const { code, stderr } = await program.shell('"$@" status >/dev/full');
  assertEquals([code, stderr], [
    1,
    "queuectl: the output cannot be written: no space left on device\n",
  ]);
});

for (
  const [shell, args] of [["bash", ["-n"]], ["zsh", ["-n"]], ["fish", ["--no-execute"]]] as const
) {
  testWith(
    await whyNo(shell, "--version"),
    `completions ${shell} prints a script that ${shell} reads`,
    async () => {
      await using program = new Program();
      const path = `${program.home}/script`;
      Deno.writeTextFileSync(path, await program.answer("completions", shell));
      const { code, stderr } = await new Deno.Command(shell, { args: [...args, path] }).output();
      assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
    },
  );
}

testWith(
  await whyNo("bash", "--version"),
  "completions bash completes commands, options and values, and what is in the queue",
  async () => {
    await using program = new Program();
    const complete = async (...words: string[]) => {
      const script = `program=("$@"); queuectl() { "\${program[@]}" "$@"; }
        eval "$(queuectl completions bash)"; COMP_WORDS=(queuectl ${words.join(" ")})
        COMP_CWORD=${words.length}; _queuectl; echo "\${COMPREPLY[*]}"`;
      return (await program.shell(script)).stdout.trim();
    };
    assertEquals(await complete("enq"), "enqueue");
    assertEquals(await complete("worker", "st"), "start stop");
    assertEquals(await complete("worker", "start", "--de"), "--detach");
    assertEquals(await complete("--dir", "x", "list", "--state", "d"), "delayed done dead");
    await program.answer("enqueue", "--id", "waiting", "true");
    await program.run(["run", "--id", "dead", "--max-retries", "0", "false"]);
    await program.answer("schedule", "add", "nightly", "@daily", "true");
    assertEquals(await complete("dlq", "retry", "''"), "dead");
    assertEquals(await complete("enqueue", "--after", "w"), "waiting");
    assertEquals(await complete("schedule", "rm", "''"), "nightly");
  },
);

Deno.test("an option that can have one value is refused when it is given twice, wherever it stands", async () => {
  await using program = new Program();
  for (
    const call of [
      ["enqueue", "--priority", "1", "--priority", "9", "true"],
      ["run", "--timeout=1s", "--timeout=1s", "true"],
      ["enqueue", "--unique", "a", "--unique", "b", "true"],
      ["--dir", "a", "enqueue", "--dir", "b", "true"],
      ["--dir", "a", "worker", "--dir", "b", "list"],
      ["list", "-n", "1", "--limit", "2"],
      ["config", "set", "--jitter", "0", "jitter", "1"],
    ]
  ) {
    const { code, stderr } = await program.run(call);
    assertEquals([code, /is given twice/.test(stderr)], [2, true], `${call}: ${stderr}`);
  }
  await program.answer("--json", "enqueue", "--json", "--env", "A=1", "--env", "B=2", "true");
});

testWith(
  PROGRAM.length > 1 ? undefined : "a binary has its permissions in it",
  "what Deno was not allowed is named by its option, with the program to start instead",
  async () => {
    await using program = new Program();
    const main = PROGRAM.at(-1)!;
    const start = main.endsWith(".ts")
      ? "deno task queuectl"
      : main.replace(/main\.js$/, "queuectl");
    for (
      const [allowed, missing] of [
        [["--allow-env", "--allow-sys"], "--allow-read"],
        [["--allow-read", "--allow-env"], "--allow-sys"],
        [["--allow-read", "--allow-env", "--allow-sys"], "--allow-write"],
      ] as const
    ) {
      const { code, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "--no-prompt", "--no-check", ...allowed, main, "enqueue", "true"],
        env: { QUEUECTL_DIR: program.dir, NO_COLOR: "1" },
      }).output();
      assertEquals([code, new TextDecoder().decode(stderr)], [
        1,
        `queuectl: Deno was started without ${missing}; start queuectl with: ${start}\n`,
      ]);
    }
  },
);

Deno.test("the script that starts queuectl says what is missing in $PATH", async () => {
  const script = decodeURIComponent(new URL("../../bin/queuectl", import.meta.url).pathname);
  const { code, stderr } = await new Deno.Command(script, {
    args: ["list"],
    clearEnv: true,
    env: { PATH: "/nope" },
  }).output();
  assertEquals([code, new TextDecoder().decode(stderr)], [
    1,
    "queuectl: there is no readlink in $PATH; set it, such as: PATH=/usr/local/bin:/usr/bin:/bin\n",
  ]);
});
