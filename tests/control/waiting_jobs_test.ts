import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { changeWaiting } from "../../src/moves/change_waiting.ts";
import { QueueError, UsageError } from "../../src/text/errors.ts";
import { matchingEntries } from "../../src/contents/listing.ts";
import type { Queue } from "../../src/queue.ts";
import { cancelJob } from "../../src/control/cancel_job.ts";
import { signalJob } from "../../src/control/signal_job.ts";
import {
  editJob,
  holdJob,
  moveJob,
  releaseJob,
  startJobNow,
} from "../../src/control/waiting_jobs.ts";
import { HELD_TIME } from "../../src/format/names.ts";
import { drain, ObservedWorker } from "../worker/observed_worker.ts";
import { namesIn, temporaryQueue } from "../temporary_queue.ts";

const waitingEntry = (queue: Queue, id: string) => {
  const entry = matchingEntries(queue.store, id)[0]!;
  return { ...entry, state: entry.state as "pending" | "failed" };
};

Deno.test("a held job does not run until it is released, and then as before", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  await queue.enqueue({ id: "a", command: "true", priority: 7 });
  await queue.enqueue({ id: "later", command: "true", run_at: "2100-01-01T00:00:00Z" });
  for (const id of ["a", "later"]) await holdJob(queue, id);
  await holdJob(queue, "a");
  assertEquals(namesIn(dir, "pending"), [
    "99980101T000000.000Z-5-later.json",
    "99980101T000000.000Z-7-a.json",
  ]);
  assertEquals(queue.get("a")?.held, true);
  await drain(queue);
  assertEquals(queue.counts().delayed, 2);
  for (const id of ["a", "later"]) await releaseJob(queue, id);
  assertEquals(namesIn(dir, "pending").at(-1), "21000101T000000.000Z-5-later.json");
  await drain(queue);
  assertEquals(queue.get("a")?.state, "done");
});

Deno.test("a job that waits for its retry can be held, and a drain does not wait for it", async () => {
  await using temporary = await temporaryQueue({ backoff_base: 0.3, backoff_factor: 1 });
  const { queue, dir } = temporary;
  await queue.enqueue({ id: "a", command: `test -e ${dir}/flag`, max_retries: 1 });
  {
    await using worker = await ObservedWorker.start(queue);
    await worker.next("ended", "a");
    await holdJob(queue, "a");
  }
  await drain(queue);
  assertEquals(namesIn(dir, "failed"), ["99980101T000000.000Z-5-a.json", "a.log"]);
  Deno.writeTextFileSync(`${dir}/flag`, "");
  await releaseJob(queue, "a");
  await drain(queue);
  assertEquals(queue.get("a")?.state, "done");
});

Deno.test("a job that was retried, then held, is ready when it is released", async () => {
  await using temporary = await temporaryQueue({ backoff_base: 3600 });
  const { queue, dir } = temporary;
  await queue.enqueue({ id: "a", command: `test -e ${dir}/flag` });
  {
    await using worker = await ObservedWorker.start(queue);
    await worker.next("ended", "a");
  }
  await queue.requeue("a");
  await holdJob(queue, "a");
  assertEquals(queue.get("a")?.held, true);
  await releaseJob(queue, "a");
  Deno.writeTextFileSync(`${dir}/flag`, "");
  await drain(queue);
  assertEquals(queue.get("a")?.state, "done");
});

Deno.test("a job that waits for others, is held and released, waits on for those that have not ended", async () => {
  await using temporary = await temporaryQueue();
  const { queue } = temporary;
  await queue.enqueue({ id: "a", command: "true" });
  await queue.enqueue({ id: "b", command: "true", after: ["a"] });
  await assertRejects(
    () => releaseJob(queue, "b"),
    QueueError,
    "job b is not held; it waits for a",
  );
  await holdJob(queue, "b");
  await releaseJob(queue, "b");
  assertEquals(queue.get("b")?.waits_for, ["a"]);
  await holdJob(queue, "b");
  await drain(queue);
  assertEquals([queue.get("a")?.state, queue.get("b")?.held], ["done", true]);
  await releaseJob(queue, "b");
  await drain(queue);
  assertEquals(queue.get("b")?.state, "done");
});

Deno.test("release lets go a job that waits for one which was removed by hand", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  await queue.enqueue({ id: "a", command: "true" });
  await queue.enqueue({ id: "b", command: "true", after: ["a"] });
  Deno.removeSync(`${dir}/pending/${namesIn(dir, "pending")[0]}`);
  await releaseJob(queue, "b");
  await drain(queue);
  assertEquals(queue.get("b")?.state, "done");
});

Deno.test("moving a job of a batch gives it the priority, and leaves the others", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  const log = `${dir}/order`;
  await queue.enqueueMany(
    ["a", "b", "c"].map((id) => ({ id, command: `echo ${id} >> ${log}` })),
  );
  await moveJob(queue, "c", { priority: 9 });
  assertEquals(queue.get("c")?.priority, 9);
  await drain(queue);
  assertEquals(Deno.readTextFileSync(log), "c\na\nb\n");
  assertEquals(namesIn(dir, "pending"), []);
});

