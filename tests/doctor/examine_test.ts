import { assertEquals, assertMatch } from "@std/assert";
import type { FilePort } from "../../src/fs/file_port.ts";
import type { Finding } from "../../src/doctor/examination.ts";
import { examine } from "../../src/doctor/examine.ts";
import { claim } from "../../src/moves/claim.ts";
import { removeStaleInputs } from "../../src/contents/inputs.ts";
import { newId } from "../../src/format/ids.ts";
import { arrive } from "../../src/contents/presence.ts";
import { scheduleFile } from "../../src/schedules/schedule.ts";
import { lockQueue } from "../../src/store/queue_lock.ts";
import { runningJob } from "../running_job.ts";
import { drop, isThere, namesIn, type TemporaryQueue, temporaryQueue } from "../temporary_queue.ts";
import { waitingEntry } from "../waiting_entry.ts";

/** How to look, and what to look with in place of the store's own. */
interface FindingsOptions {
  repair?: boolean;
  freeBytes?: number;
  now?: () => number;
  files?: FilePort;
}

/** What a doctor finds in a queue. */
function findings(
  { queue }: TemporaryQueue,
  { repair = false, freeBytes, ...replaced }: FindingsOptions = {},
): Promise<Finding[]> {
  const store = { ...queue.store, ...replaced };
  return examine(store, {
    repair,
    freeBytes,
    host: "doctor",
    pid: Deno.pid,
    version: "0",
    killSurvivors: () => Promise.resolve(),
  });
}

/** Says one thing, which `--repair` mends: then nothing is left to be said. */
async function mends(
  temporary: TemporaryQueue,
  problem: RegExp,
  remedy: string,
  done: string = remedy.replace(/^sets /, "set ").replace(/^(\w+?)e?s /, "$1ed "),
): Promise<void> {
  const [found, ...more] = await findings(temporary);
  assertMatch(found?.problem ?? "all is well", problem);
  assertEquals([found!.mended, found!.remedy, more], [false, `--repair ${remedy}`, []]);
  const mended = await findings(temporary, { repair: true });
  assertEquals(mended, [{ ...found!, remedy: done, mended: true }]);
  assertEquals(await findings(temporary), []);
}

/** Says one thing, which only a person can mend: with `--repair` the queue stays as it is. */
async function says(
  temporary: TemporaryQueue,
  problem: RegExp,
  options?: Parameters<typeof findings>[1],
): Promise<void> {
  const before = namesBelow(temporary.dir);
  const [found, ...more] = await findings(temporary, { ...options, repair: true });
  assertMatch(found?.problem ?? "all is well", problem);
  assertEquals([found!.mended, more], [false, []]);
  assertEquals(namesBelow(temporary.dir), before);
}

function namesBelow(dir: string): string[] {
  return [...Deno.readDirSync(dir)].flatMap(({ name, isDirectory }) =>
    isDirectory ? [name, ...namesBelow(`${dir}/${name}`).map((each) => `${name}/${each}`)] : [name]
  ).sort();
}

function makeOld(path: string, hours: number): void {
  const time = Date.now() / 1000 - 3600 * hours;
  Deno.utimeSync(path, time, time);
}

Deno.test("a queue at rest is well, with jobs in each state", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  await queue.enqueue({ command: "true", id: "waits", unique: "key" });
  await queue.enqueue({ command: "true", id: "child", after: ["waits"] });
  await queue.enqueueMany([{ command: "true" }, { command: "true", hold: true }]);
  drop(dir, "done/a.json", '{"command":"true"}');
  drop(dir, "dead/b.json", "no job");
  const worker = arrive(queue.store, {
    name: "host-1-ab",
    host: "",
    pid: 1,
    slots: 1,
    started_at: "",
    version: "",
  });
  await runningJob(temporary, "runs");
  assertEquals(await findings(temporary), []);
  worker.leave();
});

Deno.test("a part that is missing is made", async () => {
  await using temporary = await temporaryQueue();
  Deno.removeSync(`${temporary.dir}/failed`);
  await mends(temporary, /failed is missing$/, "makes it", "made it");
});

