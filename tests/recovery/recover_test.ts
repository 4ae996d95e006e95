import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { removeStaleInputs } from "../../src/contents/inputs.ts";
import type { FilePort } from "../../src/fs/file_port.ts";
import { enqueuePlain } from "../../src/moves/publish.ts";
import { claim } from "../../src/moves/claim.ts";
import { jobBytes } from "../../src/format/job.ts";
import { HELD_TIME, parseEntryName, waitingName } from "../../src/format/names.ts";
import { nativeFiles } from "../../src/fs/native_files.ts";
import { CachingPort } from "../simulation/caching_port.ts";
import { arrive, lockDeadWorker, type Presence } from "../../src/contents/presence.ts";
import { recoverDeadWorkers } from "../../src/recovery/recover.ts";
import { meantName, type Settlement } from "../../src/moves/settle.ts";
import { removeStrays } from "../../src/recovery/strays.ts";
import { drop, isThere, namesIn, type TemporaryQueue, temporaryQueue } from "../temporary_queue.ts";
import { waitingEntry } from "../waiting_entry.ts";

const STAMP = "20200101T000000.000Z";

function arriveAs({ queue }: TemporaryQueue, name: string): Presence {
  const info = { host: "here", pid: 1, slots: 1, started_at: "", version: "" };
  return arrive(queue.store, { ...info, name });
}

/** The kernel does this when a process dies: its lock falls free, its file stays. */
function die({ dir }: TemporaryQueue, presence: Presence): void {
  const path = `${dir}/workers/${presence.name}.json`;
  const content = Deno.readTextFileSync(path);
  presence.leave();
  Deno.writeTextFileSync(path, content);
}

/**
 * A queue with a worker that recovers and one that died while it ran job x, enqueued with `fields`.
 */
async function withDead(
  temporary: TemporaryQueue,
  fields = {},
  dead = "here-1-dd",
  begun = true,
) {
  const me = arriveAs(temporary, "here-2-ee");
  const presence = arriveAs(temporary, dead);
  const name = `${STAMP}-5-x.json`;
  drop(temporary.dir, `pending/${name}`, JSON.stringify({ command: "true", ...fields }));
  const result = await claim(temporary.queue.store, waitingEntry(name), dead);
  if (result.kind !== "claimed") throw new Error(result.kind);
  if (begun) drop(temporary.dir, "processing/x.log", "12345");
  die(temporary, presence);
  const killed: string[] = [];
  const recover = () =>
    recoverDeadWorkers(temporary.queue.store, me.name, (name) => {
      killed.push(`${name}, ${namesIn(temporary.dir, "processing")[0]}`);
      return Promise.resolve();
    });
  return { claim: result.claim, recover, killed, me };
}

Deno.test("a job that a dead command was changing goes back to a name that this machine remembers", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  const { claim, me } = await withDead(temporary, {}, "here-1-dd-held-edit", false);
  const stat = nativeFiles.stat(`${dir}/processing/${claim.name}`)!;
  const name = waitingName(HELD_TIME, claim.job.priority, "x", claim.job);
  const memory = new Map([[`${dir}/pending/${name}`, { stat }]]);
  const files = new CachingPort(nativeFiles, memory, "trusting");
  await recoverDeadWorkers({ ...queue.store, files }, me.name, () => Promise.resolve());
  assertEquals([namesIn(dir, "pending"), namesIn(dir, "processing")], [[name], []]);
  me.leave();
});

Deno.test("a job that was not begun is ready at once, also if its dead worker's clock was ahead", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  const { me } = await withDead(temporary, {}, "here-1-dd", false);
  const now = () => Date.UTC(2020, 0, 2);
  await recoverDeadWorkers({ ...queue.store, now }, me.name, () => Promise.resolve());
  assertEquals(namesIn(dir, "pending"), ["20200102T000000.000Z-5-x.json"]);
  me.leave();
});

Deno.test("a job that was claimed only to die of what it came after is charged nothing", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  const { recover, me } = await withDead(temporary, { after: ["parent"] });
  drop(dir, "dead/parent.json", '{"command":"false"}');
  Deno.mkdirSync(`${dir}/after/parent`, { recursive: true });
  Deno.writeTextFileSync(`${dir}/after/parent/x`, "");
  assertEquals(await recover(), [{ worker: "here-1-dd", finished: [], lost: [] }]);
  const { state, attempts, history, reason } = queue.get("x")!;
  assertEquals([state, attempts, history], ["dead", 0, []]);
  assertEquals(reason, "job parent, which it waited for, is dead");
  assertEquals(namesIn(dir, "after"), []);
  me.leave();
});

