import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import type { Claim } from "../../src/moves/claim.ts";
import { changedFiles } from "../fs/changed_files.ts";
import { nativeFiles } from "../../src/fs/native_files.ts";
import type { FilePort } from "../../src/fs/file_port.ts";
import { settle, type Settlement } from "../../src/moves/settle.ts";
import type { Store } from "../../src/store/store.ts";
import { enqueueMany } from "../../src/moves/enqueue_many.ts";
import { clock, openAt, START } from "../crash/queue_disk.ts";
import { arriveAs, claimReady, run } from "../crash/worker_steps.ts";
import { runningJob } from "../running_job.ts";
import { CachingPort } from "../simulation/caching_port.ts";
import { SimulatedDisk } from "../simulation/simulated_disk.ts";
import { drop, namesIn, temporaryQueue } from "../temporary_queue.ts";

const READY = Date.UTC(2030, 0, 1);

function settlement(claim: Claim, state: Settlement["state"], note = ""): Settlement {
  return { claim, job: { ...claim.job, attempts: 1, note }, state, readyAt: READY };
}

function withFiles(store: Store, files: Partial<FilePort>): Store {
  return { ...store, files: changedFiles(files) };
}

Deno.test("settle() moves jobs and their logs to where each belongs", async () => {
  await using temporary = await temporaryQueue({ fsync: true });
  const { queue, dir } = temporary;
  const settlements: Settlement[] = [];
  for (const state of ["done", "dead", "failed", "pending"] as const) {
    settlements.push(settlement(await runningJob(temporary, `to-${state}`), state));
  }
  await settle(queue.store, settlements);
  assertEquals(settlements.map(({ progress }) => progress), Array(4).fill("settled"));
  assertEquals(namesIn(dir, "done"), ["to-done.json", "to-done.log"]);
  assertEquals(namesIn(dir, "dead"), ["to-dead.json", "to-dead.log"]);
  assertEquals(namesIn(dir, "failed"), ["20300101T000000.000Z-5-to-failed.json", "to-failed.log"]);
  assertEquals(namesIn(dir, "pending"), [
    "20300101T000000.000Z-5-to-pending.json",
    "to-pending.log",
  ]);
  assertEquals([...namesIn(dir, "tmp"), ...namesIn(dir, "processing")], []);
  assertEquals(JSON.parse(Deno.readTextFileSync(`${dir}/done/to-done.json`)).attempts, 1);
  assertEquals(Deno.readTextFileSync(`${dir}/dead/to-dead.log`), "output of to-dead");
});

Deno.test("settle() gives a job that printed nothing an empty log", async () => {
  await using temporary = await temporaryQueue();
  const claim = await runningJob(temporary, "x");
  Deno.removeSync(`${temporary.dir}/processing/x.log`);
  await settle(temporary.queue.store, [settlement(claim, "done")]);
  assertEquals(Deno.statSync(`${temporary.dir}/done/x.log`).size, 0);
});

Deno.test("settle() brings a log to where a machine remembers it from an earlier attempt", async () => {
  for (const state of ["done", "dead"] as const) {
    await using temporary = await temporaryQueue();
    const { queue, dir } = temporary;
    const claim = await runningJob(temporary, "x");
    const stat = nativeFiles.stat(`${dir}/processing/x.log`)!;
    const files = new CachingPort(
      nativeFiles,
      new Map([[`${dir}/${state}/x.log`, { stat }]]),
      "trusting",
    );
    await settle({ ...queue.store, files }, [settlement(claim, state)]);
    assertEquals(namesIn(dir, state), ["x.json", "x.log"]);
    assertEquals(namesIn(dir, "processing"), []);
    assertEquals(Deno.readTextFileSync(`${dir}/${state}/x.log`), "output of x");
  }
});

Deno.test("the result of a job that was taken away is dropped, and those of others are not", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  const [kept, taken] = [await runningJob(temporary, "kept"), await runningJob(temporary, "taken")];
  Deno.renameSync(`${dir}/processing/${taken.name}`, `${dir}/pending/taken.json`);
  const settlements = [settlement(taken, "done"), settlement(kept, "done")];
  await settle(queue.store, settlements);
  assertEquals(settlements.map(({ progress }) => progress), ["gone", "settled"]);
  assertEquals(namesIn(dir, "done"), ["kept.json", "kept.log"]);
  assertEquals(namesIn(dir, "pending"), ["taken.json"]);
  assertEquals(namesIn(dir, "tmp"), []);
});

Deno.test("a job taken away while its result is being flushed is not settled either", async () => {
  await using temporary = await temporaryQueue({ fsync: true });
  const { queue, dir } = temporary;
  const claim = await runningJob(temporary, "x");
  const store = withFiles(queue.store, {
    async sync(paths) {
      if (paths.length > 1) Deno.renameSync(`${dir}/tmp/${claim.name}`, `${dir}/pending/x.json`);
      await nativeFiles.sync(paths);
    },
  });
  const dropped = settlement(claim, "done");
  await settle(store, [dropped]);
  assertEquals(dropped.progress, "gone");
  assertEquals([namesIn(dir, "done"), namesIn(dir, "tmp")], [[], []]);
  assertEquals(namesIn(dir, "pending"), ["x.json"]);
});

