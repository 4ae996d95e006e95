import { assertEquals, assertStringIncludes } from "@std/assert";
import { eventually, isThere } from "../temporary_queue.ts";
import { Program } from "./program.ts";

Deno.test("logs prints what a job printed, byte for byte", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--id", "a", "printf '\\001\\033[31m\\n'; printf x >&2");
  await program.drain();
  assertEquals((await program.run(["logs", "a"])).stdout, "\x01\x1b[31m\nx");
});

Deno.test("logs --attempt prints one attempt alone", async () => {
  await using program = new Program();
  const command = 'echo "attempt $QUEUECTL_ATTEMPT"; exit 1';
  await program.answer(
    "enqueue",
    "--id",
    "a",
    "--max-retries",
    "2",
    "--backoff-base",
    "0",
    command,
  );
  await program.drain();
  assertEquals(await program.answer("logs", "a"), "attempt 1\nattempt 2\nattempt 3");
  for (const attempt of ["1", "2", "3"]) {
    assertEquals(await program.answer("logs", "a", "--attempt", attempt), `attempt ${attempt}`);
  }
});

Deno.test("logs says when there is no such attempt, and when nothing was printed", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--id", "a", "true");
  const nothing = await program.run(["logs", "a"]);
  assertEquals([nothing.code, nothing.stdout], [0, ""]);
  assertStringIncludes(nothing.stderr, "has not run yet");
  const { code, stderr } = await program.run(["logs", "a", "--attempt", "1"]);
  assertEquals([code, stderr], [1, "queuectl: job a has not run yet; there is no attempt 1\n"]);
  assertEquals((await program.run(["logs", "a", "--attempt", "0"])).code, 2);
});

Deno.test("logs -f follows a job from before it starts until it ends", async () => {
  await using program = new Program();
  await program.answer(
    "enqueue",
    "--id",
    "a",
    "echo one; until test -e go; do sleep 0.02; done; echo two",
  );
  const following = program.spawn(["logs", "-f", "a"]);
  await program.answer("worker", "start", "--detach");
  await following.says(/one\n/);
  Deno.writeTextFileSync(`${program.home}/go`, "");
  assertEquals((await following.ended).stdout, "one\ntwo\n");
});

Deno.test("logs -f --attempt follows one attempt until it ends, though its retry is far off", async () => {
  await using program = new Program();
  const command = 'echo "attempt $QUEUECTL_ATTEMPT"; exit 1';
  await program.answer(
    "enqueue",
    "--id",
    "a",
    "--max-retries",
    "3",
    "--backoff-base",
    "3600",
    command,
  );
  const following = program.spawn(["logs", "-f", "a", "--attempt", "1"]);
  await program.answer("worker", "start", "--detach");
  assertEquals((await following.ended).stdout, "attempt 1\n");
});

Deno.test("wait exits with 0 once all jobs are done", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--id", "a", "until test -e go; do sleep 0.02; done");
  await program.answer("enqueue", "--id", "b", "true");
  const waiting = program.spawn(["wait", "a", "b"]);
  await program.answer("worker", "start", "--detach");
  Deno.writeTextFileSync(`${program.home}/go`, "");
  // On a slow machine it says that no worker was alive at first.
  const { code, stdout } = await waiting.ended;
  assertEquals([code, stdout], [0, ""]);
});

Deno.test("wait exits with 1 if one is dead, and says which and why", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--id", "good", "true");
  await program.answer("enqueue", "--id", "bad", "--max-retries", "0", "exit 3");
  await program.drain();
  const { code, stderr } = await program.run(["wait", "good", "bad"]);
  assertEquals(code, 1);
  assertEquals(stderr, "queuectl: job bad is dead: exit 3 (see: queuectl logs bad)\n");
});

Deno.test("wait --json prints the jobs once they have ended", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--id", "good", "true");
  await program.drain();
  assertEquals((await program.json("wait", "good"))[0].state, "done");
});

Deno.test("wait tells when a job is removed meanwhile", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--id", "a", "true");
  const waiting = program.spawn(["wait", "a"]);
  // It must have found the job before that is gone; only then does it watch the directories.
  await eventually("it waits", () => hasInotify(waiting.pid));
  await program.answer("rm", "a");
  const { code, stderr } = await waiting.ended;
  assertEquals(code, 1);
  assertStringIncludes(stderr, "queuectl: job a was removed before it ended\n");
});

