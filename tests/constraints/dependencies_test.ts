import { assert, assertEquals, assertRejects } from "@std/assert";
import { releaseOverlooked } from "../../src/constraints/dependencies.ts";
import { InvalidJobError } from "../../src/moves/admit.ts";
import { QueueError, UsageError } from "../../src/text/errors.ts";
import { Queue } from "../../src/queue.ts";
import { lockQueue, LockWaitError } from "../../src/store/queue_lock.ts";
import { WaitedForError, waitersOf } from "../../src/constraints/waiters.ts";
import { drain, ObservedWorker } from "../worker/observed_worker.ts";
import { drop, eventually, isThere, namesIn, temporaryQueue } from "../temporary_queue.ts";

const stateOf = (queue: Queue, id: string) => queue.get(id)?.state;

Deno.test("a job runs after those that it waits for, and leaves no trace of having waited", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  const log = `${dir}/order`;
  await queue.enqueue({ id: "a", command: `sleep 0.1; echo a >> ${log}` });
  await queue.enqueue({ id: "b", command: `echo b >> ${log}` });
  await queue.enqueue({ id: "c", command: `echo c >> ${log}`, after: ["a", "b"], priority: 9 });
  assertEquals(namesIn(dir, "pending").at(-1), "99990101T000000.000Z-9-c.json");
  assertEquals(queue.get("c")?.waits_for, ["a", "b"]);
  assertEquals(waitersOf(queue.store, "a"), ["c"]);
  await drain(queue, { count: 3 });
  assertEquals(Deno.readTextFileSync(log).trim().split("\n").at(-1), "c");
  assertEquals(namesIn(dir, "after"), []);
});

Deno.test("a job that waits for others is not ready before its own time either", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  const run_at = new Date(Date.now() + 3_600_000).toISOString();
  await queue.enqueue({ id: "a", command: "true" });
  await queue.enqueue({ id: "b", command: "true", after: ["a"], run_at });
  await drain(queue);
  assertEquals(queue.get("b")?.run_at, run_at);
  assert(!namesIn(dir, "pending")[0]!.startsWith("9999"));
});

Deno.test("a job that is to wait for one that is done runs at once", async () => {
  await using temporary = await temporaryQueue();
  const { queue } = temporary;
  await queue.enqueue({ id: "a", command: "true" });
  await drain(queue);
  await queue.enqueue({ id: "b", command: "true", after: ["a"] });
  assertEquals(queue.counts().pending, 1);
});

Deno.test("when one that jobs wait for dies, they die of it all the way down, and say so", async () => {
  await using temporary = await temporaryQueue();
  const { queue } = temporary;
  await queue.enqueue({ id: "a", command: "exit 3", max_retries: 0 });
  await queue.enqueue({ id: "other", command: "sleep 100" });
  await queue.enqueue({ id: "b", command: "true", after: ["a", "other"] });
  await queue.enqueue({ id: "c", command: "true", after: ["b"] });
  await queue.enqueue({ id: "d", command: "true", after: ["c"], after_any: true });
  await using _worker = await ObservedWorker.start(queue, { count: 2 });
  await eventually("d is done", () => stateOf(queue, "d") === "done");
  assertEquals([stateOf(queue, "b"), stateOf(queue, "c")], ["dead", "dead"]);
  assertEquals(queue.get("b")?.reason, "job a, which it waited for, is dead");
  assertEquals(queue.get("c")?.reason, "job b, which it waited for, is dead");
  assertEquals(queue.get("c")?.history, []);
});

Deno.test("a dead job that is run again waits for what is run again before it", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  await queue.enqueue({ id: "a", command: `test -e ${dir}/flag`, max_retries: 0 });
  await queue.enqueue({ id: "b", command: "true", after: ["a"] });
  await drain(queue);
  assertEquals(stateOf(queue, "b"), "dead");
  await queue.requeue("b");
  await drain(queue);
  assertEquals(stateOf(queue, "b"), "dead", "what it waits for is still dead");
  Deno.writeTextFileSync(`${dir}/flag`, "");
  await queue.requeue("b");
  await queue.requeue("a");
  await drain(queue, { count: 2 });
  assertEquals([stateOf(queue, "a"), stateOf(queue, "b")], ["done", "done"]);
  assertEquals(queue.get("b")?.reason, undefined, "it is not dead any more");
});

