import { assert, assertEquals, assertRejects } from "@std/assert";
import { nativeFiles } from "../../src/fs/native_files.ts";
import { Queue } from "../../src/queue.ts";
import { arrive } from "../../src/contents/presence.ts";
import { Worker } from "../../src/worker/worker.ts";
import {
  drop,
  eventually,
  isThere,
  namesIn,
  processesWith,
  type TemporaryQueue,
  temporaryQueue,
} from "../temporary_queue.ts";
import { drain, ObservedWorker, within } from "./observed_worker.ts";
import { WorkerProcess } from "./worker_process.ts";

const NO_POLL = { poll_interval: 3600 };
const untilGo = (dir: string) => `while ! test -e ${dir}/go; do sleep 0.02; done`;

Deno.test("a worker that is asked to stop finishes what runs, claims nothing more, and leaves", async () => {
  await using temporary = await temporaryQueue(NO_POLL);
  const { queue, dir } = temporary;
  await queue.enqueue({ command: untilGo(dir), id: "running" });
  await queue.enqueue({ command: "true", id: "waiting" });
  await using observed = await ObservedWorker.start(queue);
  await observed.next("started", "running");
  observed.worker.stop();
  assertEquals(queue.workers().length, 1, "it is here as long as something runs");
  Deno.writeTextFileSync(`${dir}/go`, "");
  assertEquals(await observed.finished(), "stopped");
  assertEquals([queue.get("running")?.state, queue.get("waiting")?.state], ["done", "pending"]);
  assertEquals(namesIn(dir, "workers"), []);
});

Deno.test("a worker that is asked to stop now ends what runs and puts it back uncharged", async () => {
  await using temporary = await temporaryQueue({ ...NO_POLL, kill_grace: 0.2 });
  const { queue, dir } = temporary;
  const stubborn = `trap '' TERM; touch ${dir}/ready; ${untilGo(dir)}`;
  await queue.enqueue({ command: stubborn, id: "x", max_retries: 0 });
  await using observed = await ObservedWorker.start(queue);
  await eventually("it runs", () => isThere(`${dir}/ready`));
  observed.worker.stop();
  observed.worker.stop({ now: true });
  assertEquals(await observed.finished(), "stopped");
  const job = queue.get("x")!;
  assertEquals([job.state, job.attempts], ["pending", 0]);
  assertEquals([job.history[0]?.outcome, job.history[0]?.signal], ["cancelled", "SIGKILL"]);
  assertEquals(processesWith(`QUEUECTL_WORKER=${observed.worker.name}`), []);
  assertEquals(namesIn(dir, "pending").length, 2, "the job and its log");
  Deno.writeTextFileSync(`${dir}/go`, "");
  await drain(queue);
  assertEquals([queue.get("x")?.state, queue.get("x")?.attempts], ["done", 1]);
});

Deno.test("a file in workers/ asks a worker to stop, and one that says now to stop at once", async () => {
  await using temporary = await temporaryQueue(NO_POLL);
  const { queue, dir } = temporary;
  await queue.enqueue({ command: untilGo(dir), id: "x" });
  await using observed = await ObservedWorker.start(queue);
  await observed.next("started", "x");
  await using other = await ObservedWorker.start(queue);
  queue.stopWorker(other.worker.name);
  await other.finished();
  Deno.writeTextFileSync(`${dir}/workers/${observed.worker.name}.stop`, "");
  await queue.enqueue({ command: "true", id: "y", priority: 9 });
  queue.stopWorker(observed.worker.name, true);
  assertEquals(await observed.finished(), "stopped");
  assertEquals([queue.get("x")?.state, queue.get("y")?.state], ["pending", "pending"]);
  assertEquals(namesIn(dir, "workers"), []);
});

