import { assert, assertEquals } from "@std/assert";
import { changedFiles } from "../fs/changed_files.ts";
import { nativeFiles } from "../../src/fs/native_files.ts";
import type { FilePort } from "../../src/fs/file_port.ts";
import type { Settlement } from "../../src/moves/settle.ts";
import { Settler } from "../../src/worker/settler.ts";
import { runningJob } from "../running_job.ts";
import { eventually, namesIn, type TemporaryQueue, temporaryQueue } from "../temporary_queue.ts";

async function done(temporary: TemporaryQueue, id: string): Promise<Settlement> {
  const claim = await runningJob(temporary, id);
  return { claim, job: claim.job, state: "done" };
}

/** A settler of a queue, with what it has told. `files` stands in for some calls of the disk. */
function settlerOf({ queue }: TemporaryQueue, files: Partial<FilePort> = {}, busy = () => false) {
  const settled: string[] = [];
  const troubles: string[] = [];
  const settler = new Settler({ ...queue.store, files: changedFiles(files) }, {
    busy,
    completed: (settlements) => [...settlements],
    settled: (settlements) => {
      for (const { claim, progress } of settlements) settled.push(`${claim.id} ${progress}`);
    },
    trouble: (error, refused) =>
      troubles.push([(error as Error).message, ...refused.map(({ claim }) => claim.id)].join(" ")),
    recovered: (reason) => troubles.push(`over: ${reason}`),
  });
  return { settler, settled, troubles };
}

/**
 * A settler of a queue that flushes at once, and three jobs for it; `flushed` has the sizes of its
 * groups.
 */
async function threeFor(temporary: TemporaryQueue, busy: () => boolean) {
  const flushed: number[] = [];
  const { settler } = settlerOf(temporary, {
    sync(paths) {
      if (paths.some((path) => path.includes("@host-1-ab."))) flushed.push(paths.length - 1);
      return Promise.resolve();
    },
  }, busy);
  const jobs = [];
  for (let n = 0; n < 3; n++) jobs.push(await done(temporary, `x${n}`));
  return { settler, flushed, jobs };
}

Deno.test("a settler settles what it is given, and tells", async () => {
  await using temporary = await temporaryQueue({ fsync: true });
  const { settler, settled, troubles } = settlerOf(temporary);
  settler.add(await done(temporary, "a"));
  settler.add(await done(temporary, "b"));
  await settler.idle();
  assertEquals([settled.sort(), troubles], [["a settled", "b settled"], []]);
  assertEquals(namesIn(temporary.dir, "done"), ["a.json", "a.log", "b.json", "b.log"]);
});

Deno.test("a settler tells of a job that was taken away too", async () => {
  await using temporary = await temporaryQueue();
  const { settler, settled } = settlerOf(temporary);
  const taken = await done(temporary, "a");
  Deno.removeSync(`${temporary.dir}/processing/${taken.claim.name}`);
  settler.add(taken);
  await settler.idle();
  assertEquals(settled, ["a gone"]);
});

Deno.test("jobs that end while one is flushed share the next flush", async () => {
  await using temporary = await temporaryQueue({ fsync: true });
  const disk = Promise.withResolvers<void>();
  const flushed: number[] = [];
  const { settler, settled } = settlerOf(temporary, {
    async sync(paths) {
      if (paths.some((path) => path.includes("@host-1-ab."))) flushed.push(paths.length - 1);
      await disk.promise;
    },
  });
  const all = [];
  for (let n = 0; n < 5; n++) all.push(await done(temporary, `x${n}`));
  settler.add(all[0]!);
  await eventually("the first is being flushed", () => flushed.length === 1);
  for (const settlement of all.slice(1)) settler.add(settlement);
  assertEquals(settled, []);
  disk.resolve();
  await settler.idle();
  assertEquals([settled.length, flushed], [5, [1, 4]]);
});

for (const busy of [true, false]) {
  Deno.test(
    `jobs in quick succession ${busy ? "" : "do not "}wait for each other ${
      busy ? "while" : "if nothing"
    } more runs`,
    async () => {
      await using temporary = await temporaryQueue({ fsync: true });
      const { settler, flushed, jobs: all } = await threeFor(temporary, () => busy);
      settler.add(all[0]!);
      await settler.idle();
      settler.add(all[1]!);
      // The flush of one that does not wait would have begun by now.
      for (let ticks = 0; ticks < 20; ticks++) await null;
      settler.add(all[2]!);
      await settler.idle();
      assertEquals(flushed, busy ? [1, 2] : [1, 1, 1]);
    },
  );
}

