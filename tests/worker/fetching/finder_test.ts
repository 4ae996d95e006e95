import { assert, assertEquals } from "@std/assert";
import { nativeFiles } from "../../../src/fs/native_files.ts";
import { enqueue } from "../../../src/moves/enqueue.ts";
import { Queue } from "../../../src/queue.ts";
import { openStore } from "../../../src/store/open_store.ts";
import type { OpenQueue } from "../../../src/store/store.ts";
import { Finder } from "../../../src/worker/fetching/finder.ts";
import { ParkedJobs } from "../../../src/worker/fetching/parked_jobs.ts";
import { START } from "../../crash/queue_disk.ts";
import { SimulatedDisk } from "../../simulation/simulated_disk.ts";
import { drop, eventually, isThere, namesIn, temporaryQueue } from "../../temporary_queue.ts";

const JOB = '{"command":"true"}';
const stamped = (id: string, time = "20200101T000000.000Z") => `${time}-5-${id}.json`;

function finderOf({ store }: OpenQueue, only?: string, steady?: () => number) {
  const told = { found: 0, troubles: [] as string[] };
  const finder = new Finder({
    store,
    only,
    steady,
    parked: new ParkedJobs(store),
    found: () => told.found++,
    trouble: (error) => told.troubles.push((error as Error).message),
  });
  return Object.assign(told, {
    finder,
    takeAll(): string[] {
      const ids: string[] = [];
      for (let entry = finder.take(); entry; entry = finder.take()) ids.push(entry.id);
      return ids;
    },
    [Symbol.dispose]: () => finder.close(),
  });
}

Deno.test("a finder gives out what it reads and what it hears, each once", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  drop(dir, `pending/${stamped("a")}`, JOB);
  drop(dir, `failed/${stamped("b")}`, JOB);
  using told = finderOf(queue);
  await told.finder.refill();
  told.finder.hear("pending", stamped("a"));
  told.finder.hear("pending", stamped("c"));
  told.finder.hear("failed", "b.log");
  told.finder.hear("pending", ".hidden.json");
  assertEquals(told.finder.hasReady(), true);
  assertEquals(told.takeAll(), ["a", "b", "c"]);
  assertEquals(told.finder.hasReady(), false);
});

Deno.test("a finder says by a timer when something has become ready", async () => {
  await using temporary = await temporaryQueue();
  const begun = Date.now();
  let now = begun;
  const queue = await Queue.open(temporary.dir, { now: () => now });
  using told = finderOf(queue);
  const at = (time: number) => new Date(begun + time).toISOString();
  await queue.enqueue({ command: "a", id: "a", run_at: at(100) });
  await queue.enqueue({ command: "a", id: "b", run_at: at(50) });
  await told.finder.refill();
  assertEquals(told.takeAll(), []);
  // The timers run by themselves; what is ready when they fire is up to this clock.
  now = begun + 50;
  await eventually("the first is ready", () => told.found > 0);
  assertEquals(told.takeAll(), ["b"]);
  now = begun + 100;
  await eventually("the second is ready", () => told.found > 1);
  assertEquals(told.found, 2, "once for each, also while nobody takes it");
  assertEquals(told.takeAll(), ["a"]);
});

Deno.test("a job of the year 9999 neither comes now nor keeps a finder busy", async () => {
  await using temporary = await temporaryQueue();
  using told = finderOf(temporary.queue);
  told.finder.hear("pending", stamped("a", "99980101T000000.000Z"));
  told.found = 0;
  await new Promise((resolve) => setTimeout(resolve, 50));
  assertEquals([told.takeAll(), told.found], [[], 0]);
});

Deno.test("a finder of only one job gives out no other", async () => {
  await using temporary = await temporaryQueue();
  const { queue } = temporary;
  await queue.enqueueMany([{ command: "a", id: "a" }, { command: "b", id: "b" }]);
  await queue.enqueue({ command: "c", id: "c" });
  using told = finderOf(queue, "b");
  await told.finder.refill();
  assertEquals(told.takeAll(), ["b"]);
});

