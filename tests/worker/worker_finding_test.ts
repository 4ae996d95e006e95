import { assert, assertEquals } from "@std/assert";
import { pathBytes } from "../../src/fs/libc.ts";
import { newWorkerName } from "../../src/format/worker_names.ts";
import { drop, eventually, namesIn, temporaryQueue } from "../temporary_queue.ts";
import { drain, ObservedWorker } from "./observed_worker.ts";

/** Polls so rarely that what a worker does it does for an event or a timer. */
const NO_POLL = { poll_interval: 3600 };

/** When a job started by its own clock, in milliseconds since 1970. */
const CLOCK = "date +%s%3N";

Deno.test("a worker starts a job at once when it is enqueued, without waiting for a poll", async () => {
  await using temporary = await temporaryQueue(NO_POLL);
  const { queue } = temporary;
  await using observed = await ObservedWorker.start(queue);
  // A busy machine may be late, but not each time.
  await eventually("one starts within 100 ms", async () => {
    const begun = performance.now();
    const { id } = await queue.enqueue({ command: "true" });
    await observed.next("started", id);
    return performance.now() - begun < 100;
  });
});

Deno.test("a worker hears of a batch, of a requeue and of a file dropped by hand", async () => {
  await using temporary = await temporaryQueue(NO_POLL);
  const { queue, dir } = temporary;
  await using observed = await ObservedWorker.start(queue, { count: 2 });
  await queue.enqueueMany([{ command: "true", id: "a" }, { command: "true", id: "b" }]);
  await observed.next("ended", "a");
  await observed.next("ended", "b");
  await eventually("the folder is gone", () => namesIn(dir, "pending").length === 0);
  drop(dir, "pending/dropped.json", '{"command":"true"}');
  await observed.next("ended", "dropped");
  await queue.requeue("a");
  await observed.next("ended", "a", 2);
  drop(dir, "pending/broken.json", "{");
  await observed.next("malformed", "broken");
  Deno.renameSync(`${dir}/done/b.json`, `${dir}/pending/b.json`);
  await observed.next("ended", "b", 2);
  assertEquals(queue.get("b")?.attempts, 1);
});

Deno.test("a file that is written in place in pending/ is not taken for malformed for long", async () => {
  await using temporary = await temporaryQueue(NO_POLL);
  const { queue, dir } = temporary;
  await using observed = await ObservedWorker.start(queue);
  Deno.writeTextFileSync(`${dir}/tmp/slow`, '{"command":"true"}');
  Deno.renameSync(`${dir}/tmp/slow`, `${dir}/pending/slow.json`);
  await observed.next("ended", "slow");
  assertEquals(observed.all("malformed"), []);
});

Deno.test("a delayed job starts within 100 ms of its time, and not before", async () => {
  await using temporary = await temporaryQueue(NO_POLL);
  const { queue, dir } = temporary;
  await using observed = await ObservedWorker.start(queue, { count: 4 });
  let jobs = 0;
  // A busy machine may be late, but not each time.
  await eventually("one starts within 100 ms of its time", async () => {
    const due = Date.now() + 100;
    const input = { command: CLOCK, run_at: new Date(due).toISOString() };
    const [id, dropped] = [`x${jobs++}`, `dropped${jobs}`];
    await queue.enqueue({ ...input, id });
    // Its time is inside.
    drop(dir, `pending/${dropped}.json`, JSON.stringify(input));
    const late: number[] = [];
    for (const job of [id, dropped]) {
      await observed.next("ended", job);
      late.push(Number(Deno.readTextFileSync(`${dir}/done/${job}.log`)) - due);
    }
    assert(Math.min(...late) >= 0, `${late}`);
    return Math.max(...late) < 100;
  });
});

