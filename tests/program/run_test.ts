import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { eventually, isThere } from "../temporary_queue.ts";
import { Program, PROGRAM_TEXT } from "./program.ts";

Deno.test("run shows the output and exits with the job's exit status", async () => {
  await using program = new Program();
  const args = ["run", "--max-retries", "0", "echo out; echo err >&2; exit 42"];
  assertEquals(await program.run(args), { code: 42, stdout: "out\nerr\n", stderr: "" });
});

Deno.test("run exits with 0 for a job that is done, though its first attempt failed", async () => {
  await using program = new Program();
  const command = 'test "$QUEUECTL_ATTEMPT" = 2 || { echo again; exit 1; }; echo well';
  const { code, stdout } = await program.run(["run", "--backoff-base", "0", command]);
  assertEquals([code, stdout], [0, "again\nwell\n"]);
});

Deno.test("run exits with 128 and the number of the signal that ended the job", async () => {
  await using program = new Program();
  assertEquals((await program.run(["run", "--max-retries", "0", "kill -KILL $$"])).code, 137);
});

Deno.test("run exits with 124 for a job that ran out of time", async () => {
  await using program = new Program();
  const args = ["run", "--max-retries", "0", "--timeout", "0.1", "sleep 100"];
  const { code, stderr } = await program.run(args);
  assertEquals(code, 124);
  assertStringIncludes(stderr, "ran out of time");
});

Deno.test("run takes several words as a program and its arguments", async () => {
  await using program = new Program();
  assertEquals(
    (await program.run(["run", "printf", "%s\\n", "a  b", "$HOME"])).stdout,
    "a  b\n$HOME\n",
  );
});

Deno.test("run passes on any bytes", async () => {
  await using program = new Program();
  const running = program.spawn(["run", "printf '\\377\\0\\001' && head -c 300000 /dev/zero"]);
  const { code, stdout } = await running.ended;
  assertEquals([code, stdout.length], [0, 300_003]);
});

Deno.test("run leaves the work to a worker that is alive", async () => {
  await using program = new Program();
  const name = await program.answer("worker", "start", "--detach");
  assertEquals((await program.run(["run", "echo $QUEUECTL_WORKER"])).stdout, `${name}\n`);
});

Deno.test("run works the job itself, and nothing else, where no worker is alive", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--id", "other", "--priority", "9", "true");
  assertEquals((await program.run(["run", "echo mine"])).stdout, "mine\n");
  assertEquals((await program.json("show", "other")).state, "pending");
});

Deno.test("a run that works its own job is no worker for another run, nor for any other job", async () => {
  await using program = new Program();
  const first = program.spawn(["run", "echo begun; until [ -e go ]; do sleep 0.02; done; echo A"]);
  await first.says(/begun/);
  await program.answer("enqueue", "--id", "other", "true");
  assertEquals((await program.run(["run", "echo B"])).stdout, "B\n");
  const [run, ...others] = await program.json("worker", "list");
  assertEquals([run.jobs, others], [[run.only], []]);
  assertMatch(await program.answer("worker", "list"), /\trun\t/);
  assertStringIncludes(
    await program.answer("status"),
    "workers     none alive (queuectl worker start); 1 queuectl run",
  );
  const { stderr } = await program.run(["schedule", "add", "later", "@yearly", "true"]);
  assertStringIncludes(stderr, "no worker is alive to run the schedule");
  Deno.writeTextFileSync(`${program.home}/go`, "");
  assertEquals((await first.ended).stdout, "begun\nA\n");
  assertEquals((await program.json("show", "other")).state, "pending");
});

Deno.test("run within a job works its own job, though its caller has the only slot and place", async () => {
  await using program = new Program();
  await program.answer("config", "set", "concurrency", "1");
  const name = await program.answer("worker", "start", "--count", "1", "--detach");
  const inner = `${PROGRAM_TEXT} run "echo inner"; ${PROGRAM_TEXT} --json worker list`;
  const { code, stdout } = await program.run(["run", `${PROGRAM_TEXT} run '${inner}'; echo outer`]);
  assertEquals(code, 0);
  const lines = stdout.split("\n");
  assertEquals([lines[0], lines.at(-2)], ["inner", "outer"]);
  const workers = JSON.parse(lines.slice(1, -2).join("\n")) as { name: string; only?: string }[];
  assertEquals(workers.filter(({ only }) => only === undefined).map(({ name }) => name), [name]);
});

Deno.test("run within a job refuses at once what would wait for its caller", async () => {
  await using program = new Program();
  await program.answer("config", "set", "resources.gpu", "2");
  await program.answer("config", "set", "resources.db", "1");
  const within = `${PROGRAM_TEXT} run`;
  for (
    const [options, words, said] of [
      [["--id", "me"], "--after me", "would wait for me, which called run"],
      [["--resource", "gpu"], "--resource gpu", "would wait for gpu while "],
      [["--resource", "gpu"], "--resource db", "keeps gpu until it ends"],
      [["--resource", "gpu=2"], "--resource db", "keeps gpu until it ends"],
    ] as const
  ) {
    const job = `${within} ${words} true; echo $?`;
    const { stdout } = await program.run(["run", ...options, job]);
    assertMatch(stdout, /^queuectl: [^\n]+\n1\n$/);
    assertStringIncludes(stdout, said);
  }
  const inner = `${within} --resource gpu "echo well"`;
  assertEquals((await program.run(["run", `${within} '${inner}'`])).stdout, "well\n");
});

