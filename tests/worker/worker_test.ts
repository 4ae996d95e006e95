import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { nativeFiles } from "../../src/fs/native_files.ts";
import { QueueError } from "../../src/text/errors.ts";
import { cancelJob } from "../../src/control/cancel_job.ts";
import { signalJob } from "../../src/control/signal_job.ts";
import { holdJob } from "../../src/control/waiting_jobs.ts";
import { Queue } from "../../src/queue.ts";
import { lockQueue } from "../../src/store/queue_lock.ts";
import { Worker } from "../../src/worker/worker.ts";
import { drop, eventually, isThere, namesIn, temporaryQueue } from "../temporary_queue.ts";
import { drain, ObservedWorker, within } from "./observed_worker.ts";
import { WorkerProcess } from "./worker_process.ts";

Deno.test("a worker runs a job and records the attempt", async () => {
  await using temporary = await temporaryQueue({ fsync: true });
  const { queue, dir } = temporary;
  const { id } = await queue.enqueue({ command: "echo out; echo err >&2", note: "kept" });
  const { worker, events } = await drain(queue);
  const job = queue.get(id)!;
  assertEquals([job.state, job.attempts, job.note], ["done", 1, "kept"]);
  const { started_at, finished_at, duration_ms, ...attempt } = job.history[0]!;
  assertEquals(attempt, {
    attempt: 1,
    worker: worker.name,
    exit_code: 0,
    signal: null,
    outcome: "done",
    log_offset: 0,
    led_to: "done",
    log_end: 8,
  });
  assert(started_at <= finished_at && duration_ms >= 0);
  assertEquals(Deno.readTextFileSync(`${dir}/done/${id}.log`), "out\nerr\n");
  assertEquals(namesIn(dir, "done"), [`${id}.json`, `${id}.log`]);
  for (const part of ["pending", "processing", "failed", "dead", "tmp", "workers"]) {
    assertEquals(namesIn(dir, part), [], part);
  }
  assertEquals(events.map(({ kind }) => kind), ["started", "ended"]);
});

Deno.test("a worker retries with backoff until the job is dead, after max_retries + 1 attempts", async () => {
  await using temporary = await temporaryQueue({ backoff_base: 0.05, backoff_factor: 2 });
  const { queue, dir } = temporary;
  const command = 'echo "attempt $QUEUECTL_ATTEMPT"; exit 7';
  const { id } = await queue.enqueue({ command, max_retries: 2 });
  await drain(queue);
  const job = queue.get(id)!;
  assertEquals([job.state, job.attempts], ["dead", 3]);
  assertEquals(job.history.map(({ attempt }) => attempt), [1, 2, 3]);
  assertEquals(job.history.map(({ outcome }) => outcome), Array(3).fill("failed"));
  assertEquals(job.history.map(({ exit_code }) => exit_code), [7, 7, 7]);
  assertEquals(job.history.map(({ led_to }) => led_to), ["failed", "failed", "dead"]);
  assertEquals(job.history.map(({ log_offset }) => log_offset), [0, 10, 20]);
  assertEquals(job.history.map(({ log_end }) => log_end), [10, 20, 30]);
  assertEquals(Deno.readTextFileSync(`${dir}/dead/${id}.log`), "attempt 1\nattempt 2\nattempt 3\n");
  const waited = (n: number) =>
    Date.parse(job.history[n + 1]!.started_at) - Date.parse(job.history[n]!.finished_at);
  assert(waited(0) >= 49 && waited(1) >= 99, `${waited(0)} and ${waited(1)}`);
});

Deno.test("a job that fails twice and then succeeds is done", async () => {
  await using temporary = await temporaryQueue({ backoff_base: 0.01 });
  const { queue } = temporary;
  const { id } = await queue.enqueue({ command: "test $QUEUECTL_ATTEMPT -ge 3" });
  await drain(queue);
  const { state, attempts, history } = queue.get(id)!;
  assertEquals([state, attempts], ["done", 3]);
  assertEquals(history.map(({ outcome }) => outcome), ["failed", "failed", "done"]);
});

