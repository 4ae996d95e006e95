/** What people do to jobs that run, or are to run out of turn. */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { drop, eventually, isThere } from "../temporary_queue.ts";
import { Program } from "./program.ts";

Deno.test("suspend, resume and signal act on running jobs, and list, show and worker list show it", async () => {
  await using program = new Program();
  const told = `${program.home}/told`;
  const command = `trap ': >${told}' USR1; : >${told}.0; while :; do sleep 0.02; done`;
  await program.answer("enqueue", "--id", "a", "--max-retries", "0", command);
  program.spawn(["worker", "start"]);
  await eventually("it runs", () => isThere(`${told}.0`));
  assertEquals(await program.answer("suspend", "a"), "a");
  assertStringIncludes(await program.answer("show", "a"), "processing (suspended)");
  assertEquals((await program.json("list"))[0].suspended, true);
  assertStringIncludes(await program.answer("list"), "suspended");
  assertStringIncludes(await program.answer("worker", "list"), "a (suspended)");
  assertEquals((await program.json("worker", "list"))[0].suspended, ["a"]);
  assertEquals((await program.json("resume", "a"))[0].state, "processing");
  assertEquals((await program.json("worker", "list"))[0].suspended, undefined);
  for (const words of [["a", "USR1"], ["a", "sigusr1"], ["a", "10"], ["USR1", "a"], ["-10", "a"]]) {
    assertEquals(await program.answer("signal", ...words), "a");
    await eventually("the job is told", () => isThere(told));
    Deno.removeSync(told);
  }
  assertEquals(await program.answer("signal", "a", "9"), "a");
  await eventually("it is dead", async () => (await program.json("show", "a")).state === "dead");
  const late = await program.run(["suspend", "a"]);
  assertEquals([late.code, late.stdout], [1, ""]);
  assertStringIncludes(late.stderr, "cannot suspend job a: it is not running (dead)");
});

Deno.test("a job that has ended and could not be recorded is shown so, and cancel does not wait for it", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--id", "a", ": > up; while :; do sleep 0.02; done");
  program.spawn(["worker", "start"]);
  await eventually("it runs", () => isThere(`${program.home}/up`));
  const { running } = await program.json("show", "a");
  // As its worker does when the disk refuses to settle it.
  drop(program.dir, `progress/${running.worker}/a.ended`, "");
  const text = "ended, not recorded yet (disk full?)";
  assertStringIncludes(await program.answer("list"), text);
  assertStringIncludes(await program.answer("ps"), text);
  assertMatch(
    await program.answer("show", "a"),
    /state +processing: ended, not .*[^]*claimed +for/,
  );
  assertStringIncludes(await program.answer("status"), "unrecorded  1 job ended, not recorded yet");
  assertEquals((await program.json("status")).unrecorded, 1);
  assertEquals((await program.json("list"))[0].unrecorded, true);
  const refused = await program.run(["cancel", "a"]);
  assertEquals([refused.code, refused.stdout], [1, ""]);
  assertStringIncludes(refused.stderr, "cannot cancel job a: it has ended, and its worker cannot");
  Deno.removeSync(`${program.dir}/progress/${running.worker}/a.ended`);
  await program.answer("cancel", "a");
  assertEquals((await program.json("status")).unrecorded, undefined);
});

Deno.test("an unknown signal is refused with a near guess", async () => {
  await using program = new Program();
  const { code, stderr } = await program.run(["signal", "a", "TREM"]);
  assertEquals([code, stderr], [2, 'queuectl: unknown signal "TREM" (did you mean TERM?)\n']);
  assertStringIncludes((await program.run(["signal", "a", "99"])).stderr, "(see: kill -l)");
  assertEquals((await program.run(["signal", "USR1"])).code, 2);
});

Deno.test("start and enqueue --now run a job at once, and say so if there is no worker", async () => {
  await using program = new Program();
  await program.answer("worker", "pause");
  await program.answer("enqueue", "--id", "a", "true");
  const { code, stdout, stderr } = await program.run(["start", "a"]);
  assertEquals([code, stdout], [0, "a\n"]);
  assertStringIncludes(stderr, "no worker is alive; the next one runs it first");
  assertEquals((await program.json("show", "a")).now, true);
  await program.answer("enqueue", "--id", "b", "--now", "true");
  program.spawn(["worker", "start"]);
  for (const id of ["a", "b"]) {
    await eventually("it runs", async () => (await program.json("show", id)).state === "done");
  }
  const both = await program.run(["enqueue", "--now", "--delay", "5m", "true"]);
  assertEquals(both.code, 2);
  assertStringIncludes(both.stderr, "a job that starts now can have no run_at");
  assertEquals((await program.run(["start", "a"])).code, 1);
});

Deno.test("restart prints the ID of a copy; --edit changes the copy, or a job that is retried", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--id", "a", "--max-retries", "0", "false");
  await program.drain();
  const copy = await program.answer("restart", "a");
  assertEquals((await program.json("show", copy)).command, "false");
  const env = { EDITOR: "sed -i s/false/true/" };
  const edited = await program.run(["restart", "--edit", "a"], { env });
  assertEquals([edited.code, edited.stderr], [0, ""]);
  assertEquals((await program.json("show", edited.stdout.trim())).command, "true");
  assertStringIncludes((await program.run(["edit", "a"])).stderr, "queuectl retry --edit a");
  assertEquals((await program.run(["retry", "--edit", "a"], { env })).stdout, "a\n");
  const { state, command } = await program.json("show", "a");
  assertEquals([state, command], ["pending", "true"]);
  assertEquals((await program.run(["restart", "--edit", "a", copy])).code, 2);
  await program.answer("move", "--before", copy, "a");
  const both = await program.run(["move", "--before", copy, "--priority", "1", "a"]);
  assertEquals(both.code, 2);
});

Deno.test("pause --on-failure pauses the queue at the first dead job, and status says which", async () => {
  await using program = new Program();
  await program.answer("worker", "pause", "--on-failure");
  assertEquals((await program.json("status")).paused, false);
  await program.answer("enqueue", "--id", "a", "--max-retries", "0", "false");
  await program.answer("enqueue", "--id", "b", "true");
  program.spawn(["worker", "start"]);
  await eventually("a is dead", async () => (await program.json("show", "a")).state === "dead");
  const { paused, paused_because, jobs } = await program.json("status");
  assertEquals([paused, paused_because, jobs.pending], [true, "job a died", 1]);
  assertStringIncludes(await program.answer("status"), "job a died (queuectl worker resume)");
  await program.answer("worker", "resume");
  await eventually("b is done", async () => (await program.json("show", "b")).state === "done");
  assertEquals((await program.json("status")).paused_because, undefined);
});

Deno.test("a job that somebody cancelled does not pause the queue", async () => {
  await using program = new Program();
  await program.answer("worker", "pause", "--on-failure");
  await program.answer("enqueue", "--id", "a", "sleep 100");
  program.spawn(["worker", "start"]);
  await eventually("a runs", async () => (await program.json("show", "a")).state === "processing");
  await program.answer("cancel", "a");
  await program.answer("enqueue", "--id", "b", "true");
  await eventually("b is done", async () => (await program.json("show", "b")).state === "done");
});
