import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
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

Deno.test("dlq list says how each job ended and what it printed last, and --group-by counts those alike", async () => {
  await using program = new Program();
  const lines = ["echo one; echo no disk >&2; exit 3", "sleep 60", "kill -9 $$", "exit 3", "exit 3"]
    .map((command) => JSON.stringify({ command, max_retries: 0, timeout: 1 }));
  await program.run(["enqueue", "--file", "-"], { stdin: lines.join("\n") });
  await program.answer("enqueue", "--id", "parent", "--hold", "true");
  await program.answer("cancel", "parent");
  await program.answer("enqueue", "--id", "child", "--after", "parent", "true");
  await program.drain(5);
  const jobs: Record<string, unknown>[] = await program.json("dlq", "list");
  assertEquals(Object.fromEntries(jobs.map(({ command, how }) => [command, how])), {
    "echo one; echo no disk >&2; exit 3": "exit 3",
    "sleep 60": "timeout",
    "kill -9 $$": "SIGKILL",
    "exit 3": "exit 3",
    "true": "never ran",
  });
  assertEquals(jobs.find(({ how }) => how === "exit 3")?.last_line, "no disk");
  assertStringIncludes(await program.answer("dlq", "list"), "\tno disk\texit 3\techo one;");
  const groups = await program.json("dlq", "list", "--group-by", "command,exit");
  assertEquals(Object.keys(groups[0]), ["count", "newest", "example", "exit", "command"]);
  assertEquals([groups[0].count, groups[0].exit, groups[0].command], [2, "exit 3", "exit 3"]);
  const byExit = await program.answer("dlq", "list", "--group-by", "exit");
  assertMatch(byExit, /^COUNT\tNEWEST\tEXAMPLE\tEXIT\n3\t\d{4}-\S+Z\t[0-9A-Z]{26}\texit 3\n/);
  const { code, stderr } = await program.run(["dlq", "list", "--group-by", "colour"]);
  assertEquals(code, 2);
  assertStringIncludes(stderr, '--group-by takes exit, label, group, command, not "colour"');
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
  const refused = await program.run(["dlq", "clear"]);
  assertEquals([refused.code, (await program.json("status")).jobs.dead], [2, 1]);
  assertStringIncludes(refused.stderr, "removing all dead jobs needs --yes");
  assertEquals(await program.answer("dlq", "clear", "--yes"), "removed 1 dead job");
  assertEquals(program.names("dead"), []);
});
