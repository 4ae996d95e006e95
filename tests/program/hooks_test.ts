import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { eventually, isThere, processesWith } from "../temporary_queue.ts";
import { Program } from "./program.ts";

/** What the hooks have printed, without the lines that say how they ended. */
function told(program: Program): string {
  return isThere(`${program.dir}/hooks.log`)
    ? Deno.readTextFileSync(`${program.dir}/hooks.log`).replaceAll(/^queuectl: .*\n/gm, "")
    : "";
}

Deno.test("hooks.log says when which hook of which job ended, and how; status says which failed lately", async () => {
  await using program = new Program();
  await program.answer("config", "set", "on_done", "printf said; exit 9");
  await program.answer("enqueue", "--id", "a", "true");
  await program.drain();
  await program.answer("config", "reset", "on_done");
  await program.answer("enqueue", "--id", "b", "--on-done", "kill -9 $$", "true");
  await program.drain();
  const log = Deno.readTextFileSync(`${program.dir}/hooks.log`);
  assertEquals(
    log.replaceAll(/ \d{4}-\d\d-\d\dT[\d:.]+Z /g, " "),
    "said\nqueuectl: on_done of job a: exit 9\nqueuectl: on_done of job b: SIGKILL\n",
  );
  const { failed_hooks } = await program.json("status");
  assertEquals(
    failed_hooks.map(({ hook, job, how }: Record<string, string>) => `${hook} ${job} ${how}`),
    ["on_done a exit 9", "on_done b SIGKILL"],
  );
  assertMatch(
    await program.answer("status"),
    /^hooks {7}2 failed in the last day, on_done of job b \ds ago: SIGKILL \(see: tail .*hooks\.log\)$/m,
  );
  // Of yesterday, and of another that succeeded.
  Deno.writeTextFileSync(
    `${program.dir}/hooks.log`,
    `queuectl: ${new Date(Date.now() - 90_000_000).toISOString()} on_done of job a: exit 9\n` +
      `queuectl: ${new Date().toISOString()} on_done of job b: exit 0\n`,
  );
  assertEquals((await program.json("status")).failed_hooks, undefined);
});

Deno.test("on_done and on_dead are run after a job has ended, and told of it", async () => {
  await using program = new Program();
  const show = (word: string) =>
    `echo "${word} $QUEUECTL_JOB_ID $QUEUECTL_STATE $QUEUECTL_OUTCOME $QUEUECTL_EXIT_CODE ` +
    '$QUEUECTL_ATTEMPTS $QUEUECTL_COMMAND"; cat "$QUEUECTL_LOG"; test -d "$QUEUECTL_DIR/pending"';
  await program.answer("config", "set", "on_done", show("yes"));
  await program.answer("config", "set", "--on-dead", show("no"));
  await program.answer("config", "set", "backoff_base", "0");
  await program.answer("enqueue", "--id", "a", "echo said by a");
  await program.answer("enqueue", "--id", "b", "--max-retries", "1", "exit 4");
  await program.drain();
  assertEquals(told(program).split("\n").sort(), [
    "",
    "no b dead failed 4 2 exit 4",
    "said by a",
    "yes a done done 0 1 echo said by a",
  ]);
});

Deno.test("where no hook is set none is run", async () => {
  await using program = new Program();
  await program.answer("config", "set", "on_dead", "echo dead");
  await program.answer("enqueue", "true");
  await program.drain();
  assertEquals(isThere(`${program.dir}/hooks.log`), false);
});

Deno.test("a hook that hangs delays no job, and is killed when the worker leaves", async () => {
  await using program = new Program();
  await program.answer("config", "set", "--on-done", "sleep 7531", "--kill-grace", "0.3");
  await program.run(["enqueue", "--file", "-"], { stdin: "true\n".repeat(12) });
  const worker = program.spawn(["worker", "start", "--drain"]);
  await eventually("all jobs are done", () => program.names("done").length === 24);
  assertEquals((await worker.ended).code, 0);
  assertMatch(worker.stdout + worker.stderr, /: [1-8] killed, \d+ not run/);
  await eventually("no hook is left", () => processesWith("sleep\x007531").length === 0);
});

Deno.test("a hook that fails changes nothing about the job", async () => {
  await using program = new Program();
  await program.answer("config", "set", "on_done", "echo oops >&2; exit 9");
  const id = await program.answer("enqueue", "true");
  await program.drain();
  assertEquals((await program.json("show", id)).state, "done");
  assertEquals(told(program), "oops\n");
});

