import { assertEquals } from "@std/assert";
import { nativeFiles } from "../../src/fs/native_files.ts";
import { Queue } from "../../src/queue.ts";
import { eventually, processesWith, temporaryQueue } from "../temporary_queue.ts";
import { ObservedWorker } from "./observed_worker.ts";

/** A disk that other machines may see, on which another takes a worker's lock when told to. */
function sharedDisk() {
  const disk = { isTaken: false, beats: 0 };
  const files = {
    ...nativeFiles,
    isLocal: () => false,
    tryLock(path: string) {
      const lock = nativeFiles.tryLock(path);
      return lock && {
        identity: lock.identity,
        renew(time: number) {
          disk.beats++;
          return !disk.isTaken && lock.renew(time);
        },
        release: () => lock.release(),
      };
    },
  };
  return { disk, files };
}

Deno.test("a worker whose lock another has kills what it runs, drops the result and leaves", async () => {
  await using temporary = await temporaryQueue({ poll_interval: 3600 });
  const { disk, files } = sharedDisk();
  const queue = await Queue.open(temporary.dir, { files });
  await queue.enqueue({ id: "x", command: "sleep 1000; true" });
  await using observed = await ObservedWorker.start(queue);
  await observed.next("started", "x");
  await eventually("it beats", () => disk.beats > 1);
  disk.isTaken = true;
  assertEquals(await observed.finished(), "fenced");
  assertEquals(processesWith(`QUEUECTL_WORKER=${observed.worker.name}`), []);
  assertEquals(observed.all("ended"), []);
  assertEquals(queue.get("x")?.state, "processing");
});

Deno.test("a worker on a disk of its machine does not beat", async () => {
  await using temporary = await temporaryQueue();
  const { disk, files } = sharedDisk();
  const queue = await Queue.open(temporary.dir, { files: { ...files, isLocal: () => true } });
  await queue.enqueue({ command: "sleep 1.2" });
  await using observed = await ObservedWorker.start(queue);
  await observed.next("ended");
  assertEquals(disk.beats, 0);
});
