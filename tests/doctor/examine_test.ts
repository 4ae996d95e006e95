import { assertEquals } from "@std/assert";
import { newId } from "../../src/format/ids.ts";
import { arrive } from "../../src/contents/presence.ts";
import { scheduleFile } from "../../src/schedules/schedule.ts";
import { lockQueue } from "../../src/store/queue_lock.ts";
import { runningJob } from "../running_job.ts";
import { drop, isThere, namesIn, temporaryQueue } from "../temporary_queue.ts";
import { findings, makeOld, mends, says } from "./findings.ts";

const WORKER = { host: "", pid: 1, slots: 1, started_at: "", version: "" };

Deno.test("a queue at rest is well, with jobs in each state", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  await queue.enqueue({ command: "true", id: "waits", unique: "key" });
  await queue.enqueue({ command: "true", id: "child", after: ["waits"] });
  await queue.enqueueMany([{ command: "true" }, { command: "true", hold: true }]);
  drop(dir, "done/a.json", '{"command":"true"}');
  drop(dir, "dead/b.json", "no job");
  const worker = arrive(queue.store, { ...WORKER, name: "host-1-ab" });
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

Deno.test("a job that its worker moves is one job, while it has both names", async () => {
  await using temporary = await temporaryQueue();
  const { dir } = temporary;
  const worker = arrive(temporary.queue.store, { ...WORKER, name: "host-1-ab" });
  const { name } = await runningJob(temporary, "x");
  const moves: [from: string, to: string][] = [
    [`processing/${name}`, `pending/${name.replace(/@.*/, ".json")}`],
    [`tmp/x.json@host-1-ab.done`, "done/x.json"],
  ];
  for (const [from, to] of moves) {
    if (!isThere(`${dir}/${from}`)) Deno.renameSync(`${dir}/processing/${name}`, `${dir}/${from}`);
    Deno.linkSync(`${dir}/${from}`, `${dir}/${to}`);
    assertEquals(await findings(temporary), [], from);
    Deno.removeSync(`${dir}/${to}`);
    Deno.copyFileSync(`${dir}/${from}`, `${dir}/${to}`);
    await says(temporary, /^2 files have the ID "x"/);
    Deno.removeSync(`${dir}/${to}`);
  }
  worker.leave();
});

Deno.test("a claimed name that came back beside the job's end is its worker's to remove, where machines share the disk", async () => {
  await using temporary = await temporaryQueue();
  const { dir, queue } = temporary;
  const worker = arrive(queue.store, { ...WORKER, name: "host-1-ab" });
  const { name } = await runningJob(temporary, "x");
  const job = { command: "true", created_at: "2020-01-01T00:00:00.000Z" };
  drop(dir, `processing/${name}`, JSON.stringify(job));
  const history = [{ attempt: 1, started_at: job.created_at, outcome: "done", led_to: "done" }];
  drop(dir, "done/x.json", JSON.stringify({ ...job, history }));
  drop(dir, "done/x.log", "");
  await says(temporary, /^2 files have the ID "x"/);
  const { files } = queue.store;
  const { isLocal } = files;
  using _disk = { [Symbol.dispose]: () => void (files.isLocal = isLocal) };
  files.isLocal = () => false;
  assertEquals(await findings(temporary), []);
  const waiting = `${dir}/pending/20300101T000000.000Z-5-x.json`;
  Deno.renameSync(`${dir}/processing/${name}`, waiting);
  assertEquals(await findings(temporary), [], "a waiting name of the job that is done came back");
  Deno.copyFileSync(waiting, `${dir}/processing/${name}`);
  Deno.removeSync(`${dir}/done/x.json`);
  Deno.renameSync(`${dir}/done/x.log`, `${dir}/processing/x.log`);
  assertEquals(await findings(temporary), [], "a waiting name of the job that runs came back");
  Deno.removeSync(waiting);
  // Another job.
  const created_at = "2021-01-01T00:00:00.000Z";
  drop(dir, "done/x.json", JSON.stringify({ ...job, history, created_at }));
  await says(temporary, /^2 files have the ID "x"/);
  worker.leave();
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

Deno.test("a key whose job is missing is nothing wrong while another program adds jobs", async () => {
  await using temporary = await temporaryQueue();
  const { dir, queue } = temporary;
  Deno.mkdirSync(`${dir}/unique`, { mode: 0o700 });
  drop(dir, "unique/key", "gone\n");
  const lock = await lockQueue(queue.store);
  assertEquals(await findings(temporary, { repair: true }), []);
  lock.release();
  assertEquals(namesIn(dir, "unique"), ["key"]);
  await mends(temporary, /^unique\/"key" names a missing job$/, "frees the key");
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

Deno.test("a note of a missing job is nothing wrong while another program adds jobs", async () => {
  await using temporary = await temporaryQueue();
  const { dir, queue } = temporary;
  Deno.mkdirSync(`${dir}/after/p`, { recursive: true, mode: 0o700 });
  const lock = await lockQueue(queue.store);
  assertEquals(await findings(temporary, { repair: true }), [], "an empty folder");
  drop(dir, "after/p/child", "");
  assertEquals(await findings(temporary, { repair: true }), []);
  lock.release();
  assertEquals(namesIn(dir, "after/p"), ["child"]);
  const sentence = /^after\/"p\/child" is the note of a job that has ended or is missing$/;
  await mends(temporary, sentence, "removes it");
});