Deno.test("a job that died and was moved to pending/ by hand runs again, its history and log kept", async () => {
  await using temporary = await temporaryQueue({ max_retries: 0 });
  const { queue, dir } = temporary;
  await queue.enqueue({ command: `echo ran; test -e ${dir}/mended`, id: "X" });
  await drain(queue);
  assertEquals(queue.get("X")?.state, "dead");
  Deno.writeTextFileSync(`${dir}/mended`, "");
  Deno.renameSync(`${dir}/dead/X.json`, `${dir}/pending/X.json`);
  await drain(queue);
  const { state, attempts, history } = queue.get("X")!;
  assertEquals([state, attempts, history.map(({ outcome }) => outcome)], [
    "done",
    1,
    ["failed", "done"],
  ]);
  assertEquals(history[1]?.log_offset, 4);
  assertEquals(Deno.readTextFileSync(`${dir}/done/X.log`), "ran\nran\n");
  assertEquals(namesIn(dir, "dead"), []);
});

Deno.test("a job that a signal ended has the signal in its history", async () => {
  await using temporary = await temporaryQueue({ max_retries: 0 });
  const { id } = await temporary.queue.enqueue({ command: "kill -9 $$" });
  await drain(temporary.queue);
  const { state, history } = temporary.queue.get(id)!;
  const { exit_code, signal, outcome } = history[0]!;
  assertEquals([state, exit_code, signal, outcome], ["dead", null, "SIGKILL", "failed"]);
});

Deno.test("a job that takes too long is charged a timeout and retried", async () => {
  await using temporary = await temporaryQueue({ backoff_base: 0.01, kill_grace: 0.1 });
  const { queue } = temporary;
  const command = 'test "$QUEUECTL_ATTEMPT" -gt 1 || sleep 60';
  const { id } = await queue.enqueue({ command, timeout: 0.2 });
  await drain(queue);
  const { state, history } = queue.get(id)!;
  assertEquals([state, history.map(({ outcome }) => outcome)], ["done", ["timeout", "done"]]);
  assertEquals(history[0]?.signal, "SIGTERM");
});

Deno.test("jobs that cannot be started fail with the reason, one after another", async () => {
  await using temporary = await temporaryQueue({ max_retries: 0 });
  const { queue, dir } = temporary;
  for (let n = 0; n < 20; n++) {
    await queue.enqueue({ command: "true", id: `x${n}`, cwd: "/nowhere/at/all" });
  }
  await drain(queue);
  assertEquals(queue.counts().dead, 20);
  assertStringIncludes(String(queue.get("x7")?.history[0]?.reason), "cannot enter /nowhere");
  assertMatch(Deno.readTextFileSync(`${dir}/dead/x7.log`), /^queuectl: cannot enter \/nowhere/);
});

Deno.test("a job has nothing to read, whatever its worker could", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  await queue.enqueue({ command: "readlink /proc/self/fd/0; cat", id: "x" });
  await using worker = await WorkerProcess.start(dir, { drain: true });
  await worker.next("ended");
  assertEquals(Deno.readTextFileSync(`${dir}/done/x.log`), "/dev/null\n");
});

Deno.test("no more jobs run at once than the worker has slots", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  Deno.mkdirSync(`${dir}/running`);
  const command = `cd ${dir}/running; : > $$; ls | wc -l; sleep 0.05; rm $$`;
  const jobs: string[] = [];
  for (let n = 0; n < 12; n++) jobs.push((await queue.enqueue({ command })).id);
  await drain(queue, { count: 3 });
  const seen = jobs.map((id) => Number(Deno.readTextFileSync(`${dir}/done/${id}.log`)));
  assertEquals(Math.max(...seen), 3);
});

Deno.test("a worker has as many slots as worker_count says", async () => {
  await using temporary = await temporaryQueue({ worker_count: 2 });
  const { queue, dir } = temporary;
  const command = `while ! test -e ${dir}/go; do sleep 0.02; done`;
  for (let n = 0; n < 3; n++) await queue.enqueue({ command });
  await using observed = await ObservedWorker.start(queue);
  await eventually("two run", () => observed.all("started").length === 2);
  assertEquals([queue.counts().processing, queue.counts().pending], [2, 1]);
  assertEquals(queue.workers()[0]?.slots, 2);
  assertEquals(queue.jobsOf(observed.worker.name).length, 2);
  Deno.writeTextFileSync(`${dir}/go`, "");
  await eventually("all are done", () => queue.counts().done === 3);
});

Deno.test("a worker runs the jobs of batches and removes each folder when it is empty", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  const inputs = Array.from({ length: 60 }, (_, n) => ({ command: `echo ${n}`, id: `job${n}` }));
  await queue.enqueueMany(inputs.slice(0, 40));
  await queue.enqueueMany(inputs.slice(40));
  assertEquals(namesIn(dir, "pending").length, 2);
  await drain(queue, { count: 4 });
  assertEquals(queue.counts().done, 60);
  for (let n = 0; n < 60; n++) {
    assertEquals(Deno.readTextFileSync(`${dir}/done/job${n}.log`), `${n}\n`);
  }
  assertEquals(namesIn(dir, "pending"), []);
});

