import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { isThere } from "../temporary_queue.ts";
import { Program } from "./program.ts";
import { testWith, whyNoMount } from "../left_out.ts";

Deno.test("enqueue prints the ID of the job and nothing else", async () => {
  await using program = new Program();
  const { code, stdout, stderr } = await program.run(["enqueue", "true"]);
  assertEquals([code, stderr], [0, ""]);
  assertMatch(stdout, /^[0-9A-Z]{26}\n$/);
  assert(program.names("pending")[0]!.endsWith(`-5-${stdout.trim()}.json`));
});

Deno.test("enqueue takes one argument as shell text", async () => {
  await using program = new Program();
  const job = await program.json("enqueue", "echo $HOME | wc");
  assertEquals(job.command, "echo $HOME | wc");
});

Deno.test("enqueue quotes several arguments so that they arrive unchanged", async () => {
  await using program = new Program();
  const words = [
    "a b",
    "$HOME",
    "it's",
    "*",
    "",
    "-n",
    "new\nline",
    "日本",
    "\\",
    '"',
    "`x`",
    "A=b",
  ];
  await program.answer("enqueue", "--id", "argv", "printf", "<%s>", ...words);
  await program.drain();
  assertEquals(await program.answer("logs", "argv"), words.map((word) => `<${word}>`).join(""));
});

Deno.test("enqueue takes an argument that begins like a JSON object as a job", async () => {
  await using program = new Program();
  const job = await program.json(
    "enqueue",
    '{"id":"job1","command":"sleep 2","priority":9,"note":"x"}',
  );
  assertEquals([job.id, job.command, job.priority, job.note], ["job1", "sleep 2", 9, "x"]);
});

Deno.test("enqueue takes a brace group as shell text", async () => {
  await using program = new Program();
  assertEquals((await program.json("enqueue", "{ echo a; }")).command, "{ echo a; }");
});

Deno.test("enqueue lets options win over the fields of a JSON job", async () => {
  await using program = new Program();
  const text = '{"command":"true","priority":1,"env":{"A":"1","B":"1"},"timeout":5}';
  const job = await program.json("enqueue", "--priority", "7", "--env", "B=2", "--env=C=3", text);
  assertEquals([job.priority, job.timeout, job.env], [7, 5, { A: "1", B: "2", C: "3" }]);
});

Deno.test("enqueue refuses broken JSON and says where it breaks", async () => {
  await using program = new Program();
  const { code, stderr } = await program.run(["enqueue", '{"command": "x",}']);
  assertEquals(code, 2);
  assertStringIncludes(stderr, "is not JSON");
  assertStringIncludes(stderr, "--command");
});

Deno.test("enqueue refuses a JSON job without a command", async () => {
  await using program = new Program();
  const { code, stderr } = await program.run(["enqueue", "{}"]);
  assertEquals([code, stderr], [2, "queuectl: a job's command is missing\n"]);
});

Deno.test("enqueue accepts --command, whatever it begins with", async () => {
  await using program = new Program();
  assertEquals((await program.json("enqueue", "--command", '{"x"}')).command, '{"x"}');
  assertEquals((await program.json("enqueue", "--command=-x")).command, "-x");
});

Deno.test("enqueue refuses a command that is given twice", async () => {
  await using program = new Program();
  assertEquals((await program.run(["enqueue", "--command", "a", "b"])).code, 2);
});

Deno.test("enqueue without a command is refused", async () => {
  await using program = new Program();
  const { code, stderr } = await program.run(["enqueue"]);
  assertEquals(code, 2);
  assertStringIncludes(stderr, "usage: queuectl enqueue [options] COMMAND…");
});

Deno.test("enqueue refuses its own option behind the command and says where it goes", async () => {
  await using program = new Program();
  for (const words of [["echo hi", "--priority", "3"], ["ls", "--json"], ["ls", "--at=10:00"]]) {
    const { code, stdout, stderr } = await program.run(["enqueue", ...words]);
    assertEquals([code, stdout], [2, ""]);
    assertMatch(stderr, /^queuectl: --\w+ goes before the command: .* -- COMMAND…\)\n$/);
  }
});

Deno.test("enqueue leaves everything behind -- to the command", async () => {
  await using program = new Program();
  const job = await program.json("enqueue", "--", "ls", "--timeout", "3", "--", "--json");
  assertEquals(job.command, "ls --timeout 3 -- --json");
});

Deno.test("enqueue leaves what is no option of its own to the command", async () => {
  await using program = new Program();
  const job = await program.json("enqueue", "grep", "-r", "--color", "-h", "x", "--", "--file");
  assertEquals(job.command, "grep -r --color -h x -- --file");
});

