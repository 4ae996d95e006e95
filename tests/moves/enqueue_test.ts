import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { changedFiles } from "../fs/changed_files.ts";
import { nativeFiles } from "../../src/fs/native_files.ts";
import { InvalidJobError } from "../../src/moves/admit.ts";
import { MAX_BATCH, PartialEnqueueError } from "../../src/moves/enqueue_many.ts";
import { QueueError, UsageError } from "../../src/text/errors.ts";
import type { JobInput } from "../../src/format/job.ts";
import { ID_PATTERN } from "../../src/format/names.ts";
import { Queue } from "../../src/queue.ts";
import { drop, namesIn, temporaryQueue } from "../temporary_queue.ts";

Deno.test("enqueue() puts one complete file into pending/, under the name that says it all", async () => {
  await using temporary = await temporaryQueue({ fsync: true });
  const { queue, dir } = temporary;
  const job = await queue.enqueue({
    command: "make",
    id: "build",
    priority: 7,
    run_at: "2026-11-22T04:32:11.123Z",
  });
  assertEquals(namesIn(dir, "pending"), ["20261122T043211.123Z-7-build.json"]);
  const file = Deno.readTextFileSync(`${dir}/pending/20261122T043211.123Z-7-build.json`);
  assertEquals(JSON.parse(file), job);
  assertEquals(namesIn(dir, "tmp"), []);
});

Deno.test("enqueue() gives each job a new ID, and takes the queue's settings where it is silent", async () => {
  await using temporary = await temporaryQueue({ max_retries: 8, timeout: 60 });
  const { queue } = temporary;
  const [a, b] = [await queue.enqueue({ command: "a" }), await queue.enqueue({ command: "b" })];
  assertMatch(a.id, ID_PATTERN);
  assert(a.id < b.id);
  assertEquals([a.max_retries, a.timeout], [8, 60]);
  const own = await queue.enqueue({ command: "c", max_retries: 0, timeout: null });
  assertEquals([own.max_retries, own.timeout], [0, null]);
});

Deno.test("enqueue() refuses what is no job, and leaves nothing behind", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  await assertRejects(
    () => queue.enqueue({ command: "" }),
    UsageError,
    "command must not be empty",
  );
  await assertRejects(
    () => queue.enqueue({ command: "a", filling: "x".repeat(1024 * 1024) }),
    UsageError,
    "larger than 1 MiB",
  );
  assertEquals([...namesIn(dir, "pending"), ...namesIn(dir, "tmp")], []);
});

Deno.test("enqueue() refuses an ID that is taken, in whatever state", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  const content = '{"command":"true"}';
  drop(dir, "pending/a.json", content);
  drop(dir, "pending/20200101T000000.000Z-5-b.json", content);
  drop(dir, "failed/20200101T000000.000Z-5-c.json", content);
  drop(dir, "processing/20200101T000000.000Z-5-d@host-1-ab.json", content);
  drop(dir, "tmp/20200101T000000.000Z-5-e@host-1-ab.json", content);
  drop(dir, "done/f.json", content);
  drop(dir, "dead/g.json", content);
  await queue.enqueueMany([{ command: "true", id: "h" }]);
  const states = {
    a: "pending",
    b: "pending",
    c: "failed",
    d: "processing",
    e: "processing",
    f: "done",
    g: "dead",
    h: "pending",
  };
  for (const [id, state] of Object.entries(states)) {
    const says = `a job "${id}" exists already, in state ${state} (see: queuectl show ${id})`;
    await assertRejects(() => queue.enqueue({ command: "true", id }), QueueError, says);
    const inputs = [{ command: "true" }, { command: "true", id }];
    await assertRejects(() => queue.enqueueMany(inputs), QueueError, says);
  }
});

Deno.test("of many who enqueue one ID at once, one succeeds", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  const outcomes = await Promise.allSettled(
    Array.from({ length: 20 }, async (_, n) => {
      const own = await Queue.open(dir);
      const input = { command: `echo ${n}`, id: "one" };
      if (n % 2) await own.enqueue(input);
      else await own.enqueueMany([input]);
    }),
  );
  assertEquals(outcomes.filter(({ status }) => status === "fulfilled").length, 1);
  assertEquals(queue.counts().pending, 1);
});