Deno.test("a worker that is asked to stop while it starts stops", async () => {
  await using temporary = await temporaryQueue(NO_POLL);
  const { queue, dir } = temporary;
  await queue.enqueue({ command: "true", id: "x" });
  const worker = new Worker(queue);
  const starting = worker.start();
  worker.stop();
  await starting;
  assertEquals(await within(worker.finished, "the worker to finish"), "stopped");
  assertEquals([queue.get("x")?.state, namesIn(dir, "workers")], ["pending", []]);
});

Deno.test("a worker that is asked to stop before it starts stops as soon as it has", async () => {
  await using temporary = await temporaryQueue(NO_POLL);
  await temporary.queue.enqueue({ command: "true", id: "x" });
  const worker = new Worker(temporary.queue);
  worker.stop({ now: true });
  await worker.start();
  assertEquals(await within(worker.finished, "the worker to finish"), "stopped");
  assertEquals(temporary.queue.get("x")?.state, "pending");
});

Deno.test("a worker that has left keeps its process no longer", async () => {
  await using temporary = await temporaryQueue(NO_POLL);
  const { queue, dir } = temporary;
  for (let n = 0; n < 3; n++) await queue.enqueue({ command: "true" });
  const draining = await WorkerProcess.start(dir, { drain: true });
  const stopped = await WorkerProcess.start(dir, {}, 1, "stop");
  assertEquals((await within(draining.status, "the process to end")).code, 0);
  assertEquals((await within(stopped.status, "the process to end")).code, 0);
  assertEquals(queue.counts().done, 3);
});

Deno.test("a worker whose presence file is gone kills what it runs, drops the result and leaves", async () => {
  await using temporary = await temporaryQueue(NO_POLL);
  const { queue, dir } = temporary;
  await queue.enqueue({
    command: `setsid sh -c 'touch ${dir}/ready; sleep 60' & ${untilGo(dir)}`,
    id: "x",
  });
  await using observed = await ObservedWorker.start(queue);
  await eventually("it runs", () => isThere(`${dir}/ready`));
  const { name } = observed.worker;
  Deno.removeSync(`${dir}/workers/${name}.json`);
  assertEquals(await observed.finished(), "fenced");
  assertEquals(processesWith(`QUEUECTL_WORKER=${name}`), []);
  assertEquals(observed.all("ended"), []);
  assertEquals(queue.jobsOf(name), ["x"], "it is for others to recover");
  Deno.writeTextFileSync(`${dir}/go`, "");
  const next = await drain(queue);
  assertEquals(next.all("recovered"), [{
    kind: "recovered",
    worker: name,
    finished: [],
    lost: ["x"],
  }]);
  const { state, attempts, history } = queue.get("x")!;
  assertEquals([state, attempts, history[0]?.outcome], ["done", 2, "lost"]);
});

Deno.test("a worker whose presence file is another's leaves that alone", async () => {
  await using temporary = await temporaryQueue(NO_POLL);
  const { queue, dir } = temporary;
  await using observed = await ObservedWorker.start(queue);
  const { name } = observed.worker;
  drop(dir, `workers/${name}.json`, "{}");
  assertEquals(await observed.finished(), "fenced");
  assertEquals(namesIn(dir, "workers"), [`${name}.json`]);
});

Deno.test("a worker that drains finishes when nothing is left, also if there was nothing", async () => {
  await using temporary = await temporaryQueue(NO_POLL);
  await drain(temporary.queue);
  await temporary.queue.enqueueMany(Array.from({ length: 10 }, () => ({ command: "true" })));
  await drain(temporary.queue, { count: 2 });
  assertEquals(temporary.queue.counts().done, 10);
});

Deno.test("a delayed job does not hold a worker that drains, and one that waits for a retry does", async () => {
  await using temporary = await temporaryQueue({ ...NO_POLL, backoff_base: 0.3 });
  const { queue } = temporary;
  await queue.enqueue({ command: "true", id: "delayed", run_at: "2999-01-01T00:00:00Z" });
  await queue.enqueueMany([{ command: "true", id: "late", run_at: "2999-01-01T00:00:00Z" }]);
  const command = "test $QUEUECTL_ATTEMPT -gt 1";
  await queue.enqueue({ command, id: "retried" });
  const { events } = await drain(queue);
  assertEquals(events.filter(({ kind }) => kind === "ended").length, 2);
  assertEquals([queue.get("retried")?.state, queue.counts().delayed], ["done", 2]);
});

