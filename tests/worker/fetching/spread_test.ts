import { assert, assertEquals, assertLess } from "@std/assert";
import { claimedName } from "../../../src/format/names.ts";
import { Finder } from "../../../src/worker/fetching/finder.ts";
import { ParkedJobs } from "../../../src/worker/fetching/parked_jobs.ts";
import { temporaryQueue } from "../../temporary_queue.ts";

Deno.test("sixteen machines that hear nothing of each other seldom try the same job, keep to priorities and miss none", async () => {
  await using temporary = await temporaryQueue();
  const { store } = temporary.queue;
  let inVain = 0;
  const exists = (path: string) => {
    const isThere = store.files.exists(path);
    if (!isThere) inVain++;
    return isThere;
  };
  const shared = { ...store, files: { ...store.files, exists, isLocal: () => false } };
  const [jobs, machines] = [800, 16];
  await temporary.queue.enqueueMany(
    Array.from({ length: jobs }, (_, n) => ({ command: "true", priority: n % 2 ? 3 : 7 })),
  );
  // Time goes on as if a reading took none of it.
  let steady = 0;
  const finders = Array.from({ length: machines }, () =>
    new Finder({
      store: shared,
      parked: new ParkedJobs(shared),
      steady: () => steady,
      found() {},
      trouble(error) {
        throw error;
      },
    }));
  for (const finder of finders) await finder.refill();
  const claimed: number[] = [];
  for (let idle = 0; idle < 3;) {
    let given = 0;
    for (const finder of finders) {
      const entry = finder.take();
      if (!entry) continue;
      given++;
      const name = claimedName(0, entry.priority, entry.id, "w-1-aa");
      try {
        store.files.rename(`${store.dir}/pending/${entry.path}`, `${store.dir}/processing/${name}`);
        claimed.push(entry.priority);
      } catch (error) {
        assert(error instanceof Deno.errors.NotFound);
        finder.lost();
        inVain++;
      }
      finder.left(entry.path);
    }
    steady += 1000;
    // Readings that have begun go on.
    await new Promise((resolve) => setTimeout(resolve, 0));
    idle = given > 0 ? 0 : idle + 1;
    if (idle > 0) { for (const finder of finders) await finder.refill(); }
  }
  for (const finder of finders) finder.close();
  assertEquals(claimed.length, jobs);
  assertEquals(new Set(claimed.slice(0, jobs / 2 - machines)), new Set([7]));
  assertLess(inVain / jobs, 3, "with all of them at the head of the queue it is 15");
});
