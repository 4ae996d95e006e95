import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { eventually } from "../temporary_queue.ts";
import { Program } from "./program.ts";

Deno.test("rm removes jobs and their logs", async () => {
  await using program = new Program();
  for (const id of ["a", "b", "c"]) await program.answer("enqueue", "--id", id, "echo x");
  await program.drain();
  assertEquals(await program.answer("rm", "a", "b"), "a\nb");
  assertEquals(program.names("done"), ["c.json", "c.log"]);
});

Deno.test("rm removes what it can and exits with 1 if something could not be", async () => {
  await using program = new Program();
  await program.answer("worker", "start", "--detach");
  await program.answer("enqueue", "--id", "runs", "sleep 100");
  await eventually("it runs", async () => (await program.json("status")).jobs.processing === 1);
  await program.answer("enqueue", "--id", "waits", "true");
  const { code, stdout, stderr } = await program.run(["rm", "runs", "none", "waits"]);
  assertEquals([code, stdout], [1, "waits\n"]);
  assertMatch(stderr, /job runs is running.*\n.*no job matches "none"/);
});

Deno.test("queue clear --yes removes all pending jobs, delayed ones too", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--delay", "1h", "true");
  await program.run(["enqueue", "--file", "-"], { stdin: "true\ntrue\n" });
  assertEquals(await program.answer("queue", "clear", "--yes"), "removed 3 pending jobs");
  assert(Object.values((await program.json("status")).jobs).every((count) => count === 0));
});

Deno.test("queue clear --state removes the jobs of that state alone", async () => {
  await using program = new Program();
  await program.answer("enqueue", "true");
  await program.drain();
  await program.answer("enqueue", "true");
  await program.answer("queue", "clear", "--state", "completed", "--yes");
  const { done, pending } = (await program.json("status")).jobs;
  assertEquals([done, pending], [0, 1]);
});

Deno.test("queue clear without --yes is refused where there is no terminal", async () => {
  await using program = new Program();
  await program.answer("enqueue", "true");
  const { code, stderr } = await program.run(["queue", "clear"]);
  assertEquals(code, 2);
  assertStringIncludes(stderr, "needs --yes");
  assertEquals((await program.json("status")).jobs.pending, 1);
});

Deno.test("queue clear refuses to remove what runs", async () => {
  await using program = new Program();
  const { code, stderr } = await program.run(["queue", "clear", "--state", "processing", "--yes"]);
  assertEquals(code, 1);
  assertStringIncludes(stderr, "queuectl worker stop --now");
});