Deno.test("what a job left behind when it ended was called by no job", async () => {
  await using program = new Program();
  const left = `until [ -e go ]; do sleep 0.02; done; ${PROGRAM_TEXT} run 'echo $QUEUECTL_WORKER'`;
  await program.run(["run", `(${left} >out 2>&1; echo over >>out) & `]);
  const name = await program.answer("worker", "start", "--detach");
  Deno.writeTextFileSync(`${program.home}/go`, "");
  const printed = () =>
    isThere(`${program.home}/out`) && Deno.readTextFileSync(`${program.home}/out`);
  await eventually("it is over", () => String(printed()).endsWith("over\n"));
  assertEquals(printed(), `${name}\nover\n`);
});

Deno.test("run takes over the job when the last worker has died", async () => {
  await using program = new Program();
  await program.answer("worker", "start", "--detach");
  await program.answer("worker", "pause");
  const running = program.spawn(["run", "echo taken over"]);
  await running.says(/paused/);
  const [{ pid }] = await program.json("worker", "list");
  Deno.kill(pid, "SIGKILL");
  await program.answer("worker", "resume");
  assertEquals((await running.ended).stdout, "taken over\n");
});

Deno.test("run says so when it is interrupted, and the job stays queued", async () => {
  await using program = new Program();
  await program.answer("worker", "start", "--detach");
  await program.answer("worker", "pause");
  const running = program.spawn(["run", "--id", "kept", "true"]);
  await eventually("the job waits", () => program.names("pending").length > 0);
  await running.says(/paused/);
  running.kill("SIGINT");
  const { code, stderr } = await running.ended;
  assertEquals(code, 130);
  assertStringIncludes(stderr, "job kept is still queued (to follow it: queuectl logs -f kept;");
  assertEquals((await program.json("show", "kept")).state, "pending");
});

Deno.test("run says where its job is when its output cannot be written", async () => {
  await using program = new Program();
  const { code, stderr } = await program.shell(
    '"$@" run --id kept "echo begun; sleep 100" >/dev/full',
  );
  assertEquals(code, 1);
  assertStringIncludes(stderr, "job kept is still queued");
  assertStringIncludes(stderr, "the output cannot be written");
  assertEquals((await program.json("show", "kept")).attempts, 0);
});

Deno.test("run leaves a job running that a worker runs, when it is interrupted", async () => {
  await using program = new Program();
  await program.answer("worker", "start", "--detach");
  const running = program.spawn(["run", "--id", "kept", "echo begun; sleep 100"]);
  await running.says(/begun/);
  running.kill("SIGTERM");
  const { code, stderr } = await running.ended;
  assertEquals(code, 143);
  assertStringIncludes(stderr, "job kept is still running");
  assertEquals((await program.json("show", "kept")).state, "processing");
});

Deno.test("run puts the job back uncharged when it works it itself and is interrupted", async () => {
  await using program = new Program();
  const running = program.spawn(["run", "--id", "kept", "echo begun; sleep 100"]);
  await running.says(/begun/);
  running.kill("SIGINT");
  const { code, stderr } = await running.ended;
  assertEquals(code, 130);
  assertStringIncludes(
    stderr,
    "job kept is still queued, and no worker is alive to run it " +
      "(to run it: queuectl worker start; to drop it: queuectl cancel kept)",
  );
  const { state, attempts } = await program.json("show", "kept");
  assertEquals([state, attempts], ["pending", 0]);
  assertEquals((await program.json("worker", "list")).length, 0);
  const shown = await program.answer("show", "kept");
  assertMatch(shown, /^1 .* put back +put back /m);
  assertEquals(shown.includes("cancelled"), false);
});

Deno.test("run refuses what enqueue refuses", async () => {
  await using program = new Program();
  assertEquals((await program.run(["run"])).code, 2);
  assertEquals((await program.run(["run", "true", "--timeout", "3"])).code, 2);
  assertEquals((await program.run(["run", "--file", "-"])).code, 2);
});

Deno.test("run tells after the output of an attempt that failed when the next is", async () => {
  await using program = new Program();
  const command = 'echo $QUEUECTL_ATTEMPT; test "$QUEUECTL_ATTEMPT" -gt 2 || exit 7';
  // So long that a busy machine tells of it well before it is over.
  const args = ["run", "--backoff-base", "3", "--backoff-factor", "0", command];
  const { code, stdout } = await program.shell(
    `exec 2>&1; "$@" ${args.map((word) => `'${word}'`).join(" ")}`,
  );
  assertEquals(code, 0);
  assertMatch(
    stdout,
    /^1\nqueuectl: attempt 1: exit 7, again in [123]s\n2\nqueuectl: attempt 2: exit 7, again at once\n3\n$/,
  );
});

Deno.test("run whose reader goes says where the job is and exits with 141", async () => {
  await using program = new Program();
  const script =
    `{ "$@" run --id kept 'echo begun; sleep 0.2; echo more; sleep 100'; echo $? >code; } |
    head -n 1`;
  const { stdout, stderr } = await program.shell(script);
  assertEquals(stdout, "begun\n");
  await eventually("it ends", () => isThere(`${program.home}/code`));
  assertEquals(Deno.readTextFileSync(`${program.home}/code`), "141\n");
  assertStringIncludes(stderr, "job kept is still queued");
  assertEquals((await program.json("show", "kept")).state, "pending");
});
