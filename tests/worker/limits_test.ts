import { assertEquals } from "@std/assert";
import { ObservedWorker } from "./observed_worker.ts";
import { WorkerProcess } from "./worker_process.ts";
import { eventually, isThere, namesIn, temporaryQueue } from "../queue/temporary_queue.ts";

/** The most jobs that ran at once, by a ledger of lines `+ ID` and `- ID`. */
function mostAtOnce(ledger: string): number {
  let [now, most] = [0, 0];
  for (const line of Deno.readTextFileSync(ledger).trim().split("\n")) {
    now += line.startsWith("+") ? 1 : -1;
    most = Math.max(most, now);
  }
  return most;
}

const noted = (ledger: string, command: string) =>
  `echo + $QUEUECTL_JOB_ID >> ${ledger}; ${command}; echo - $QUEUECTL_JOB_ID >> ${ledger}`;

Deno.test("three workers of four slots never run more than the queue's concurrency at once", async () => {
  await using temporary = await temporaryQueue({ concurrency: 2 });
  const { queue, dir } = temporary;
  const ledger = `${dir}/ledger`;
  for (let n = 0; n < 24; n++) await queue.enqueue({ command: noted(ledger, "sleep 0.02") });
  const workers = await Promise.all(
    [1, 2, 3].map(() => ObservedWorker.start(queue, { count: 4, drain: true })),
  );
  for (const worker of workers) assertEquals(await worker.finished(), "drained");
  assertEquals(queue.counts().done, 24);
  assertEquals(mostAtOnce(ledger), 2);
  assertEquals(namesIn(dir, "limits"), ["concurrency.0", "concurrency.1"]);
});

Deno.test("a job that cannot get its resource holds up none behind it, and a drain waits for it", async () => {
  await using temporary = await temporaryQueue({ "resources.gpu": 1 });
  const { queue, dir } = temporary;
  const ledger = `${dir}/ledger`;
  const go = `${dir}/go`;
  const first = `until test -e ${go}; do sleep 0.02; done`;
  await queue.enqueue({ id: "g1", priority: 9, resource: "gpu", command: noted(ledger, first) });
  await queue.enqueueMany(["g2", "g3"].map((id) => ({
    ...{ id, priority: 8, resource: "gpu", command: noted(ledger, "true") },
  })));
  for (const id of ["a", "b", "c"]) await queue.enqueue({ id, command: "true" });
  await using observed = await ObservedWorker.start(queue, { count: 2, drain: true });
  for (const id of ["a", "b", "c"]) await observed.next("ended", id);
  const waiting = queue.get("g2")!;
  assertEquals([waiting.state, waiting.limited_by], ["pending", "gpu"]);
  assertEquals([waiting.attempts, waiting.history], [0, []]);
  assertEquals(observed.all("started").map(({ id }) => id).sort(), ["a", "b", "c", "g1"]);
  assertEquals(observed.all("waits").map(({ id, places }) => [id, places]), [["g2", 1]]);
  Deno.writeTextFileSync(go, "");
  assertEquals(await observed.finished(), "drained");
  assertEquals([queue.counts().done, mostAtOnce(ledger)], [6, 1]);
  assertEquals(namesIn(dir, "pending"), []);
});

Deno.test("a job whose resource is not set waits until it is, and one at 0 until it is more", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  Deno.writeTextFileSync(`${dir}/pending/x.json`, '{"command":"true","resource":"gpu"}');
  await using observed = await ObservedWorker.start(queue);
  assertEquals((await observed.next("waits", "x")).places, 0);
  assertEquals(namesIn(dir, "pending"), ["x.json"]);
  await queue.configure({ "resources.gpu": 0 });
  assertEquals(queue.get("x")!.limited_by, "gpu");
  await queue.configure({ "resources.gpu": 1 });
  assertEquals((await observed.next("ended", "x")).state, "done");
});

