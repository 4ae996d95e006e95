import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { eventually, isThere } from "../temporary_queue.ts";
import { Program } from "./program.ts";

const idsOf = (jobs: { id: string }[]) => jobs.map(({ id }) => id);

Deno.test("list shows everything not done and the last 10 done, newest last", async () => {
  await using program = new Program();
  const lines = Array.from({ length: 12 }, (_, index) => `{"id":"done${index}","command":"true"}`);
  await program.run(["enqueue", "--file", "-"], { stdin: lines.join("\n") });
  await program.drain();
  for (const id of ["a", "b", "c"]) await program.answer("enqueue", "--id", id, "true");
  const ids = idsOf(await program.json("list"));
  assertEquals([ids.length, ids.slice(-3)], [13, ["a", "b", "c"]]);
  // Whoever says how many gets so many, done ones too.
  assertEquals((await program.json("list", "--limit", "14")).length, 14);
  assertEquals((await program.json("list", "--limit", "100")).length, 15);
});

Deno.test("list prints ID, state, attempts, age, what it waits for, exit status, duration, label and command with tabs between where nobody watches", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--id", "a", "--max-retries", "1", "printf 'x\ty\n'; \x1b[31m");
  const [head, row] = (await program.answer("list")).split("\n");
  assertEquals(head, "ID\tSTATE\tATTEMPTS\tAGE\tWAITS\tEXIT\tTOOK\tLABEL\tCOMMAND");
  assertMatch(row!, /^a\tpending\t0\/2\t\d+s\tno worker\t\t\t\tprintf 'x\\ty\\n'; \\x1b\[31m$/);
});

Deno.test("list says of a job that never ran why it is dead", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--id", "b", "--max-retries", "0", "false");
  await program.answer("enqueue", "--id", "a", "--after", "b", "true");
  await program.drain();
  const rows = (await program.answer("list")).split("\n").map((row) => row.split("\t"));
  const row = rows.find(([id]) => id === "a")!;
  assertEquals(row[5], "job b, which it waited for, is dead");
});

Deno.test("a job whose worker was killed is shown as what the next worker takes back, and not as running", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--id", "a", "touch up; sleep 600");
  const worker = program.spawn(["worker", "start"]);
  await eventually("it runs", () => isThere(`${program.home}/up`));
  assertEquals((await program.json("list"))[0].waiting, null);
  worker.kill("SIGKILL");
  await worker.ended;
  assertEquals((await program.json("list"))[0].waiting, "worker died");
  assertMatch(await program.answer("list"), /^a\tprocessing\t0\/4\t\d+s\tworker died\t/m);
  const [running] = await program.json("ps");
  assertEquals(running.running.worker_died, true);
  assertMatch(await program.answer("ps"), /^a\t.*\tworker died\t/m);
  const shown = await program.answer("show", "a");
  assertMatch(shown, /^waits for +the next worker, as its own died \(queuectl worker start\)$/m);
  assertMatch(shown, /^claimed +for /m);
  assertStringIncludes(
    await program.answer("status"),
    "lost        1 job of dead workers; the next worker takes it back (queuectl worker start)",
  );
  assertEquals((await program.json("status")).lost, 1);
});

Deno.test("list --json is an array of jobs with their state, exact", async () => {
  await using program = new Program();
  assertEquals(await program.json("list"), []);
  await program.answer("enqueue", "--id", "a", "echo \x1b[31m");
  const [job] = await program.json("list");
  assertEquals([job.id, job.state, job.command], ["a", "pending", "echo \x1b[31m"]);
});

Deno.test("list --state takes completed for done, in any case of letters", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--id", "good", "true");
  await program.answer("enqueue", "--id", "bad", "--max-retries", "0", "false");
  await program.drain();
  assertEquals(idsOf(await program.json("list", "--state", "Completed")), ["good"]);
  assertEquals(idsOf(await program.json("list", "--state", "DEAD")), ["bad"]);
  assertEquals(idsOf(await program.json("list", "--state=pending")), []);
});