Deno.test("on_dead is run for a job whose worker died, by the one that takes over", async () => {
  await using program = new Program();
  await program.answer("config", "set", "--on-dead", 'echo "$QUEUECTL_OUTCOME"');
  const id = await program.answer("enqueue", "--max-retries", "0", "sleep 7532");
  const worker = program.spawn(["worker", "start"]);
  await worker.says(new RegExp(`start .*${id}`));
  worker.kill("SIGKILL");
  await worker.ended;
  await program.drain();
  assertEquals(told(program), "lost\n");
});

Deno.test("config set takes any shell text for a hook, and none to unset it", async () => {
  await using program = new Program();
  await program.answer("config", "set", "on_done", "5");
  assertEquals(await program.json("config", "get", "on_done"), "5");
  await program.answer("config", "set", "on_done", "none");
  assertEquals(await program.json("config", "get", "on_done"), null);
  assertEquals((await program.run(["config", "set", "on_done", ""])).code, 2);
  await program.answer("config", "set", "on_dead", "true");
  await program.answer("config", "reset", "on_dead");
  assertEquals(await program.json("config", "get", "on_dead"), null);
});

Deno.test("on_dead is run for a job that dies of its parent, and not for one that a person cancels", async () => {
  await using program = new Program();
  await program.answer("config", "set", "on_dead", 'echo "$QUEUECTL_JOB_ID: $QUEUECTL_REASON"');
  await program.answer("enqueue", "--id", "parent", "--hold", "true");
  await program.answer("enqueue", "--id", "child", "--after", "parent", "true");
  await program.answer("cancel", "parent");
  await program.drain();
  assertEquals(told(program), "child: job parent, which it waited for, is dead\n");
  assertEquals((await program.json("stats")).attempts, 0);
});

Deno.test("a worker does not wait for a fifo in the place of what hooks print", async () => {
  await using program = new Program();
  await program.answer("config", "set", "on_done", "echo told");
  await program.answer("enqueue", "true");
  new Deno.Command("mkfifo", { args: [`${program.dir}/hooks.log`] }).outputSync();
  const { code, stdout } = await program.run(["worker", "start", "--drain"]);
  assertEquals(code, 0);
  assertStringIncludes(stdout, "hooks.log is not a file");
});

Deno.test("a job's own hooks are run beside the queue's, in its directory", async () => {
  await using program = new Program();
  const say = (word: string) => `echo "${word} $QUEUECTL_JOB_ID $QUEUECTL_ATTEMPTS"`;
  for (const name of ["done", "dead", "failure"]) {
    await program.answer("config", "set", `on_${name}`, say(`all ${name}`));
  }
  await program.answer("config", "set", "backoff_base", "0");
  const own = ["done", "dead", "failure"].flatMap((name) => [`--on-${name}`, `${say(name)}; pwd`]);
  await program.answer(
    "enqueue",
    "--id",
    "a",
    "--max-retries",
    "1",
    "--cwd",
    "/usr",
    ...own,
    "exit 4",
  );
  await program.answer("enqueue", '{"id": "b", "on-done": "echo by JSON", "command": "true"}');
  await program.drain();
  assertEquals(told(program).split("\n").sort(), [
    ...["", "/usr", "/usr", "all dead a 2", "all done b 1", "all failure a 1", "by JSON"],
    ...["dead a 2", "failure a 1"],
  ]);
});

Deno.test("on_failure is not run for a job that is put back or cancelled", async () => {
  await using program = new Program();
  await program.answer("config", "set", "on_failure", "echo failure");
  await program.answer("enqueue", "--id", "a", "touch up; sleep 100");
  const worker = program.spawn(["worker", "start"]);
  await eventually("it runs", () => isThere(`${program.home}/up`));
  await program.answer("worker", "stop", "--now");
  await worker.ended;
  assertEquals(told(program), "");
});

Deno.test("a full hooks.log becomes hooks.log.prev", async () => {
  await using program = new Program();
  const [log, previous] = [`${program.dir}/hooks.log`, `${program.dir}/hooks.log.prev`];
  Deno.writeTextFileSync(log, "");
  Deno.truncateSync(log, 8 * 1024 ** 2 + 1);
  Deno.mkdirSync(`${previous}/in the way`, { recursive: true });
  await program.answer("config", "set", "on_done", "echo after $QUEUECTL_JOB_ID");
  await program.answer("enqueue", "--id", "a", "true");
  await program.drain();
  assertEquals(told(program), "after a\n");
  assertEquals(Deno.statSync(previous).size, 8 * 1024 ** 2 + 1);
  assertEquals((await program.run(["doctor"])).code, 0);
});