Deno.test("a part that is no directory is told", async () => {
  await using temporary = await temporaryQueue();
  Deno.writeTextFileSync(`${temporary.dir}/unique`, "");
  await says(temporary, /unique is not a directory$/);
});

Deno.test("directories and jobs that the group can write in are closed", async () => {
  await using temporary = await temporaryQueue();
  const { dir, queue } = temporary;
  const { id } = await queue.enqueue({ command: "true", hold: true });
  const [job] = namesIn(dir, "pending");
  Deno.chmodSync(dir, 0o755);
  await mends(temporary, /is open to group or others \(mode 755\)/, "sets mode 700");
  Deno.chmodSync(`${dir}/done`, 0o770);
  await mends(temporary, /done is open to group or others \(mode 770\)/, "sets mode 700");
  Deno.chmodSync(`${dir}/pending/${job}`, 0o664);
  await mends(temporary, /^pending\/.* can be written by group or others/, "sets mode 600");
  assertEquals(queue.get(id)?.command, "true");
});

Deno.test("what anybody can write in is told, and not made to be believed", async () => {
  await using temporary = await temporaryQueue();
  const { dir, queue } = temporary;
  await queue.enqueue({ command: "true", hold: true });
  const [job] = namesIn(dir, "pending");
  Deno.chmodSync(`${dir}/pending/${job}`, 0o666);
  await says(temporary, /^pending\/.* is not a job: group or others can write in it/);
  Deno.chmodSync(`${dir}/pending/${job}`, 0o600);
  Deno.chmodSync(`${dir}/config.json`, 0o666);
  await says(temporary, /config\.json are not used, as group or others can write in it/);
});

Deno.test("a worker that died is recovered: what it ran waits for its retry", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  await runningJob(temporary, "a");
  drop(dir, "workers/host-1-ab.json", "{}");
  await mends(
    temporary,
    /^worker host-1-ab is dead, and its jobs have not been recovered$/,
    "recovers its jobs: those without a recorded result are charged as lost and retried",
  );
  assertEquals(queue.get("a")?.history.map(({ outcome }) => outcome), ["lost"]);
  assertEquals(namesIn(dir, "workers"), []);
});

Deno.test("a worker without a presence file is recovered too", async () => {
  await using temporary = await temporaryQueue();
  await runningJob(temporary, "a");
  await mends(
    temporary,
    /^worker host-1-ab is dead/,
    "recovers its jobs: those without a recorded result are charged as lost and retried",
  );
  assertEquals(temporary.queue.get("a")?.state, "failed");
});

Deno.test("progress of a missing worker is removed", async () => {
  await using temporary = await temporaryQueue();
  Deno.mkdirSync(`${temporary.dir}/progress/host-1-ab`, { recursive: true, mode: 0o700 });
  Deno.writeTextFileSync(`${temporary.dir}/progress/host-1-ab/a`, "5%");
  await mends(temporary, /^progress\/"host-1-ab" is of a missing worker$/, "removes it");
});

Deno.test("what a program that died was writing is removed, a batch too", async () => {
  await using temporary = await temporaryQueue();
  const { dir } = temporary;
  const sentence = /@new" was left by a program that has exited; no job needs it$/;
  Deno.writeTextFileSync(`${dir}/tmp/a@new`, "{");
  assertEquals(await findings(temporary), [], "it may still be written");
  makeOld(`${dir}/tmp/a@new`, 1);
  await mends(temporary, sentence, "removes it");
  Deno.mkdirSync(`${dir}/tmp/b@new`);
  Deno.writeTextFileSync(`${dir}/tmp/b@new/x.json`, "{}");
  makeOld(`${dir}/tmp/b@new`, 1);
  await mends(temporary, sentence, "removes it");
});

Deno.test("what a person forgot in tmp/ is told after a day, and stays", async () => {
  await using temporary = await temporaryQueue();
  Deno.writeTextFileSync(`${temporary.dir}/tmp/job`, '{"command":"true"}');
  makeOld(`${temporary.dir}/tmp/job`, 23);
  assertEquals(await findings(temporary), []);
  makeOld(`${temporary.dir}/tmp/job`, 25);
  await says(temporary, /^tmp\/"job" has not changed for more than a day$/);
});

