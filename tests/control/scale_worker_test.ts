import { assertEquals, assertRejects } from "@std/assert";
import { scaleWorker } from "../../src/control/scale_worker.ts";
import { requestSlots } from "../../src/contents/requests.ts";
import { QueueError, UsageError } from "../../src/text/errors.ts";
import { removeStrays } from "../../src/recovery/strays.ts";
import { drop, eventually, isThere, namesIn, temporaryQueue } from "../temporary_queue.ts";
import { ObservedWorker } from "../worker/observed_worker.ts";
import { WorkerProcess } from "../worker/worker_process.ts";

const NO_POLL = { poll_interval: 3600 };
const until = (path: string) => `while ! test -e ${path}; do sleep 0.02; done`;

Deno.test("a worker with more slots starts a waiting job at once; with fewer it ends none, and claims none", async () => {
  await using temporary = await temporaryQueue(NO_POLL);
  const { queue, dir } = temporary;
  for (const id of ["a", "b", "c"]) await queue.enqueue({ id, command: until(`${dir}/go-${id}`) });
  await using observed = await ObservedWorker.start(queue, { count: 1 });
  const { name } = observed.worker;
  await observed.next("started", "a");
  await scaleWorker(queue, name, 2);
  await observed.next("started", "b");
  assertEquals(queue.workers()[0]?.slots, 2);
  await scaleWorker(queue, name, 1);
  assertEquals([queue.workers()[0]?.slots, queue.counts().processing], [1, 2]);
  Deno.writeTextFileSync(`${dir}/go-a`, "");
  assertEquals((await observed.next("ended", "a")).state, "done");
  await observed.caughtUp();
  assertEquals(observed.all("started", "c"), [], "one still runs");
  Deno.writeTextFileSync(`${dir}/go-b`, "");
  assertEquals((await observed.next("ended", "b")).state, "done");
  await observed.next("started", "c");
  assertEquals(observed.all("scaled").map(({ slots }) => slots), [2, 1]);
  assertEquals(namesIn(dir, "workers"), [`${name}.json`, `${name}.slots`]);
  observed.worker.stop({ now: true });
  await observed.finished();
  assertEquals(namesIn(dir, "workers"), []);
});

Deno.test("of several requests that lie there together the last counts, and all are answered", async () => {
  await using temporary = await temporaryQueue(NO_POLL);
  const { queue, dir } = temporary;
  await using observed = await ObservedWorker.start(queue);
  const { name } = observed.worker;
  await Promise.all([3, 5, 4].map((slots) => scaleWorker(queue, name, slots)));
  assertEquals(queue.workers()[0]?.slots, observed.all("scaled").at(-1)?.slots);
  // The worker of this process hears of none of these before all are there.
  for (const slots of [7, 9, 8]) requestSlots(queue.store, name, slots);
  drop(dir, `workers/${name}.scale.zzz`, "many\n");
  await observed.caughtUp();
  assertEquals([queue.workers()[0]?.slots, observed.all("scaled").at(-1)?.slots], [8, 8]);
  assertEquals(namesIn(dir, "workers"), [`${name}.json`, `${name}.slots`]);
});

Deno.test("a job that starts at once has a slot of its own after a change, too", async () => {
  await using temporary = await temporaryQueue(NO_POLL);
  const { queue, dir } = temporary;
  await using observed = await ObservedWorker.start(queue, { count: 3 });
  await scaleWorker(queue, observed.worker.name, 1);
  await queue.enqueue({ id: "a", command: until(`${dir}/go`) });
  await observed.next("started", "a");
  await queue.enqueue({ id: "b", command: until(`${dir}/go`) });
  await queue.enqueue({ id: "now", command: until(`${dir}/go`), now: true });
  await observed.next("started", "now");
  await observed.caughtUp();
  assertEquals(observed.all("started", "b"), []);
});

Deno.test("a worker that is dead, stops or works one job is not scaled, nor to an impossible number", async () => {
  await using temporary = await temporaryQueue(NO_POLL);
  const { queue, dir } = temporary;
  const refused = (name: string, says: string) =>
    assertRejects(() => scaleWorker(queue, name, 2), QueueError, says);
  await refused("nobody-1-aa", 'no worker "nobody-1-aa" is alive');
  await refused("../x", "is alive");
  await queue.enqueue({ id: "a", command: until(`${dir}/go`) });
  await using only = await ObservedWorker.start(queue, { only: "a" });
  await refused(only.worker.name, "it works only job a");
  await only.next("started", "a");
  queue.stopWorker(only.worker.name);
  await using observed = await ObservedWorker.start(queue);
  const { name } = observed.worker;
  for (const slots of [-1, 1025, 1.5, NaN]) {
    await assertRejects(() => scaleWorker(queue, name, slots), UsageError, "from 1 to 1024");
  }
  await assertRejects(() => scaleWorker(queue, name, 0), UsageError, "queuectl worker pause");
  await queue.enqueue({ id: "b", command: until(`${dir}/go`) });
  await observed.next("started", "b");
  queue.stopWorker(name);
  await refused(name, "it was asked to stop");
});

Deno.test("a worker that dies before it hears of a request is said to have exited, and leaves no number", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  const worker = await WorkerProcess.start(dir, { count: 1 });
  const name = worker.names[0]!;
  await scaleWorker(queue, name, 2);
  assertEquals(queue.workers().map(({ slots }) => slots), [2]);
  Deno.kill(worker.pid, "SIGSTOP");
  const asked = scaleWorker(queue, name, 3);
  const request = () => namesIn(dir, "workers").some((file) => file.startsWith(`${name}.scale.`));
  await eventually("the request is there", request);
  Deno.kill(worker.pid, "SIGKILL");
  await assertRejects(() => asked, QueueError, "it has just exited");
  assertEquals([request(), queue.workers()], [false, []]);
  await using _next = await ObservedWorker.start(queue, { count: 1 });
  await eventually("it is recovered", () => !isThere(`${dir}/workers/${name}.slots`));
  assertEquals(queue.workers().map(({ slots }) => slots), [1]);
  await worker.status;
});

Deno.test("what was asked of workers that are gone, and their slots, are swept", async () => {
  await using temporary = await temporaryQueue(NO_POLL);
  const { queue, dir } = temporary;
  await using observed = await ObservedWorker.start(queue);
  const { name } = observed.worker;
  await scaleWorker(queue, name, 2);
  requestSlots(queue.store, "gone-1-aa", 3);
  drop(dir, "workers/gone-1-aa.slots", "3\n");
  removeStrays(queue.store);
  assertEquals(namesIn(dir, "workers"), [`${name}.json`, `${name}.slots`]);
});

Deno.test("a file of slots that says no possible number says nothing", async () => {
  await using temporary = await temporaryQueue(NO_POLL);
  const { queue, dir } = temporary;
  await using observed = await ObservedWorker.start(queue, { count: 2 });
  const { name } = observed.worker;
  for (const text of ["", "0\n", "-1", "1025", "1e2", "many", "3 4", "\xff"]) {
    drop(dir, `workers/${name}.slots`, text);
    assertEquals(queue.workers()[0]?.slots, 2, JSON.stringify(text));
  }
  Deno.removeSync(`${dir}/workers/${name}.slots`);
  Deno.symlinkSync("/dev/zero", `${dir}/workers/${name}.slots`);
  assertEquals(queue.workers()[0]?.slots, 2);
});