Deno.test("a batch is opened in its turn, and removed when its last job has left it", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  const inputs = Array.from({ length: 3 }, (_, n) => ({ command: "true", id: `x${n}` }));
  await queue.enqueueMany(inputs);
  const [batch] = namesIn(dir, "pending");
  using told = finderOf(queue);
  told.finder.hear("pending", batch!);
  for (const { id } of inputs) {
    assert(isThere(`${dir}/pending/${batch}`));
    const entry = told.finder.take()!;
    assertEquals(entry.id, id);
    Deno.renameSync(`${dir}/pending/${entry.path}`, `${dir}/processing/${id}`);
    told.finder.left(entry.path);
  }
  assertEquals(namesIn(dir, "pending"), []);
});

Deno.test("an empty batch is removed, and what merely has the name of one is left alone", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  const [empty, file, link] = ["a", "b", "c"].map((id) => `20200101T000000.000Z-5-${id}`);
  Deno.mkdirSync(`${dir}/pending/${empty}`);
  Deno.writeTextFileSync(`${dir}/pending/${file}`, "");
  Deno.symlinkSync("../done", `${dir}/pending/${link}`);
  using told = finderOf(queue);
  for (const name of [empty, file, link]) told.finder.hear("pending", name!);
  await told.finder.refill();
  assertEquals(told.takeAll(), []);
  assertEquals(namesIn(dir, "pending"), [file, link]);
  assertEquals(told.troubles, []);
});

Deno.test("a job that someone puts into a batch that is open is found by a later reading", async () => {
  await using temporary = await temporaryQueue();
  const { dir } = temporary;
  let passed = 0;
  const queue = await Queue.open(dir, { now: () => Date.now() + passed });
  await queue.enqueueMany([{ command: "true", id: "a" }]);
  const [batch] = namesIn(dir, "pending");
  using told = finderOf(queue, undefined, () => passed);
  await told.finder.refill();
  const { path } = told.finder.take()!;
  // After so much quiet the mtime of pending/, which stays the same, is believed.
  passed += 2500;
  await told.finder.refillIfChanged();
  drop(dir, `pending/${batch}/${stamped("b")}`, JOB);
  Deno.removeSync(`${dir}/pending/${path}`);
  told.finder.left(path);
  assertEquals(told.takeAll(), []);
  await told.finder.refillIfChanged();
  assertEquals(told.takeAll(), ["b"]);
});

for (const [when, quiet, later] of [["at once", 0, 0], ["after a while", 2500, 30_000]] as const) {
  Deno.test(`a job put ${when} into a folder that held no job and cannot be removed is found, though the folder's mtime stays`, async () => {
    await using temporary = await temporaryQueue();
    const { dir } = temporary;
    let passed = 0;
    const queue = await Queue.open(dir, { now: () => Date.now() + passed });
    using told = finderOf(queue, undefined, () => passed);
    const folder = `${dir}/pending/20200101T000000.000Z-5-b`;
    Deno.mkdirSync(folder);
    Deno.writeTextFileSync(`${folder}/.keep`, "");
    const mtime = Deno.statSync(folder).mtime!;
    passed += quiet;
    await told.finder.refill();
    assertEquals(told.takeAll(), []);
    Deno.writeTextFileSync(`${folder}/${stamped("a")}`, JOB);
    Deno.utimeSync(folder, mtime, mtime);
    passed += later;
    await told.finder.refillIfChanged();
    assertEquals(told.takeAll(), ["a"]);
  });
}

Deno.test("an entry that could not be claimed is given out again, also one of a batch", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  await queue.enqueueMany([{ command: "true", id: "a" }]);
  using told = finderOf(queue);
  await told.finder.refill();
  const entry = told.finder.take()!;
  told.finder.putBack(entry);
  assertEquals(told.finder.take(), entry);
  Deno.removeSync(`${dir}/pending/${entry.path}`);
  told.finder.left(entry.path);
  assertEquals(namesIn(dir, "pending"), []);
});