Deno.test("of two files of one ID both run, and both are kept", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  for (const n of [1, 2, 3]) {
    const job = { command: `echo ${n} >> ${dir}/ran; sleep 0.05`, n };
    drop(dir, `pending/20200101T000000.00${n}Z-5-x.json`, JSON.stringify(job));
  }
  await drain(queue, { count: 3 });
  assertEquals(Deno.readTextFileSync(`${dir}/ran`).split("\n").sort(), ["", "1", "2", "3"]);
  assertEquals(queue.list({ states: ["done"] }).map((job) => job.n).sort(), [1, 2, 3]);
  assertEquals([namesIn(dir, "tmp"), namesIn(dir, "processing")], [[], []]);
});

Deno.test("what is no job lands in dead/ and holds nothing up", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  drop(dir, "pending/20200101T000000.000Z-9-broken.json", "{");
  await new Deno.Command("mkfifo", { args: [`${dir}/pending/fifo.json`] }).output();
  Deno.writeTextFileSync(`${dir}/pending/20200101T000000.000Z-9-a-file-named-like-a-batch`, "");
  const { id } = await queue.enqueue({ command: "true" });
  const { all } = await drain(queue).then((observed) => ({ all: observed.all("malformed") }));
  assertEquals(all.map((event) => event.id).sort(), ["broken", "fifo"]);
  assertEquals(queue.get(id)?.state, "done");
  assertEquals(namesIn(dir, "dead").sort(), ["broken.json", "broken.log", "fifo.json", "fifo.log"]);
});

Deno.test("a worker refuses a queue that others can write in, and leaves no trace", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  Deno.chmodSync(`${dir}/pending`, 0o777);
  await assertRejects(() => new Worker(queue).start(), QueueError, "group or others can write in");
  assertEquals(namesIn(dir, "workers"), []);
});

Deno.test("a worker that drains a queue does not leave before a release that the disk refused is made good", async () => {
  await using temporary = await temporaryQueue();
  const { dir } = temporary;
  let refusals = 3;
  const rename = (from: string, to: string) => {
    const releases = from.includes("/pending/9999") && to.includes("/pending/");
    if (releases && refusals-- > 0) throw new Error("the disk refuses");
    nativeFiles.rename(from, to);
  };
  const queue = await Queue.open(dir, { files: { ...nativeFiles, rename } });
  await queue.enqueue({ command: "true", id: "parent" });
  await queue.enqueue({ command: "true", id: "child", after: ["parent"] });
  const worker = await drain(queue);
  assertEquals(queue.get("child")?.state, "done");
  assertEquals([worker.all("trouble").length, refusals < 0], [1, true]);
});

/** A queue whose disk has no room for the end of a job while `refuses` says so. */
function onFullDisk(dir: string, refuses: () => boolean): Promise<Queue> {
  const refuse = (paths: string) => {
    if (!/\.(done|dead)/.test(paths) || !refuses()) return;
    throw new Error("No space left on device (os error 28)");
  };
  return Queue.open(dir, {
    files: {
      ...nativeFiles,
      create(path, content) {
        refuse(path);
        nativeFiles.create(path, content);
      },
      createEach(made, flushed) {
        refuse(made.map(({ path }) => path).join());
        return nativeFiles.createEach(made, flushed);
      },
    },
  });
}

Deno.test("a worker on a full disk names the largest log and how to empty it, once", async () => {
  await using temporary = await temporaryQueue();
  const { dir } = temporary;
  let refusals = 3;
  const queue = await onFullDisk(dir, () => refusals-- > 0);
  await queue.enqueue({ command: "head -c 3M /dev/zero", id: "big" });
  const [said, ...more] = (await drain(queue)).all("trouble");
  assertEquals([said?.message, more, refusals < 0], [
    "the end of big is not recorded yet: No space left on device; the largest log is that of job " +
    `big in processing/ (3.0 MiB): empty it (: > '${dir}/processing/big.log'); then queuectl ` +
    "config set max_log 100M bounds logs",
    [],
    true,
  ]);
});

