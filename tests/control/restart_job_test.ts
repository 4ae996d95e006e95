import { assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { restartJob, retryEdited } from "../../src/control/restart_job.ts";
import { holdJob, moveJobBefore } from "../../src/control/waiting_jobs.ts";
import { KeyTakenError } from "../../src/moves/enqueue.ts";
import { QueueError, UsageError } from "../../src/text/errors.ts";
import { namesIn, temporaryQueue } from "../temporary_queue.ts";
import { drain, ObservedWorker } from "../worker/observed_worker.ts";

Deno.test("a copy has the fields and the input of its original, a new ID, and a life of its own", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  const stdin = new Blob(["in\n"]).stream();
  const command = `cat >>${dir}/out; echo r >$QUEUECTL_RESULT; false`;
  const given = { id: "a", command, env: { X: "y" }, priority: 7, max_retries: 0, label: "l" };
  await queue.enqueue({ ...given, unique: "k" }, { stdin });
  await assertRejects(() => restartJob(queue, "a"), KeyTakenError);
  await drain(queue);
  const copy = await restartJob(queue, "a");
  assertNotEquals(copy.id, "a");
  const { state, attempts, history, result, env, priority, label, unique } = queue.get(copy.id)!;
  assertEquals([state, attempts, history, result], ["pending", 0, [], undefined]);
  assertEquals([env, priority, label, unique], [{ X: "y" }, 7, "l", "k"]);
  const change = { priority: 1, unique: undefined };
  const other = await restartJob(queue, "a", (fields) => ({ ...fields, ...change }));
  assertEquals(queue.get(other.id)?.priority, 1);
  await drain(queue);
  assertEquals(Deno.readTextFileSync(`${dir}/out`), "in\nin\nin\n");
  assertEquals(queue.get("a")?.history.length, 1);
});

Deno.test("a copy waits for the jobs that its original still waits for, and no others", async () => {
  await using temporary = await temporaryQueue();
  const { queue } = temporary;
  await queue.enqueue({ id: "p", command: "true" });
  await drain(queue);
  await queue.enqueue({ id: "q", command: "true", hold: true });
  await queue.enqueue({ id: "a", command: "true", after: ["p", "q"], hold: true });
  const copy = await restartJob(queue, "a");
  assertEquals([copy.after, queue.get(copy.id)?.held], [["q"], undefined]);
  await assertRejects(() => restartJob(queue, "none"), QueueError, "no job none");
});

Deno.test("a job without its input, or that is no job, is not copied", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  await queue.enqueue({ id: "a", command: "cat" }, { stdin: new Blob(["x"]).stream() });
  Deno.removeSync(`${dir}/input/a.in`);
  await assertRejects(
    () => restartJob(queue, "a"),
    QueueError,
    "its input, input/a.in, is missing",
  );
  Deno.writeTextFileSync(`${dir}/dead/b.json`, "{}");
  await assertRejects(() => restartJob(queue, "b"), QueueError, "its file is not a job");
});

Deno.test("a dead job is changed before its retry, or stays as it was", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  await queue.enqueue({ id: "a", command: "false", max_retries: 0 });
  await drain(queue);
  const before = Deno.readTextFileSync(`${dir}/dead/a.json`);
  for (const change of [() => ({ command: "" }), () => Promise.reject(new UsageError("no"))]) {
    await assertRejects(() => retryEdited(queue, "a", change), UsageError);
    assertEquals(Deno.readTextFileSync(`${dir}/dead/a.json`), before);
  }
  await retryEdited(queue, "a", (fields) => ({ ...fields, command: "true" }));
  const { state, held, attempts } = queue.get("a")!;
  assertEquals([state, held, attempts], ["pending", undefined, 0]);
  await drain(queue);
  const job = queue.get("a")!;
  assertEquals([job.state, job.history.map(({ outcome }) => outcome)], ["done", [
    "failed",
    "done",
  ]]);
  await retryEdited(queue, "a", () => undefined);
  await assertRejects(() => retryEdited(queue, "a", () => undefined), QueueError, "has not ended");
});

Deno.test("a job that is moved before another runs right before it", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  const first = Date.now() - 10_000;
  for (const [at, id] of ["a", "b", "c", "d"].entries()) {
    const run_at = new Date(first + 10 * at).toISOString();
    await queue.enqueue({ id, command: "true", priority: id === "d" ? 2 : 6, run_at });
  }
  await moveJobBefore(queue, "d", "c");
  await moveJobBefore(queue, "a", "d");
  {
    await using worker = await ObservedWorker.start(queue, { drain: true });
    await worker.finished();
    assertEquals(worker.all("started").map(({ id }) => id), ["b", "a", "d", "c"]);
  }
  await queue.enqueue({ id: "x", command: "true" });
  await queue.enqueue({ id: "y", command: "true" });
  await holdJob(queue, "y");
  const refused = (other: string, why: string) =>
    assertRejects(() => moveJobBefore(queue, "x", other), Error, why);
  await refused("y", "cannot move job x before y: that one is held");
  await refused("a", "that one does not wait (done)");
  await refused("x", "before itself");
  assertEquals(namesIn(dir, "workers"), []);
});
