import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { claim, type ClaimResult, type WaitingEntry } from "../../src/moves/claim.ts";
import { takeLog } from "../../src/moves/take_log.ts";
import { nativeFiles } from "../../src/fs/native_files.ts";
import { Queue } from "../../src/queue.ts";
import { drop, isThere, namesIn, type TemporaryQueue, temporaryQueue } from "../temporary_queue.ts";
import { waitingEntry } from "../waiting_entry.ts";

const WORKER = "host-1-ab";
const JOB = '{"command":"true"}';

function claimIn({ queue }: TemporaryQueue, path: string, state?: WaitingEntry["state"]) {
  return claim(queue.store, waitingEntry(path, state), WORKER);
}

function claimed(result: ClaimResult) {
  if (result.kind !== "claimed") throw new Error(`not claimed: ${JSON.stringify(result)}`);
  return result.claim;
}

Deno.test("claim() moves a job to processing/ under the name of its worker", async () => {
  await using temporary = await temporaryQueue();
  const { dir } = temporary;
  const name = "20200101T000000.000Z-7-x.json";
  drop(dir, `pending/${name}`, JOB);
  const { id, name: now, job, logOffset } = claimed(await claimIn(temporary, name));
  assertEquals([id, job.command, job.attempts, logOffset], ["x", "true", 0, 0]);
  assertMatch(now, /^\d{8}T\d{6}\.\d{3}Z-7-x@host-1-ab\.json$/);
  assertEquals(namesIn(dir, "processing"), [now]);
  assertEquals(namesIn(dir, "pending"), []);
});

Deno.test("of two who claim one entry, one has it and the other hears that it is gone", async () => {
  await using temporary = await temporaryQueue();
  const { dir } = temporary;
  const stores = [await Queue.open(dir), await Queue.open(dir)].map(({ store }) => store);
  for (let n = 0; n < 100; n++) {
    const name = `20200101T000000.000Z-5-job${n}.json`;
    drop(dir, `pending/${name}`, JOB);
    const results = await Promise.all(
      stores.map((store, worker) => claim(store, waitingEntry(name), `host-${worker}-ab`)),
    );
    assertEquals(results.map(({ kind }) => kind).sort(), ["claimed", "gone"]);
  }
  assertEquals(namesIn(dir, "processing").length, 100);
});

Deno.test("claim() takes a bare name as a job that is ready now, with the name's stem as its ID", async () => {
  await using temporary = await temporaryQueue();
  drop(temporary.dir, "pending/build.json", JOB);
  const { id, job } = claimed(await claimIn(temporary, "build.json"));
  assertEquals([id, job.id, job.priority], ["build", "build", 5]);
});

Deno.test("claim() takes a job out of its batch", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  await queue.enqueueMany([{ command: "a", id: "a" }, { command: "b", id: "b" }]);
  const [batch] = namesIn(dir, "pending");
  const [first] = namesIn(dir, `pending/${batch}`);
  assertEquals(claimed(await claimIn(temporary, `${batch}/${first}`)).id, "a");
  assertEquals(namesIn(dir, `pending/${batch}`).length, 1);
});

Deno.test("a bare file that says when and how urgently it is to run is put under the name that says so", async () => {
  await using temporary = await temporaryQueue();
  const { dir } = temporary;
  drop(dir, "pending/later.json", '{"command":"true","run_at":"2999-01-01T00:00:00Z"}');
  const urgent = '{"command":"true","priority":9,"run_at":"2020-01-01T00:00:00Z"}';
  drop(dir, "pending/urgent.json", urgent);
  drop(dir, "pending/past.json", '{"command":"true","run_at":"2020-01-01T00:00:00Z"}');
  assertEquals(await claimIn(temporary, "later.json"), { kind: "renamed" });
  assertEquals(await claimIn(temporary, "urgent.json"), { kind: "renamed" });
  assertEquals(claimed(await claimIn(temporary, "past.json")).id, "past");
  assertEquals(namesIn(dir, "pending"), [
    "20200101T000000.000Z-9-urgent.json",
    "29990101T000000.000Z-5-later.json",
  ]);
  const { job } = claimed(await claimIn(temporary, "20200101T000000.000Z-9-urgent.json"));
  assertEquals(job.priority, 9);
});

Deno.test("a bare file does not replace the waiting job that has the name it asks for", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  await queue.enqueue({ command: "first", id: "x", run_at: "2999-01-01T00:00:00Z" });
  drop(dir, "pending/x.json", '{"command":"second","run_at":"2999-01-01T00:00:00Z"}');
  assertEquals(await claimIn(temporary, "x.json"), { kind: "renamed" });
  assertEquals(queue.list().map((job) => job.command).sort(), ["first", "second"]);
});