Deno.test("a job is not moved to a time so late that it would count as held", async () => {
  await using temporary = await temporaryQueue();
  const { queue } = temporary;
  await queue.enqueue({ command: "true", id: "a" });
  await moveJob(queue, "a", { at: Date.UTC(9997, 11, 31) });
  const late = () => moveJob(queue, "a", { at: Date.UTC(9998, 0, 1) });
  await assertRejects(late, UsageError, "before the year 9998");
  assertEquals(queue.get("a")?.run_at, "9997-12-31T00:00:00.000Z");
});

Deno.test("moving the last job out of a batch removes its folder", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  await queue.enqueueMany([{ id: "a", command: "true" }]);
  const at = Date.UTC(2100, 0, 1);
  await moveJob(queue, "a", { at });
  assertEquals(namesIn(dir, "pending"), [
    "21000101T000000.000Z-5-a.json",
  ]);
  assertEquals(queue.get("a")?.run_at, new Date(at).toISOString());
});

Deno.test("what holds a job holds it still when it is moved", async () => {
  await using temporary = await temporaryQueue();
  const { queue } = temporary;
  await queue.enqueue({ id: "a", command: "true", hold: true });
  await queue.enqueue({ id: "b", command: "true", after: ["a"] });
  for (const id of ["a", "b"]) await moveJob(queue, id, { priority: 2, at: Date.now() });
  assertEquals([queue.get("a")?.held, queue.get("b")?.waits_for], [true, ["a"]]);
  await releaseJob(queue, "a");
  await drain(queue);
  assertEquals(queue.counts().done, 2);
});

Deno.test("an edit changes what people may change, and is refused if it makes no job", async () => {
  await using temporary = await temporaryQueue();
  const { queue } = temporary;
  await queue.enqueue({ id: "a", command: "exit 1", max_retries: 3, note: "kept" });
  await editJob(queue, "a", (fields) => {
    assertEquals(Object.keys(fields).includes("history"), false);
    return { ...fields, command: "true", priority: 8 };
  });
  const job = queue.get("a")!;
  assertEquals([job.command, job.priority, job.note, job.history], ["true", 8, "kept", []]);
  const attempts = [
    [{ command: "" }, "command must not be empty"],
    [{ command: "true", priority: 12 }, "priority must be"],
    [{ command: "true", after: ["none"] }, 'no job "none" to wait for'],
    [{ command: "true", after: ["a"] }, "cannot wait for itself"],
    [{ command: "true", unique: "k" }, "unique key of a job cannot be changed"],
    [[], "a job is a JSON object"],
  ] as const;
  for (const [fields, sentence] of attempts) {
    const error = await assertRejects(
      () => editJob(queue, "a", () => fields as { command: string }),
      UsageError,
    );
    assertStringIncludes(error.message, sentence);
    assertEquals([queue.get("a")?.command, queue.get("a")?.state], ["true", "pending"]);
  }
});

Deno.test("an edit can make a job wait for others, not in a circle, and wait no more", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  await queue.enqueue({ id: "a", command: "true", hold: true });
  await queue.enqueue({ id: "b", command: "true", after: ["a"] });
  await queue.enqueue({ id: "c", command: "true" });
  await assertRejects(
    () => editJob(queue, "a", (fields) => ({ ...fields, after: ["b"] })),
    UsageError,
    "wait for each other",
  );
  await editJob(queue, "c", (fields) => ({ ...fields, after: ["b"] }));
  assertEquals(queue.get("c")?.waits_for, ["b"]);
  assertEquals(namesIn(dir, "after"), ["a", "b"]);
  await editJob(queue, "b", ({ after: _, ...fields }) => fields);
  assertEquals(namesIn(dir, "after"), ["b"]);
  await drain(queue);
  assertEquals([queue.get("b")?.state, queue.get("c")?.state], ["done", "done"]);
});

Deno.test("a job whose parent ends while it is being changed is released all the same", async () => {
  await using temporary = await temporaryQueue();
  const { queue } = temporary;
  await queue.enqueue({ id: "a", command: "true" });
  await queue.enqueue({ id: "b", command: "true", after: ["a"] });
  const entry = waitingEntry(queue, "b");
  await using worker = await ObservedWorker.start(queue);
  await changeWaiting(queue.store, entry, async (job) => {
    await worker.next("ended", "a");
    return { job: { ...job, command: "exit 0" }, readyAt: entry.time };
  });
  assertEquals((await worker.next("ended", "b")).state, "done");
});

Deno.test("a job waits on while it is edited: others may hold it, and it stays held", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  await queue.enqueue({ id: "a", command: "true" });
  await editJob(queue, "a", async (fields) => {
    assertEquals([namesIn(dir, "processing"), namesIn(dir, "workers")], [[], []]);
    await holdJob(queue, "a");
    return { ...fields, command: "false" };
  });
  const { held, command } = queue.get("a")!;
  assertEquals([held, command], [true, "false"]);
});