Deno.test("a log without a job is removed; one whose job is there stays", async () => {
  await using temporary = await temporaryQueue();
  drop(temporary.dir, "done/a.log", "printed");
  await mends(temporary, /^done\/"a\.log" is the log of a missing job$/, "removes it");
  drop(temporary.dir, "failed/b.log", "printed");
  drop(temporary.dir, "pending/b.json", '{"command":"true"}');
  assertEquals(await findings(temporary), []);
});

Deno.test("a log that lies elsewhere is moved beside its job", async () => {
  await using temporary = await temporaryQueue();
  drop(temporary.dir, "done/a.json", '{"command":"true"}');
  drop(temporary.dir, "processing/a.log", "printed");
  await mends(
    temporary,
    /^the log of a lies in .*processing\/a\.log, not beside its job$/,
    "moves it",
  );
  assertEquals(Deno.readTextFileSync(`${temporary.dir}/done/a.log`), "printed");
});

Deno.test("a job in two places is told, and both stay", async () => {
  await using temporary = await temporaryQueue();
  drop(temporary.dir, "done/a.json", '{"command":"true"}');
  drop(temporary.dir, "dead/a.json", '{"command":"false"}');
  await says(temporary, /^2 files have the ID "a": done\/"a.json" and dead\/"a.json"$/);
});

Deno.test("files that are no jobs, or that none will run, are told and stay", async () => {
  await using temporary = await temporaryQueue();
  const { dir } = temporary;
  const plants: [path: string, content: string, problem: RegExp][] = [
    ["pending/a.json", "{", /^pending\/"a\.json" is not a job: it is not JSON/],
    ["done/b.json", '{"command":1}', /^done\/"b\.json" is not a job: command must be a string/],
    ["pending/notes.txt", "", /^pending\/"notes\.txt" is not a job: its name does not end in/],
    ["failed/a b.json", '{"command":"x"}', /^failed\/"a b\.json" is not a job: id must be 1 to 64/],
    ["processing/c.json", '{"command":"x"}', /^processing\/"c\.json" names no worker/],
  ];
  for (const [path, content, problem] of plants) {
    drop(dir, path, content);
    await says(temporary, problem);
    Deno.removeSync(`${dir}/${path}`);
  }
  Deno.symlinkSync("/etc/passwd", `${dir}/pending/link.json`);
  await says(temporary, /^pending\/"link\.json" is not a job: it is not a regular file$/);
  Deno.removeSync(`${dir}/pending/link.json`);
});

Deno.test("a remedy is a whole command, with the path or name in quotes", async () => {
  await using temporary = await temporaryQueue();
  const { dir, queue } = temporary;
  const remedyOf = async () => (await findings(temporary)).map(({ remedy }) => remedy);

  Deno.symlinkSync("/etc/passwd", `${dir}/pending/link.json`);
  assertEquals(await remedyOf(), ["a worker will move it to dead/ as it is"]);
  Deno.removeSync(`${dir}/pending/link.json`);

  const open = `${dir}/pending/it's mine.json`;
  Deno.writeTextFileSync(open, '{"command":"true"}');
  Deno.chmodSync(open, 0o666);
  const chmod = `chmod 600 '${dir}/pending/it'\\''s mine.json'`;
  assertEquals(await remedyOf(), [
    `a worker will move it to dead/; check its command, and if it is yours run: ${chmod}`,
  ]);
  Deno.removeSync(open);

  const stdin = new Blob(["data"]).stream();
  await queue.enqueue({ command: "cat", id: "a" }, { stdin });
  Deno.chmodSync(`${dir}/input/a.in`, 0o666);
  assertEquals(
    (await remedyOf())[0],
    `check its content; if it is yours, run: chmod 600 '${dir}/input/a.in'`,
  );
  Deno.chmodSync(`${dir}/input/a.in`, 0o600);

  Deno.mkdirSync(`${dir}/schedules`, { mode: 0o700 });
  drop(dir, `schedules/${scheduleFile("nightly", Date.now() + 60_000)}`, "{");
  assertEquals(await remedyOf(), ["edit it, or remove it: queuectl schedule rm nightly"]);
});

