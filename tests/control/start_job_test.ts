import { assertEquals, assertRejects } from "@std/assert";
import { holdJob, moveJob, releaseJob, startJobNow } from "../../src/control/waiting_jobs.ts";
import type { Queue } from "../../src/queue.ts";
import { QueueError, UsageError } from "../../src/text/errors.ts";
import { eventually, isThere, namesIn, temporaryQueue } from "../temporary_queue.ts";
import { ObservedWorker } from "../worker/observed_worker.ts";
import { WorkerProcess } from "../worker/worker_process.ts";

const untilGo = (dir: string) => `while ! test -e ${dir}/go; do sleep 0.02; done`;

async function started(worker: ObservedWorker, queue: Queue, id: string): Promise<void> {
  await worker.next("started", id);
  assertEquals(queue.get(id)?.state, "processing");
}

Deno.test("a job that is started runs though all slots are taken, and takes no other's slot", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  await queue.enqueue({ id: "a", command: untilGo(dir) });
  await using worker = await ObservedWorker.start(queue);
  await started(worker, queue, "a");
  for (const id of ["c", "d"]) await queue.enqueue({ id, command: untilGo(dir) });
  await startJobNow(queue, "d");
  await started(worker, queue, "d");
  await queue.enqueue({ id: "e", command: untilGo(dir), now: true });
  await started(worker, queue, "e");
  assertEquals(queue.get("c")?.state, "pending");
  Deno.writeTextFileSync(`${dir}/go`, "");
  await worker.next("ended", "c");
});

Deno.test("a job that is started runs in a paused queue and beyond every limit, and takes no place", async () => {
  await using temporary = await temporaryQueue({ concurrency: 1, "resources.gpu": 1 });
  const { queue, dir } = temporary;
  const job = { command: untilGo(dir), resource: "gpu" };
  await queue.enqueue({ ...job, id: "a" });
  await using worker = await ObservedWorker.start(queue, { count: 3 });
  await started(worker, queue, "a");
  await queue.setPaused(true);
  for (const id of ["b", "c"]) await queue.enqueue({ ...job, id });
  await startJobNow(queue, "b");
  await started(worker, queue, "b");
  assertEquals(queue.get("c")?.state, "pending");
  await queue.setPaused(false);
  Deno.writeTextFileSync(`${dir}/go`, "");
  await worker.next("ended", "c");
  assertEquals(worker.all("trouble"), []);
});

Deno.test("a held, a delayed and a failed job wait no longer once started, and are shown so", async () => {
  await using temporary = await temporaryQueue({ backoff_base: 1000 });
  const { queue, dir } = temporary;
  await queue.enqueue({ id: "failed", command: `test -e ${dir}/go` });
  {
    await using worker = await ObservedWorker.start(queue);
    await worker.next("ended", "failed");
  }
  await queue.enqueue({ id: "held", command: "true", hold: true });
  await queue.enqueue({ id: "later", command: "true", run_at: "2100-01-01T00:00:00Z" });
  await queue.enqueueMany([{ id: "batched", command: "true" }, { command: "true" }]);
  Deno.writeTextFileSync(`${dir}/go`, "");
  const ids = ["failed", "held", "later", "batched"];
  for (const id of ids) {
    await startJobNow(queue, id);
    await startJobNow(queue, id);
    const { now, held, run_at } = queue.get(id)!;
    assertEquals([now, held, Date.parse(run_at) <= Date.now()], [true, undefined, true]);
    assertEquals(run_at.startsWith("20"), true, run_at);
  }
  await queue.setPaused(true);
  await using worker = await ObservedWorker.start(queue);
  for (const id of ids) assertEquals((await worker.next("ended", id)).state, "done");
  assertEquals(queue.get("failed")?.attempts, 2);
  assertEquals(queue.counts().pending, 1);
});

Deno.test("a started job can be held, moved and released again", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  await queue.enqueue({ id: "a", command: "true" });
  await startJobNow(queue, "a");
  await moveJob(queue, "a", { priority: 7 });
  assertEquals(namesIn(dir, "pending"), ["00010101T000000.000Z-7-a.json"]);
  await holdJob(queue, "a");
  await releaseJob(queue, "a");
  const { now, run_at } = queue.get("a")!;
  assertEquals([now, run_at.startsWith("20")], [undefined, true]);
});

Deno.test("of two workers one runs a started job, and one that is killed with it loses it to the other", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  await using first = await WorkerProcess.start(dir);
  const command = `echo >>${dir}/runs; ${untilGo(dir)}`;
  const later = new Date(Date.now() + 3600_000).toISOString();
  await queue.enqueue({ id: "a", command, run_at: later });
  await startJobNow(queue, "a");
  await eventually("it runs", () => isThere(`${dir}/runs`));
  await using second = await ObservedWorker.start(queue);
  await first.kill();
  await second.next("started", "a");
  Deno.writeTextFileSync(`${dir}/go`, "");
  await second.next("ended", "a");
  assertEquals(queue.get("a")?.history.map(({ outcome }) => outcome), ["lost", "done"]);
  assertEquals(Deno.readTextFileSync(`${dir}/runs`), "\n\n");
});

Deno.test("a job that waits for others, runs or has ended cannot be started", async () => {
  await using temporary = await temporaryQueue();
  const { queue } = temporary;
  await queue.enqueue({ id: "a", command: "exec sleep 100" });
  await queue.enqueue({ id: "b", command: "true", after: ["a"] });
  await assertRejects(() => startJobNow(queue, "b"), QueueError, "it waits for a");
  assertEquals(queue.get("b")?.waits_for, ["a"]);
  await using worker = await ObservedWorker.start(queue);
  await started(worker, queue, "a");
  await assertRejects(
    () => startJobNow(queue, "a"),
    QueueError,
    "cannot start job a: it is running",
  );
  for (const more of [{ hold: true }, { after: ["a"] }, { run_at: "2100-01-01T00:00:00Z" }]) {
    await assertRejects(
      () => queue.enqueue({ command: "true", now: true, ...more }),
      UsageError,
      "a job that starts now can have no",
    );
  }
});