Deno.test("of two jobs of one ID that run at once both are kept", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  // The ID is met in the stamp as well: only the name's end may change.
  const first = await runningJob(temporary, "2", "20200101T000000.000Z-5");
  const second = await runningJob(temporary, "2", "20200101T000000.001Z-5", "host-2-cd");
  await settle(queue.store, [settlement(first, "done", "first")]);
  await settle(queue.store, [settlement(second, "done", "second")]);
  const jobs = queue.list({ states: ["done"] });
  assertEquals(jobs.map((job) => job.note).sort(), ["first", "second"]);
  assertEquals([namesIn(dir, "tmp"), namesIn(dir, "processing")], [[], []]);
});

Deno.test("two jobs of one ID that printed apart keep a log each, whatever the state", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  for (const state of ["done", "failed"] as const) {
    for (const note of ["first", "second"]) {
      const claim = await runningJob(temporary, "2", "20200101T000000.000Z-5");
      drop(dir, "processing/2.log", note);
      await settle(queue.store, [settlement(claim, state, note)]);
    }
    const jobs = queue.list({ states: [state] });
    assertEquals(jobs.length, 2);
    for (const job of jobs) {
      assertMatch(job.id, /^2(-[0-9A-Z]{26})?$/);
      assertEquals(Deno.readTextFileSync(`${dir}/${state}/${job.id}.log`), job.note as string);
    }
  }
});

Deno.test("what the disk refuses to take goes back to processing/, and settles when it takes it", async () => {
  await using temporary = await temporaryQueue({ fsync: true });
  const { queue, dir } = temporary;
  const claim = await runningJob(temporary, "x");
  const job = settlement(claim, "done");
  const refusing: Partial<FilePort>[] = [
    { create: () => fail("No space left on device") },
    { sync: () => Promise.reject(new Error("I/O error")) },
  ];
  for (const files of refusing) {
    await assertRejects(() => settle(withFiles(queue.store, files), [job]));
    assertEquals(job.progress, undefined);
    assertEquals(namesIn(dir, "processing"), [claim.name, "x.log"]);
    assertEquals(namesIn(dir, "tmp"), []);
  }
  await settle(queue.store, [job]);
  assertEquals(job.progress, "settled");
  assertEquals(namesIn(dir, "done"), ["x.json", "x.log"]);
});

Deno.test("a settlement goes on where an error stopped it, and loses nothing", async () => {
  await using temporary = await temporaryQueue({ fsync: true });
  const { queue, dir } = temporary;
  for (let calls = 1;; calls++) {
    const job = settlement(await runningJob(temporary, `x${calls}`), "done");
    let left = calls;
    const failing: Record<string, unknown> = {};
    for (const call of ["create", "rename", "renameNew", "remove", "append"] as const) {
      failing[call] = (...args: [string, never]) => {
        if (--left === 0) fail("I/O error");
        return nativeFiles[call](...args);
      };
    }
    const error = await settle(withFiles(queue.store, failing as Partial<FilePort>), [job])
      .then(() => undefined, (error) => error);
    await settle(queue.store, [job]);
    assertEquals(job.progress, "settled", `after call ${calls} failed`);
    if (!error) break;
  }
  const { done } = queue.counts();
  assertEquals(namesIn(dir, "done").length, 2 * done);
  assertEquals([namesIn(dir, "tmp"), namesIn(dir, "processing")], [[], []]);
});

function fail(message: string): never {
  throw new Error(message);
}

Deno.test("a batch that another machine removes before it is flushed holds up no job, and stays gone", async () => {
  clock.time = START;
  const disk = new SimulatedDisk({ now: () => clock.time, twoSided: true });
  const store = await openAt(disk.process("w1"), START);
  await enqueueMany(store, [{ command: "true", id: "a" }]);
  const [batch] = disk.names("/q/pending");
  arriveAs(store, "w1");
  disk.flush();
  const settlements = (await claimReady(store, "w1")).map((claim) => run(store, claim, "done"));
  let flushes = 0;
  const process = disk.process("w1", ({ name }) => {
    if (name === "sync" && flushes++ === 0) disk.process("w2").remove(`/q/pending/${batch}`);
  });
  await settle({ ...store, files: process }, settlements);
  assertEquals(settlements.map(({ progress }) => progress), ["settled"]);
  for (const after of disk.powerCutOutcomes()) {
    assertEquals(after.names("/q/pending"), [], after.origin);
    assertEquals(after.names("/q/done"), ["a.json", "a.log"], after.origin);
  }
});
