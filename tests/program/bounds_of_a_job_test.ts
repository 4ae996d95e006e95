import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Program } from "./program.ts";

Deno.test("--nice holds for the whole group of a job, in any shell", async () => {
  await using program = new Program();
  const command = "nice; (nice) & wait; sh -c nice";
  await program.answer("enqueue", "--id", "a", "--nice", "7", command);
  await program.answer("enqueue", "--id", "b", "--nice", "7", "--shell", "/bin/bash", command);
  await program.answer("enqueue", "--id", "c", '{"nice": 7, "command": "nice"}');
  await program.drain();
  for (const id of ["a", "b"]) assertEquals(await program.answer("logs", id), "7\n7\n7");
  assertEquals(await program.answer("logs", "c"), "7");
});

Deno.test("a job whose --nice the system refuses does not run, and says so", async () => {
  await using program = new Program();
  Deno.mkdirSync(`${program.home}/bin`);
  Deno.writeTextFileSync(`${program.home}/bin/renice`, "#!/bin/sh\nexit 1\n", { mode: 0o755 });
  // Not this process's own: a job does not see what stands before npx's folder in it.
  const path = `${program.home}/bin:/usr/bin:/bin`;
  await program.answer("enqueue", "--id", "a", "--max-retries", "0", "--nice=-3", "touch ran");
  await program.run(["worker", "start", "--drain"], { env: { PATH: path } });
  const { state, history } = await program.json("show", "a");
  assertEquals([state, history[0].exit_code], ["dead", 126]);
  assertEquals(
    await program.answer("logs", "a"),
    "queuectl: the system refuses nice -3 to this user; the command was not run",
  );
});

Deno.test("a job that prints more than --max-log is ended and dead, and one that prints less is not", async () => {
  await using program = new Program();
  await program.answer("config", "set", "max_log", "20K");
  const loud = "yes x | head -c 30000; sleep 100";
  await program.answer("enqueue", "--id", "loud", loud);
  await program.answer("enqueue", "--id", "own", "--max-log", "40K", "yes x | head -c 30000");
  await program.answer("enqueue", "--id", "free", "--max-log", "none", "yes x | head -c 30000");
  await program.drain(3);
  const { state, history } = await program.json("show", "loud");
  assertEquals([state, history.length, history[0].outcome], ["dead", 1, "failed"]);
  assertEquals(history[0].reason, "it printed more than 20K (max_log), so it was ended");
  const log = await program.answer("logs", "loud");
  assert(log.length >= 30_000);
  assertMatch(log, /queuectl: it printed more than 20K \(max_log\), so it was ended$/);
  assertStringIncludes(await program.answer("show", "loud"), "it printed more than 20K");
  assertEquals((await program.json("show", "own")).state, "done");
  assertEquals((await program.json("show", "free")).state, "done");
});

Deno.test("what a retried job printed before does not count for --max-log", async () => {
  await using program = new Program();
  const command = 'yes x | head -c 15000; sleep 0.3; test "$QUEUECTL_ATTEMPT" = 2';
  await program.answer("enqueue", "--id", "a", "--max-log", "20K", "--backoff-base", "0", command);
  await program.drain();
  assertEquals((await program.json("show", "a")).state, "done");
});

Deno.test("--nice and --max-log refuse what is out of bounds", async () => {
  await using program = new Program();
  for (
    const [words, said] of [
      [["--nice", "20"], /--nice must be a whole number from -20 to 19, not "20"/],
      [["--max-log", "100"], /--max-log must be a size from 1K to 1024G such as 100M/],
      [["--max-log", "much"], /--max-log must be a size .* not "much"/],
    ] as const
  ) {
    const { code, stderr } = await program.run(["enqueue", ...words, "true"]);
    assertEquals(code, 2);
    assertMatch(stderr, said);
  }
});
