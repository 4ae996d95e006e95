import { assertEquals, assertRejects } from "@std/assert";
import { denoFiles } from "../../src/fs/native_files.ts";
import { readEntry } from "../../src/contents/entries.ts";
import { plainFiles } from "../../src/fs/portable_files.ts";
import { settle } from "../../src/moves/settle.ts";
import { spareOwner, Spares } from "../../src/moves/spares.ts";
import { runningJob } from "../running_job.ts";
import { drop, namesIn, type TemporaryQueue, temporaryQueue } from "../temporary_queue.ts";

/** Settles a job of an ID as done; gives its old file's inode. */
async function settleOne(temporary: TemporaryQueue, id: string, spares: Spares): Promise<number> {
  const claim = await runningJob(temporary, id);
  const path = `${temporary.dir}/processing/${claim.name}`;
  // As an enqueue makes it, whatever a test beside this one has set for the whole process.
  Deno.chmodSync(path, 0o600);
  const { ino } = Deno.statSync(path);
  await settle(temporary.queue.store, [{ claim, job: claim.job, state: "done" }], spares);
  return ino!;
}

const inodeOf = ({ dir }: TemporaryQueue, id: string) =>
  Deno.statSync(`${dir}/done/${id}.json`).ino;

Deno.test("a job is settled over the old file of the last but one", async () => {
  await using temporary = await temporaryQueue({ fsync: true });
  const spares = new Spares(temporary.queue.store, "host-1-ab");
  const first = await settleOne(temporary, "a", spares);
  const second = await settleOne(temporary, "b", spares);
  await settleOne(temporary, "c", spares);
  await settleOne(temporary, "d", spares);
  assertEquals(["c", "d"].map((id) => inodeOf(temporary, id)), [first, second]);
  assertEquals(temporary.queue.list({ states: ["done"] }).map(({ id }) => id), [
    "a",
    "b",
    "c",
    "d",
  ]);
});

Deno.test("spares that are dropped are gone, and the jobs are not", async () => {
  await using temporary = await temporaryQueue();
  const spares = new Spares(temporary.queue.store, "host-1-ab");
  for (const id of ["a", "b", "c"]) await settleOne(temporary, id, spares);
  assertEquals(namesIn(temporary.dir, "tmp").map(spareOwner), ["host-1-ab", "host-1-ab"]);
  assertEquals(spares.none, false);
  await spares.drop();
  assertEquals([namesIn(temporary.dir, "tmp"), spares.none], [[], true]);
  assertEquals(temporary.queue.counts().done, 3);
});

Deno.test("no more spares are kept than two groups need", async () => {
  await using temporary = await temporaryQueue();
  const spares = new Spares(temporary.queue.store, "host-1-ab");
  const settlements = [];
  for (let n = 0; n < 70; n++) {
    const claim = await runningJob(temporary, `x${n}`);
    settlements.push({ claim, job: claim.job, state: "done" as const });
  }
  await settle(temporary.queue.store, settlements, spares);
  assertEquals(namesIn(temporary.dir, "tmp").length, 64);
  assertEquals(temporary.queue.counts().done, 70);
});

Deno.test("a file that a backup has a link to is not written over", async () => {
  await using temporary = await temporaryQueue();
  const { dir, queue: { store } } = temporary;
  const spares = new Spares(store, "host-1-ab");
  const claim = await runningJob(temporary, "a");
  Deno.linkSync(`${dir}/processing/${claim.name}`, `${dir}/backup`);
  const before = Deno.readTextFileSync(`${dir}/backup`);
  await settle(store, [{ claim, job: claim.job, state: "done" }], spares);
  for (const id of ["b", "c"]) await settleOne(temporary, id, spares);
  assertEquals(Deno.readTextFileSync(`${dir}/backup`), before);
  assertEquals(temporary.queue.get("c")?.command, "true");
});

for (const [name, files] of Object.entries({ denoFiles, plainFiles })) {
  Deno.test(`${name}.overwrite() changes only a private file that has one name`, async () => {
    await using temporary = await temporaryQueue();
    const { dir } = temporary;
    const bytes = new TextEncoder().encode("new");
    // Often enough for the C library to be worth making ready.
    for (let n = 0; n < 60; n++) assertEquals(files.overwrite(`${dir}/none`, bytes), false);
    for (const [before, mode, outcome] of [["longer", 0o600, true], ["s", 0o644, false]] as const) {
      drop(dir, `tmp/${mode}`, before);
      Deno.chmodSync(`${dir}/tmp/${mode}`, mode);
      assertEquals(files.overwrite(`${dir}/tmp/${mode}`, bytes), outcome);
      assertEquals(Deno.readTextFileSync(`${dir}/tmp/${mode}`), outcome ? "new" : before);
    }
    Deno.symlinkSync(`${dir}/tmp/${0o600}`, `${dir}/tmp/link`);
    assertEquals(files.overwrite(`${dir}/tmp/link`, bytes), false);
    assertEquals(files.overwrite(`${dir}/tmp`, bytes), false);
    await new Deno.Command("mkfifo", { args: ["-m", "600", `${dir}/tmp/fifo`] }).output();
    assertEquals(files.overwrite(`${dir}/tmp/fifo`, bytes), false);
  });
}

Deno.test("a reader is not given another job's content for one that has moved on", async () => {
  await using temporary = await temporaryQueue();
  const { queue: { store } } = temporary;
  const id = (await temporary.queue.enqueue({ command: "true" })).id;
  const entry = [...temporary.queue.list({ states: ["pending"] })][0]!;
  const path = namesIn(temporary.dir, "pending")[0]!;
  const files = {
    ...denoFiles,
    read(from: string) {
      const content = denoFiles.read(from);
      Deno.renameSync(from, `${temporary.dir}/tmp/moved`);
      return content;
    },
  };
  const found = readEntry({ ...store, files }, {
    id,
    state: "pending",
    path,
    time: 0,
    priority: entry.priority,
    bare: false,
  });
  assertEquals(found, undefined);
});

Deno.test("no spare is left of a job whose folder could not be flushed at first, though none are kept then", async () => {
  await using temporary = await temporaryQueue({ fsync: true });
  const { store } = temporary.queue;
  let fails = true;
  const sync = (paths: readonly string[]) => {
    if (!fails || !paths.includes(`${temporary.dir}/done`)) return denoFiles.sync(paths);
    fails = false;
    return Promise.reject(new Error("the disk failed"));
  };
  const failing = { ...store, files: { ...denoFiles, sync } };
  const claim = await runningJob(temporary, "a");
  const settlement = { claim, job: claim.job, state: "done" as const };
  const spares = new Spares(failing, "host-1-ab");
  await assertRejects(() => settle(failing, [settlement], spares), Error, "the disk failed");
  assertEquals(namesIn(temporary.dir, "tmp").map(spareOwner), ["host-1-ab"]);
  await settle(failing, [settlement]);
  assertEquals(namesIn(temporary.dir, "tmp"), []);
  assertEquals(temporary.queue.get("a")?.state, "done");
});
