import { assert, assertEquals, assertRejects } from "@std/assert";
import { enqueue, KeyTakenError } from "../../src/moves/enqueue.ts";
import { QueueError } from "../../src/text/errors.ts";
import { pruneJobs } from "../../src/moves/prune.ts";
import { cancelJob } from "../../src/control/cancel_job.ts";
import { openAt, queueDisk, START } from "../crash/queue_disk.ts";
import { everyPair } from "../simulation/interleave.ts";
import { drain } from "../worker/observed_worker.ts";
import { namesIn, temporaryQueue } from "../temporary_queue.ts";

Deno.test("while a job with a key has not ended no other is added", async () => {
  await using temporary = await temporaryQueue();
  const { queue } = temporary;
  const { id } = await queue.enqueue({ command: "true", unique: "a/../b.c" });
  const error = await assertRejects(
    () => queue.enqueue({ command: "true", unique: "a/../b.c" }),
    KeyTakenError,
  );
  assertEquals(error.id, id);
  await queue.enqueue({ command: "true", unique: "A" });
  await drain(queue);
  assert((await queue.enqueue({ command: "true", unique: "a/../b.c" })).id !== id);
});

Deno.test("a job that fails keeps its key, and one that is dead or was removed does not", async () => {
  await using temporary = await temporaryQueue({ backoff_base: 1000 });
  const { queue, dir } = temporary;
  const input = { command: "false", unique: "key" };
  const { id } = await queue.enqueue(input);
  Deno.renameSync(
    `${dir}/pending/${namesIn(dir, "pending")[0]}`,
    `${dir}/failed/21000101T000000.000Z-5-${id}.json`,
  );
  assertEquals((await assertRejects(() => queue.enqueue(input), KeyTakenError)).id, id);
  await cancelJob(queue, id);
  const second = await queue.enqueue(input);
  await queue.remove(second.id);
  await queue.enqueue(input);
});

Deno.test("a key that names a job which was never published is free", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  await queue.enqueue({ command: "true", unique: "key" });
  // As a program leaves it that dies between taking the key and publishing the job.
  for (const name of namesIn(dir, "pending")) Deno.removeSync(`${dir}/pending/${name}`);
  await queue.enqueue({ command: "true", unique: "key" });
  assertEquals(queue.counts().pending, 1);
});

Deno.test("a key whose job is gone is free, though another job has that one's ID", async () => {
  await using temporary = await temporaryQueue();
  const { queue } = temporary;
  await queue.enqueue({ id: "a", command: "true", unique: "key" });
  await queue.remove("a");
  await queue.enqueue({ id: "a", command: "true" });
  const { id } = await queue.enqueue({ command: "true", unique: "key" });
  const error = await assertRejects(
    () => queue.enqueue({ command: "true", unique: "key" }),
    KeyTakenError,
  );
  assertEquals(error.id, id);
});

Deno.test("a key's file that names no job is as good as none", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  await queue.enqueue({ command: "true", unique: "key" });
  await drain(queue);
  for (const content of ["", "\n\n", "../tmp/x\n../VERSION\n", "\0"]) {
    Deno.writeTextFileSync(`${dir}/unique/key`, content);
    await queue.enqueue({ command: "true", unique: "key" });
  }
  assertEquals(queue.counts().pending, 4);
});

Deno.test("long keys that differ at their ends are two keys", async () => {
  await using temporary = await temporaryQueue();
  const { queue } = temporary;
  const long = "é".repeat(500);
  await queue.enqueue({ command: "true", unique: `${long}1` });
  await queue.enqueue({ command: "true", unique: `${long}2` });
  await assertRejects(() => queue.enqueue({ command: "true", unique: `${long}2` }), KeyTakenError);
});

Deno.test("a job that is run again takes its key back, unless another has it", async () => {
  await using temporary = await temporaryQueue();
  const { queue } = temporary;
  const { id } = await queue.enqueue({ command: "true", unique: "key" });
  await drain(queue);
  const second = await queue.enqueue({ command: "true", unique: "key" });
  await assertRejects(() => queue.requeue(id), QueueError, `job ${second.id} has the key "key"`);
  await drain(queue);
  await queue.requeue(id);
  const error = await assertRejects(
    () => queue.enqueue({ command: "true", unique: "key" }),
    KeyTakenError,
  );
  assertEquals(error.id, id);
});

Deno.test("of two who enqueue with one key, in whatever order of their calls, one adds a job", async () => {
  const disk = await queueDisk();
  const actor = (command: string) => async (files: Parameters<typeof openAt>[0]) => {
    const store = await openAt(files, START);
    return (await enqueue(store, { command, unique: "key" })).id;
  };
  for await (
    const { disk: after, ends, i, j } of everyPair(disk, { one: actor("1"), two: actor("2") })
  ) {
    const jobs = after.names("/q/pending");
    assertEquals(jobs.length, 1, `i=${i} j=${j}\n${after.trace()}`);
    const winner = [ends.one, ends.two].find((end) => end.status === "returned");
    const loser = [ends.one, ends.two].find((end) => end.status === "threw");
    assert(winner?.status === "returned" && loser?.status === "threw");
    assert(loser.error instanceof KeyTakenError && loser.error.id === winner.value);
  }
});

Deno.test("rm, clear and prune free the keys of the jobs that they remove, and no others", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  for (const id of ["removed", "cleared", "pruned", "kept"]) {
    await queue.enqueue({ command: "true", id, unique: id });
  }
  const waiting = (id: string) =>
    namesIn(dir, "pending").find((name) => name.endsWith(`${id}.json`));
  await queue.remove("removed");
  assertEquals(namesIn(dir, "unique"), ["cleared", "kept", "pruned"]);
  Deno.renameSync(`${dir}/pending/${waiting("cleared")}`, `${dir}/dead/cleared.json`);
  assertEquals(await queue.clear("dead"), 1);
  assertEquals(namesIn(dir, "unique"), ["kept", "pruned"]);
  Deno.renameSync(`${dir}/pending/${waiting("pruned")}`, `${dir}/done/pruned.json`);
  await pruneJobs(queue.store, { keep: 0, olderThan: 0 });
  assertEquals(namesIn(dir, "unique"), ["kept"]);
});

Deno.test("rm of a job leaves a key that another has taken since", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  await queue.enqueue({ command: "true", id: "first", unique: "key" });
  Deno.renameSync(`${dir}/pending/${namesIn(dir, "pending")[0]}`, `${dir}/done/first.json`);
  await queue.enqueue({ command: "true", id: "second", unique: "key" });
  await queue.remove("first");
  assertEquals(namesIn(dir, "unique"), ["key"]);
});