Deno.test("a limit that is lowered lets nobody in until those that are too many have ended", async () => {
  await using temporary = await temporaryQueue({ concurrency: 3, poll_interval: 0.05 });
  const { queue, dir } = temporary;
  const wait = (id: string) => `until test -e ${dir}/${id}.go; do sleep 0.02; done`;
  for (const id of ["a", "b", "c", "d"]) await queue.enqueue({ id, command: wait(id) });
  await using observed = await ObservedWorker.start(queue, { count: 4 });
  for (const id of ["a", "b", "c"]) await observed.next("started", id);
  await queue.configure({ concurrency: 1 });
  await eventually("the worker has heard of it", () => !isThere(`${dir}/limits/concurrency.9`));
  await new Promise((resolve) => setTimeout(resolve, 200));
  for (const id of ["a", "b"]) {
    Deno.writeTextFileSync(`${dir}/${id}.go`, "");
    await observed.next("ended", id);
    await new Promise((resolve) => setTimeout(resolve, 200));
    assertEquals(observed.all("started", "d").length, 0, `after ${id}`);
  }
  Deno.writeTextFileSync(`${dir}/c.go`, "");
  await observed.next("started", "d");
  assertEquals(queue.get("c")!.state, "done");
  Deno.writeTextFileSync(`${dir}/d.go`, "");
  await observed.next("ended", "d");
  assertEquals(namesIn(dir, "limits"), ["concurrency.0"]);
});

Deno.test("what a worker held falls free when it is killed, and not before its command is dead", async () => {
  await using temporary = await temporaryQueue({ "resources.gpu": 1 });
  const { queue, dir } = temporary;
  const pids = `${dir}/pids`;
  // Whoever runs while another of these still lives says so.
  const command = `for pid in $(cat ${pids} 2>/dev/null); do ` +
    `grep -s State: /proc/$pid/status | grep -v Z >> ${dir}/overlap; done; echo $$ >> ${pids}; ` +
    `test $QUEUECTL_ATTEMPT = 2 || test $QUEUECTL_JOB_ID = b || sleep 1000`;
  await queue.enqueue({ id: "a", resource: "gpu", command });
  await using doomed = await WorkerProcess.start(dir);
  await eventually("a runs", () => isThere(pids));
  await queue.enqueue({ id: "b", resource: "gpu", command });
  await using observed = await ObservedWorker.start(queue, { count: 2 });
  await observed.next("waits", "b");
  await doomed.kill();
  assertEquals((await observed.next("ended", "b")).state, "done");
  assertEquals((await observed.next("ended", "a")).state, "done");
  assertEquals(Deno.readTextFileSync(`${dir}/overlap`), "");
  assertEquals(queue.get("a")!.history.map(({ outcome }) => outcome), ["lost", "done"]);
});

Deno.test("a worker keeps waiting jobs of a large batch in mind without claiming them again and again", async () => {
  await using temporary = await temporaryQueue({ "resources.gpu": 1, poll_interval: 0.05 });
  const { queue, dir } = temporary;
  const go = `${dir}/go`;
  await queue.enqueueMany([
    { command: `until test -e ${go}; do sleep 0.02; done`, resource: "gpu", priority: 9 },
    ...Array.from({ length: 300 }, () => ({ command: "true", resource: "gpu" })),
    { id: "last", command: "true", priority: 1 },
  ]);
  await using observed = await ObservedWorker.start(queue, { count: 2 });
  await observed.next("ended", "last");
  let claims = 0;
  const { files } = queue.store;
  const rename = files.rename.bind(files);
  Object.assign(queue.store, {
    files: Object.assign(Object.create(files), {
      rename(from: string, to: string) {
        claims++;
        rename(from, to);
      },
    }),
  });
  await new Promise((resolve) => setTimeout(resolve, 400));
  assertEquals(claims, 0);
  Deno.writeTextFileSync(go, "");
  await eventually("all have run", () => queue.counts().done === 302);
});
