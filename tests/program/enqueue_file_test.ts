import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Program } from "./program.ts";

async function enqueueLines(program: Program, stdin: string | Uint8Array, ...options: string[]) {
  return await program.run(["enqueue", ...options, "--file", "-"], { stdin });
}

Deno.test("enqueue --file - adds a job for each line, skips blank ones and prints an ID each", async () => {
  await using program = new Program();
  const { code, stdout } = await enqueueLines(
    program,
    'echo 1\n\n  \r\n{"command":"echo 2"}\r\necho 3',
  );
  assertEquals(code, 0);
  const ids = stdout.trimEnd().split("\n");
  const jobs = await program.json("list");
  assertEquals(jobs.map(({ id }: { id: string }) => id), ids);
  assertEquals(
    jobs.map(({ command }: { command: string }) => command),
    ["echo 1", "echo 2", "echo 3"],
  );
});

Deno.test("enqueue --file reads a file by its name", async () => {
  await using program = new Program();
  Deno.writeTextFileSync(`${program.home}/jobs.txt`, "true\nfalse\n");
  await program.answer("enqueue", "--file", "jobs.txt");
  assertEquals((await program.json("status")).jobs.pending, 2);
});

Deno.test("enqueue --file takes options as what a line does not say itself", async () => {
  await using program = new Program();
  const stdin = 'true\n{"command":"false","priority":1,"env":{"A":"2"}}\n';
  const options = ["--json", "--priority", "7", "--env", "A=1", "--env", "B=1"];
  const { stdout } = await enqueueLines(program, stdin, ...options);
  const [first, second] = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals([first.priority, first.env, first.state], [7, { A: "1", B: "1" }, "pending"]);
  assertEquals([second.priority, second.env], [1, { A: "2", B: "1" }]);
});

for (
  const [what, stdin, reason] of [
    ["a line that is broken JSON", 'true\n\n{"command":}\n', "line 3: this begins like a JSON job"],
    [
      "JSON that ends early, at no other place",
      'true\n{"command":"x",\n',
      "line 2: this begins like a JSON job, but is not JSON: " +
      "Expected double-quoted property name in JSON (shell",
    ],
    ["a line that is no job", 'true\n{"command":"x","priority":10}\n', "line 2: a job's priority"],
    [
      "an ID that appears twice",
      '{"id":"a","command":"x"}\n{"id":"a","command":"y"}',
      "line 2: the ID",
    ],
    [
      "a NUL",
      "true\ntrue\nx\0y\n",
      "line 3: a job's command must not contain a NUL (if NULs end the jobs, add --null)",
    ],
    [
      "a line longer than 100 KB",
      `true\n${"x".repeat(102_401)}`,
      "line 2: a job's command must not",
    ],
  ] as const
) {
  Deno.test(`enqueue --file refuses ${what}, names the line and adds nothing`, async () => {
    await using program = new Program();
    const { code, stdout, stderr } = await enqueueLines(program, stdin);
    assertEquals([code, stdout], [2, ""]);
    assertStringIncludes(stderr, `queuectl: stdin, ${reason}`);
    assertEquals((await program.json("list")).length, 0);
  });
}

Deno.test("enqueue --file refuses what is not UTF-8 and names the line", async () => {
  await using program = new Program();
  const { code, stderr } = await enqueueLines(program, new Uint8Array([97, 10, 98, 10, 0xff, 10]));
  assertEquals([code, stderr], [
    2,
    "queuectl: stdin, line 3: it is not UTF-8; nothing was enqueued\n",
  ]);
});

Deno.test("enqueue --file --skip leaves out the first jobs", async () => {
  await using program = new Program();
  await enqueueLines(program, "echo 1\n\necho 2\necho 3\n", "--skip", "2");
  const jobs = await program.json("list");
  assertEquals(jobs.map(({ command }: { command: string }) => command), ["echo 3"]);
});

