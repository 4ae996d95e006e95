import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { drop, eventually, isThere } from "../temporary_queue.ts";
import { Program } from "./program.ts";

Deno.test("worker start prints a line for each start and end of a job", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--id", "good", "true");
  await program.answer("enqueue", "--id", "bad", "--max-retries", "0", "exit 3");
  const lines = (await program.answer("worker", "start", "--drain")).split("\n");
  const plain = lines.map((line) => line.replace(/^\S+ \S+ /, "").replace(/[\d.]+m?s/, "T"));
  assertEquals(plain.sort(), [
    "dead     bad  exit 3, T, attempt 1",
    "done     good  exit 0, T",
    "start    bad  exit 3",
    "start    good  true",
  ]);
});

Deno.test("worker start runs one job at once unless told otherwise", async () => {
  await using program = new Program();
  for (const id of ["a", "b"]) await program.answer("enqueue", "--id", id, "sleep 0.05");
  await program.drain();
  const [[first], [second]] = (await program.json("list")).map(
    ({ history }: { history: { started_at: string; finished_at: string }[] }) => history,
  );
  assert(first.finished_at <= second.started_at);
});

Deno.test("worker start --count runs that many jobs at once", async () => {
  await using program = new Program();
  // Each waits for the other, so that neither ends unless both run.
  const meet = (own: string, other: string) =>
    `touch ${own}; for i in $(seq 500); do test -e ${other} && exit 0; sleep 0.02; done; exit 1`;
  await program.answer("enqueue", "--max-retries", "0", meet("a", "b"));
  await program.answer("enqueue", "--max-retries", "0", meet("b", "a"));
  await program.drain(2);
  assertEquals((await program.json("status")).jobs.done, 2);
});

Deno.test("worker start takes the count from the settings", async () => {
  await using program = new Program();
  await program.answer("config", "set", "worker_count", "3");
  await program.answer("worker", "start", "--detach");
  assertEquals((await program.json("worker", "list"))[0].slots, 3);
});

Deno.test("worker start --json prints an event a line", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--id", "a", "true");
  const lines = (await program.answer("worker", "start", "--drain", "--json")).split("\n");
  assertEquals(lines.map((line) => JSON.parse(line).kind), ["started", "ended"]);
});

Deno.test("worker start --drain is not held by a delayed job", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--delay", "1h", "true");
  await program.drain();
  assertEquals((await program.json("status")).jobs.delayed, 1);
});

Deno.test("worker start --drain waits for retries", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--backoff-base", "0.2", 'test "$QUEUECTL_ATTEMPT" = 2');
  await program.drain();
  assertEquals((await program.json("status")).jobs.done, 1);
});

Deno.test("SIGHUP is no request to leave: a worker reads its settings again, and SIGTERM after it is the first", async () => {
  await using program = new Program();
  await program.answer(
    "enqueue",
    "--id",
    "a",
    "echo up > up; until test -e go; do sleep 0.02; done",
  );
  const worker = program.spawn(["worker", "start"]);
  await eventually("it runs", () => isThere(`${program.home}/up`));
  worker.kill("SIGHUP");
  await worker.says(/reading the settings again/);
  await program.answer("enqueue", "--id", "b", "true");
  worker.kill("SIGTERM");
  await worker.says(/finishing running jobs, then exiting/);
  Deno.writeTextFileSync(`${program.home}/go`, "");
  assertEquals((await worker.ended).code, 0);
  assertEquals(worker.stderr.includes("putting back"), false);
  const { state, history } = await program.json("show", "a");
  assertEquals([state, history.length], ["done", 1]);
});

Deno.test("worker start says no more than that it exits at SIGTERM where nothing runs", async () => {
  await using program = new Program();
  const worker = program.spawn(["worker", "start"]);
  await worker.says(/ started: /);
  worker.kill("SIGTERM");
  assertEquals((await worker.ended).code, 0);
  assertMatch(worker.stderr, /^queuectl: exiting$/m);
});

Deno.test("worker start finishes what it runs at SIGTERM, then leaves", async () => {
  await using program = new Program();
  await program.answer(
    "enqueue",
    "--id",
    "a",
    "touch begun; until test -e go; do sleep 0.02; done",
  );
  await program.answer("enqueue", "--id", "b", "true");
  const worker = program.spawn(["worker", "start"]);
  await eventually(
    "a runs",
    () => [...Deno.readDirSync(program.home)].some((e) => e.name === "begun"),
  );
  worker.kill("SIGTERM");
  await worker.says(/finishing running jobs/);
  Deno.writeTextFileSync(`${program.home}/go`, "");
  assertEquals((await worker.ended).code, 0);
  const { jobs, workers } = await program.json("status");
  assertEquals([jobs.done, jobs.pending, workers], [1, 1, []]);
});