Deno.test("a worker says once that a full disk keeps the ends of many jobs, and anew once it was not full", async () => {
  await using temporary = await temporaryQueue();
  let tries = 0;
  const queue = await onFullDisk(temporary.dir, () => {
    tries++;
    return !isThere(`${temporary.dir}/free`);
  });
  await using worker = await ObservedWorker.start(queue, { count: 3 });
  const said = () => worker.all("trouble").map(({ message }) => message);
  const full = (id: string) => `the end of ${id} is not recorded yet: No space left on device`;
  for (const id of ["a", "b", "c"]) await queue.enqueue({ command: "true", id });
  await eventually("all three are refused again and again", () => tries > 9);
  assertEquals(said().length, 1, `${said()}`);
  assertMatch(said()[0]!, /^the end of [abc]( and . other jobs?)? is not recorded yet: No space/);
  Deno.writeTextFileSync(`${temporary.dir}/free`, "");
  for (const id of ["a", "b", "c"]) await worker.next("ended", id);
  Deno.removeSync(`${temporary.dir}/free`);
  await queue.enqueue({ command: "true", id: "d" });
  await worker.next("trouble", undefined, 2);
  assertEquals(said().slice(1), [full("d")]);
  Deno.writeTextFileSync(`${temporary.dir}/free`, "");
});

Deno.test("a job that has ended on a full disk is shown so, and no control waits for it, until that is recorded", async () => {
  await using temporary = await temporaryQueue();
  const { dir } = temporary;
  const queue = await onFullDisk(dir, () => !isThere(`${dir}/free`));
  await using worker = await ObservedWorker.start(queue);
  await queue.enqueue({ command: `until test -e ${dir}/go; do sleep 0.01; done`, id: "a" });
  await worker.next("started", "a");
  assertEquals(queue.get("a")?.unrecorded, undefined);
  Deno.writeTextFileSync(`${dir}/go`, "");
  await eventually("the end is refused", () => queue.get("a")?.unrecorded === true);
  const controls = {
    "cancel": () => cancelJob(queue, "a"),
    "remove": () => queue.remove("a"),
    "hold": () => holdJob(queue, "a"),
    "suspend": () => signalJob(queue, "a", "SIGSTOP"),
  };
  for (const [verb, control] of Object.entries(controls)) {
    await assertRejects(
      control,
      QueueError,
      `cannot ${verb} job a: it has ended, and its worker cannot record that yet (is the disk full?`,
    );
  }
  const own = `progress/${worker.worker.name}`;
  assertEquals(namesIn(dir, own), ["a.ended"]);
  Deno.writeTextFileSync(`${dir}/free`, "");
  await worker.next("ended", "a");
  assertEquals([queue.get("a")?.state, queue.get("a")?.unrecorded], ["done", undefined]);
  assertEquals(namesIn(dir, own), []);
});

Deno.test("who cancels a job whose end cannot be recorded hears that it was stopped, and no more", async () => {
  await using temporary = await temporaryQueue();
  const { dir } = temporary;
  const queue = await onFullDisk(dir, () => !isThere(`${dir}/free`));
  await using worker = await ObservedWorker.start(queue);
  await queue.enqueue({ command: "sleep 1000", id: "a" });
  await worker.next("started", "a");
  await assertRejects(
    () => within(cancelJob(queue, "a"), "cancel to give up"),
    QueueError,
    "job a was stopped, and its worker cannot record that yet",
  );
  Deno.writeTextFileSync(`${dir}/free`, "");
  assertEquals((await worker.next("ended", "a")).attempt?.outcome, "cancelled");
});

Deno.test("a worker removes notes of jobs that were never added, and none of jobs that wait", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  await queue.enqueue({ command: "true", id: "held", hold: true });
  await queue.enqueue({ command: "true", id: "waits", after: ["held"], unique: "kept" });
  // As programs that were killed leave it, right before they would have added their jobs.
  for (const parent of ["held", "never"]) {
    Deno.mkdirSync(`${dir}/after/${parent}`, { recursive: true });
    Deno.writeTextFileSync(`${dir}/after/${parent}/ghost`, "");
  }
  Deno.mkdirSync(`${dir}/after/empty`);
  Deno.writeTextFileSync(`${dir}/unique/lost`, "ghost\n20260101T000000.000Z-5-ghost.json\n");
  const lock = await lockQueue(queue.store);
  await drain(queue);
  assertEquals(namesIn(dir, "unique"), ["kept", "lost"], "somebody may be about to add it");
  lock.release();
  await drain(queue);
  assertEquals([namesIn(dir, "unique"), namesIn(dir, "after")], [["kept"], ["held"]]);
  assertEquals(namesIn(dir, "after/held"), ["waits"]);
});