Deno.test("a retry starts at its time, by no poll, and not before", async () => {
  await using temporary = await temporaryQueue({
    ...NO_POLL,
    backoff_base: 0.1,
    backoff_factor: 1,
  });
  const { queue, dir } = temporary;
  await using observed = await ObservedWorker.start(queue);
  await queue.enqueue({ command: `${CLOCK}; exit 1`, id: "x", max_retries: 2 });
  await observed.next("ended", "x", 3);
  const starts = Deno.readTextFileSync(`${dir}/dead/x.log`).trim().split("\n").map(Number);
  const due = observed.all("ended", "x").map(({ readyAt }) => readyAt ?? 0);
  const late = starts.slice(1).map((start, n) => start - due[n]!);
  assert(Math.min(...late) >= -1, `${late}`);
});

Deno.test("jobs run by priority, then in the order in which they became ready", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  const ran = (name: string) => `echo ${name} >> ${dir}/order`;
  await queue.enqueue({ command: ran("first"), run_at: "2020-01-01T00:00:00Z" });
  await queue.enqueue({ command: ran("low"), priority: 0, run_at: "2019-01-01T00:00:00Z" });
  await queue.enqueueMany([
    { command: ran("batch-low"), priority: 1 },
    { command: ran("batch-high"), priority: 9, run_at: "2020-01-02T00:00:00Z" },
  ]);
  await queue.enqueue({ command: ran("high"), priority: 9, run_at: "2020-01-03T00:00:00Z" });
  await queue.enqueue({ command: ran("second"), run_at: "2020-01-02T00:00:00Z" });
  drop(dir, "pending/bare.json", JSON.stringify({ command: ran("bare") }));
  await drain(queue);
  const order = Deno.readTextFileSync(`${dir}/order`).trim().split("\n");
  assertEquals(order, ["batch-high", "high", "bare", "first", "second", "batch-low", "low"]);
});

Deno.test("a more urgent job that comes later runs before those that wait", async () => {
  await using temporary = await temporaryQueue(NO_POLL);
  const { queue, dir } = temporary;
  const command = `while ! test -e ${dir}/go; do sleep 0.02; done`;
  await queue.enqueue({ command, id: "running" });
  await queue.enqueue({ command: "true", id: "waiting" });
  await using observed = await ObservedWorker.start(queue);
  await observed.next("started", "running");
  await queue.enqueue({ command: "true", id: "urgent", priority: 9 });
  await observed.caughtUp();
  Deno.writeTextFileSync(`${dir}/go`, "");
  await observed.next("ended", "waiting");
  assertEquals(observed.all("started").map(({ id }) => id), ["running", "urgent", "waiting"]);
});

Deno.test("a worker of only one job leaves the others alone, and ends with it", async () => {
  await using temporary = await temporaryQueue({ backoff_base: 0.05 });
  const { queue } = temporary;
  await queue.enqueueMany([{ command: "true" }, { command: "exit 1", id: "mine", max_retries: 1 }]);
  await queue.enqueue({ command: "true", priority: 9 });
  await using observed = await ObservedWorker.start(queue, { only: "mine" });
  assertEquals(await observed.finished(), "ended");
  assertEquals(observed.all("started").map(({ id }) => id), ["mine", "mine"]);
  assertEquals([queue.get("mine")?.state, queue.counts().pending], ["dead", 2]);
});

Deno.test("a worker of only one job ends too when another worker runs it, or it is removed", async () => {
  await using temporary = await temporaryQueue({ poll_interval: 0.1 });
  const { queue, dir } = temporary;
  const command = `while ! test -e ${dir}/go; do sleep 0.02; done`;
  await queue.enqueue({ command, id: "x" });
  await using other = await ObservedWorker.start(queue);
  await other.next("started", "x");
  await using observed = await ObservedWorker.start(queue, { only: "x" });
  Deno.writeTextFileSync(`${dir}/go`, "");
  assertEquals(await observed.finished(), "ended");
  assertEquals(observed.all("started"), []);
  await queue.enqueue({ command: "true", id: "y", run_at: "2999-01-01T00:00:00Z" });
  await using another = await ObservedWorker.start(queue, { only: "y" });
  await queue.remove("y");
  assertEquals(await another.finished(), "ended");
});

