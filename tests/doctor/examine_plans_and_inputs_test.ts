import { assertEquals, assertStringIncludes } from "@std/assert";
import type { FilePort } from "../../src/fs/file_port.ts";
import { claim } from "../../src/moves/claim.ts";
import { removeStaleInputs } from "../../src/contents/inputs.ts";
import { scheduleFile } from "../../src/schedules/schedule.ts";
import { lockQueue } from "../../src/store/queue_lock.ts";
import { drop, namesIn, type TemporaryQueue, temporaryQueue } from "../temporary_queue.ts";
import { waitingEntry } from "../waiting_entry.ts";
import { findings, makeOld, mends, says } from "./findings.ts";

Deno.test("what is no schedule is told, and a job that was made for one stays", async () => {
  await using temporary = await temporaryQueue();
  const { dir } = temporary;
  Deno.mkdirSync(`${dir}/schedules`, { mode: 0o700 });
  const plants: [name: string, problem: RegExp][] = [
    [scheduleFile("s", 0), /^schedules\/".*-s\.json" is not a schedule: it is not JSON/],
    ["notes", /^schedules\/"notes" is not a schedule: its name is not STAMP-NAME.json$/],
    ["20260101T000000.000Z-s.job", /^schedules\/".*" is a job of a missing schedule$/],
  ];
  for (const [name, problem] of plants) {
    drop(dir, `schedules/${name}`, "");
    await says(temporary, problem);
    Deno.removeSync(`${dir}/schedules/${name}`);
  }
});

Deno.test("a clock that is behind the newest job is told", async () => {
  await using temporary = await temporaryQueue();
  await temporary.queue.enqueue({ command: "true" });
  await says(temporary, /clock is (59|60) s behind the newest job$/, {
    now: () => Date.now() - 60_000,
  });
  assertEquals(await findings(temporary, { now: () => Date.now() - 2_000 }), [], "late, not wrong");
});

Deno.test("a disk that is nearly full is told", async () => {
  await using temporary = await temporaryQueue();
  const freeBytes = 5 * 1024 * 1024;
  await says(temporary, /^only 5 MiB are free on the disk of /, { freeBytes });
  Deno.writeFileSync(`${temporary.dir}/done/a.log`, new Uint8Array(3 * 1024 * 1024));
  const found = await findings(temporary, { freeBytes });
  const { remedy } = found.find(({ problem }) => problem.startsWith("only 5 MiB"))!;
  assertStringIncludes(remedy, "the largest log is that of job a in done/ (3.0 MiB)");
  Deno.removeSync(`${temporary.dir}/done/a.log`);
  assertEquals(await findings(temporary, { freeBytes: 1024 ** 3 }), []);
});

Deno.test("of two jobs of one ID neither gets the other's log", async () => {
  await using temporary = await temporaryQueue();
  for (const state of ["done", "dead"]) {
    drop(temporary.dir, `${state}/a.json`, '{"command":"true"}');
  }
  drop(temporary.dir, "dead/a.log", "printed");
  await says(temporary, /2 files have the ID "a"/);
});

Deno.test("a job that waits for a missing one, or for itself, is reported", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  await queue.enqueue({ command: "true", id: "parent", hold: true });
  await queue.enqueue({ command: "true", id: "child", after: ["parent"] });
  const [name] = namesIn(dir, "pending").filter((each) => each.endsWith("parent.json"));
  Deno.removeSync(`${dir}/pending/${name}`);
  const lock = await lockQueue(queue.store);
  // Another program adds jobs: the parent may be among them.
  assertEquals(await findings(temporary), []);
  lock.release();
  await says(temporary, /^child waits for parent, which is missing$/);
});

Deno.test("each circle of jobs that wait for each other is told, and a job that waits for itself", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  const after: Record<string, string> = {
    a: "b",
    b: "c",
    c: "a",
    x: "y",
    y: "x",
    z: "x",
    me: "me",
  };
  for (const [id, parent] of Object.entries(after)) {
    drop(dir, `pending/${id}.json`, JSON.stringify({ command: "true", after: [parent] }));
  }
  for (const id of Object.keys(after)) {
    await claim(queue.store, waitingEntry(`${id}.json`), "host-1-ab");
  }
  assertEquals((await findings(temporary)).map(({ problem }) => problem).sort(), [
    "me waits for itself",
    "these jobs wait for each other: a after b after c after a",
    "these jobs wait for each other: x after y after x",
  ]);
});

/** A queue with a job that has an input. */
async function withInput(): Promise<TemporaryQueue> {
  const temporary = await temporaryQueue();
  const stdin = new Blob(["data"]).stream();
  await temporary.queue.enqueue({ command: "cat", id: "a" }, { stdin });
  return temporary;
}