Deno.test("list --limit gives the newest", async () => {
  await using program = new Program();
  await program.run(["enqueue", "--file", "-"], { stdin: "echo 1\necho 2\necho 3\n" });
  const commands = (await program.json("list", "--limit", "2"))
    .map(({ command }: { command: string }) => command);
  assertEquals(commands, ["echo 2", "echo 3"]);
  assertEquals(await program.json("list", "-n", "0"), []);
});

Deno.test("list refuses a state and a limit that are none", async () => {
  await using program = new Program();
  const { code, stderr } = await program.run(["list", "--state", "asleep"]);
  assertEquals(code, 2);
  assertStringIncludes(
    stderr,
    "there are: pending, delayed, held, waiting, processing, failed, done, dead",
  );
  assertEquals((await program.run(["list", "--limit", "many"])).code, 2);
});

Deno.test("show tells everything about a job and each attempt", async () => {
  await using program = new Program();
  const command = 'echo $N; test "$QUEUECTL_ATTEMPT" = 2';
  await program.answer("enqueue", "--id", "a", "--backoff-base", "0", "--env", "N=1", command);
  await program.drain();
  const text = await program.answer("show", "a");
  for (const part of ["id          a", "state       done", `command     ${command}`, "N=1"]) {
    assertStringIncludes(text, part);
  }
  assertMatch(text, /\n1 .* failed +exit 1 .*\n2 .* done +exit 0 /);
});

Deno.test("show and the worker's lines number the runs of a job that was retried alike", async () => {
  await using program = new Program();
  await program.answer(
    "enqueue",
    "--id",
    "a",
    "--max-retries",
    "1",
    "--backoff-base",
    "0",
    "exit 3",
  );
  await program.drain();
  assertMatch(await program.answer("show", "a"), /^attempts +2 of 2$/m);
  await program.answer("retry", "a");
  const lines = await program.answer("worker", "start", "--drain");
  assertMatch(lines, / failed +a {2}exit 3, \S+, attempt 3 \(1 of 2\), again at once$/m);
  assertMatch(lines, / dead +a {2}exit 3, \S+, attempt 4 \(2 of 2\)$/m);
  const shown = await program.answer("show", "a");
  assertMatch(shown, /^attempts +2 of 2 \(4 runs in all\)$/m);
  assertMatch(shown, /^4 .* failed +exit 3 /m);
});

Deno.test("show --json prints the job with its state", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--id", "a", "true");
  await program.drain();
  const job = await program.json("show", "a");
  assertEquals([job.state, job.attempts, job.history[0].outcome], ["done", 1, "done"]);
});

Deno.test("show takes a unique beginning of an ID, and a unique end of 4 characters", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--id", "build-site-xyz", "true");
  await program.answer("enqueue", "--id", "test-site", "true");
  assertEquals((await program.json("show", "b")).id, "build-site-xyz");
  assertEquals((await program.json("show", "e-xyz")).id, "build-site-xyz");
});

Deno.test("show lists what an ambiguous ID could mean", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--id", "build-1", "true");
  await program.answer("enqueue", "--id", "build-2", "true");
  const { code, stderr } = await program.run(["show", "build"]);
  assertEquals(code, 1);
  assertMatch(stderr, /"build" could mean build-[12] \(pending\), build-[12] \(pending\)/);
});

Deno.test("show says when no job matches", async () => {
  await using program = new Program();
  const { code, stdout, stderr } = await program.run(["show", "none"]);
  assertEquals([code, stdout, stderr], [
    1,
    "",
    'queuectl: no job matches "none" (see: queuectl list)\n',
  ]);
});