Deno.test("enqueue --file says when there is no such file", async () => {
  await using program = new Program();
  const { code, stderr } = await program.run(["enqueue", "--file", "/nowhere/jobs"]);
  assertEquals([code, stderr], [1, "queuectl: /nowhere/jobs: no such file or directory\n"]);
});

Deno.test("enqueue --file refuses a command, an ID and a taken ID", async () => {
  await using program = new Program();
  assertEquals((await program.run(["enqueue", "--file", "-", "true"])).code, 2);
  assertEquals((await enqueueLines(program, "true", "--id", "x")).code, 2);
  await program.answer("enqueue", "--id", "x", "true");
  const { code, stderr } = await enqueueLines(program, 'true\n{"id":"x","command":"y"}');
  assertEquals(code, 1);
  assertMatch(
    stderr,
    /^queuectl: stdin, line 2: a job "x" exists already.*; nothing was enqueued$/m,
  );
  assertEquals((await program.json("list")).length, 1);
});

Deno.test("enqueue --file gives one line for each: an ID, or that of the job with the key, which it says", async () => {
  await using program = new Program();
  const two = '{"command":"echo 1","unique":"a"}\n\n{"command":"echo 2","unique":"b"}\n';
  const first = await enqueueLines(program, two);
  assertEquals([first.code, first.stderr], [0, ""]);
  const [a, b] = first.stdout.trimEnd().split("\n");
  assertEquals((await program.json("list")).map(({ id }: { id: string }) => id), [a, b]);

  const lines = [
    ...two.split("\n"),
    '{"command":"echo 3","unique":"c"}',
    '{"unique":"c","command":"x"}',
  ]
    .join("\n");
  const again = await enqueueLines(program, lines, "--json");
  assertEquals(again.code, 0);
  const jobs = again.stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals(jobs.map(({ existed }) => existed), [true, true, undefined, true]);
  assertEquals(jobs.map(({ id }) => id), [a, b, jobs[2].id, jobs[2].id]);
  assertEquals(jobs.map(({ command }) => command), ["echo 1", "echo 2", "echo 3", "echo 3"]);
  assertEquals(
    again.stderr,
    "queuectl: 3 of 4 jobs were not added, because their unique keys are taken; " +
      "the printed IDs are those of the jobs that have the keys (stdin, lines 1, 3, 6)\n",
  );
  assertEquals((await program.json("status")).jobs.pending, 3);
});

Deno.test("enqueue --file --unique adds one job and says of each other whose key it is", async () => {
  await using program = new Program();
  const { code, stdout, stderr } = await enqueueLines(program, "a\nb\nc\n", "--unique", "k");
  const [id, ...others] = stdout.trimEnd().split("\n");
  assertEquals([code, others], [0, [id, id]]);
  assertMatch(stderr, /^queuectl: 2 of 3 jobs were not added.*\(stdin, lines 2, 3\)\n$/);
  const failing = await enqueueLines(program, "d\n", "--unique", "k", "--unique-fail");
  assertEquals([failing.code, failing.stdout], [1, `${id}\n`]);
  assertMatch(failing.stderr, /^queuectl: 1 of 1 jobs were not added/);
  assertEquals((await program.json("list")).map(({ command }: { command: string }) => command), [
    "a",
  ]);
});

Deno.test("enqueue --file adds all jobs though nobody reads the IDs to the end", async () => {
  await using program = new Program();
  const lines = Array.from({ length: 5000 }, (_, index) => `echo ${index}`).join("\n");
  Deno.writeTextFileSync(`${program.home}/jobs`, lines);
  await program.answer("config", "set", "fsync", "false");
  const script = '"$@" enqueue --file jobs | head -n 1; echo "${PIPESTATUS[0]}"';
  assertMatch((await program.shell(script)).stdout, /^[0-9A-Z]{26}\n0\n$/);
  assertEquals((await program.json("status")).jobs.pending, 5000);
});