function hasInotify(pid: number): boolean {
  try {
    return [...Deno.readDirSync(`/proc/${pid}/fd`)].some(({ name }) =>
      Deno.readLinkSync(`/proc/${pid}/fd/${name}`) === "anon_inode:inotify"
    );
  } catch {
    return false;
  }
}

Deno.test("wait and logs -f say once why a job does not run, also where nobody watches", async () => {
  await using program = new Program();
  await program.answer("config", "set", "resources.gpu", "1");
  await program.answer("enqueue", "--id", "held", "--hold", "true");
  await program.answer("enqueue", "--id", "child", "--after", "held", "true");
  await program.answer("enqueue", "--id", "late", "--delay", "1h", "true");
  const command = "echo up > up; until test -e go; do sleep 0.02; done";
  await program.answer("enqueue", "--id", "running", "--resource", "gpu", command);
  const alone = program.spawn(["wait", "running"]);
  await alone.says(/^queuectl: no worker is alive to run the jobs you wait for \(see: queuectl w/m);

  await program.answer("worker", "start", "--detach", "--count", "2");
  await eventually("it runs", () => isThere(`${program.home}/up`));
  await program.answer("enqueue", "--id", "limited", "--resource", "gpu", "true");
  const waiting = program.spawn(["wait", "held", "child", "late", "limited"]);
  const following = program.spawn(["logs", "-f", "limited"]);
  await waiting.says(/^queuectl: job held is held \(see: queuectl release held\)$/m);
  await waiting.says(/^queuectl: job child waits for held$/m);
  await waiting.says(/^queuectl: job late is due at \S+ \S+ \(in 1h\)$|job late is due at .*59m/m);
  await waiting.says(/^queuectl: job limited waits for a place in the resource gpu$/m);
  await following.says(/^queuectl: job limited waits for a place in the resource gpu$/m);
  await program.answer("worker", "pause");
  await waiting.says(/^queuectl: the queue is paused \(see: queuectl worker resume\)$/m);
  await program.answer("worker", "resume");
  Deno.writeTextFileSync(`${program.home}/go`, "");
  assertEquals((await following.ended).code, 0);
  assertEquals((await alone.ended).stderr.split("\n").length, 2);
  const said = waiting.stderr.trim().split("\n");
  assertEquals(said.length, new Set(said).size);
});

Deno.test("wait and logs -f say once that the worker died which ran the job, and again of the next", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--id", "a", "touch up; exec sleep 1000");
  await program.answer("enqueue", "--id", "b", "true");
  const start = async () => {
    const worker = program.spawn(["worker", "start", "--count", "1"]);
    await eventually("it runs", () => isThere(`${program.home}/up`));
    return worker;
  };
  const first = await start();
  const watching = [program.spawn(["wait", "a", "b"]), program.spawn(["logs", "-f", "a", "b"])];
  await eventually("they watch", () => watching.every(({ pid }) => hasInotify(pid)));
  const none = /^queuectl: no worker is alive to run the jobs you wait for \(see: queuectl w/gm;
  const haveSaid = (times: number) => () =>
    watching.every(({ stderr }) => stderr.match(none)?.length === times);
  first.kill("SIGKILL");
  await eventually("both say so", haveSaid(1));

  Deno.removeSync(`${program.home}/up`);
  const second = await start();
  await program.answer("worker", "pause");
  // Said at a look at which the second worker is alive.
  await Promise.all(watching.map((each) => each.says(/the queue is paused/)));
  second.kill("SIGKILL");
  await eventually("both say so again", haveSaid(2));
});

Deno.test("wait and logs -f end with the status of a job whose worker died", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--id", "a", "touch up; test -e lost || exec sleep 1000");
  const worker = program.spawn(["worker", "start"]);
  await eventually("it runs", () => isThere(`${program.home}/up`));
  const watching = [program.spawn(["wait", "a"]), program.spawn(["logs", "-f", "a"])];
  worker.kill("SIGKILL");
  await Promise.all(watching.map((each) => each.says(/no worker is alive/)));
  Deno.writeTextFileSync(`${program.home}/lost`, "");
  await program.drain();
  for (const { ended } of watching) {
    const { code, stderr } = await ended;
    assertEquals([code, stderr.trim().split("\n").length], [0, 1]);
  }
});
