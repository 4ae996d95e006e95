import { assert, assertEquals } from "@std/assert";
import { eventually } from "../temporary_queue.ts";
import { WorkerProcess } from "./program_process.ts";
import { scratchQueue } from "./scratch_folder.ts";

/** Lets a process open no file with a descriptor of this number or above. */
async function limitDescriptors(pid: number, most: number): Promise<boolean> {
  try {
    const args = [`--pid=${pid}`, `--nofile=${most}:`];
    return (await new Deno.Command("prlimit", { args }).output()).success;
  } catch {
    return false;
  }
}

Deno.test("a worker that can open no more files says so, loses nothing, and goes on when it can", async () => {
  await using scratch = await scratchQueue({ poll_interval: 0.1, fsync: true });
  const { queue, dir } = scratch;
  await using worker = new WorkerProcess(dir, "--count", "4");
  await eventually("the worker", () => queue.workers().length === 1);
  if (!await limitDescriptors(worker.pid, 1024)) {
    console.log("skipped: prlimit cannot be used here");
    return;
  }
  await queue.enqueueMany(Array.from({ length: 20 }, () => ({ command: "sleep 0.02" })));
  await queue.enqueue({ command: "sleep 0.02", backoff_base: 0.1 });
  await limitDescriptors(worker.pid, 3);
  await queue.enqueueMany(
    Array.from({ length: 20 }, () => ({ command: "true", backoff_base: 0.1 })),
  );
  await queue.enqueue({ command: "true", id: "late", backoff_base: 0.1 });
  await eventually(
    "the worker to say so",
    () => worker.troubles.length > 0 || worker.code !== undefined,
  );
  assertEquals(worker.code, undefined, worker.said);
  assert(queue.counts().done < 42);
  await limitDescriptors(worker.pid, 1024);
  await eventually(
    "all jobs to be done",
    () => queue.counts().done === 42 || worker.code !== undefined,
  );
  assertEquals(worker.code, undefined, worker.said);
  for (const { id, history } of queue.list()) {
    // A shell that was started under the limit may have failed to load; none succeeded twice.
    assertEquals(history.filter(({ outcome }) => outcome === "done").length, 1, id);
  }
  assertEquals(await worker.stop(), 0, worker.said);
});