Deno.test("ps and show say of a running job its process, worker, host, start and time so far", async () => {
  await using program = new Program();
  assertEquals(await program.json("ps"), []);
  const command = "echo $$ > pid; echo '1/4 warm' > $QUEUECTL_PROGRESS; mkfifo go; read x < go";
  await program.answer("enqueue", "--id", "a", "--label", "first of all", command);
  await program.answer("enqueue", "--id", "b", "--hold", "true");
  const worker = program.spawn(["worker", "start"]);
  await eventually("it runs", () => isThere(`${program.home}/go`));
  const pid = Number(Deno.readTextFileSync(`${program.home}/pid`));
  const [job, ...others] = await program.json("ps");
  const [{ name, host }] = await program.json("worker", "list");
  assertEquals([job.id, job.state, others], ["a", "processing", []]);
  const { started_at, elapsed_ms } = job.running;
  assertEquals(job.running, { worker: name, host, pid, started_at, elapsed_ms });
  assert(elapsed_ms >= 0 && Math.abs(Date.parse(started_at) + elapsed_ms - Date.now()) < 10_000);
  const [head, row] = (await program.answer("ps")).split("\n").map((line) => line.split("\t"));
  assertEquals(head?.join(" "), "ID PID STARTED ELAPSED PROGRESS STATE HOST WORKER LABEL COMMAND");
  assertEquals(row?.slice(0, 3), ["a", String(pid), started_at]);
  assertEquals(row?.slice(4), ["1/4 warm", "running", host, name, "first of all", command]);
  const shown = await program.answer("show", "a");
  assertMatch(shown, /^running {5}for \d.*s, since \d\d:\d\d:\d\d$/m);
  assertStringIncludes(shown, `\nworker      ${name} on ${host}\npid         ${pid}\n`);
  const { running } = await program.json("show", "a");
  assertEquals([running.pid, running.worker, running.host], [pid, name, host]);
  const [, listed] = (await program.answer("list")).split("\n");
  assertMatch(listed!, /^a\tprocessing\t0\/4\t\d+s\t\t\t[\d.]+m?s\tfirst of all\t/);
  Deno.writeTextFileSync(`${program.home}/go`, "\n");
  await worker.says(/done +a/);
  assertEquals(await program.json("ps"), []);
  assertEquals("running" in await program.json("show", "a"), false);
});

Deno.test("show says that a job waits because no worker is alive, or the queue is paused", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--id", "a", "true");
  assertMatch(await program.answer("show", "a"), /^waits for +a worker; none is alive/m);
  assertEquals((await program.json("show", "a")).waiting, "no worker");
  await program.answer("worker", "pause");
  assertMatch(await program.answer("show", "a"), /^waits for +the queue, which is paused/m);
  assertEquals((await program.json("list"))[0].waiting, "queue paused");
});

Deno.test("status counts each state, delayed ones apart", async () => {
  await using program = new Program();
  await program.answer("enqueue", "true");
  await program.answer("enqueue", "--delay", "1h", "true");
  assertEquals(await program.json("status"), {
    dir: program.dir,
    paused: false,
    jobs: { pending: 1, delayed: 1, processing: 0, done: 0, failed: 0, dead: 0 },
    workers: [],
  });
});

Deno.test("status --json tells of each worker", async () => {
  await using program = new Program();
  const name = await program.answer("worker", "start", "--detach");
  const [worker] = (await program.json("status")).workers;
  assertEquals(Object.keys(worker), ["name", "host", "pid", "slots", "started_at", "jobs"]);
  assertEquals([worker.name, worker.slots, worker.jobs], [name, 1, []]);
});

Deno.test("status prints a line for each state, and whether there are workers", async () => {
  await using program = new Program();
  await program.answer("enqueue", "true");
  await program.answer("worker", "pause");
  const text = await program.answer("status");
  assertMatch(text, /workers +none alive/);
  assertMatch(text, /paused +yes/);
  assertMatch(text, /pending +1\ndelayed +0\nprocessing +0\ndone +0\nfailed +0\ndead +0$/);
});

Deno.test("show says that a result was cut, and how long it was", async () => {
  await using program = new Program();
  const command = 'head -c 70000 /dev/zero | tr "\\0" x >"$QUEUECTL_RESULT"';
  await program.answer("enqueue", "--id", "a", command);
  await program.drain();
  assertMatch(
    await program.answer("show", "a"),
    /^result {6}x{500}…\n {12}the result was cut: it had 70000 bytes, of which 65536 are kept$/m,
  );
});