Deno.test("a worker that drains waits for what another runs", async () => {
  await using temporary = await temporaryQueue(NO_POLL);
  const { queue, dir } = temporary;
  await queue.enqueue({ command: untilGo(dir), id: "x" });
  await using other = await ObservedWorker.start(queue);
  await other.next("started", "x");
  let looks = 0;
  const watched = await watchedQueue(dir, (part) => part === "processing" && looks++);
  const draining = drain(watched).then(() => looks);
  await eventually("it has looked again and again", () => looks > 10);
  Deno.writeTextFileSync(`${dir}/go`, "");
  assert(await draining > 10);
  assertEquals(queue.get("x")?.state, "done");
});

Deno.test("a worker that drains does not overlook a job that another claims while it looks", async () => {
  await using temporary = await temporaryQueue(NO_POLL);
  const { dir } = temporary;
  const other = arriveAsOther(temporary.queue);
  const waiting = `${dir}/failed/29990101T000000.000Z-5-x.json`;
  Deno.writeTextFileSync(waiting, '{"command":"true"}');
  let looks = 0;
  const listed: string[] = [];
  const queue = await watchedQueue(dir, (part) => {
    listed.push(part);
    if (listed.slice(-4).join() !== "processing,tmp,pending,failed" || looks++ > 0) return;
    // The first time that it comes to failed/ with all else looked at, the retry is claimed.
    Deno.renameSync(waiting, `${dir}/processing/20200101T000000.000Z-5-x@${other.name}.json`);
  });
  await using observed = await ObservedWorker.start(queue, { drain: true });
  const before = listed.length;
  await eventually("it has looked again and again", () => looks > 0 && listed.length > before + 20);
  assertEquals(queue.workers().length, 2, "it waits for the other");
  observed.worker.stop();
  await observed.finished();
  other.leave();
});

Deno.test("a worker that drains a paused queue waits until it is resumed", async () => {
  await using temporary = await temporaryQueue(NO_POLL);
  const { queue } = temporary;
  await queue.setPaused(true);
  await queue.enqueue({ command: "true", id: "x" });
  await using observed = await ObservedWorker.start(queue, { drain: true });
  assertEquals(observed.all("started"), []);
  await queue.setPaused(false);
  assertEquals(await observed.finished(), "drained");
  assertEquals(queue.get("x")?.state, "done");
});

Deno.test("a worker that drains looks at the disk no more often for all that it hears", async () => {
  await using temporary = await temporaryQueue(NO_POLL);
  const { dir } = temporary;
  // Another worker's job that never ends: it is to be waited for.
  const other = arriveAsOther(temporary.queue);
  drop(dir, `processing/20200101T000000.000Z-5-x@${other.name}.json`, '{"command":"true"}');
  let looks = 0;
  const queue = await watchedQueue(dir, (part) => part === "processing" && looks++);
  await using observed = await ObservedWorker.start(queue, { drain: true });
  for (let n = 0; n < 100; n++) {
    drop(dir, `failed/29990101T000000.000Z-5-y${n}.json`, "");
    if (n % 10 === 0) await eventually("it looks", () => looks > n / 10);
  }
  // What it does for the events themselves is over soon after it has heard of them.
  await observed.caughtUp();
  looks = 0;
  await eventually("it looks", () => looks > 0);
  looks = 0;
  const begun = performance.now();
  await eventually("it has looked again and again", () => looks > 12);
  const took = performance.now() - begun;
  assert(took > 300, `${looks} looks in ${took} ms`);
  observed.worker.stop();
  await observed.finished();
  other.leave();
});

/** Another live worker, of this process. */
function arriveAsOther(queue: Queue) {
  return arrive(queue.store, { host: "h", pid: 1, slots: 1, started_at: "", version: "" });
}

