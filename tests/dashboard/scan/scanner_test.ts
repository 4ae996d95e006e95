import { assert, assertEquals, assertRejects } from "@std/assert";
import type { JobsQuery, Status } from "../../../src/dashboard/api.ts";
import { startScanner } from "../../../src/dashboard/scan/scanner.ts";
import { drop, eventually, temporaryQueue } from "../../temporary_queue.ts";

function unexpected(error: Error): never {
  throw error;
}

const ALL: JobsQuery = { states: [], text: "", sort: "created", order: "desc", limit: 50 };

Deno.test("the scanning thread answers each question, and only a listener makes it watch", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  await queue.enqueue({ id: "build", command: "make" });
  drop(dir, "dead/broken.json", "no JSON");
  await using scanner = startScanner(queue);
  const page = await scanner.jobs(ALL);
  assertEquals(page.jobs.map(({ id }) => id).sort(), ["broken", "build"]);
  assertEquals((await scanner.job("build"))?.job.command, "make");
  assertEquals(await scanner.job("missing"), undefined);
  assertEquals((await scanner.dead()).map(({ count }) => count), [1]);
  assertEquals((await scanner.stats(300_000, 10)).series.at.length, 10);
  assertEquals(await scanner.schedules(), []);
  assert((await scanner.metrics()).includes('queuectl_jobs{state="dead"} 1\n'));
  const seen: Status[] = [];
  const unwatch = scanner.watch((status) => seen.push(status), unexpected);
  await eventually("the first status", () => seen.length > 0);
  drop(dir, "dead/other.json", "no JSON");
  await eventually("the change", () => seen.at(-1)!.jobs.dead === 2);
  Deno.mkdirSync(`${dir}/progress/w-1-a`, { recursive: true });
  Deno.writeTextFileSync(`${dir}/progress/w-1-a/runs`, "1/4");
  drop(
    dir,
    "processing/20261122T090000.000Z-5-runs@w-1-a.json",
    JSON.stringify({ command: "make" }),
  );
  const progress = () => seen.at(-1)!.running[0]?.progress?.text;
  await eventually("the running job", () => progress() === "1/4");
  Deno.writeTextFileSync(`${dir}/progress/w-1-a/runs`, "3/4");
  await eventually("its progress, of which no event tells", () => progress() === "3/4");
  unwatch();
});

Deno.test("a scanner that has ended rejects questions, those under way too", async () => {
  await using temporary = await temporaryQueue();
  const scanner = startScanner(temporary.queue);
  const asked = scanner.jobs(ALL);
  await Promise.all([
    assertRejects(() => asked, Error, "the scanning thread has ended"),
    scanner[Symbol.asyncDispose](),
  ]);
  await assertRejects(() => scanner.dead(), Error, "the scanning thread has ended");
});

Deno.test("a page asked for when jobs of a batch are said to have come has them, or is told again", async () => {
  await using temporary = await temporaryQueue();
  const { queue } = temporary;
  await using scanner = startScanner(queue);
  let shown = 0;
  const unwatch = scanner.watch((_status, { ids }) => {
    if (ids?.length === 0) return;
    scanner.jobs(ALL).then(({ jobs }) => shown = jobs.length);
  }, unexpected);
  for (const count of [2, 4, 6, 8]) {
    await queue.enqueueMany([{ command: "make" }, { command: "make" }]);
    await eventually(`a page of ${count} jobs`, () => shown === count);
  }
  unwatch();
});