const meanwhile: [string, string, (queue: Queue) => Promise<unknown>][] = [
  ["changed", "job a was changed by another command", (queue) => moveJob(queue, "a", { at: 0 })],
  ["run", "cannot edit job a: it has ended (done)", drain],
  ["replaced", "job a was changed by another command", async (queue) => {
    await queue.remove("a");
    await queue.enqueue({ id: "a", command: "true", created_at: "2020-01-01T00:00:00Z" });
  }],
];
for (const [what, sentence, act] of meanwhile) {
  Deno.test(`an edit does not write over a job that was ${what} meanwhile`, async () => {
    await using temporary = await temporaryQueue();
    const { queue } = temporary;
    await queue.enqueue({ id: "a", command: "true" });
    const now = () => ({ ...queue.get("a"), updated_at: undefined });
    let after: unknown;
    await assertRejects(
      () =>
        editJob(queue, "a", async (fields) => {
          await act(queue);
          after = now();
          return { ...fields, command: "false" };
        }),
      QueueError,
      sentence,
    );
    assertEquals(now(), after);
  });
}

const ACTS: Readonly<Record<string, (queue: Queue) => Promise<unknown>>> = {
  hold: (queue) => holdJob(queue, "a"),
  release: (queue) => releaseJob(queue, "a"),
  start: (queue) => startJobNow(queue, "a"),
  move: (queue) => moveJob(queue, "a", { priority: 1 }),
  edit: (queue) => editJob(queue, "a", (fields) => ({ ...fields, priority: 1 })),
  cancel: (queue) => cancelJob(queue, "a"),
  suspend: (queue) => signalJob(queue, "a", "SIGSTOP"),
  retry: (queue) => queue.requeue("a"),
  rm: (queue) => queue.remove("a"),
};

Deno.test("no command waits for long for another that is changing the job", async () => {
  await using temporary = await temporaryQueue();
  const { queue } = temporary;
  await queue.enqueue({ id: "a", command: "true" });
  const sentence = "job a is being changed by another command; try again later";
  await changeWaiting(queue.store, waitingEntry(queue, "a"), async (job) => {
    const all = Object.values(ACTS).map((act) =>
      assertRejects(() => act(queue), QueueError, sentence)
    );
    await Promise.all(all);
    return { job, readyAt: 0 };
  });
  assertEquals(queue.get("a")?.state, "pending");
});

for (const [name, act] of Object.entries(ACTS)) {
  Deno.test(`${name} waits for another command that is changing the job just now`, async () => {
    await using temporary = await temporaryQueue();
    const { queue } = temporary;
    await queue.enqueue({ id: "a", command: "true" });
    let error: unknown;
    let acting: Promise<unknown> | undefined;
    await changeWaiting(queue.store, waitingEntry(queue, "a"), (job) => {
      acting = act(queue).catch((reason) => error = reason);
      return { job, readyAt: HELD_TIME };
    });
    await acting;
    assertEquals(`${error ?? ""}`.includes("another command"), false);
    assertEquals(error === undefined, name !== "suspend" && name !== "retry", `${error}`);
  });
}

Deno.test("what was being changed by a program that died goes back as it was, held if it was", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  await queue.enqueue({ id: "a", command: "true", hold: true });
  await queue.enqueue({ id: "b", command: "true", after: ["a"] });
  for (const id of ["a", "b"]) {
    const entry = waitingEntry(queue, id);
    await changeWaiting(queue.store, entry, (job) => {
      // Its presence is taken away, so that it looks dead; what it writes afterwards is dropped.
      for (const name of namesIn(dir, "workers")) {
        if (name.endsWith("-edit.json")) Deno.removeSync(`${dir}/workers/${name}`);
      }
      return drain(queue).then(() => ({ job: { ...job, command: "false" }, readyAt: 0 }));
    });
  }
  assertEquals([queue.get("a")?.held, queue.get("b")?.waits_for], [true, ["a"]]);
  assertEquals([queue.get("a")?.command, queue.get("a")?.history], ["true", []]);
});

Deno.test("what runs or has ended is not held, released, moved or edited, and it says so", async () => {
  await using temporary = await temporaryQueue();
  const { queue } = temporary;
  await queue.enqueue({ id: "a", command: "true" });
  await drain(queue);
  await queue.enqueue({ id: "b", command: "sleep 100" });
  await using worker = await ObservedWorker.start(queue);
  await worker.next("started", "b");
  const acts = [
    ["hold", holdJob],
    ["release", releaseJob],
    ["move", (queue: Queue, id: string) => moveJob(queue, id, { priority: 1 })],
    ["edit", (queue: Queue, id: string) => editJob(queue, id, (fields) => fields)],
  ] as const;
  for (const [verb, act] of acts) {
    await assertRejects(
      () => act(queue, "a"),
      QueueError,
      `cannot ${verb} job a: it has ended (done)`,
    );
    await assertRejects(
      () => act(queue, "b"),
      QueueError,
      `cannot ${verb} job b: it is running`,
    );
    await assertRejects(() => act(queue, "none"), QueueError, "no job none");
  }
  assert(worker.worker.name);
});
