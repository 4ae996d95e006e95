import { assertEquals } from "@std/assert";
import type { Selection } from "../../src/inspect/selection.ts";
import type { Queue } from "../../src/queue.ts";
import { cancelJob } from "../../src/control/cancel_job.ts";
import { holdJob } from "../../src/control/waiting_jobs.ts";
import { temporaryQueue } from "../temporary_queue.ts";

async function idsOf(queue: Queue, selection: Selection): Promise<string[]> {
  const jobs = await Array.fromAsync(queue.select(selection));
  return jobs.map(({ id, state }) => `${state} ${id}`);
}

async function fill(queue: Queue): Promise<void> {
  const command = "true";
  await queue.enqueueMany([
    { id: "a", command, tags: ["web", "x"], group: "g" },
    { id: "b", command, tags: ["web"], hold: true },
    { id: "c", command, group: "g", after: ["a"] },
    { id: "d", command, run_at: "2090-01-01T00:00:00Z", tags: ["x"] },
    { id: "e", command, tags: ["web"] },
    { id: "f", command },
  ]);
  await cancelJob(queue, "e");
  Deno.writeTextFileSync(
    `${queue.dir}/dead/z.json`,
    '{"command":"false","history":[{"outcome":"failed"}],"t\\u0061gs":["w\\u0065b"]}',
  );
  Deno.chmodSync(`${queue.dir}/dead/z.json`, 0o600);
}

Deno.test("select() gives the jobs that have all of the tags, the group and one of the states", async () => {
  await using temporary = await temporaryQueue();
  const { queue } = temporary;
  await fill(queue);
  const select = async (selection: Selection) => (await idsOf(queue, selection)).sort();
  assertEquals(await select({ tags: ["web"] }), ["dead e", "dead z", "pending a", "pending b"]);
  assertEquals(await select({ tags: ["web", "x"] }), ["pending a"]);
  assertEquals(await select({ group: "g" }), ["pending a", "pending c"]);
  assertEquals(await select({ group: "g", states: ["waiting"] }), ["pending c"]);
  assertEquals(await select({ states: ["held", "delayed"] }), ["pending b", "pending d"]);
  assertEquals(await select({ states: ["cancelled"] }), ["dead e"]);
  assertEquals(await select({ states: ["dead"], tags: ["web"] }), ["dead e", "dead z"]);
  assertEquals(await select({ states: ["cancelled", "held"], tags: ["web"] }), [
    "dead e",
    "pending b",
  ]);
  assertEquals(await select({ ids: ["a", "b", "none"], tags: ["x"] }), ["pending a"]);
  assertEquals((await select({ all: true })).length, 7);
});

Deno.test("select() with nothing given means no job", async () => {
  await using temporary = await temporaryQueue();
  await temporary.queue.enqueue({ command: "true" });
  assertEquals(await idsOf(temporary.queue, {}), []);
  assertEquals(await idsOf(temporary.queue, { all: false, tags: undefined }), []);
});

Deno.test("select() finds a held job that waits for its retry", async () => {
  await using temporary = await temporaryQueue();
  const { queue } = temporary;
  const job = { command: "false", attempts: 1, max_retries: 3 };
  Deno.writeTextFileSync(
    `${queue.dir}/failed/20260101T000000.000Z-5-r.json`,
    JSON.stringify(job),
    { mode: 0o600 },
  );
  await holdJob(queue, "r");
  assertEquals(await idsOf(queue, { states: ["held"] }), ["failed r"]);
  assertEquals(await idsOf(queue, { states: ["failed"] }), ["failed r"]);
  assertEquals(await idsOf(queue, { states: ["pending"] }), []);
});

Deno.test("select() reads no file where the name answers, and one that is no job is in no group", async () => {
  await using temporary = await temporaryQueue();
  const { queue } = temporary;
  Deno.writeTextFileSync(`${queue.dir}/done/torn.json`, '{"group":"g",', { mode: 0o600 });
  Deno.mkdirSync(`${queue.dir}/dead/odd.json`);
  assertEquals(await idsOf(queue, { states: ["done"] }), ["done torn"]);
  assertEquals(await idsOf(queue, { states: ["dead"] }), ["dead odd"]);
  assertEquals(await idsOf(queue, { group: "g" }), []);
});

Deno.test("select() gives jobs in the order that they were made, whatever their state", async () => {
  await using temporary = await temporaryQueue();
  const { queue } = temporary;
  const ids: string[] = [];
  for (const hold of [true, false, true, false]) {
    ids.push((await queue.enqueue({ command: "true", hold, tags: ["t"] })).id);
  }
  await cancelJob(queue, ids[1]!);
  const jobs = await Array.fromAsync(queue.select({ tags: ["t"] }));
  assertEquals(jobs.map(({ id }) => id), ids);
});
