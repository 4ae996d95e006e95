import { assertEquals } from "@std/assert";
import { indexEntry, scanWaiting } from "../../../src/worker/fetching/scan.ts";
import { drop, temporaryQueue } from "../../temporary_queue.ts";

const STAMP = "20200101T000000.000Z";

Deno.test("indexEntry() knows a job, a batch, and what is neither", () => {
  const kind = (name: string, isDirectory: boolean, state: "pending" | "failed" = "pending") => {
    const entry = indexEntry(state, name, isDirectory);
    return entry && (entry.batch ? "batch" : "job");
  };
  assertEquals(kind(`${STAMP}-5-x.json`, false), "job");
  assertEquals(kind(`${STAMP}-5-x`, true), "batch");
  assertEquals(
    kind("x.json", true),
    "job",
    "a folder that is named so is malformed, not overlooked",
  );
  assertEquals(kind(`${STAMP}-5-x.json`, true), "job");
  assertEquals(kind(`${STAMP}-5-x`, true, "failed"), undefined);
  assertEquals(kind("x", true), undefined);
  assertEquals(kind("x.log", false), undefined);
  assertEquals(kind(".x.json", false), undefined);
});

Deno.test("scanWaiting() hands over what waits in pending/ and failed/", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  await queue.enqueueMany([{ command: "true" }]);
  drop(dir, "pending/bare.json", "");
  drop(dir, "pending/x.log", "");
  drop(dir, `failed/${STAMP}-7-retry.json`, "");
  drop(dir, "done/finished.json", "");
  const found: string[] = [];
  await scanWaiting(
    queue.store,
    ({ state, id, batch }) => found.push(batch ? `${state} batch` : `${state} ${id}`),
  );
  assertEquals(found.sort(), ["failed retry", "pending bare", "pending batch"]);
});

Deno.test("scanWaiting() gives other work a turn between slices", async () => {
  await using temporary = await temporaryQueue();
  for (let n = 0; n < 9000; n++) Deno.writeTextFileSync(`${temporary.dir}/pending/${n}.json`, "");
  let [turns, found] = [0, 0];
  const timer = setInterval(() => turns++, 0);
  await scanWaiting(temporary.queue.store, () => found++);
  clearInterval(timer);
  assertEquals(found, 9000);
  assertEquals(turns > 0, true);
});