Deno.test("a paused queue starts nothing until it is resumed, and what runs goes on", async () => {
  await using temporary = await temporaryQueue(NO_POLL);
  const { queue, dir } = temporary;
  const command = `while ! test -e ${dir}/go; do sleep 0.02; done`;
  await queue.enqueue({ command, id: "running" });
  await using observed = await ObservedWorker.start(queue, { count: 2 });
  await observed.next("started", "running");
  await queue.setPaused(true);
  await queue.enqueue({ command: "true", id: "waiting" });
  Deno.writeTextFileSync(`${dir}/go`, "");
  await observed.next("ended", "running");
  await queue.enqueue({ command: "true", id: "waiting-too" });
  await observed.caughtUp();
  assertEquals(observed.all("started").map(({ id }) => id), ["running"]);
  await queue.setPaused(false);
  await observed.next("ended", "waiting");
  await observed.next("ended", "waiting-too");
});

Deno.test("a worker that starts on a paused queue claims nothing, whatever happens meanwhile", async () => {
  await using temporary = await temporaryQueue(NO_POLL);
  const { queue, dir } = temporary;
  await queue.setPaused(true);
  for (let n = 0; n < 3; n++) await queue.enqueue({ command: "true", id: `x${n}` });
  // To recover another worker takes a while, in which events come.
  drop(dir, `workers/${newWorkerName(Deno.hostname(), 1)}.json`, "{}");
  const starting = ObservedWorker.start(queue);
  for (let n = 3; n < 9; n++) await queue.enqueue({ command: "true", id: `x${n}` });
  await using observed = await starting;
  // What it may have begun to claim it would finish first.
  observed.worker.stop();
  await observed.finished();
  assertEquals(observed.all("started"), []);
  assertEquals(queue.counts().pending, 9);
});

Deno.test("a poll finds what no event told of", async () => {
  await using temporary = await temporaryQueue({ poll_interval: 0.05 });
  const { queue, dir } = temporary;
  await using observed = await ObservedWorker.start(queue);
  await queue.enqueue({ command: "true", id: "x" });
  await observed.next("ended", "x");
  // The runtime's events garble a name that is not UTF-8, so that only reading the folder finds it.
  const { symbols } = Deno.dlopen("libc.so.6", {
    rename: { parameters: ["buffer", "buffer"], result: "i32" },
  });
  Deno.writeTextFileSync(`${dir}/tmp/odd`, '{"command":"true"}');
  symbols.rename(pathBytes(`${dir}/tmp/odd`), pathBytes(`${dir}/pending/\udcff.json`));
  await observed.next("malformed");
});

Deno.test("a running worker takes up settings that change", async () => {
  await using temporary = await temporaryQueue({ ...NO_POLL, backoff_base: 3600 });
  const { queue } = temporary;
  await using observed = await ObservedWorker.start(queue);
  await queue.enqueue({ command: "exit 1", id: "x", max_retries: 1 });
  const { readyAt } = await observed.next("ended", "x");
  assert(readyAt! > Date.now() + 3_000_000);
  await queue.configure({ backoff_base: 0.05 });
  await queue.requeue("x");
  await observed.next("ended", "x", 2);
  await queue.enqueue({ command: "exit 1", id: "y", max_retries: 1 });
  await observed.next("ended", "y", 2);
});

Deno.test("settings that someone broke are told of, and the worker goes on", async () => {
  await using temporary = await temporaryQueue({ poll_interval: 0.05 });
  const { queue, dir } = temporary;
  await using observed = await ObservedWorker.start(queue);
  drop(dir, "config.json", "{");
  const { message } = await observed.next("trouble");
  assert(message.includes("config.json is not JSON"), message);
  drop(dir, "pending/x.json", '{"command":"true"}');
  await observed.next("ended", "x");
  drop(dir, "config.json", "{}");
});