Deno.test("enqueue sets what its options say", async () => {
  await using program = new Program();
  const job = await program.json(
    ...["enqueue", "--id", "x", "--priority", "0", "--timeout", "1m30s", "--max-retries", "0"],
    ...[
      "--backoff-base",
      "10",
      "--backoff-factor",
      "1.5",
      "--cwd",
      "/tmp",
      "--env",
      "A=b=c",
      "make",
    ],
  );
  assertEquals(
    [job.id, job.priority, job.timeout, job.max_retries, job.backoff_base, job.backoff_factor],
    ["x", 0, 90, 0, 10, 1.5],
  );
  assertEquals([job.cwd, job.env, job.state], ["/tmp", { A: "b=c" }, "pending"]);
});

Deno.test("enqueue --delay makes the job ready after the span", async () => {
  await using program = new Program();
  const job = await program.json("enqueue", "--delay", "1h30m", "true");
  assertEquals(Math.round((Date.parse(job.run_at) - Date.parse(job.created_at)) / 60_000), 90);
  assertEquals((await program.json("status")).jobs.delayed, 1);
});

Deno.test("enqueue --at makes the job ready at the time", async () => {
  await using program = new Program();
  const job = await program.json("enqueue", "--at", "2099-01-02T03:04:05+01:00", "true");
  assertEquals(job.run_at, "2099-01-02T02:04:05.000Z");
});

Deno.test("enqueue --timeout none wins over the queue's setting", async () => {
  await using program = new Program();
  await program.answer("config", "set", "timeout", "5");
  assertEquals((await program.json("enqueue", "true")).timeout, 5);
  assertEquals((await program.json("enqueue", "--timeout", "none", "true")).timeout, null);
});

Deno.test("enqueue takes the current directory as the job's", async () => {
  await using program = new Program();
  Deno.mkdirSync(`${program.home}/sub`);
  const cwd = Deno.realPathSync(`${program.home}/sub`);
  const { stdout } = await program.run(["enqueue", "--json", "true"], { cwd });
  assertEquals(JSON.parse(stdout).cwd, cwd);
});

Deno.test("enqueue resolves --cwd against the current directory", async () => {
  await using program = new Program();
  const home = Deno.realPathSync(program.home);
  assertEquals((await program.json("enqueue", "--cwd", "sub", "true")).cwd, `${home}/sub`);
  assertEquals((await program.json("enqueue", "--cwd", ".", "true")).cwd, home);
});

for (
  const [what, ...args] of [
    ["a priority above 9", "--priority", "10", "true"],
    ["a priority that is no number", "--priority", "high", "true"],
    ["a negative priority", "--priority", "-1", "true"],
    ["an ID with a slash", "--id", "../x", "true"],
    ["a span that is none", "--delay", "soon", "true"],
    ["a time that is none", "--at", "25:00", "true"],
    ["a day that the month lacks", "--at", "2027-02-29", "true"],
    ["--at and --delay together", "--at", "10:00", "--delay", "3", "true"],
    ["a timeout of 0", "--timeout", "0", "true"],
    ["retries that are no whole number", "--max-retries", "1.5", "true"],
    ["a variable that is not set here", "--env", "NO_SUCH_VARIABLE", "true"],
    ["a variable without a name or value", "--env", "", "true"],
    ["an environment without a name", "--env", "=b", "true"],
    ["an empty command", ""],
    ["a blank command", " \n"],
    ["a command longer than 100 KB", "x".repeat(102_401)],
    ["an option without its value", "--priority"],
    ["an option whose value is another option", "--timeout", "--priority", "3", "true"],
    ["a flag with a value", "--json=yes", "true"],
    ["--skip without --file", "--skip", "3", "true"],
  ] as [string, ...string[]][]
) {
  Deno.test(`enqueue refuses ${what}`, async () => {
    await using program = new Program();
    const { code, stdout, stderr } = await program.run(["enqueue", ...args]);
    assertEquals([code, stdout], [2, ""]);
    assertMatch(stderr, /^queuectl: [^\n]+\n$/);
  });
}

Deno.test("enqueue suggests the option that was meant", async () => {
  await using program = new Program();
  const { code, stderr } = await program.run(["enqueue", "--priorty", "3", "true"]);
  assertEquals(code, 2);
  assertEquals(stderr, "queuectl: unknown option --priorty (did you mean --priority?)\n");
});

Deno.test("enqueue refuses an ID that is taken", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--id", "x", "true");
  const { code, stderr } = await program.run(["enqueue", "--id", "x", "true"]);
  assertEquals(code, 1);
  assertMatch(stderr, /^queuectl: a job "x" exists already, in state pending/);
});