/** A queue that tells of each of its directories that is read. */
function watchedQueue(dir: string, listed: (part: string) => void): Promise<Queue> {
  return Queue.open(dir, {
    files: {
      ...nativeFiles,
      *list(directory) {
        listed(directory.slice(dir.length + 1));
        yield* nativeFiles.list(directory);
      },
    },
  });
}

/** A worker that drains a queue and cannot leave it as it should: what it tells. */
async function leaveWithFault(
  { queue }: TemporaryQueue,
  command: string,
): Promise<string[]> {
  await queue.enqueue({ command, max_retries: 0 });
  const observed = await drain(queue);
  // A process that is being started elsewhere has the lock too, until it runs its program.
  await eventually("its lock is free", () => queue.workers().length === 0);
  return observed.all("trouble").map(({ message }) => message);
}

Deno.test("a worker leaves though it cannot remove what a job left in its folder", async () => {
  await using temporary = await temporaryQueue(NO_POLL);
  const { dir } = temporary;
  // Folders within folders, beyond the longest path that the kernel takes.
  const name = "f".repeat(250);
  const deep =
    `cd "\${QUEUECTL_PROGRESS%/*}"; for n in $(seq 20); do mkdir ${name}; cd ${name}; done`;
  const told = await leaveWithFault(temporary, deep);
  assertEquals(told.some((message) => /too long/i.test(message)), true, told.join("\n"));
  assertEquals(namesIn(dir, "workers"), []);
});

Deno.test("a worker leaves though what a job left running still writes how far it is", async () => {
  await using temporary = await temporaryQueue(NO_POLL);
  const { dir } = temporary;
  const write = "while :; do echo 1 > $QUEUECTL_PROGRESS; done";
  await leaveWithFault(
    temporary,
    `for n in 1 2 3 4; do setsid sh -c '${write}' 2>/dev/null & done`,
  );
  assertEquals(namesIn(dir, "workers"), []);
});

Deno.test("what cannot be removed as a worker leaves is told, and it leaves", async () => {
  await using temporary = await temporaryQueue(NO_POLL);
  const { dir } = temporary;
  // In the place of the request to stop lies what is no file.
  const inTheWay = `mkdir -p ${dir}/workers/$QUEUECTL_WORKER.stop/x`;
  const told = await leaveWithFault(temporary, inTheWay);
  assertEquals(told.some((message) => /not empty/.test(message)), true, told.join("\n"));
});

Deno.test("a worker that cannot begin, though it has arrived, leaves", async () => {
  await using temporary = await temporaryQueue(NO_POLL);
  const { dir } = temporary;
  const makeDirectory = (path: string) => {
    if (path.includes("/progress/")) throw new Error("no room for its folder");
    nativeFiles.makeDirectory(path);
  };
  const worker = new Worker(await Queue.open(dir, { files: { ...nativeFiles, makeDirectory } }));
  await assertRejects(() => worker.start(), Error, "no room for its folder");
  assertEquals(namesIn(dir, "workers"), []);
  await within(worker.finished, "it to be over");
});

for (const way of ["signal", "file"]) {
  Deno.test(`a worker that waits for a hook as it leaves, asked by ${way} to leave at once, does so`, async () => {
    await using temporary = await temporaryQueue({ ...NO_POLL, kill_grace: 3600 });
    const { queue, dir } = temporary;
    await queue.configure({ on_done: `touch ${dir}/hook; sleep 60` });
    await queue.enqueue({ command: "true" });
    await using observed = await ObservedWorker.start(queue);
    await observed.next("ended");
    observed.worker.stop();
    await eventually("the hook runs", () => isThere(`${dir}/hook`));
    assertEquals(queue.workers().length, 1, "it waits for the hook");
    if (way === "signal") observed.worker.stop({ now: true });
    else queue.stopWorker(observed.worker.name, true);
    assertEquals(await observed.finished(), "stopped");
    assertEquals(namesIn(dir, "workers"), []);
  });
}
