import { assertEquals, assertStringIncludes } from "@std/assert";
import { fullDiskAdvice } from "../../src/contents/largest_log.ts";
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