Deno.test("a bare file whose ID another job has runs under a fresh ID", async () => {
  await using temporary = await temporaryQueue();
  const { dir } = temporary;
  drop(dir, "done/a.json", JOB);
  drop(dir, "dead/b.json", JOB);
  drop(dir, "processing/20200101T000000.000Z-5-c@there-1-aa.json", JOB);
  for (const id of ["a", "b", "c"]) {
    drop(dir, `pending/${id}.json`, JOB);
    assertMatch(
      claimed(await claimIn(temporary, `${id}.json`)).id,
      new RegExp(`^${id}-[0-9A-Z]{26}$`),
    );
  }
});

Deno.test("a bare file of the ID of a job that waits for its retry leaves that job its log", async () => {
  await using temporary = await temporaryQueue();
  const { dir } = temporary;
  const history = [{ attempt: 1, led_to: "failed" }];
  const content = JSON.stringify({ command: "true", attempts: 1, history });
  drop(dir, "failed/29990101T000000.000Z-5-x.json", content);
  drop(dir, "failed/x.log", "printed");
  drop(dir, "pending/x.json", JOB);
  assertMatch(claimed(await claimIn(temporary, "x.json")).id, /^x-[0-9A-Z]{26}$/);
  assertEquals(Deno.readTextFileSync(`${dir}/failed/x.log`), "printed");
});

Deno.test("a job that waits for its retry, renamed by hand to run now, keeps its ID and its log", async () => {
  await using temporary = await temporaryQueue();
  const { dir } = temporary;
  const history = [{ attempt: 1, led_to: "failed" }];
  drop(dir, "pending/x.json", JSON.stringify({ command: "true", attempts: 1, history }));
  drop(dir, "failed/x.log", "12345");
  const claim = claimed(await claimIn(temporary, "x.json"));
  takeLog(temporary.queue.store, claim);
  assertEquals([claim.id, claim.logOffset], ["x", 5]);
});

Deno.test("a retry goes on with its attempts and its log", async () => {
  await using temporary = await temporaryQueue();
  const { dir } = temporary;
  const name = "20200101T000000.000Z-5-x.json";
  const history = [{ attempt: 1, led_to: "failed" }];
  drop(dir, `failed/${name}`, JSON.stringify({ command: "true", attempts: 1, history }));
  drop(dir, "failed/x.log", "12345");
  const claim = claimed(await claimIn(temporary, name, "failed"));
  assertEquals([claim.job.attempts, claim.job.history.length], [1, 1]);
  assertEquals(isThere(`${dir}/processing/x.log`), false, "that would say that it has begun");
  takeLog(temporary.queue.store, claim);
  assertEquals(claim.logOffset, 5);
  assertEquals([isThere(`${dir}/processing/x.log`), isThere(`${dir}/failed/x.log`)], [true, false]);
});

Deno.test("a job moved by hand from dead/ to pending/ starts with a fresh count, its history and log kept", async () => {
  await using temporary = await temporaryQueue();
  const { dir } = temporary;
  const history = [{ attempt: 1, led_to: "failed" }, { attempt: 2, led_to: "dead" }];
  const run_at = "2020-01-01T00:00:00.000Z";
  const job = { command: "true", attempts: 2, history, run_at };
  drop(dir, "dead/X.json", JSON.stringify(job));
  drop(dir, "dead/X.log", "12345");
  Deno.renameSync(`${dir}/dead/X.json`, `${dir}/pending/X.json`);
  const result = claimed(await claimIn(temporary, "X.json"));
  takeLog(temporary.queue.store, result);
  assertEquals([result.id, result.job.attempts, result.logOffset], ["X", 0, 5]);
  assertEquals(result.job.history, history as unknown as typeof result.job.history);
  assertEquals(isThere(`${dir}/dead/X.log`), false);
});

Deno.test("an entry that cannot be read goes back to where it was", async () => {
  await using temporary = await temporaryQueue();
  const { dir } = temporary;
  const { store } = await Queue.open(dir);
  const failing = {
    ...store,
    files: {
      ...nativeFiles,
      readUnblocked(path: string) {
        if (path.includes("/processing/")) throw new Error("Too many open files");
        return nativeFiles.readUnblocked(path);
      },
    },
  };
  drop(dir, "pending/x.json", JOB);
  const error = await claim(failing, waitingEntry("x.json"), WORKER).catch((error) => error);
  assertStringIncludes(error.message, "Too many open files");
  assertEquals([namesIn(dir, "pending"), namesIn(dir, "processing")], [["x.json"], []]);
});