Deno.test("a dead worker's job is charged one attempt with outcome lost, and is ready again at once", async () => {
  await using temporary = await temporaryQueue({ fsync: true });
  const { queue, dir } = temporary;
  const { recover, claim, me } = await withDead(temporary);
  assertEquals(await recover(), [{ worker: "here-1-dd", finished: [], lost: ["x"] }]);
  const job = queue.get("x")!;
  assertEquals([job.state, job.attempts, job.history.length], ["failed", 1, 1]);
  const { started_at, finished_at, duration_ms, ...attempt } = job.history[0]!;
  assertEquals(attempt, {
    attempt: 1,
    worker: "here-1-dd",
    exit_code: null,
    signal: null,
    outcome: "lost",
    log_offset: 0,
    led_to: "failed",
    log_end: 5,
  });
  assertEquals(Date.parse(started_at), claim.time);
  assertEquals(Date.parse(finished_at) - Date.parse(started_at), duration_ms);
  const [name, log] = namesIn(dir, "failed");
  assert(parseEntryName(name!)!.time <= Date.now());
  assertEquals(log, "x.log");
  assertEquals([namesIn(dir, "processing"), namesIn(dir, "tmp")], [[], []]);
  assertEquals(namesIn(dir, "workers"), [`${me.name}.json`]);
  assertEquals(await recover(), [], "there is nothing left to recover");
});

Deno.test("a job whose first log was made in done/ may have begun, and keeps that log", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  const { recover, me } = await withDead(temporary, {}, "here-1-dd", false);
  drop(dir, "done/x.log", "12345");
  assertEquals(await recover(), [{ worker: "here-1-dd", finished: [], lost: ["x"] }]);
  assertEquals(queue.get("x")!.attempts, 1);
  assertEquals(namesIn(dir, "failed").filter((name) => name.endsWith(".log")), ["x.log"]);
  assertEquals(namesIn(dir, "done"), []);
  me.leave();
});

Deno.test("what is left of a dead worker's processes is killed before its jobs move", async () => {
  await using temporary = await temporaryQueue();
  const { recover, killed, claim } = await withDead(temporary);
  await recover();
  assertEquals(killed, [`here-1-dd, ${claim.name}`]);
});

Deno.test("no process here is killed for a worker of another machine", async () => {
  await using temporary = await temporaryQueue();
  const { recover, killed } = await withDead(temporary, {}, "elsewhere-1-dd");
  assertEquals((await recover())[0]?.lost, ["x"]);
  assertEquals(killed, []);
});

Deno.test("a lost attempt that was the last leads to dead/", async () => {
  await using temporary = await temporaryQueue();
  const { recover } = await withDead(temporary, { max_retries: 0 });
  await recover();
  const job = temporary.queue.get("x")!;
  assertEquals([job.state, job.attempts, job.history[0]?.led_to], ["dead", 1, "dead"]);
  assert(isThere(`${temporary.dir}/dead/x.log`));
});

Deno.test("a lost attempt is why a retried job is dead, not the reason from before the retry", async () => {
  await using temporary = await temporaryQueue();
  const history = [{ attempt: 1, led_to: "dead" }];
  const fields = { max_retries: 0, attempts: 5, history, reason: "its input is missing" };
  const { recover } = await withDead(temporary, fields);
  await recover();
  const job = temporary.queue.get("x")!;
  assertEquals([job.state, job.attempts, job.reason], ["dead", 1, undefined]);
});

Deno.test("a lost attempt counts on from those before it", async () => {
  await using temporary = await temporaryQueue();
  const history = [{ attempt: 1, led_to: "failed", log_end: 3 }];
  const { recover } = await withDead(temporary, { attempts: 1, history });
  await recover();
  const job = temporary.queue.get("x")!;
  assertEquals([job.attempts, job.history[1]?.attempt, job.history[1]?.log_offset], [2, 2, 3]);
});

Deno.test("a job whose command had not begun when its worker died is charged nothing, and runs", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  const { recover, claim, me } = await withDead(temporary, { max_retries: 0 }, "here-1-dd", false);
  assertEquals(await recover(), [{ worker: "here-1-dd", finished: [], lost: [] }]);
  const { state, attempts, history } = queue.get("x")!;
  assertEquals([state, attempts, history], ["pending", 0, []]);
  assertEquals(namesIn(dir, "pending"), [claim.name.replace("@here-1-dd", "")]);
  me.leave();
});