Deno.test("worker start puts what it runs back uncharged at a second SIGINT", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--id", "a", "sleep 100");
  const worker = program.spawn(["worker", "start"]);
  await worker.says(/start +a/);
  worker.kill("SIGINT");
  await worker.says(/finishing running jobs/);
  await worker.insist("SIGINT", /putting back running jobs/);
  assertEquals((await worker.ended).code, 0);
  const { state, attempts } = await program.json("show", "a");
  assertEquals([state, attempts], ["pending", 0]);
});

Deno.test("worker start refuses a queue that others can write in, and says how to fix it", async () => {
  await using program = new Program();
  await program.answer("status");
  Deno.chmodSync(`${program.dir}/pending`, 0o777);
  for (const options of [[], ["--detach"]]) {
    const { code, stdout, stderr } = await program.run(["worker", "start", ...options]);
    assertEquals([code, stdout], [1, ""]);
    assertMatch(stderr, /^queuectl: group or others can write in .*chmod go-w .*\n$/);
  }
  assertEquals(program.names("workers"), []);
});

Deno.test("worker start --detach prints the name of a worker that is live", async () => {
  await using program = new Program();
  const name = await program.answer("worker", "start", "--detach", "--count", "2");
  const [worker] = await program.json("worker", "list");
  assertEquals([worker.name, worker.slots, worker.jobs], [name, 2, []]);
});

Deno.test("worker start --detach keeps the worker's own log under workers/", async () => {
  await using program = new Program();
  const name = await program.answer("worker", "start", "--detach");
  await program.answer("enqueue", "--id", "a", "true");
  await program.answer("wait", "a");
  const path = `${program.dir}/workers/${name}.log`;
  await eventually("the log tells of it", () => Deno.readTextFileSync(path).includes("done     a"));
  assertEquals(Deno.statSync(path).mode! & 0o777, 0o600);
  assertEquals(program.names("workers"), [`${name}.json`, `${name}.log`]);
});

Deno.test("worker start --detach leaves the worker in a session of its own", async () => {
  await using program = new Program();
  await program.answer("worker", "start", "--detach");
  const [{ pid }] = await program.json("worker", "list");
  const [, session] = Deno.readTextFileSync(`/proc/${pid}/stat`).match(/\) \S+ \d+ \d+ (\d+)/)!;
  assertEquals(Number(session), pid);
});

Deno.test("worker start --detach --drain tells its name though there is nothing to do", async () => {
  await using program = new Program();
  assertMatch(await program.answer("worker", "start", "--detach", "--drain"), /^[a-z0-9-]+$/);
});

Deno.test("worker start leaves once nobody reads what it tells, as SIGPIPE would have it", async () => {
  await using program = new Program();
  await program.shell('yes true | head -200 | "$@" enqueue --file -');
  const { stdout } = await program.shell(
    '"$@" worker start --drain | head -n 1 >/dev/null; echo ${PIPESTATUS[0]}',
  );
  assertEquals(stdout, "141\n");
  assert(program.names("pending").length > 0);
});

Deno.test("worker start that has lost its queue says so", async () => {
  await using program = new Program();
  await program.answer("config", "set", "poll_interval", "0.1");
  const worker = program.spawn(["worker", "start"]);
  await worker.says(/started/);
  Deno.renameSync(program.dir, `${program.home}/elsewhere`);
  const { code, stderr } = await worker.ended;
  assertEquals(code, 1);
  assertMatch(stderr, /gave up its jobs: the queue .* is missing/);
});

Deno.test("worker stop tells what it waits for, if that takes a while", async () => {
  await using program = new Program();
  await program.answer("enqueue", "until test -e go; do sleep 0.02; done");
  const worker = program.spawn(["worker", "start"]);
  await worker.says(/ start /);
  const stop = program.spawn(["worker", "stop"]);
  await stop.says(/waiting for .* to finish running jobs; --now puts them back instead/);
  Deno.writeTextFileSync(`${program.home}/go`, "");
  assertEquals([(await stop.ended).code, (await worker.ended).code], [0, 0]);
});

Deno.test("worker stop stops all workers and waits until they have left", async () => {
  await using program = new Program();
  const names = [
    await program.answer("worker", "start", "--detach"),
    await program.answer("worker", "start", "--detach"),
  ];
  const stopped = (await program.answer("worker", "stop")).split("\n");
  assertEquals(stopped.sort(), names.sort());
  assertEquals(await program.json("worker", "list"), []);
});

Deno.test("worker stop stops those named, by a part of the name that no other has", async () => {
  await using program = new Program();
  const first = await program.answer("worker", "start", "--detach");
  const second = await program.answer("worker", "start", "--detach");
  assertEquals(await program.answer("worker", "stop", first.slice(-8)), first);
  assertEquals((await program.json("worker", "list"))[0].name, second);
});