Deno.test("a retried job waits again for a retried parent, which cannot be removed meanwhile", async () => {
  for (const order of [["a", "b"], ["b", "a"]]) {
    await using temporary = await temporaryQueue();
    const { queue, dir } = temporary;
    await queue.enqueue({ id: "a", command: "false", max_retries: 0 });
    await queue.enqueue({ id: "b", command: `touch ${dir}/ran`, after: ["a"] });
    await drain(queue);
    for (const id of order) await queue.requeue(id);
    await assertRejects(() => queue.remove("a"), WaitedForError, 'job "b" depends on it');
    assertEquals(queue.get("b")?.reason, undefined, "a is not dead now");
    if (order[0] === "a") assertEquals(queue.get("b")?.waits_for, ["a"]);
    await drain(queue);
    assertEquals([stateOf(queue, "b"), isThere(`${dir}/ran`)], ["dead", false]);
    assertEquals(namesIn(dir, "after"), []);
  }
});

Deno.test("a job with parents is retried under the queue's lock: nobody removes one meanwhile", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  await queue.enqueue({ id: "a", command: "false", max_retries: 0 });
  await queue.enqueue({ id: "b", command: "true", after: ["a"] });
  await drain(queue);
  const other = await Queue.open(dir, { lockWait: { seconds: 0.05 } });
  const lock = await lockQueue(queue.store);
  await assertRejects(() => other.requeue("b"), LockWaitError);
  lock.release();
  await other.requeue("b");
  assertEquals(stateOf(queue, "b"), "pending");
});

Deno.test("what waits for a file that is no job dies of it at once", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  drop(dir, "pending/20200101T000000.000Z-5-a.json", "{}");
  await queue.enqueue({ id: "b", command: "true", after: ["a"] });
  await drain(queue);
  assertEquals(stateOf(queue, "b"), "dead");
});

Deno.test("a file dropped by hand waits for what it names", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  const log = `${dir}/order`;
  drop(dir, "pending/b.json", `{"command": "echo b >> ${log}", "after": ["a"], "priority": 9}`);
  await queue.enqueue({ id: "a", command: `sleep 0.2; echo a >> ${log}` });
  await drain(queue, { count: 2 });
  assertEquals(Deno.readTextFileSync(log), "a\nb\n");
});

Deno.test("a folder of markers that a killed worker left empty goes when the job is claimed again", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  await queue.enqueue({ id: "a", command: "true" });
  await drain(queue);
  Deno.mkdirSync(`${dir}/after/a`, { recursive: true });
  drop(dir, "pending/b.json", '{"command":"true","after":["a"]}');
  await drain(queue);
  assertEquals([queue.get("b")?.state, namesIn(dir, "after")], ["done", []]);
});

Deno.test("a job cannot wait for one that does not exist, itself, or in a circle", async () => {
  await using temporary = await temporaryQueue();
  const { queue } = temporary;
  await assertRejects(
    () => queue.enqueue({ command: "true", after: ["none"] }),
    QueueError,
    'no job "none" to wait for',
  );
  await assertRejects(
    () => queue.enqueue({ id: "a", command: "true", after: ["a"] }),
    UsageError,
    'job "a" cannot wait for itself',
  );
  const circle = [
    { command: "true" },
    { id: "a", command: "true", after: ["c"] },
    { id: "b", command: "true", after: ["a"] },
    { id: "c", command: "true", after: ["b"] },
  ];
  const error = await assertRejects(() => queue.enqueueMany(circle), InvalidJobError);
  assertEquals(error.message, "these jobs would wait for each other: a after c after b after a");
  assertEquals(error.index, 1);
  assertEquals(Object.values(queue.counts()).every((count) => count === 0), true);
});