Deno.test("enqueue passes 100 KB of text with every kind of character", async () => {
  await using program = new Program();
  const odd = "'\"\\$`\n\t é日本😀 -x {}";
  const text = odd + "x".repeat(99_000) + odd;
  await program.answer("enqueue", "--id", "long", "--", "printf", "%s", text);
  await program.drain();
  assertEquals((await program.run(["logs", "long"])).stdout, text);
});

Deno.test("enqueue refuses a command that is not UTF-8 rather than change it", async () => {
  await using program = new Program();
  const { code, stdout, stderr } = await program.shell(`"$@" enqueue $'printf \\xff'`);
  assertEquals([code, stdout], [2, ""]);
  assertStringIncludes(stderr, "is not UTF-8");
});

for (
  const [what, call, added] of [
    ["a job", "enqueue true", /^queuectl: job \S+ was added, but its ID cannot be printed: /],
    ["an ID", "enqueue --id a true", /^queuectl: job a was added, but its ID /],
    ["a file", "enqueue --file lines", /^queuectl: all jobs were added, but some of their IDs /],
  ] as const
) {
  Deno.test(`enqueue of ${what} says that it was added where its ID cannot be printed`, async () => {
    await using program = new Program();
    Deno.writeTextFileSync(`${program.home}/lines`, "true\n");
    const { code, stderr } = await program.shell(`"$@" ${call} >/dev/full`);
    assertEquals(code, 1);
    assertMatch(stderr, added);
    assertMatch(stderr, /no space left on device\n$/i);
    assertEquals((await program.json("status")).jobs.pending, 1);
  });
}

Deno.test("enqueue --cwd warns once of a directory that is missing, and adds the job", async () => {
  await using program = new Program();
  for (const words of [["true"], ["--file", "lines"]]) {
    Deno.writeTextFileSync(`${program.home}/lines`, "true\ntrue\n");
    const call = ["enqueue", "--cwd", "/nowhere/at-all", ...words];
    const { code, stderr } = await program.run(call, {});
    assertEquals([code, stderr], [
      0,
      "queuectl: --cwd /nowhere/at-all is missing; " +
      "the job fails unless the directory is made before it runs\n",
    ]);
  }
});

testWith(
  await whyNoMount(),
  "a full disk is named by its queue, with what to do and what was left undone",
  async () => {
    await using program = new Program();
    const full = `${Deno.realPathSync(program.home)}/full`;
    Deno.mkdirSync(full);
    const { code, stdout, stderr } = await program.shell(
      `unshare -rm sh -c 'mount -t tmpfs -o size=64k none full
     "$@" --dir full/q enqueue true 2>/dev/null || exit 98
     head -c 1m /dev/zero 2>/dev/null >full/fill
     exec "$@" --dir full/q enqueue true' sh "$@" || exit $?`,
    );
    assertEquals([code, stdout.split("\n").length, stderr], [
      1,
      2,
      `queuectl: cannot write to the queue ${full}/q: no space left on device; free some space ` +
      "(nothing was added)\n",
    ]);
  },
);

Deno.test("what no worker would run is not added, for the reason that a worker would give", async () => {
  await using program = new Program();
  await program.answer("schedule", "add", "s", "@daily", "true");
  Deno.writeTextFileSync(`${program.home}/lines`, "true\n");
  Deno.chmodSync(`${program.dir}/pending`, 0o777);
  const worker = await program.run(["worker", "start", "--drain"]);
  assertEquals(worker.code, 1);
  assertStringIncludes(worker.stderr, "group or others can write in");
  for (
    const call of [
      ["enqueue", "true"],
      ["enqueue", "--id", "a", "true"],
      ["enqueue", "--file", "lines"],
      ["run", "true"],
      ["schedule", "add", "t", "@daily", "true"],
      ["schedule", "run", "s"],
    ]
  ) {
    const { code, stderr } = await program.run(call);
    assertEquals([code, stderr], [1, worker.stderr], call.join(" "));
  }
  assertEquals([program.names("pending"), program.names("schedules").length], [[], 1]);
});