Deno.test("jobs that are being gathered are settled at once when the last one ends", async () => {
  await using temporary = await temporaryQueue({ fsync: true });
  let busy = true;
  const { settler, flushed, jobs: all } = await threeFor(temporary, () => busy);
  settler.add(all[0]!);
  await settler.idle();
  settler.add(all[1]!);
  busy = false;
  settler.add(all[2]!);
  // No timer has a turn before these are over.
  for (let ticks = 0; ticks < 20; ticks++) await null;
  assertEquals(flushed, [1, 2]);
  await settler.idle();
});

Deno.test("a job that ends at the very moment when all others are settled is not forgotten", async () => {
  await using temporary = await temporaryQueue();
  for (let ticks = 0; ticks < 20; ticks++) {
    const [first, second] = [
      await done(temporary, `a${ticks}`),
      await done(temporary, `b${ticks}`),
    ];
    let settled = 0;
    const settler = new Settler(temporary.queue.store, {
      busy: () => false,
      completed: (settlements) => [...settlements],
      async settled(settlements) {
        settled += settlements.length;
        if (settled > 1) return;
        for (let n = 0; n < ticks; n++) await null;
        settler.add(second);
      },
      trouble() {},
      recovered() {},
    });
    settler.add(first);
    await eventually(`both are settled, ${ticks} ticks apart`, () => settled === 2);
    await settler.idle();
  }
});

Deno.test("a settler goes on when the disk does, and one bad job does not hold up the others", async () => {
  await using temporary = await temporaryQueue();
  let refuses = true;
  const { settler, settled, troubles } = settlerOf(temporary, {
    create(path, content) {
      if (path.includes("bad") && refuses) throw new Error("No space left on device");
      nativeFiles.create(path, content);
    },
  });
  for (const id of ["a", "bad", "b"]) settler.add(await done(temporary, id));
  await eventually("the others are settled", () => settled.length === 2);
  assertEquals(settled.sort(), ["a settled", "b settled"]);
  assert(settler.stuck, "nothing new is to be begun");
  assert(troubles.every((text) => text.startsWith("No space left on device ")), `${troubles}`);
  assertEquals(namesIn(temporary.dir, "processing").length, 2, "the bad one and its log");
  refuses = false;
  await settler.idle();
  assertEquals([settled.at(-1), settler.stuck], ["bad settled", false]);
  assertEquals(troubles.slice(-2), [
    "No space left on device bad",
    "over: No space left on device",
  ]);
});

Deno.test("a settler tells of all jobs that the disk refuses for one reason together, at each try", async () => {
  await using temporary = await temporaryQueue();
  let refusals = 4;
  const { settler, settled, troubles } = settlerOf(temporary, {
    create(path, content) {
      if (refusals-- > 0) throw new Error("No space left on device");
      nativeFiles.create(path, content);
    },
  });
  for (const id of ["a", "b", "c"]) settler.add(await done(temporary, id));
  await settler.idle();
  assertEquals([settled.length, troubles.slice(-2)], [3, [
    "No space left on device a b c",
    "over: No space left on device",
  ]]);
});

Deno.test("what a job left is asked for once, however often the disk refuses to have it settled", async () => {
  await using temporary = await temporaryQueue();
  let refusals = 1;
  const asked: string[] = [];
  let settled = 0;
  const files = changedFiles({
    create(path: string, content: Uint8Array) {
      if (refusals-- > 0) throw new Error("No space left on device");
      nativeFiles.create(path, content);
    },
  });
  const settler = new Settler({ ...temporary.queue.store, files }, {
    busy: () => false,
    completed(settlements) {
      asked.push(...settlements.map(({ claim }) => claim.id));
      return [...settlements];
    },
    settled: (settlements) => void (settled += settlements.length),
    trouble() {},
    recovered() {},
  });
  settler.add(await done(temporary, "a"));
  await eventually("it is settled", () => settled === 1);
  await settler.idle();
  assertEquals(asked, ["a"]);
});

Deno.test("a settler that was told to abandon its jobs settles none of those left", async () => {
  await using temporary = await temporaryQueue();
  const { settler, settled } = settlerOf(temporary);
  const [first, second] = [await done(temporary, "a"), await done(temporary, "b")];
  settler.abandon();
  settler.add(first);
  settler.add(second);
  await settler.idle();
  assertEquals(settled, []);
  assertEquals([namesIn(temporary.dir, "done"), namesIn(temporary.dir, "processing").length], [
    [],
    4,
  ]);
});