Deno.test("2,000 children of one job wait, and its end releases all", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  const children = Array.from({ length: 2_000 }, (_, at) => `k${at}`);
  await queue.enqueue({ id: "root", command: "true" });
  await queue.enqueueMany(children.map((id) => ({ id, command: "true", after: ["root"] })));
  assertEquals(queue.counts(), { ...queue.counts(), pending: 1, delayed: 2_000 });
  assertEquals(waitersOf(queue.store, "root").length, 2_000);
  await using worker = await ObservedWorker.start(queue);
  await worker.next("ended", "root");
  await eventually("all are released", () => queue.counts().delayed === 0);
  // That each is released is the point; that thousands of commands run is shown elsewhere.
  worker.worker.stop();
  await worker.finished();
  assert(!namesIn(dir, "pending").some((name) => name.startsWith("9999")));
});

Deno.test("a chain of 300 jobs dies from its beginning to its end", async () => {
  await using temporary = await temporaryQueue();
  const { queue } = temporary;
  await queue.enqueue({ id: "c0", command: "false", max_retries: 0 });
  await queue.enqueueMany(
    Array.from({ length: 299 }, (_, at) => ({
      id: `c${at + 1}`,
      command: "true",
      after: [`c${at}`],
    })),
  );
  await drain(queue);
  assertEquals(queue.counts().dead, 300);
});

Deno.test("a job that others wait for is not removed, and one that is takes its markers along", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  await queue.enqueue({ id: "a", command: "true" });
  await queue.enqueue({ id: "b", command: "true", after: ["a"] });
  await assertRejects(() => queue.remove("a"), WaitedForError, 'job "b" depends on it');
  await queue.remove("b");
  assertEquals(namesIn(dir, "after"), []);
  await queue.remove("a");
});

Deno.test("clearing a state keeps what jobs in other states wait for", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  await queue.enqueue({ id: "a", command: "false", max_retries: 0 });
  await queue.enqueue({ id: "x", command: "false", max_retries: 0 });
  await drain(queue);
  await queue.enqueue({ id: "b", command: "true", after: ["a"] });
  let kept: string[] = [];
  assertEquals(await queue.clear("dead", (ids) => kept = [...ids]), 1);
  assertEquals([kept, stateOf(queue, "a")], [["a"], "dead"]);
  await queue.enqueue({ id: "c", command: "true", after: ["b"] });
  assertEquals(await queue.clear("pending"), 2, "those that wait go with what they wait for");
  assertEquals(namesIn(dir, "after"), []);
});

Deno.test("a release that was cut off is made good by the next worker", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  await queue.enqueue({ id: "a", command: "true" });
  await queue.enqueue({ id: "b", command: "true", after: ["a"] });
  // As a worker leaves it that dies when it has settled the one, and not yet released the other.
  const [name] = namesIn(dir, "pending");
  Deno.renameSync(`${dir}/pending/${name}`, `${dir}/done/a.json`);
  assertEquals(await releaseOverlooked(queue.store), true);
  assertEquals(await releaseOverlooked(queue.store), false);
  await drain(queue);
  assertEquals(stateOf(queue, "b"), "done");
  assert(!isThere(`${dir}/after/a`));
});

Deno.test("a drain does not wait for held jobs, nor for those that wait for held or delayed ones", async () => {
  await using temporary = await temporaryQueue();
  const { queue } = temporary;
  await queue.enqueue({ id: "held", command: "true", hold: true });
  await queue.enqueue({ id: "later", command: "true", run_at: "2100-01-01T00:00:00Z" });
  await queue.enqueue({ id: "b", command: "true", after: ["held"] });
  await queue.enqueue({ id: "c", command: "true", after: ["later"] });
  await queue.enqueue({ id: "d", command: "true" });
  await drain(queue);
  assertEquals(queue.counts(), { ...queue.counts(), delayed: 4, done: 1 });
});

Deno.test("a drain sees a chain through whose first job is retried", async () => {
  await using temporary = await temporaryQueue({ backoff_base: 0 });
  const { queue } = temporary;
  await queue.enqueue({ id: "a", command: 'test "$QUEUECTL_ATTEMPT" = 2' });
  await queue.enqueue({ id: "b", command: "true", after: ["a"] });
  await queue.enqueue({ id: "c", command: "true", after: ["b"] });
  await drain(queue);
  assertEquals(queue.counts().done, 3);
});