Deno.test("a retry that had not begun when its worker died waits as before, its log where it was", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  const history = [{ attempt: 1, led_to: "failed", log_end: 3 }];
  drop(dir, "failed/x.log", "123");
  const fields = { attempts: 1, history, max_retries: 1 };
  const { recover } = await withDead(temporary, fields, "here-1-dd", false);
  assertEquals((await recover())[0]?.lost, []);
  assertEquals([queue.get("x")?.state, queue.get("x")?.attempts], ["failed", 1]);
  assertEquals(namesIn(dir, "failed").at(-1), "x.log");
});

Deno.test("a worker that holds its lock is not recovered", async () => {
  await using temporary = await temporaryQueue();
  const alive = arriveAs(temporary, "here-1-aa");
  const me = arriveAs(temporary, "here-2-ee");
  drop(temporary.dir, `processing/${STAMP}-5-x@here-1-aa.json`, '{"command":"true"}');
  const none = () => Promise.resolve();
  assertEquals(await recoverDeadWorkers(temporary.queue.store, me.name, none), []);
  assert(alive.holds());
  assertEquals(temporary.queue.get("x")?.state, "processing");
});

Deno.test("only one recovers a dead worker", async () => {
  await using temporary = await temporaryQueue();
  const { recover } = await withDead(temporary);
  const lock = lockDeadWorker(temporary.queue.store, "here-1-dd");
  assertEquals(await recover(), []);
  lock?.release();
  const both = await Promise.all([recover(), recover()]);
  assertEquals(both.flat().length, 1);
  assertEquals(temporary.queue.get("x")?.history.length, 1);
});

Deno.test("jobs of a worker whose presence file is gone are recovered too", async () => {
  await using temporary = await temporaryQueue();
  const { recover } = await withDead(temporary);
  Deno.removeSync(`${temporary.dir}/workers/here-1-dd.json`);
  assertEquals((await recover())[0]?.lost, ["x"]);
  assertEquals(namesIn(temporary.dir, "workers"), ["here-2-ee.json"]);
});

for (const step of ["with its running copy", "without"]) {
  Deno.test(`a result that a dead worker had written down is published, ${step}`, async () => {
    await using temporary = await temporaryQueue();
    const { queue, dir } = temporary;
    const { recover, claim } = await withDead(temporary);
    const meant: Settlement = { claim, job: { ...claim.job, attempts: 1 }, state: "done" };
    Deno.renameSync(`${dir}/processing/${claim.name}`, `${dir}/tmp/${claim.name}`);
    Deno.writeFileSync(`${dir}/tmp/${meantName(meant)}`, jobBytes(meant.job));
    if (step === "without") Deno.removeSync(`${dir}/tmp/${claim.name}`);
    assertEquals(await recover(), [{ worker: "here-1-dd", finished: ["x"], lost: [] }]);
    assertEquals([queue.get("x")?.state, queue.get("x")?.attempts], ["done", 1]);
    assertEquals(namesIn(dir, "done"), ["x.json", "x.log"]);
    assertEquals([namesIn(dir, "tmp"), namesIn(dir, "processing")], [[], []]);
  });
}

Deno.test("a result that a dead worker had begun to write is dropped, and the attempt charged as lost", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  const { recover, claim } = await withDead(temporary);
  Deno.renameSync(`${dir}/processing/${claim.name}`, `${dir}/tmp/${claim.name}`);
  Deno.writeTextFileSync(`${dir}/tmp/x.json@here-1-dd.done`, '{"command":"tr');
  assertEquals(await recover(), [{ worker: "here-1-dd", finished: [], lost: ["x"] }]);
  assertEquals(queue.get("x")?.history[0]?.outcome, "lost");
  assertEquals([namesIn(dir, "tmp"), namesIn(dir, "done")], [[], []]);
});

Deno.test("a torn result with nothing to fall back on lands in dead/, and its log says so", async () => {
  await using temporary = await temporaryQueue();
  const { dir } = temporary;
  const { recover, claim } = await withDead(temporary);
  Deno.removeSync(`${dir}/processing/${claim.name}`);
  Deno.writeTextFileSync(`${dir}/tmp/x.json@here-1-dd.done`, '{"command":"tr');
  await recover();
  const [file, log] = namesIn(dir, "dead");
  assertMatch(file!, /^x-[0-9A-Z]{26}\.json$/);
  assertStringIncludes(Deno.readTextFileSync(`${dir}/dead/${log}`), "job x was cut off");
});

Deno.test("a running job whose file is no job any more lands in dead/ with what it printed", async () => {
  await using temporary = await temporaryQueue();
  const { dir } = temporary;
  const { recover, claim } = await withDead(temporary);
  Deno.writeTextFileSync(`${dir}/processing/${claim.name}`, "{");
  assertEquals(await recover(), [{ worker: "here-1-dd", finished: [], lost: [] }]);
  assertEquals(namesIn(dir, "dead"), ["x.json", "x.log"]);
  assertMatch(Deno.readTextFileSync(`${dir}/dead/x.log`), /^12345queuectl: not a job/);
  assertEquals(namesIn(dir, "processing"), []);
});