Deno.test("after two seconds of quiet a finder reads again only when a directory has changed", async () => {
  await using temporary = await temporaryQueue();
  let readings = 0;
  let passed = 0;
  const queue = await Queue.open(temporary.dir, {
    now: () => Date.now() + passed,
    files: {
      ...nativeFiles,
      list(directory) {
        readings++;
        return nativeFiles.list(directory);
      },
    },
  });
  using told = finderOf(queue, undefined, () => passed);
  await told.finder.refill();
  const after = async (milliseconds: number) => {
    readings = 0;
    for (let polls = 0; polls < 5; polls++) {
      passed += milliseconds / 5;
      await told.finder.refillIfChanged();
    }
    return readings;
  };
  const perReading = 2;
  assertEquals(await after(2000), 5 * perReading);
  assertEquals(await after(2000), 0);
  drop(temporary.dir, "pending/a.json", JOB);
  passed += 500;
  await told.finder.refillIfChanged();
  assertEquals(told.takeAll(), ["a"]);
  assertEquals(await after(2500), 4 * perReading);
  assertEquals(await after(29_000), 0);
  assertEquals(await after(1000), perReading, "now and then whatever the directories say");
});

Deno.test("a finder that is told of a change reads at once if its worker is idle, but not all the time", async () => {
  await using temporary = await temporaryQueue();
  let passed = 0;
  let takes = 45;
  const queue = await Queue.open(temporary.dir, {
    files: {
      ...nativeFiles,
      list(directory) {
        passed += takes;
        return nativeFiles.list(directory);
      },
    },
  });
  using told = finderOf(queue, undefined, () => passed);
  await told.finder.refill();
  drop(temporary.dir, "pending/a.json", JOB);
  assertEquals(told.finder.refillAsTold(false), false, "it took 90 ms, so not for 900");
  assertEquals(told.finder.refillAsTold(true), true);
  assertEquals(told.finder.refillAsTold(true), false, "it is reading");
  await eventually("it has found the job", () => told.takeAll().includes("a"));
  await told.finder.refill();
  takes = 1000;
  await told.finder.refill();
  assertEquals(told.finder.refillAsTold(true), false, "it took two seconds");
  passed += 20_000;
  assertEquals(told.finder.refillAsTold(false), true);
  await told.finder.refill();
});

/** A queue on a disk of another machine: only polls tell of what is added. */
async function remoteQueue(clock: { time: number }, mtime: () => number, ahead = 0) {
  const disk = new SimulatedDisk({ now: mtime });
  const from = clock.time;
  const added = await openStore("/q", { files: disk.process("other"), now: () => clock.time });
  const store = await openStore("/q", {
    files: disk.process("worker"),
    now: () => clock.time + ahead,
  });
  const told = finderOf({ store }, undefined, () => clock.time - from);
  let jobs = 0;
  return Object.assign(told, {
    add: async () => (await enqueue(added, { command: "true", id: `job-${jobs++}` })).id,
    async poll(): Promise<string[]> {
      await told.finder.refillIfChanged();
      return told.takeAll().filter((id) => {
        const [name] = disk.names("/q/pending").filter((name) => name.endsWith(`-${id}.json`));
        if (name) disk.process("claimer").remove(`/q/pending/${name}`);
        return name !== undefined;
      });
    },
  });
}

Deno.test("where mtimes are whole seconds a poll finds what was added since the last one", async () => {
  for (let offset = 0; offset < 1000; offset += 35) {
    const clock = { time: START + offset };
    // Of every other, this machine's clock is ahead of the file system's.
    const ahead = offset % 2 * 30_000;
    using remote = await remoteQueue(clock, () => Math.floor(clock.time / 1000) * 1000, ahead);
    await remote.finder.refill();
    for (const pause of [10, 300, 650, 10, 1700, 10, 2400, 10, 10]) {
      clock.time += pause;
      const id = await remote.add();
      clock.time += 5;
      assertEquals(await remote.poll(), [id], `${clock.time}`);
    }
  }
});

