import { assertEquals } from "@std/assert";
import { ObservedWorker } from "./observed_worker.ts";
import { WorkerProcess } from "./worker_process.ts";
import { eventually, isThere, namesIn, temporaryQueue } from "../temporary_queue.ts";

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

Deno.test("jobs that need several places and several resources all run, and never more than there is room for", async () => {
  await using temporary = await temporaryQueue({
    "resources.a": 2,
    "resources.b": 1,
    "resources.c": 3,
  });
  const { queue, dir } = temporary;
  const kinds: Record<string, number>[] = [
    { a: 2 },
    { a: 1, b: 1 },
    { b: 1, c: 2 },
    { a: 2, b: 1, c: 3 },
    { c: 1 },
    {
      c: 3,
    },
  ];
  const note = (needs: Record<string, number>, sign: string) =>
    Object.entries(needs).flatMap(([name, count]) => Array(count).fill(`${sign} ${name}`))
      .map((line) => `echo ${line}`).join("; ");
  for (let n = 0; n < 36; n++) {
    const resources = kinds[n % kinds.length]!;
    await queue.enqueue({
      command: `(${note(resources, "+")}) >> ${dir}/ledger; sleep 0.0${n % 5}; ` +
        `(${note(resources, "-")}) >> ${dir}/ledger`,
      resources,
    });
  }
  const workers = await Promise.all(
    [1, 2, 3].map(() => ObservedWorker.start(queue, { count: 3, drain: true })),
  );
  for (const worker of workers) assertEquals(await worker.finished(), "drained");
  assertEquals(queue.counts().done, 36);
  const lines = Deno.readTextFileSync(`${dir}/ledger`).trim().split("\n");
  for (const [name, places] of [["a", 2], ["b", 1], ["c", 3]] as const) {
    let [now, most] = [0, 0];
    for (const line of lines.filter((line) => line.endsWith(name))) {
      now += line.startsWith("+") ? 1 : -1;
      most = Math.max(most, now);
    }
    assertEquals([now, most <= places], [0, true], `${name}: ${most}`);
  }
  assertEquals(namesIn(dir, "limits"), ["a.0", "a.1", "b.0", "c.0", "c.1", "c.2"]);
});

Deno.test("a job that needs two places does not wait for ever behind a stream of jobs that need one", async () => {
  await using temporary = await temporaryQueue({ "resources.gpu": 2 });
  const { queue } = temporary;
  const stream = async () => await queue.enqueue({ command: "sleep 0.3", resource: "gpu" });
  for (let n = 0; n < 8; n++) await stream();
  await using first = await ObservedWorker.start(queue, { count: 2 });
  await using second = await ObservedWorker.start(queue, { count: 2 });
  await eventually("both places are taken", () => first.all("started").length > 0);
  await queue.enqueue({ id: "two", command: "true", resources: { gpu: 2 } });
  await eventually("it has run while others still waited", async () => {
    while (queue.counts().pending < 8) await stream();
    return queue.get("two")?.state === "done";
  });
  // It kept nobody out for longer than it took.
  const done = queue.counts().done;
  await eventually("the stream goes on", () => queue.counts().done > done + 3);
  assertEquals(second.all("trouble"), []);
});

Deno.test("what a worker held of several resources falls free when it is killed", async () => {
  await using temporary = await temporaryQueue({ "resources.gpu": 3, "resources.db": 1 });
  const { queue, dir } = temporary;
  const resources = { gpu: 2, db: 1 };
  const command = `test $QUEUECTL_ATTEMPT = 2 || { echo up > ${dir}/up; sleep 1000; }`;
  await queue.enqueue({ id: "a", resources, command });
  await using doomed = await WorkerProcess.start(dir);
  await eventually("a runs", () => isThere(`${dir}/up`));
  await queue.enqueue({ id: "b", resources, command: "true" });
  await using observed = await ObservedWorker.start(queue, { count: 2 });
  const { resource, needs, places } = await observed.next("waits", "b");
  assertEquals([resource, needs, places], ["db", 1, 1]);
  await doomed.kill();
  assertEquals((await observed.next("ended", "a")).state, "done");
  assertEquals((await observed.next("ended", "b")).state, "done");
  assertEquals(namesIn(dir, "limits").filter((name) => !/\.\d$/.test(name)), []);
});

Deno.test("a job that needs more places than there are says so, and lets the rest and the drain go on", async () => {
  await using temporary = await temporaryQueue({ "resources.gpu": 2 });
  const { queue } = temporary;
  await queue.enqueue({ id: "big", command: "true", resources: { gpu: 2 } });
  await queue.configure({ "resources.gpu": 1 });
  await queue.enqueue({ id: "small", command: "true", resource: "gpu" });
  await using observed = await ObservedWorker.start(queue, { drain: true });
  const { needs, places } = await observed.next("waits", "big");
  assertEquals([needs, places], [2, 1]);
  assertEquals(await observed.finished(), "drained");
  assertEquals([queue.get("small")!.state, queue.get("big")!.state], ["done", "pending"]);
});

Deno.test("a fifo in the place of a turn holds up what needs it with a sentence, and nothing else", async () => {
  await using temporary = await temporaryQueue({ "resources.gpu": 2 });
  const { queue, dir } = temporary;
  await queue.enqueue({ id: "two", command: "true", resources: { gpu: 2 } });
  Deno.mkdirSync(`${dir}/limits`, { mode: 0o700 });
  new Deno.Command("mkfifo", { args: [`${dir}/limits/gpu.turn`] }).outputSync();
  await using observed = await ObservedWorker.start(queue);
  await eventually("it says so", () => observed.all("trouble").length > 0);
  assertEquals(
    observed.all("trouble")[0]!.message,
    `${dir}/limits/gpu.turn is not a file or directory`,
  );
  Deno.removeSync(`${dir}/limits/gpu.turn`);
  await eventually("it has run", () => queue.get("two")!.state === "done");
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
  await observed.caughtUp();
  for (const id of ["a", "b", "c"]) {
    assertEquals(observed.all("started", "d").length, 0, `before ${id} has ended`);
    Deno.writeTextFileSync(`${dir}/${id}.go`, "");
    await observed.next("ended", id);
    // Whatever it does for that end it has done when it takes up what comes later.
    await observed.caughtUp();
  }
  await observed.next("started", "d");
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
    ...Array.from({ length: 100 }, () => ({ command: "true", resource: "gpu" })),
    { id: "last", command: "true", priority: 1 },
  ]);
  await using observed = await ObservedWorker.start(queue, { count: 2 });
  await observed.next("ended", "last");
  let [claims, asked] = [0, 0];
  const { files } = queue.store;
  const rename = files.rename.bind(files);
  const tryLock = files.tryLock.bind(files);
  Object.assign(queue.store, {
    files: Object.assign(Object.create(files), {
      rename(from: string, to: string) {
        claims++;
        rename(from, to);
      },
      tryLock(path: string) {
        if (path.endsWith("/gpu.0")) asked++;
        return tryLock(path);
      },
    }),
  });
  await eventually("it has asked for the place again and again", () => asked > 2);
  assertEquals(claims, 0);
  Deno.writeTextFileSync(go, "");
  await eventually("all have run", () => queue.counts().done === 102);
});