Deno.test("what a dead process was writing is removed from tmp/ once it is old, and nothing else is", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  for (const name of ["old@new", "young@new", "locked@new", "someone's own file"]) {
    Deno.writeTextFileSync(`${dir}/tmp/${name}`, "");
  }
  Deno.mkdirSync(`${dir}/tmp/batch@new`);
  Deno.writeTextFileSync(`${dir}/tmp/batch@new/a.json`, "");
  const old = new Date(Date.now() - 60_000);
  for (const name of ["old@new", "locked@new", "someone's own file", "batch@new"]) {
    Deno.utimeSync(`${dir}/tmp/${name}`, old, old);
  }
  const lock = queue.store.files.tryLock(`${dir}/tmp/locked@new`);
  removeStrays(queue.store);
  assertEquals(namesIn(dir, "tmp"), ["locked@new", "someone's own file", "young@new"]);
  lock?.release();
});

Deno.test("a clock that is ahead of the disk's sweeps nothing that is being written", async () => {
  await using temporary = await temporaryQueue();
  const { queue: { store }, dir } = temporary;
  Deno.writeTextFileSync(`${dir}/tmp/young@new`, "");
  Deno.mkdirSync(`${dir}/input`, { recursive: true });
  Deno.writeTextFileSync(`${dir}/input/later.in`, "");
  const ahead = { ...store, now: () => Date.now() + 7_200_000 };
  removeStrays(ahead);
  removeStaleInputs(ahead);
  assertEquals([namesIn(dir, "tmp"), namesIn(dir, "input")], [["young@new"], ["later.in"]]);
});

Deno.test("on a disk that takes no file, so that its clock cannot be read, nothing is old", async () => {
  await using temporary = await temporaryQueue();
  const { queue: { store }, dir } = temporary;
  Deno.writeTextFileSync(`${dir}/tmp/old@new`, "");
  Deno.utimeSync(`${dir}/tmp/old@new`, 0, 0);
  const create = () => {
    throw new Error("No space left on device (os error 28)");
  };
  removeStrays({ ...store, files: { ...store.files, create } });
  assertEquals(namesIn(dir, "tmp"), ["old@new"]);
});

Deno.test("what is swept before its writer has locked it is written again", async () => {
  await using temporary = await temporaryQueue();
  const { queue: { store }, dir } = temporary;
  const swept: string[] = [];
  const files: FilePort = {
    ...store.files,
    tryLock(path) {
      if (path.startsWith(`${dir}/tmp/`) && swept.push(path) < 3) Deno.removeSync(path);
      return store.files.tryLock(path);
    },
  };
  await enqueuePlain({ ...store, files }, { command: "true" });
  assertEquals([swept.length, namesIn(dir, "pending").length, namesIn(dir, "tmp")], [3, 1, []]);
});

Deno.test("the spare files of version 0.1 are removed once their worker has exited", async () => {
  await using temporary = await temporaryQueue();
  const { dir, queue } = temporary;
  const presence = arriveAs(temporary, "here-1-dd");
  drop(dir, "tmp/0@here-1-dd.spare", "{}");
  drop(dir, "tmp/7@here-2-ee.spare", "{}");
  removeStrays(queue.store);
  assertEquals(namesIn(dir, "tmp"), ["0@here-1-dd.spare"]);
  presence.leave();
  removeStrays(queue.store);
  assertEquals(namesIn(dir, "tmp"), []);
});

Deno.test("a dropped file that a dead worker had claimed before its time still waits for its time, uncharged", async () => {
  await using temporary = await temporaryQueue();
  const { dir } = temporary;
  const me = arriveAs(temporary, "here-2-ee");
  const presence = arriveAs(temporary, "here-1-dd");
  // As it lies there between the claim and the renaming back.
  const content = '{"command":"true","run_at":"2099-01-01T00:00:00Z","priority":7}';
  drop(dir, `processing/${STAMP}-5-later@here-1-dd.json`, content);
  die(temporary, presence);
  await recoverDeadWorkers(temporary.queue.store, me.name, () => Promise.resolve());
  assertEquals(namesIn(dir, "processing"), []);
  assertEquals(namesIn(dir, "pending"), ["20990101T000000.000Z-7-later.json"]);
  assertEquals(Deno.readTextFileSync(`${dir}/pending/20990101T000000.000Z-7-later.json`), content);
});
