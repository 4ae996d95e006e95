import { assertEquals } from "@std/assert";
import { liveWorkers } from "../../src/contents/presence.ts";
import { editJob } from "../../src/control/waiting_jobs.ts";
import { Queue } from "../../src/queue.ts";
import { eventually, namesIn, temporaryQueue } from "../temporary_queue.ts";
import { ObservedWorker } from "./observed_worker.ts";

const HOST = Deno.hostname();

Deno.test("a worker runs the jobs of its host and tags, leaves all others, and a drain ends without them", async () => {
  await using temporary = await temporaryQueue();
  const { queue } = temporary;
  await queue.enqueue({ id: "elsewhere", command: "true", host: "another-host", priority: 9 });
  await queue.enqueue({ id: "gpu-and-tpu", command: "true", on: ["gpu", "tpu"], priority: 9 });
  await queue.enqueue({ id: "here", command: "true", host: HOST });
  await queue.enqueue({ id: "gpu", command: "true", on: ["gpu"] });
  await queue.enqueue({ id: "gpu-here", command: "true", on: ["gpu"], host: HOST });
  await queue.enqueue({ id: "plain", command: "true" });
  const plain = await ObservedWorker.start(queue, { drain: true });
  assertEquals(await plain.finished(), "drained");
  const started = plain.all("started").map(({ id }) => id);
  assertEquals(started, ["here", "plain"]);
  const tagged = await ObservedWorker.start(queue, { drain: true, tags: ["ssd", "gpu"] });
  assertEquals(liveWorkers(queue.store).map(({ host, tags }) => [host, tags]), [
    [HOST, ["ssd", "gpu"]],
  ]);
  assertEquals(await tagged.finished(), "drained");
  assertEquals(tagged.all("started").map(({ id }) => id), ["gpu", "gpu-here"]);
  assertEquals(queue.list({ states: ["pending"] }).map(({ id, no_worker }) => [id, no_worker]), [
    ["elsewhere", "on host another-host"],
    ["gpu-and-tpu", "with tags gpu, tpu"],
  ]);
});

Deno.test("ten thousand jobs for another worker cost this one not a look, and hold up none behind them", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  const one = { command: "true", on: ["gpu"], priority: 9 };
  await queue.enqueueMany(Array.from({ length: 10_000 }, () => one));
  for (let n = 0; n < 20; n++) await queue.enqueue(one);
  // Others' jobs in a batch with ours, and names from before they were given a place.
  await queue.enqueueMany([one, { id: "mixed", command: "true" }, one]);
  await queue.enqueue({ id: "plain", command: "true" });
  const { files } = queue.store;
  let moved = 0;
  const renameUnblocked = (from: string, to: string) => {
    if (to.includes("/processing/")) moved++;
    return files.renameUnblocked(from, to);
  };
  const counted = await Queue.open(dir, { files: { ...files, renameUnblocked } });
  const worker = await ObservedWorker.start(counted, { drain: true });
  assertEquals(await worker.finished(), "drained");
  assertEquals(worker.all("started").map(({ id }) => id).sort(), ["mixed", "plain"]);
  assertEquals(moved, 2, "claims");
  assertEquals(queue.counts().pending, 10_022);
  assertEquals(namesIn(dir, "processing"), []);
});

Deno.test("a dropped job for another worker is given a name that says so, once, and that worker finds it", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  Deno.writeTextFileSync(`${dir}/pending/d.json`, '{"command":"true","on":["gpu"],"priority":7}');
  await using plain = await ObservedWorker.start(queue);
  await eventually("it has its name", () => /-7-d\+gpu\.json$/.test(namesIn(dir, "pending")[0]!));
  assertEquals(queue.get("d")?.no_worker, "with tag gpu");
  const tagged = await ObservedWorker.start(queue, { tags: ["gpu"], drain: true });
  assertEquals(await tagged.finished(), "drained");
  assertEquals([plain.all("started"), queue.get("d")?.state], [[], "done"]);
});

Deno.test("a job that another host or tag is edited into is found at once by the worker that may run it, and retries keep to it", async () => {
  await using temporary = await temporaryQueue({ max_retries: 1, backoff_base: 0.05 });
  const { queue, dir } = temporary;
  await queue.enqueue({ id: "a", command: "false", host: "another-host" });
  await using plain = await ObservedWorker.start(queue);
  await using tagged = await ObservedWorker.start(queue, { tags: ["gpu"] });
  await editJob(queue, "a", ({ host: _, ...fields }) => ({ ...fields, on: ["gpu"] }));
  await tagged.next("ended", "a");
  assertEquals(/^[^+]*-5-a\+gpu\.json$/.test(namesIn(dir, "failed")[0] ?? "-a+gpu.json"), true);
  await tagged.next("ended", "a", 2);
  assertEquals(queue.get("a")?.state, "dead");
  await queue.requeue("a");
  await tagged.next("ended", "a", 3);
  assertEquals(plain.all("started"), []);
});

Deno.test("a job for another worker takes no place of a limit while it waits", async () => {
  await using temporary = await temporaryQueue({ concurrency: 1, "resources.db": 1 });
  const { queue, dir } = temporary;
  await queue.enqueue({ id: "g", command: "true", on: ["gpu"], resource: "db", priority: 9 });
  await queue.enqueue({ id: "p", command: "true", resource: "db" });
  const plain = await ObservedWorker.start(queue, { drain: true });
  assertEquals(await plain.finished(), "drained");
  assertEquals(plain.all("started").map(({ id }) => id), ["p"]);
  assertEquals(plain.all("waits"), []);
  assertEquals(namesIn(dir, "limits").filter((name) => name.endsWith(".holder")), []);
});
