import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { QueueError } from "../src/text/errors.ts";
import { arrive } from "../src/contents/presence.ts";
import { drop, isThere, namesIn, temporaryQueue } from "./temporary_queue.ts";

const JOB = '{"command":"true"}';

Deno.test("requeue() makes a job that has ended ready now, with a fresh count and its history", async () => {
  await using temporary = await temporaryQueue({ fsync: true });
  const { queue, dir } = temporary;
  for (const state of ["dead", "done"]) {
    const history = [{ attempt: 1, led_to: state }];
    drop(
      dir,
      `${state}/${state}-x.json`,
      JSON.stringify({ command: "true", attempts: 4, history }),
    );
    await queue.requeue(`${state}-x`);
    const job = queue.get(`${state}-x`)!;
    assertEquals([job.state, job.attempts, job.history.length], ["pending", 0, 1]);
  }
  assertEquals(queue.counts().pending, 2);
});

Deno.test("requeue() makes a job that waits for its retry ready now, its attempts kept", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  const job = { command: "true", priority: 8, attempts: 2, history: [{ led_to: "failed" }] };
  drop(dir, "failed/29990101T000000.000Z-8-x.json", JSON.stringify(job));
  await queue.requeue("x");
  assertEquals([queue.get("x")?.state, queue.get("x")?.attempts], ["pending", 2]);
  assertMatch(namesIn(dir, "pending")[0]!, /^20\d{6}T\d{6}\.\d{3}Z-8-x\.json$/);
  assertEquals(queue.counts().pending, 1);
});

Deno.test("requeue() refuses a job that waits or runs already, or is none", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  await queue.enqueue({ command: "true", id: "waits" });
  drop(dir, "processing/20200101T000000.000Z-5-runs@host-1-ab.json", JOB);
  await assertRejects(() => queue.requeue("waits"), QueueError, "job waits is pending");
  await assertRejects(() => queue.requeue("runs"), QueueError, "job runs is processing");
  await assertRejects(() => queue.requeue("none"), QueueError, "no job none (see: queuectl list)");
});

Deno.test("remove() removes a job that does not run, and its log", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  await queue.enqueue({ command: "true", id: "waits" });
  drop(dir, "failed/20200101T000000.000Z-5-failed.json", JOB);
  drop(dir, "failed/failed.log", "output");
  drop(dir, "dead/died.json", "no job");
  drop(dir, "dead/died.log", "reason");
  for (const id of ["waits", "failed", "died"]) await queue.remove(id);
  assertEquals(["pending", "failed", "dead"].flatMap((state) => namesIn(dir, state)), []);
});

Deno.test("remove() removes a folder that lies in dead/, with all that is in it", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  Deno.mkdirSync(`${dir}/dead/folder.json/deep`, { recursive: true });
  Deno.writeTextFileSync(`${dir}/dead/folder.json/deep/a`, "");
  Deno.symlinkSync(dir, `${dir}/dead/folder.json/link`);
  await queue.remove("folder");
  assertEquals(namesIn(dir, "dead"), []);
  assertEquals(isThere(`${dir}/VERSION`), true, "no link was followed");
});

Deno.test("remove() refuses a job that runs", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  const name = "20200101T000000.000Z-5-runs@host-1-ab.json";
  drop(dir, `processing/${name}`, JOB);
  await assertRejects(() => queue.remove("runs"), QueueError, "job runs is running");
  assertEquals(namesIn(dir, "processing"), [name]);
});

Deno.test("remove() of the last job of a batch removes the batch", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  await queue.enqueueMany([{ command: "true", id: "a" }, { command: "true", id: "b" }]);
  await queue.remove("a");
  assertEquals(namesIn(dir, "pending").length, 1);
  await queue.remove("b");
  assertEquals(namesIn(dir, "pending"), []);
});

Deno.test("clear() removes all jobs of a state and says how many", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  await queue.enqueue({ command: "true" });
  await queue.enqueueMany(Array.from({ length: 50 }, () => ({ command: "true" })));
  drop(dir, "dead/a.json", JOB);
  drop(dir, "dead/a.log", "output");
  assertEquals(await queue.clear("pending"), 51);
  assertEquals(namesIn(dir, "pending"), []);
  assertEquals(queue.counts().dead, 1);
  assertEquals(await queue.clear("dead"), 1);
  assertEquals(namesIn(dir, "dead"), []);
  assertEquals(await queue.clear("done"), 0);
});

Deno.test("setPaused() makes and removes the file named paused", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  assertEquals(queue.paused, false);
  for (const paused of [true, true, false, false]) {
    await queue.setPaused(paused);
    assertEquals([queue.paused, isThere(`${dir}/paused`)], [paused, paused]);
  }
});

Deno.test("workers() are those that live and run jobs; jobsOf() is what one runs", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  const info = {
    host: "here",
    pid: 7,
    slots: 2,
    started_at: "2026-11-22T04:32:11.123Z",
    version: "0",
  };
  const alive = arrive(queue.store, { ...info, name: "here-7-aa" });
  const repairing = arrive(queue.store, { ...info, slots: 0, name: "here-8-bb" });
  drop(dir, "workers/here-9-cc.json", JSON.stringify({ ...info, name: "here-9-cc" }));
  drop(dir, "processing/20200101T000000.001Z-5-a@here-7-aa.json", JOB);
  drop(dir, "tmp/20200101T000000.002Z-5-b@here-7-aa.json", JOB);
  drop(dir, "processing/20200101T000000.003Z-5-c@here-9-cc.json", JOB);
  assertEquals(queue.workers(), [{ ...info, name: "here-7-aa", alive: true }]);
  assertEquals(queue.jobsOf("here-7-aa"), ["a", "b"]);
  alive.leave();
  repairing.leave();
  assertEquals(queue.workers(), []);
});