Deno.test("an mtime ahead of the clock hides no job", async () => {
  const clock = { time: START };
  let latest = START;
  // As GlusterFS has it: the time that the changing machine says, and never back.
  let ahead = 30_000;
  const mtime = () => latest = Math.max(latest, clock.time + ahead);
  using remote = await remoteQueue(clock, mtime);
  await remote.finder.refill();
  const first = await remote.add();
  assertEquals(await remote.poll(), [first]);
  ahead = 0;
  for (let seconds = 0; seconds < 40; seconds++) {
    clock.time += 1000;
    const id = await remote.add();
    assertEquals(await remote.poll(), [id], `${seconds} s later`);
  }
});

Deno.test("what no mtime shows, as this machine's clock is ahead too, is found within 30 seconds", async () => {
  const clock = { time: START };
  using remote = await remoteQueue(clock, () => START + 30_000, 40_000);
  await remote.finder.refill();
  for (let polls = 0; polls < 10; polls++, clock.time += 500) assertEquals(await remote.poll(), []);
  const id = await remote.add();
  const found = [];
  const until = clock.time + 30_000;
  for (; clock.time <= until; clock.time += 500) found.push(...await remote.poll());
  assertEquals(found, [id]);
});

Deno.test("a finder tells of directories that cannot be read, and reads them later", async () => {
  await using temporary = await temporaryQueue();
  let broken = false;
  let passed = 0;
  const queue = await Queue.open(temporary.dir, {
    now: () => Date.now() + passed,
    files: {
      ...nativeFiles,
      list(directory) {
        if (broken) throw new Error("I/O error");
        return nativeFiles.list(directory);
      },
    },
  });
  drop(temporary.dir, "pending/a.json", JOB);
  broken = true;
  using told = finderOf(queue, undefined, () => passed);
  await told.finder.refill();
  // By now the mtimes would be believed of a reading that did not fail.
  passed += 2500;
  await told.finder.refillIfChanged();
  assertEquals([told.takeAll(), told.troubles], [[], ["I/O error", "I/O error"]]);
  broken = false;
  await told.finder.refillIfChanged();
  assertEquals(told.takeAll(), ["a"]);
});

Deno.test("a finder holds no more than has room, and gives out all in the end, in order", async () => {
  await using temporary = await temporaryQueue();
  // More than the index holds at most: its capacity, twice. A disk of so many files would take
  // long.
  const total = 45_000;
  const stamp = (n: number) =>
    new Date(Date.UTC(2020, 0, 1) + n).toISOString().replace(/[-:]/g, "");
  const folders = new Map<string, Set<string>>();
  for (let n = 0; n < total; n++) {
    const folder = `20200101T000000.000Z-5-B${n % 9}`;
    if (n < 9) folders.set(folder, new Set());
    folders.get(folder)!.add(`${stamp(n)}-5-x${n}.json`);
  }
  const folderAt = (path: string) => folders.get(path.slice(path.lastIndexOf("/") + 1));
  const queue = await Queue.open(temporary.dir, {
    files: {
      ...nativeFiles,
      *list(directory) {
        if (directory === temporary.dir) return yield* nativeFiles.list(directory);
        if (directory.endsWith("/failed")) return;
        const content = folderAt(directory);
        for (const name of content ?? folders.keys()) {
          yield { name, kind: content ? "file" : "directory" };
        }
      },
      stat: (path) => nativeFiles.stat(folderAt(path) ? temporary.dir : path),
      exists: (path) => nativeFiles.exists(folderAt(path) ? temporary.dir : path),
      remove: (path) => {
        if (folderAt(path)!.size > 0) throw new Error("Directory not empty");
        folders.delete(path.slice(path.lastIndexOf("/") + 1));
      },
    },
  });
  using told = finderOf(queue);
  await told.finder.refill();
  let next = 0;
  while (next < total) {
    let entry = told.finder.take();
    if (!entry) {
      assert(next >= 30_000, `${next}`);
      await eventually("it reads again by itself", () => entry = told.finder.take());
    }
    assertEquals(entry!.id, `x${next}`);
    const [folder, name] = entry!.path.split("/") as [string, string];
    folders.get(folder)!.delete(name);
    told.finder.left(entry!.path);
    next++;
  }
  await told.finder.refill();
  assertEquals(told.takeAll(), []);
  assertEquals(folders.size, 0);
});