Deno.test("an empty batch is removed; one with anything in it stays", async () => {
  await using temporary = await temporaryQueue();
  const batch = `pending/20260101T000000.000Z-5-${newId()}`;
  Deno.mkdirSync(`${temporary.dir}/${batch}`);
  await mends(temporary, /^pending\/".*" is an empty batch$/, "removes it");
  Deno.mkdirSync(`${temporary.dir}/${batch}`);
  Deno.writeTextFileSync(`${temporary.dir}/${batch}/notes`, "");
  assertEquals(await findings(temporary, { repair: true }), []);
  assertEquals(isThere(`${temporary.dir}/${batch}/notes`), true);
});

Deno.test("a key whose job was removed by hand is freed; that of a job that is there stays", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  for (const key of ["gone", "there"]) {
    await queue.enqueue({ command: "true", id: key, unique: key });
  }
  for (const name of namesIn(dir, "pending")) {
    if (name.endsWith("-gone.json")) Deno.removeSync(`${dir}/pending/${name}`);
  }
  await mends(temporary, /^unique\/"gone" names a missing job$/, "frees the key");
  assertEquals(namesIn(dir, "unique"), ["there"]);
});

Deno.test("a key is not freed while another program adds jobs", async () => {
  await using temporary = await temporaryQueue();
  const { dir, queue } = temporary;
  Deno.mkdirSync(`${dir}/unique`, { mode: 0o700 });
  drop(dir, "unique/key", "gone\n");
  const lock = await lockQueue(queue.store);
  const [found] = await findings(temporary, { repair: true });
  assertMatch(found!.remedy, /could not be fixed: another program is adding jobs/);
  lock.release();
  assertEquals(namesIn(dir, "unique"), ["key"]);
});

Deno.test("the note of a missing job is removed; that of a waiting one stays", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  await queue.enqueue({ command: "true", id: "p", hold: true });
  for (const id of ["gone", "there"]) {
    await queue.enqueue({ command: "true", id, after: ["p"] });
  }
  for (const name of namesIn(dir, "pending")) {
    if (name.endsWith("-gone.json")) Deno.removeSync(`${dir}/pending/${name}`);
  }
  const sentence = /^after\/"p\/gone" is the note of a job that has ended or is missing$/;
  await mends(temporary, sentence, "removes it");
  assertEquals(namesIn(dir, "after/p"), ["there"]);
  Deno.mkdirSync(`${dir}/after/q`);
  await mends(temporary, /^after\/"q" is of a job that no other waits for$/, "removes it");
});

Deno.test("a job that waits, and whose note is lost, is noted again; if none is left to wait for it is let go", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  await queue.enqueue({ command: "true", id: "p", hold: true });
  await queue.enqueue({ command: "true", id: "child", after: ["p"] });
  const sentence = /^child waits for p without a note in after\/$/;
  Deno.removeSync(`${dir}/after/p`, { recursive: true });
  await mends(temporary, sentence, "adds the note, so that the job is released");
  assertEquals(namesIn(dir, "after/p"), ["child"]);
  Deno.removeSync(`${dir}/after/p`, { recursive: true });
  const [parent] = namesIn(dir, "pending").filter((name) => name.endsWith("-p.json"));
  Deno.renameSync(`${dir}/pending/${parent}`, `${dir}/done/p.json`);
  await mends(temporary, sentence, "adds the note, so that the job is released");
  assertEquals(queue.get("child")!.waits_for, undefined);
  assertEquals(namesIn(dir, "pending").filter((name) => name.startsWith("9999")), []);
});

Deno.test("no note of who waits is removed while another program adds jobs", async () => {
  await using temporary = await temporaryQueue();
  const { dir, queue } = temporary;
  Deno.mkdirSync(`${dir}/after/p`, { recursive: true, mode: 0o700 });
  drop(dir, "after/p/child", "");
  const lock = await lockQueue(queue.store);
  const [found] = await findings(temporary, { repair: true });
  assertMatch(found!.remedy, /could not be fixed: another program is adding jobs/);
  lock.release();
  assertEquals(namesIn(dir, "after/p"), ["child"]);
});

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
