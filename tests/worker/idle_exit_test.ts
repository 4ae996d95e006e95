import { assertEquals } from "@std/assert";
import { nativeFiles } from "../../src/fs/native_files.ts";
import { Queue } from "../../src/queue.ts";
import { temporaryQueue } from "../temporary_queue.ts";
import { ObservedWorker } from "./observed_worker.ts";

Deno.test("an idle worker waits for a delayed job and for a retry, and then exits", async () => {
  await using temporary = await temporaryQueue();
  const { queue } = temporary;
  const later = await queue.enqueue({
    command: "true",
    run_at: new Date(Date.now() + 700).toISOString(),
  });
  const again = await queue.enqueue({
    command: 'test "$QUEUECTL_ATTEMPT" = 2',
    backoff_base: 0.7,
  });
  await using observed = await ObservedWorker.start(queue, { idleExit: 0.1 });
  assertEquals(await observed.finished(), "idle");
  assertEquals([later, again].map(({ id }) => queue.get(id)?.state), ["done", "done"]);
});

Deno.test("a worker is not idle while a job runs for longer than that", async () => {
  await using temporary = await temporaryQueue();
  const { queue } = temporary;
  const { id } = await queue.enqueue({ command: "sleep 0.5" });
  await using observed = await ObservedWorker.start(queue, { idleExit: 0.1 });
  assertEquals(await observed.finished(), "idle");
  assertEquals(queue.get(id)?.state, "done");
});

Deno.test("a job that is added right before an idle worker says that it leaves is run", async () => {
  await using temporary = await temporaryQueue();
  let job: string | undefined;
  const queue = await Queue.open(temporary.dir, {
    files: {
      ...nativeFiles,
      append(path, content) {
        if (path.endsWith(".leaving") && job === undefined) {
          job = "late";
          Deno.writeTextFileSync(`${temporary.dir}/pending/late.json`, '{"command":"true"}');
        }
        nativeFiles.append(path, content);
      },
    },
  });
  await using observed = await ObservedWorker.start(queue, { idleExit: 0.1 });
  assertEquals(await observed.finished(), "idle");
  assertEquals(queue.get("late")?.state, "done");
  assertEquals([...Deno.readDirSync(`${temporary.dir}/workers`)], []);
});
