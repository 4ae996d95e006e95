import { assert, assertEquals, assertRejects } from "@std/assert";
import { QueueError } from "../../src/text/errors.ts";
import { holdJob } from "../../src/control/waiting_jobs.ts";
import { cancelJob } from "../../src/control/cancel_job.ts";
import { eventually, namesIn, processesWith, temporaryQueue } from "../temporary_queue.ts";
import { drain, ObservedWorker } from "../worker/observed_worker.ts";

Deno.test("a job that waits, is delayed or held is cancelled without having run", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  await queue.enqueue({ id: "ready", command: "true" });
  await queue.enqueue({ id: "later", command: "true", run_at: "2100-01-01T00:00:00Z" });
  await queue.enqueue({ id: "held", command: "true", hold: true });
  await queue.enqueueMany([{ id: "batched", command: "true" }]);
  for (const id of ["ready", "later", "held", "batched"]) {
    const job = await cancelJob(queue, id);
    assertEquals([job.state, job.attempts], ["dead", 0]);
    assertEquals(job.history.map(({ outcome }) => outcome), ["cancelled"]);
  }
  assertEquals(namesIn(dir, "workers"), []);
  await queue.requeue("ready");
  await drain(queue);
  assertEquals(queue.get("ready")?.state, "done");
});

Deno.test("cancelling a job that others wait for cancels them, and those that take any end run", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  await queue.enqueue({ id: "a", command: "true" });
  await queue.enqueue({ id: "b", command: "true", after: ["a"] });
  await queue.enqueue({ id: "c", command: "true", after: ["a"], after_any: true });
  await queue.enqueue({ id: "d", command: "true", after: ["c"] });
  await cancelJob(queue, "d");
  assertEquals(namesIn(dir, "after"), ["a"], "d waits for nothing any more");
  await cancelJob(queue, "a");
  await drain(queue);
  assertEquals([queue.get("b")?.state, queue.get("c")?.state], ["dead", "done"]);
});

Deno.test("a running job is ended by SIGTERM, on the worker that has it, and not retried", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  for (const id of ["a", "b"]) await queue.enqueue({ id, command: "exec sleep 100" });
  await using one = await ObservedWorker.start(queue);
  await using two = await ObservedWorker.start(queue);
  await Promise.all([one.next("started"), two.next("started")]);
  const job = await cancelJob(queue, "a");
  const last = job.history.at(-1)!;
  assertEquals([job.state, last.outcome, last.signal], ["dead", "cancelled", "SIGTERM"]);
  assertEquals(queue.get("b")?.state, "processing");
  // Asked for again just before the job ended, it goes at the worker's next look.
  const isRequest = (name: string) => name.includes(".cancel.");
  await eventually("no request stays", () => !namesIn(dir, "workers").some(isRequest));
});

Deno.test("a command that ignores SIGTERM is killed after the grace", async () => {
  await using temporary = await temporaryQueue({ kill_grace: 0.2 });
  const { queue, dir } = temporary;
  const command = `trap "" TERM; echo > ${dir}/trapped; while :; do sleep 0.05; done`;
  await queue.enqueue({ id: "a", command });
  await using worker = await ObservedWorker.start(queue);
  await worker.next("started");
  while (!queue.store.files.exists(`${dir}/trapped`)) await new Promise((r) => setTimeout(r, 5));
  const job = await cancelJob(queue, "a");
  assertEquals(job.history.at(-1)?.signal, "SIGKILL");
  assertEquals(processesWith(`QUEUECTL_DIR=${dir}\0`), []);
});

Deno.test("a job that is cancelled at any moment of its start ends cancelled", async () => {
  await using temporary = await temporaryQueue();
  const { queue } = temporary;
  await using worker = await ObservedWorker.start(queue, { count: 4 });
  for (let round = 0; round < 20; round++) {
    const { id } = await queue.enqueue({ command: "exec sleep 100" });
    await new Promise((resolve) => setTimeout(resolve, round % 5));
    assertEquals((await cancelJob(queue, id)).history.at(-1)?.outcome, "cancelled");
  }
  assert(worker.all("trouble").length === 0);
});

Deno.test("two who cancel one job at once both see it cancelled, or one hears that it has ended", async () => {
  await using temporary = await temporaryQueue();
  const { queue } = temporary;
  await queue.enqueue({ id: "a", command: "true" });
  const ends = await Promise.allSettled([cancelJob(queue, "a"), cancelJob(queue, "a")]);
  assert(ends.some(({ status }) => status === "fulfilled"));
  assertEquals(queue.get("a")?.history.length, 1);
});

Deno.test("a job that has ended, does not exist, or whose worker is dead is not cancelled", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  await queue.enqueue({ id: "a", command: "true" });
  await drain(queue);
  await assertRejects(
    () => cancelJob(queue, "a"),
    QueueError,
    "cannot cancel job a: it has ended (done)",
  );
  await assertRejects(() => cancelJob(queue, "none"), QueueError, "no job none");
  await queue.enqueue({ id: "b", command: "true" });
  const [name] = namesIn(dir, "pending").filter((name) => name.endsWith(".json"));
  Deno.renameSync(
    `${dir}/pending/${name}`,
    `${dir}/processing/20260101T000000.000Z-5-b@host-1-aa.json`,
  );
  await assertRejects(() => cancelJob(queue, "b"), QueueError, "its worker host-1-aa is dead");
});

Deno.test("a job that waits for its retry is cancelled, held or not", async () => {
  await using temporary = await temporaryQueue({ backoff_base: 1000 });
  const { queue } = temporary;
  for (const id of ["a", "b"]) await queue.enqueue({ id, command: "false" });
  {
    await using worker = await ObservedWorker.start(queue, { count: 2 });
    await worker.next("ended", "a");
    await worker.next("ended", "b");
  }
  await holdJob(queue, "b");
  for (const id of ["a", "b"]) {
    const job = await cancelJob(queue, id);
    assertEquals(job.history.map(({ outcome }) => outcome), ["failed", "cancelled"]);
  }
});
