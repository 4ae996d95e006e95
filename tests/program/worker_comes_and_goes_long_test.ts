import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { eventually } from "../temporary_queue.ts";
import { testWith, whyNo } from "../left_out.ts";
import { Program } from "./program.ts";

const noScript = await whyNo("script", "--version");

/** What a call shows on a terminal of its own. */
async function onTerminal(program: Program, words: string): Promise<string> {
  const { stdout } = await program.shell(
    `printf -v call '%q ' "$@"; exec script -qec "$call ${words}" /dev/null`,
  );
  return stdout.replaceAll("\r\n", "\n");
}

Deno.test("worker start --idle-exit exits once nothing has run for so long", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--id", "a", "true");
  await program.answer("enqueue", "--hold", "true");
  const worker = program.spawn(["worker", "start", "--idle-exit", "0.3s"]);
  assertEquals((await worker.ended).code, 0);
  assertMatch(worker.stderr, /was idle for 300ms; it exited\n$/);
  assertEquals((await program.json("show", "a")).state, "done");
  assertEquals(program.names("workers"), []);
});

Deno.test("worker start refuses an --idle-exit that is no time, is out of bounds or stands beside --drain", async () => {
  await using program = new Program();
  for (
    const [words, said] of [
      [["--idle-exit", "soon"], /--idle-exit must be a time span such as 90s.*not "soon"/],
      [["--idle-exit", "8d"], /--idle-exit must be .* not "8d"/],
      [["--idle-exit", "1m", "--drain"], /--drain and --idle-exit both say when to exit/],
    ] as const
  ) {
    const { code, stderr } = await program.run(["worker", "start", ...words]);
    assertEquals(code, 2);
    assertMatch(stderr, said);
  }
});

Deno.test("enqueue --start starts a worker that runs the job and exits when idle", async () => {
  await using program = new Program();
  await program.answer("config", "set", "autostart", "0.5s");
  const { stdout, stderr } = await program.run(["enqueue", "--start", "echo hi"]);
  assertMatch(stdout, /^[0-9A-Z]{26}\n$/);
  assertEquals(stderr, "");
  await program.answer("wait", stdout.trim());
  assertEquals(await program.answer("logs", stdout.trim()), "hi");
  await eventually("it exits", async () => (await program.json("worker", "list")).length === 0);
});

Deno.test("with autostart every enqueue sees to a worker, whatever the job and however many", async () => {
  await using program = new Program();
  await program.answer("config", "set", "autostart", "true");
  for (const words of [["true"], ["--id", "b", "true"], ["--file", "-"]]) {
    const { code } = await program.run(["enqueue", ...words], { stdin: "true\ntrue\n" });
    assertEquals(code, 0);
    assertEquals((await program.json("worker", "list")).length, 1, words.join(" "));
    await program.answer("worker", "stop");
  }
});

Deno.test("of ten that enqueue with --start at once one starts a worker", async () => {
  await using program = new Program();
  const calls = Array.from({ length: 10 }, () => program.spawn(["enqueue", "--start", "true"]));
  for (const call of calls) assertEquals((await call.ended).code, 0);
  assertEquals((await program.json("worker", "list")).length, 1);
});

Deno.test("enqueue --start starts none for a held job, in a paused queue, or for another host", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--start", "--hold", "true");
  await program.answer("enqueue", "--start", "--host", "elsewhere", "true");
  await program.answer("worker", "pause");
  await program.answer("enqueue", "--start", "true");
  assertEquals(program.names("workers").filter((name) => name.endsWith(".json")), []);
});

Deno.test("enqueue --start does not count on a worker that is about to exit", async () => {
  await using program = new Program();
  const running = program.spawn(["worker", "start"]);
  await running.says(/ started: /);
  running.kill("SIGSTOP");
  const [{ name }] = await program.json("worker", "list");
  Deno.writeTextFileSync(`${program.dir}/workers/${name}.leaving`, "");
  await program.answer("enqueue", "--start", "true");
  assertEquals((await program.json("worker", "list")).length, 2);
});

Deno.test("a worker that enqueue starts has no stream, directory, session or variable of its caller", async () => {
  await using program = new Program();
  const { code } = await program.shell(
    '"$@" run "exec 7>kept; $* enqueue --start --id inner env"',
    {
      env: { CALLERS: "own" },
    },
  );
  assertEquals(code, 0);
  const [{ pid }] = (await program.json("worker", "list")).filter((worker: { only?: string }) =>
    worker.only === undefined
  );
  assertEquals(Deno.readLinkSync(`/proc/${pid}/cwd`), "/");
  const [, session] = Deno.readTextFileSync(`/proc/${pid}/stat`).match(/\) \S+ \d+ \d+ (\d+)/)!;
  assertEquals(Number(session), pid);
  const files = [...Deno.readDirSync(`/proc/${pid}/fd`)].map(({ name }) =>
    Deno.readLinkSync(`/proc/${pid}/fd/${name}`)
  );
  assert(!files.includes(`${program.home}/kept`));
  assertEquals(files.filter((file) => file.startsWith("/dev/pts")), []);
  const environment = Deno.readTextFileSync(`/proc/${pid}/environ`).split("\0");
  assert(environment.includes("CALLERS=own"));
  assertEquals(environment.filter((entry) => /^QUEUECTL_(JOB|RESULT|WORKER)/.test(entry)), []);
});

Deno.test("a worker that a job starts has no variable that only the job was given", async () => {
  await using program = new Program();
  await program.shell(
    '"$@" run --env SECRET=1 --env CALLERS=changed "$* enqueue --start --id inner env"',
    { env: { CALLERS: "own" } },
  );
  await program.answer("wait", "inner");
  const printed = (await program.answer("logs", "inner")).split("\n");
  assert(printed.includes("CALLERS=own"));
  assertEquals(printed.filter((line) => line.startsWith("SECRET")), []);
});

Deno.test("enqueue --start says why no worker can be started, and that the job was added", async () => {
  await using program = new Program();
  await program.answer("enqueue", "true");
  const { code, stdout, stderr } = await program.run(["enqueue", "--start", "true"], {
    env: { QUEUECTL_TAGS: "a b,c/d" },
  });
  assertEquals(code, 1);
  assertMatch(stdout, /^[0-9A-Z]{26}\n$/);
  assertMatch(stderr, /all is added, but no worker can be started: QUEUECTL_TAGS must be .*\n$/);
});

testWith(noScript, "enqueue on a terminal says once if nobody will run the job", async () => {
  await using program = new Program();
  const none = /queuectl: no worker is alive to run it; start one: queuectl worker start --detach/g;
  assertEquals((await onTerminal(program, "enqueue true")).match(none)?.length, 1);
  assertEquals((await program.run(["enqueue", "true"])).stderr, "");
  assertStringIncludes(
    await onTerminal(program, "enqueue --on gpu true"),
    "no live worker may run it; it waits for one with tag gpu",
  );
  await program.answer("worker", "pause");
  const paused = await onTerminal(program, "enqueue true");
  assertStringIncludes(paused, "the queue is paused");
  assertEquals(paused.match(none), null);
  await program.answer("worker", "resume");
  await program.answer("worker", "start", "--detach");
  assertMatch(await onTerminal(program, "enqueue true"), /^[0-9A-Z]{26}\n$/);
});