Deno.test("the input of a missing job is removed once it is an hour old", async () => {
  await using temporary = await withInput();
  const { dir } = temporary;
  Deno.removeSync(`${dir}/pending/${namesIn(dir, "pending")[0]}`);
  assertEquals(await findings(temporary), []);
  makeOld(`${dir}/input/a.in`, 2);
  await mends(temporary, /^input\/a\.in is the input of a missing job$/, "removes it");
  assertEquals(namesIn(dir, "input"), []);
});

Deno.test("the times of a missing job are removed once they are an hour old", async () => {
  await using temporary = await withInput();
  const { dir } = temporary;
  Deno.writeTextFileSync(`${dir}/input/b.times`, "1 2 3\n");
  assertEquals(await findings(temporary), []);
  makeOld(`${dir}/input/b.times`, 2);
  await mends(temporary, /^input\/b\.times says when a missing job printed what$/, "removes it");
  assertEquals(namesIn(dir, "input"), ["a.in"]);
});

Deno.test("the input of a job that is being added is left alone, however old", async () => {
  await using temporary = await withInput();
  const { dir, queue } = temporary;
  Deno.removeSync(`${dir}/pending/${namesIn(dir, "pending")[0]}`);
  makeOld(`${dir}/input/a.in`, 2);
  const lock = queue.store.files.tryLock(`${dir}/input/a.in`)!;
  removeStaleInputs(queue.store);
  assertEquals(namesIn(dir, "input"), ["a.in"]);
  lock.release();
  removeStaleInputs(queue.store);
  assertEquals(namesIn(dir, "input"), []);
});

Deno.test("an input that lies beside its job, is missing, or is none is told", async () => {
  await using temporary = await withInput();
  const { dir } = temporary;
  Deno.renameSync(`${dir}/input/a.in`, `${dir}/pending/a.in`);
  Deno.writeTextFileSync(`${dir}/input/notes`, "");
  Deno.symlinkSync("/etc/passwd", `${dir}/input/b.in`);
  const found = (await findings(temporary, { repair: true })).map(({ problem }) => problem).sort();
  assertEquals(found, [
    'input/"b.in" is not a regular file; no job will read it',
    `input/"notes" is not a job's input: its name is not ID.in`,
    "job a cannot run: its input, input/a.in, is missing",
    'pending/"a.in" is not a job: its name does not end in .json',
  ]);
});

Deno.test("an input that anyone can write is told, and one that my group can is closed to it", async () => {
  await using temporary = await withInput();
  Deno.chmodSync(`${temporary.dir}/input/a.in`, 0o660);
  await mends(temporary, /^input\/"a\.in" can be written by group or others/, "sets mode 600");
});

Deno.test("a spare file that version 0.1 left is removed, and is no dead worker", async () => {
  await using temporary = await temporaryQueue();
  Deno.writeTextFileSync(`${temporary.dir}/tmp/3@host-1-ab.spare`, "{}");
  await mends(
    temporary,
    /^tmp\/"3@host-1-ab.spare" was left by a program that has exited/,
    "removes it",
  );
});

Deno.test("a disk on which no file can be made is reported", async () => {
  await using temporary = await temporaryQueue();
  const { store } = temporary.queue;
  const create = () => {
    throw new Error("No space left on device (os error 28): writefile");
  };
  const [found, ...more] = await findings(temporary, { files: { ...store.files, create } });
  assertEquals(found?.problem, `no file can be made in ${store.dir}/tmp: no space left on device`);
  assertEquals(more, []);
});

Deno.test("a part of another owner, or that the system keeps from being written, is reported with a whole command", async () => {
  await using temporary = await temporaryQueue();
  const { queue: { store }, dir } = temporary;
  const part = `${dir}/done`;
  const remedies = async (files: Partial<FilePort>) =>
    (await findings(temporary, { files: { ...store.files, ...files } })).map(({ remedy }) =>
      remedy
    );
  const stat: FilePort["stat"] = (path) => {
    const found = store.files.stat(path);
    return found && path === part ? { ...found, uid: found.uid + 1 } : found;
  };
  assertEquals(await remedies({ stat }), [
    `check its content, then take it over: chown ${store.owner} '${part}'`,
  ]);
  for (
    const [fault, remedy] of [
      ["immutable", `clear the mark: chattr -i '${part}'`],
      ["no permission", `look at what denies it: ls -ld '${part}'; getfacl '${part}'`],
    ] as const
  ) {
    const writeFault = (path: string) => path === part ? fault : undefined;
    assertEquals(await remedies({ writeFault }), [remedy]);
  }
});