Deno.test("enqueueMany() publishes a batch as one folder, as urgent as the foremost in it", async () => {
  await using temporary = await temporaryQueue({ fsync: true });
  const { queue, dir } = temporary;
  const published: number[] = [];
  await queue.enqueueMany([
    { command: "a", priority: 2, run_at: "2026-11-22T04:32:11.123Z" },
    { command: "b", priority: 8, run_at: "2026-11-23T04:32:11.123Z" },
  ], (jobs) => published.push(jobs.length));
  const [folder, ...others] = namesIn(dir, "pending");
  assertMatch(folder!, /^20261122T043211\.123Z-8-[0-9A-Z]{26}$/);
  assertEquals(others, []);
  assertEquals(published, [2]);
  const [a, b] = namesIn(dir, `pending/${folder}`);
  assertMatch(a!, /^20261122T043211\.123Z-2-[0-9A-Z]{26}\.json$/);
  assertMatch(b!, /^20261123T043211\.123Z-8-[0-9A-Z]{26}\.json$/);
  assertEquals(namesIn(dir, "tmp"), []);
});

Deno.test("enqueueMany() makes 3 batches of 25,000 jobs, which are counted and listed", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  const inputs = Array.from({ length: 25_000 }, (_, n) => ({ command: `echo ${n}` }));
  const sizes: number[] = [];
  await queue.enqueueMany(inputs, (jobs) => sizes.push(jobs.length));
  assertEquals(sizes, [MAX_BATCH, MAX_BATCH, 5000]);
  assertEquals(namesIn(dir, "pending").length, 3);
  assertEquals(queue.counts().pending, 25_000);
  assertEquals(queue.list({ limit: 2 }).map((job) => job.command), ["echo 24998", "echo 24999"]);
});

Deno.test("enqueueMany() of nothing does nothing", async () => {
  await using temporary = await temporaryQueue();
  await temporary.queue.enqueueMany([]);
  assertEquals(namesIn(temporary.dir, "pending"), []);
});

Deno.test("enqueueMany() checks all before it accepts the first, and says which is wrong", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  const good = Array.from({ length: 3 }, () => ({ command: "true" }));
  const wrong: [JobInput, string][] = [
    [{ command: "" }, "command must not be empty"],
    [{ command: "a", priority: 11 }, "priority must be"],
    [{ command: "a", filling: "x".repeat(1024 * 1024) }, "larger than 1 MiB"],
  ];
  for (const [input, says] of wrong) {
    const error = await assertRejects(
      () => queue.enqueueMany([...good, input, ...good]),
      InvalidJobError,
      says,
    );
    assertEquals(error.index, 3);
  }
  const twice = [{ command: "a", id: "x" }, { command: "b", id: "x" }];
  const error = await assertRejects(
    () => queue.enqueueMany(twice),
    InvalidJobError,
    'the ID "x" appears twice',
  );
  assertEquals(error.index, 1);
  assertEquals([...namesIn(dir, "pending"), ...namesIn(dir, "tmp")], []);
});

Deno.test("enqueueMany() says how many are in the queue when the disk fails part way", async () => {
  await using temporary = await temporaryQueue();
  let files = 0;
  const failing = await Queue.open(temporary.dir, {
    files: changedFiles({
      create(path, content) {
        if (++files > MAX_BATCH + 3) throw new Error("No space left on device");
        nativeFiles.create(path, content);
      },
    }),
  });
  const inputs = Array.from({ length: MAX_BATCH + 10 }, () => ({ command: "true" }));
  const error = await assertRejects(
    () => failing.enqueueMany(inputs),
    PartialEnqueueError,
    "No space left on device",
  );
  assertEquals(error.accepted, MAX_BATCH);
  assertEquals(temporary.queue.counts().pending, MAX_BATCH);
  assertEquals(namesIn(temporary.dir, "tmp"), []);
});
