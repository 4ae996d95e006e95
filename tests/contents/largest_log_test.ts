import { assertEquals, assertStringIncludes } from "@std/assert";
import { fullDiskAdvice, largestLogAdvice } from "../../src/contents/largest_log.ts";
import { makeProgress, markUnrecorded } from "../../src/contents/job_output_files.ts";
import { runningJob } from "../running_job.ts";
import { drop, temporaryQueue } from "../temporary_queue.ts";

Deno.test("on a full disk the largest log is named; of ended jobs only where no machines share it", async () => {
  await using temporary = await temporaryQueue();
  const { queue: { store }, dir } = temporary;
  const full = new Error("No space left on device (os error 28)");
  const shared = { ...store, files: { ...store.files, isLocal: () => false } };
  drop(dir, "done/ended.log", "x".repeat(3_000_000));
  assertStringIncludes(fullDiskAdvice(store, full), "job ended in done/ (2.9 MiB)");
  assertEquals(fullDiskAdvice(shared, full), "");
  drop(dir, "processing/runs.log", "x".repeat(2_000_000));
  assertStringIncludes(fullDiskAdvice(store, full), "job ended in done/");
  assertStringIncludes(fullDiskAdvice(shared, full), "job runs in processing/ (1.9 MiB)");
  assertEquals(fullDiskAdvice(store, new Error("Input/output error (os error 5)")), "");
});

Deno.test("who is told which log fills the disk is told what works: to cancel only what runs", async () => {
  await using temporary = await temporaryQueue();
  const { queue: { store }, dir } = temporary;
  const claim = await runningJob(temporary, "big");
  const log = `${dir}/processing/big.log`;
  Deno.writeTextFileSync(log, "x".repeat(2_000_000));
  const advice = () => largestLogAdvice(store)!.replace(/^.*MiB\): /, "").replace(/; then.*/, "");
  assertEquals(advice(), `stop it (queuectl cancel big), then empty it (: > '${log}')`);
  makeProgress(store, claim.worker);
  markUnrecorded(store, claim.worker, "big");
  assertEquals(advice(), `empty it (: > '${log}')`);
  drop(dir, "dead/ended.log", "x".repeat(3_000_000));
  assertEquals(advice(), `empty it (: > '${dir}/dead/ended.log'), or queuectl rm ended`);
});