Deno.test("--env NAME without a value takes it from the caller, where ps does not show it", async () => {
  await using program = new Program();
  const call = (...words: string[]) =>
    program.run(["--json", ...words], { env: { HIDDEN: "s3cret=x", EMPTY: "" } });
  for (
    const words of [
      ["enqueue", "--env", "HIDDEN", "-e", "EMPTY", "true"],
      ["schedule", "add", "s", "--env", "HIDDEN", "-e", "EMPTY", "@daily", "true"],
    ]
  ) {
    const { code, stdout, stderr } = await call(...words);
    assertEquals([code, stderr.includes("HIDDEN")], [0, false], stderr);
    const answer = JSON.parse(stdout);
    assertEquals((answer.job ?? answer).env, { HIDDEN: "s3cret=x", EMPTY: "" });
  }
  const ran = await call("run", "--env=HIDDEN", 'echo "$HIDDEN"');
  assertEquals([ran.code, ran.stdout], [0, "s3cret=x\n"]);
  const refused = await program.run(["enqueue", "--env", "HIDDEN", "true"]);
  assertEquals([refused.code, refused.stdout], [2, ""]);
  assertStringIncludes(
    refused.stderr,
    "--env HIDDEN: there is no such variable in this environment",
  );
});

Deno.test("~ at the beginning of a directory is the home directory, wherever the shell left it", async () => {
  await using program = new Program();
  const env = { HOME: program.home, QUEUECTL_DIR: "~/q" };
  const call = (...words: string[]) => program.run(words, { env });
  assertEquals((await call("enqueue", "--id", "a", "--cwd=~/x", "true")).code, 0);
  await call("enqueue", "--id", "b", '{"command": "true", "cwd": "~"}');
  assertEquals((await call("--dir=~/q", "queue", "path")).stdout, `${program.home}/q\n`);
  const cwd = async (id: string) => JSON.parse((await call("--json", "show", id)).stdout).cwd;
  assertEquals([await cwd("a"), await cwd("b")], [`${program.home}/x`, program.home]);
  for (const words of [["--dir=~root/q", "list"], ["enqueue", "--cwd=~root", "true"]]) {
    const { code, stderr } = await call(...words);
    assertEquals(code, 2);
    assertStringIncludes(stderr, "begins with another user's home; write that directory out");
  }
  const homeless = await program.run(["list"], { env: { HOME: "", QUEUECTL_DIR: "~/q" } });
  assertEquals([homeless.code, homeless.stdout], [2, ""]);
  assertStringIncludes(homeless.stderr, "$HOME is not set");
  const made = [...Deno.readDirSync(program.home)].map(({ name }) => name);
  assertEquals(made.filter((name) => name.startsWith("~")), []);
});

Deno.test("enqueue refuses an ID, whole or its end, as a command, and takes a program with a name like one", async () => {
  await using program = new Program();
  const id = await program.answer("enqueue", "--hold", "true");
  for (const word of [id, id.slice(-5)]) {
    const { code, stdout, stderr } = await program.run(["enqueue", word]);
    assertEquals([code, stdout], [2, ""]);
    assertStringIncludes(stderr, `${word} is job ${id}, not a command (to let it go: queuectl`);
  }
  await program.answer("enqueue", "MAKE");
  assertEquals((await program.json("list")).length, 2);
});

Deno.test("no queue is made for a call that any new queue refuses, and one that is taken makes it", async () => {
  await using program = new Program();
  const dir = `${program.home}/new`;
  const refused: [words: string[], stdin: string | undefined, code: number, said: RegExp][] = [
    [["enqueue", ""], undefined, 2, /a job's command must not be empty/],
    [["enqueue", "--after", "nope", "true"], undefined, 1, /no job "nope"/],
    [["enqueue", "--resource", "gpu", "true"], undefined, 1, /no resource "gpu"/],
    [["enqueue", "--file", "-"], '{"command":1}', 2, /stdin, line 1: .*nothing was enqueued/],
    [["enqueue", "--file", "-"], '{"command":"x","after":["y"]}', 1, /stdin, line 1: no job "y"/],
    [["run", "--after", "nope", "true"], undefined, 1, /no job "nope"/],
    [["map", "--after", "nope", "echo", ":::", "a"], undefined, 1, /no job "nope"/],
    [["schedule", "add", "a", "x y", "true"], undefined, 2, /a schedule must be/],
    [["schedule", "add", "a b", "@daily", "true"], undefined, 2, /name/],
  ];
  for (const [words, stdin, code, said] of refused) {
    const call = await program.run(["--dir", dir, ...words], { stdin });
    assertEquals(
      [call.code, call.stdout, isThere(dir)],
      [code, "", false],
      words.join(" "),
    );
    assertMatch(call.stderr, said);
    assertEquals(call.stderr.includes("made a new queue"), false, call.stderr);
  }
  const jobs = '{"id":"a","command":"true"}\n{"command":"true","after":["a"]}';
  const taken = await program.run(["--dir", dir, "enqueue", "--file", "-"], { stdin: jobs });
  assertEquals([taken.code, taken.stderr], [0, `queuectl: made a new queue, ${dir}\n`]);
});
