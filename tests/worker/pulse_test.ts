import { assert, assertEquals } from "@std/assert";
import { nativeFiles } from "../../src/fs/native_files.ts";
import type { FilePort } from "../../src/fs/file_port.ts";
import type { Store } from "../../src/store/store.ts";
import type { Presence } from "../../src/contents/presence.ts";
import { withBeats } from "../../src/worker/arrival.ts";
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

/** A turn of the event loop. */
const turn = () => new Promise((resolve) => setTimeout(resolve));

/** A worker's pulse, of a file system each call of which takes 120 ms by the worker's clock. */
function slowWorker(local: Store, isHeldAt: (time: number) => boolean) {
  const slow = { time: 0, beats: [] as number[], told: [] as string[] };
  const files: FilePort = {
    ...sharedDisk().files,
    exists(path) {
      slow.time += 120;
      return nativeFiles.exists(path);
    },
  };
  const beating: { pulse?: Pulse } = {};
  const store = withBeats({ ...local, files }, () => beating.pulse?.answered());
  const presence: Presence = {
    name: `here-1-${crypto.randomUUID().slice(0, 8)}`,
    holds: () => true,
    beat() {
      slow.beats.push(slow.time);
      for (let n = 0; n < 20; n++) store.files.exists(store.dir);
      return isHeldAt(slow.time);
    },
    leave() {},
    abandon() {},
  };
  const pulse = beating.pulse = new Pulse({
    ...{ store, presence, since: 0, clock: () => slow.time },
    lost: () => slow.told.push("lost"),
    trouble: (error) => slow.told.push(String(error)),
  });
  return Object.assign(slow, { pulse, store });
}

Deno.test("a worker beats within a chain of calls that the event loop waits for", async () => {
  await using temporary = await temporaryQueue();
  const slow = slowWorker(temporary.queue.store, () => true);
  const { store: { files, dir, config }, beats, pulse } = slow;
  for (let calls = 0; calls < 100; calls++) files.exists(dir);
  assert(slow.time >= 12_000);
  const gaps = [...beats, slow.time].map((time, index) => time - (beats[index - 1] ?? 0));
  assert(Math.max(...gaps) < config.fence_after * 1000 / 2, `${gaps}`);
  pulse.close();
  await pulse.leave();
  assertEquals(slow.told, []);
});

Deno.test("a worker beats while it lists, and no more once it is closed", async () => {
  await using temporary = await temporaryQueue();
  const slow = slowWorker(temporary.queue.store, () => true);
  const { store: { files, dir }, beats, pulse } = slow;
  for (const _entry of files.list(dir)) slow.time += 3000;
  assert(beats.length > 3, `${beats}`);
  pulse.close();
  const before = beats.length;
  slow.time += 3000;
  files.exists(dir);
  assertEquals(beats.length, before);
  await pulse.leave();
});

Deno.test("a lock that is lost within a chain of calls is told once, and after it", async () => {
  await using temporary = await temporaryQueue();
  const slow = slowWorker(temporary.queue.store, (time) => time < 6000);
  const { store: { files, dir }, beats, pulse, told } = slow;
  for (let calls = 0; calls < 100; calls++) files.exists(dir);
  assertEquals([told, pulse.mayClaim()], [[], false]);
  await turn();
  assertEquals(told, ["lost"]);
  assert(beats.at(-1)! < 8500, `no beat follows: ${beats}`);
  files.exists(dir);
  await turn();
  assertEquals(told, ["lost"]);
  await pulse.leave();
});

Deno.test("a worker that claims beats once a call has taken too long", async () => {
  await using temporary = await temporaryQueue();
  const { disk, files } = sharedDisk();
  const { now } = performance;
  let skipped = 0;
  const beats: number[] = [];
  const skipping: FilePort = {
    ...files,
    renameUnblocked(from, to) {
      const renamed = files.renameUnblocked(from, to);
      if (!to.includes("/processing/") || beats.length > 0) return renamed;
      // As if the call had taken so long.
      skipped += 3000;
      beats.push(disk.beats);
      queueMicrotask(() => beats.push(disk.beats));
      return renamed;
    },
  };
  performance.now = () => now.call(performance) + skipped;
  try {
    const queue = await Queue.open(temporary.dir, { files: skipping });
    await queue.enqueue({ id: "x", command: "true" });
    await using observed = await ObservedWorker.start(queue);
    await observed.next("ended", "x");
  } finally {
    performance.now = now;
  }
  assertEquals(beats[1], beats[0]! + 1);
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
    await turn();
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
