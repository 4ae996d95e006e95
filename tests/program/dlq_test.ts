import { assertEquals, assertStringIncludes } from "@std/assert";
import { eventually, isThere } from "../temporary_queue.ts";
import { Program } from "./program.ts";

const idsOf = (jobs: { id: string }[]) => jobs.map(({ id }) => id);

Deno.test("dlq list and dlq show tell of dead jobs alone", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--id", "good", "true");
  await program.answer("enqueue", "--id", "bad", "--max-retries", "0", "false");
  await program.drain();
  assertEquals(idsOf(await program.json("dlq", "list")), ["bad"]);
  assertEquals((await program.json("dlq", "show", "bad")).state, "dead");
  const { code, stderr } = await program.run(["dlq", "show", "good"]);
  assertEquals([code, stderr], [1, "queuectl: job good is done, not in the dead letter queue\n"]);
});

Deno.test("dlq list tells why a file is not a job", async () => {
  await using program = new Program();
  await program.answer("status");
  Deno.writeTextFileSync(`${program.dir}/pending/x.json`, "not JSON");
  await program.drain();
  assertStringIncludes(await program.answer("dlq", "list"), "(not a job: it is not JSON in UTF-8)");
});

Deno.test("dlq retry makes a job pending with a fresh count and keeps its history", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--id", "bad", "--max-retries", "0", "false");
  await program.drain();
  assertEquals(await program.answer("dlq", "retry", "bad"), "bad");
  const { state, attempts, history } = await program.json("show", "bad");
  assertEquals([state, attempts, history.length], ["pending", 0, 1]);
});

Deno.test("dlq retry --all retries every dead job", async () => {
  await using program = new Program();
  for (const id of ["a", "b"]) {
    await program.answer("enqueue", "--id", id, "--max-retries", "0", "false");
  }
  await program.drain();
  assertEquals((await program.answer("dlq", "retry", "--all")).split("\n").sort(), ["a", "b"]);
  assertEquals((await program.json("status")).jobs.pending, 2);
});

Deno.test("dlq retry --all leaves cancelled jobs alone and says so; --cancelled takes them", async () => {
  await using program = new Program();
  for (const id of ["failed", "waiting"]) {
    await program.answer("enqueue", "--id", id, "--max-retries", "0", "false");
  }
  await program.answer("cancel", "waiting");
  await program.answer("enqueue", "--id", "child", "--after", "waiting", "true");
  await program.drain();
  await program.answer("enqueue", "--id", "running", "echo up > up; sleep 1000");
  const worker = program.spawn(["worker", "start", "--drain"]);
  await eventually("it runs", () => isThere(`${program.home}/up`));
  await program.answer("cancel", "running");
  await worker.ended;

  const how = Object.fromEntries(
    (await program.answer("dlq", "list")).split("\n").map((line) => line.split("\t"))
      .map((cells) => [cells[0], cells.at(-2)]),
  );
  assertEquals(how, {
    ID: "HOW",
    failed: "exit 1",
    waiting: "cancelled",
    child: "never ran",
    running: "cancelled",
  });
  const listed: { id: string; cancelled: boolean }[] = await program.json("dlq", "list");
  assertEquals(listed.filter(({ cancelled }) => cancelled).map(({ id }) => id).sort(), [
    "running",
    "waiting",
  ]);

  const all = await program.run(["dlq", "retry", "--all"]);
  assertEquals([all.code, all.stdout.trim().split("\n").sort()], [0, ["child", "failed"]]);
  assertStringIncludes(all.stderr, "skipped 2 cancelled jobs (see: queuectl dlq retry --can");
  const rest = await program.answer("dlq", "retry", "--cancelled");
  assertEquals(rest.split("\n").sort(), ["running", "waiting"]);
});

Deno.test("dlq retry does what it can, and refuses what is not dead", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--id", "good", "true");
  await program.answer("enqueue", "--id", "bad", "--max-retries", "0", "false");
  await program.drain();
  const { code, stdout, stderr } = await program.run(["dlq", "retry", "good", "bad"]);
  assertEquals([code, stdout], [1, "bad\n"]);
  assertStringIncludes(stderr, "job good is done, not in the dead letter queue");
});

Deno.test("dlq retry needs IDs or --all, and not both", async () => {
  await using program = new Program();
  assertEquals((await program.run(["dlq", "retry"])).code, 2);
  assertEquals((await program.run(["dlq", "retry", "--all", "x"])).code, 2);
});

Deno.test("dlq clear removes all dead jobs", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--id", "bad", "--max-retries", "0", "false");
  await program.drain();
  assertEquals(await program.answer("dlq", "clear"), "removed 1 dead job");
  assertEquals(program.names("dead"), []);
});
