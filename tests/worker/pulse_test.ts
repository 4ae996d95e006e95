import { assertEquals } from "@std/assert";
import { nativeFiles } from "../../src/fs/native_files.ts";
import type { Presence } from "../../src/contents/presence.ts";
import { Pulse } from "../../src/worker/pulse.ts";
import { Queue } from "../../src/queue.ts";
import { drop, eventually, namesIn, processesWith, temporaryQueue } from "../temporary_queue.ts";
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
  const [presence, ...more] = namesIn(temporary.dir, "workers");
  assertEquals(
    [presence, more],
    [`${observed.worker.name}.json`, []],
    "it is the other's to remove",
  );
});

Deno.test("a worker that has not beaten for long beats before it claims", async () => {
  await using temporary = await temporaryQueue();
  const store = { ...temporary.queue.store, files: sharedDisk().files };
  const told: string[] = [];
  const pulseSince = (since: number, isHeld: boolean) => {
    const presence: Presence = {
      name: `here-1-${crypto.randomUUID().slice(0, 8)}`,
      holds: () => true,
      beat() {
        told.push("beat");
        return isHeld;
      },
      leave() {},
      abandon() {},
    };
    return new Pulse({ store, presence, since, lost: () => told.push("lost"), trouble() {} });
  };
  for (
    const [late, isHeld, mayClaim, expected] of [
      [0, true, true, []],
      [5000, true, true, ["beat"]],
      [5000, false, false, ["beat", "lost"]],
    ] as const
  ) {
    told.length = 0;
    const pulse = pulseSince(performance.now() - late, isHeld);
    assertEquals([pulse.mayClaim(), pulse.mayClaim()], [mayClaim, mayClaim]);
    assertEquals(told, [...expected]);
    pulse.close();
    await pulse.leave();
  }
});

/** A process that is marked with an attempt at a job, in a session of its own. */
function marked(dir: string, worker: string, id: string, attempt: number): Deno.ChildProcess {
  return new Deno.Command("sleep", {
    args: ["1000"],
    env: {
      QUEUECTL_DIR: dir,
      QUEUECTL_WORKER: worker,
      QUEUECTL_JOB_ID: id,
      QUEUECTL_ATTEMPT: String(attempt),
    },
    detached: true,
    stdin: "null",
  }).spawn();
}

Deno.test("a worker ends what is left here of attempts that are recorded as lost, and no more", async () => {
  await using temporary = await temporaryQueue();
  const { dir } = temporary;
  const dead = `here-1-${crypto.randomUUID().slice(0, 8)}`;
  const attempt = (n: number, outcome: string) => ({
    ...{ attempt: n, worker: dead, outcome, led_to: outcome === "lost" ? "failed" : "done" },
    ...{ started_at: "2026-11-22T09:00:00.000Z", finished_at: "2026-11-22T09:00:01.000Z" },
    ...{ duration_ms: 1000, exit_code: null, signal: null, log_offset: 0, log_end: 0 },
  });
  const history = [attempt(1, "lost"), attempt(2, "done")];
  drop(dir, "done/x.json", JSON.stringify({ command: "true", history }));
  drop(dir, "done/y.json", JSON.stringify({ command: "true" }));
  const orphan = marked(dir, dead, "x", 1);
  const others = [
    marked(dir, dead, "x", 2),
    marked(dir, `${dead}0`, "x", 1),
    marked(dir, dead, "y", 1),
    marked(dir, dead, "unheard-of", 1),
    marked(`${dir}0`, `${dead}1`, "x", 1),
  ];
  {
    const queue = await Queue.open(dir, { files: sharedDisk().files });
    await using _worker = await ObservedWorker.start(queue);
    assertEquals((await orphan.status).signal, "SIGKILL");
  }
  for (const child of others) {
    child.kill("SIGTERM");
    assertEquals((await child.status).signal, "SIGTERM", "it was alive");
  }
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