Deno.test("worker stop --now puts back what runs", async () => {
  await using program = new Program();
  await program.answer("worker", "start", "--detach");
  await program.answer("enqueue", "--id", "a", "sleep 100");
  await eventually("a runs", async () => (await program.json("status")).jobs.processing === 1);
  await program.answer("worker", "stop", "--now");
  const { state, attempts } = await program.json("show", "a");
  assertEquals([state, attempts], ["pending", 0]);
});

Deno.test("worker stop says when there is nothing to stop", async () => {
  await using program = new Program();
  const { code, stdout, stderr } = await program.run(["worker", "stop"]);
  assertEquals([code, stdout], [0, ""]);
  assertStringIncludes(stderr, "no worker is alive");
});

Deno.test("worker stop stops whom it can and exits with 1 if one is not there", async () => {
  await using program = new Program();
  const name = await program.answer("worker", "start", "--detach");
  const { code, stdout, stderr } = await program.run(["worker", "stop", "nobody", name]);
  assertEquals([code, stdout], [1, `${name}\n`]);
  assertStringIncludes(stderr, 'no worker "nobody" is alive');
});

Deno.test("worker list tells what each worker runs", async () => {
  await using program = new Program();
  const name = await program.answer("worker", "start", "--detach");
  await program.answer("enqueue", "--id", "a", "sleep 100");
  await eventually("a runs", async () => (await program.json("worker", "list"))[0].jobs[0] === "a");
  const [head, row] = (await program.answer("worker", "list")).split("\n");
  assertEquals(head, "WORKER\tHOST\tPID\tBUSY\tUP\tJOBS");
  assertMatch(row!, new RegExp(`^${name}\t\\S+\t\\d+\t1/1\t\\d+s\ta$`));
});

Deno.test("worker pause keeps new jobs waiting until worker resume", async () => {
  await using program = new Program();
  assertEquals(await program.json("worker", "pause"), { paused: true });
  assertEquals(await program.json("worker", "resume"), { paused: false });
  await program.answer("worker", "pause");
  assertEquals((await program.json("status")).paused, true);
  await program.answer("worker", "start", "--detach");
  await program.answer("enqueue", "--id", "a", "true");
  await program.answer("worker", "resume");
  await program.answer("wait", "a");
  assertEquals((await program.json("status")).paused, false);
});

Deno.test("worker start leaves at a second SIGINT though nothing can be recorded, and the next records it", async () => {
  await using program = new Program();
  await program.answer(
    "enqueue",
    "--id",
    "a",
    "echo begun; while [ ! -e go ]; do sleep 0.01; done",
  );
  const worker = program.spawn(["worker", "start"]);
  await worker.says(/start +a/);
  Deno.renameSync(`${program.dir}/done`, `${program.home}/done`);
  Deno.writeTextFileSync(`${program.dir}/done`, "");
  Deno.writeTextFileSync(`${program.home}/go`, "");
  await worker.says(/trouble +the end of a is not recorded yet: Not a directory: .*\/done/);
  worker.kill("SIGINT");
  await worker.says(/exiting once all ended jobs are recorded/);
  await worker.insist("SIGINT", /leaving to the next worker/);
  assertEquals((await worker.ended).code, 0);
  Deno.removeSync(`${program.dir}/done`);
  Deno.renameSync(`${program.home}/done`, `${program.dir}/done`);
  await program.answer("worker", "start", "--drain");
  const { state, history } = await program.json("show", "a");
  assertEquals([state, history.length], ["done", 1]);
});

Deno.test("worker start --drain is held neither by a resource that there is none of nor by what no worker has", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--id", "a", "true");
  drop(program.dir, "pending/b.json", '{"command":"true","resource":"none"}');
  drop(program.dir, "processing/c.json", '{"command":"true"}');
  assertMatch(
    await program.answer("worker", "start", "--drain"),
    /wait +b +for the resource none, which has none/,
  );
  assertEquals(program.names("done"), ["a.json", "a.log"]);
  assertEquals(program.names("processing"), ["c.json"]);
});

Deno.test("worker start says once on stderr that the queue is paused, also in the background", async () => {
  await using program = new Program();
  const paused = "the queue is paused; jobs wait for: queuectl worker resume";
  await program.answer("worker", "pause");
  await program.answer("enqueue", "--id", "a", "true");
  const detached = await program.run(["worker", "start", "--detach"]);
  assertEquals(detached.stderr, `queuectl: ${paused}\n`);
  await program.answer("worker", "stop");
  const draining = program.spawn(["worker", "start", "--drain"]);
  await draining.says(/the queue is paused/);
  assertEquals((await program.json("show", "a")).state, "pending");
  await program.answer("worker", "resume");
  const { code, stderr } = await draining.ended;
  assertEquals([code, stderr.split(paused).length], [0, 2]);
  assertEquals((await program.json("show", "a")).state, "done");
});
