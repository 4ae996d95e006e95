import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { nativeFiles } from "../../src/fs/native_files.ts";
import type { FileLock, FilePort } from "../../src/fs/file_port.ts";
import { arrive, lockDeadWorker, seeWorkers, workerNames } from "../../src/contents/presence.ts";
import { requestStop, stopRequested } from "../../src/contents/requests.ts";
import { drop, namesIn, temporaryQueue } from "../temporary_queue.ts";

const INFO = {
  host: "Here",
  pid: 7,
  slots: 2,
  started_at: "2026-11-22T04:32:11.123Z",
  version: "0",
};

Deno.test("arrive() makes a locked file that says who the worker is", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  const presence = arrive(queue.store, INFO);
  assertMatch(presence.name, /^here-7-[0-9a-f]{8}$/);
  const path = `${dir}/workers/${presence.name}.json`;
  assertEquals(JSON.parse(Deno.readTextFileSync(path)), { ...INFO, name: presence.name });
  assertEquals(queue.store.files.tryLock(path), undefined);
  assertEquals(lockDeadWorker(queue.store, presence.name), undefined);
  assertEquals(namesIn(dir, "tmp"), []);
  assertThrows(
    () => arrive(queue.store, { ...INFO, name: presence.name }),
    Deno.errors.AlreadyExists,
  );
  assert(presence.holds());
  presence.leave();
  assertEquals([namesIn(dir, "workers"), namesIn(dir, "tmp")], [[], []]);
});

Deno.test("a presence does not hold once its file is gone, or is another", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  const presence = arrive(queue.store, INFO);
  const path = `${dir}/workers/${presence.name}.json`;
  Deno.removeSync(path);
  assertEquals(presence.holds(), false);
  Deno.writeTextFileSync(path, "{}");
  assertEquals(presence.holds(), false);
  presence.leave();
  assertEquals(namesIn(dir, "workers"), [`${presence.name}.json`], "another's is left alone");
});

Deno.test("a beat keeps the lock, and is a sign of life that others can see", async () => {
  await using temporary = await temporaryQueue();
  const { store } = temporary.queue;
  const presence = arrive({ ...store, now: () => 1_000_000 }, INFO);
  const path = `${temporary.dir}/workers/${presence.name}.json`;
  assert(presence.beat());
  assertEquals(store.files.stat(path)!.mtime, 1_000_000);
  assertEquals(lockDeadWorker(store, presence.name), undefined);
  Deno.renameSync(path, `${path}.old`);
  Deno.writeTextFileSync(path, "{}");
  assertEquals(presence.beat(), false, "another file has the name");
  presence.abandon();
});

/** The real disk, but for how its locks are taken once more. */
function renewing(renew: (lock: FileLock, time: number) => boolean): FilePort {
  return {
    ...nativeFiles,
    tryLock(path) {
      const lock = nativeFiles.tryLock(path);
      return lock && {
        identity: lock.identity,
        renew: (time) => renew(lock, time),
        release: () => lock.release(),
      };
    },
  };
}

Deno.test("a beat locks the file anew after the connection was lost, if nobody else has", async () => {
  await using temporary = await temporaryQueue();
  const { store } = temporary.queue;
  for (const [code, isAnothers] of [[77, false], [107, false], [77, true]] as const) {
    let isBroken = false;
    let other: ReturnType<typeof lockDeadWorker>;
    const files = renewing((lock, time) => {
      if (isBroken) return lock.renew(time);
      isBroken = true;
      lock.release();
      if (isAnothers) other = lockDeadWorker(store, presence.name);
      throw new Error(`File descriptor in bad state (os error ${code})`);
    });
    const presence = arrive({ ...store, files }, INFO);
    assertEquals(presence.beat(), !isAnothers);
    if (!isAnothers) assertEquals(lockDeadWorker(store, presence.name), undefined);
    other?.release();
    presence.leave();
    assertEquals(namesIn(temporary.dir, "workers"), []);
  }
});

Deno.test("a beat that the file system refuses says nothing of the presence", async () => {
  await using temporary = await temporaryQueue();
  const files = renewing(() => {
    throw new Error("Input/output error (os error 5)");
  });
  const presence = arrive({ ...temporary.queue.store, files }, INFO);
  assertThrows(() => presence.beat(), Error, "Input/output error");
  presence.leave();
});

Deno.test("lockDeadWorker() takes the lock of a worker that died, once", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  drop(dir, "workers/here-1-aa.json", "{}");
  const lock = lockDeadWorker(queue.store, "here-1-aa");
  assert(lock);
  assertEquals(lockDeadWorker(queue.store, "here-1-aa"), undefined);
  lock.release();
  lock.release();
  lockDeadWorker(queue.store, "here-1-aa")!.release();
  assertEquals(lockDeadWorker(queue.store, "here-2-bb"), undefined, "there is none");
});

Deno.test("a lock on a presence file that was removed meanwhile is not a dead worker's", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  drop(dir, "workers/here-1-aa.json", "{}");
  const files: FilePort = {
    ...nativeFiles,
    tryLock(path) {
      // Another has opened the file, and the one who recovers removes it before the lock is free.
      const lock = nativeFiles.tryLock(path);
      Deno.removeSync(path);
      return lock;
    },
  };
  assertEquals(lockDeadWorker({ ...queue.store, files }, "here-1-aa"), undefined);
});

Deno.test("seeWorkers() tells the living from the dead, and takes a broken file for a dead one", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  const alive = arrive(queue.store, { ...INFO, name: "b-1-aa" });
  drop(dir, "workers/a-1-aa.json", JSON.stringify({ ...INFO, name: "a-1-aa" }));
  drop(dir, "workers/c-1-aa.json", "{");
  drop(dir, "workers/b-1-aa.stop", "\n");
  drop(dir, "workers/b-1-aa.log", "");
  assertEquals(workerNames(queue.store), ["a-1-aa", "b-1-aa", "c-1-aa"]);
  assertEquals(seeWorkers(queue.store).map(({ name, alive }) => [name, alive]), [
    ["a-1-aa", false],
    ["b-1-aa", true],
    ["c-1-aa", false],
  ]);
  alive.leave();
  assertEquals(namesIn(dir, "workers"), ["a-1-aa.json", "b-1-aa.log", "c-1-aa.json"]);
});

Deno.test("a request to stop is there for the one asked, and a stronger one replaces it", async () => {
  await using temporary = await temporaryQueue();
  const { store } = temporary.queue;
  const asked = () => stopRequested(store, "here-1-aa");
  assertEquals(asked(), undefined);
  requestStop(store, "here-1-aa", false);
  assertEquals([asked(), stopRequested(store, "here-2-bb")], ["stop", undefined]);
  requestStop(store, "here-1-aa", true);
  assertEquals(asked(), "now");
  assertEquals(namesIn(temporary.dir, "tmp"), []);
});

Deno.test("a file made by hand asks to stop as well", async () => {
  await using temporary = await temporaryQueue();
  Deno.writeTextFileSync(`${temporary.dir}/workers/here-1-aa.stop`, "");
  assertEquals(stopRequested(temporary.queue.store, "here-1-aa"), "stop");
});
