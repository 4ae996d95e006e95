import { assertEquals, assertMatch } from "@std/assert";
import { claim, type WaitingEntry } from "../../src/moves/claim.ts";
import { jobBytes, type JobView } from "../../src/format/job.ts";
import type { JobState } from "../../src/format/names.ts";
import { arrive } from "../../src/contents/presence.ts";
import { recoverDeadWorkers } from "../../src/recovery/recover.ts";
import { meantName } from "../../src/moves/settle.ts";
import { namesIn, type TemporaryQueue, temporaryQueue } from "../temporary_queue.ts";
import { waitingEntry } from "../waiting_entry.ts";

// On btrfs, say, a power cut can bring back the name that a job had before a rename, beside the one
// it has since.

const BEFORE = "20200101T000000.000Z-5-x.json";
const CLAIMED = "20200101T000001.000Z-5-x@here-1-dd.json";
const RETRY = "20200101T000002.000Z-5-x.json";

/** The job as it is after so many attempts, of which the last led to a state. */
async function jobAfter({ queue }: TemporaryQueue, attempts: number, state: JobState) {
  const made = queue.get("x") ?? await queue.enqueue({
    command: "true",
    id: "x",
    run_at: "2020-01-01T00:00:00Z",
  });
  const { state: _, ...job } = made as JobView;
  const history = Array.from({ length: attempts }, (_, at) => ({
    attempt: at + 1,
    worker: "here-1-dd",
    started_at: `2020-01-01T00:00:0${at}.000Z`,
    finished_at: `2020-01-01T00:00:0${at}.500Z`,
    duration_ms: 500,
    exit_code: 0,
    signal: null,
    outcome: state === "done" ? "done" as const : "failed" as const,
    log_offset: 0,
    led_to: at + 1 === attempts ? state : "failed" as const,
  }));
  return { ...job, attempts, history };
}

/** Puts the job's files there as the power cut left them, and nothing else. */
async function left(
  temporary: TemporaryQueue,
  files: Record<string, [attempts: number, state: JobState]>,
): Promise<void> {
  const contents: [string, Uint8Array][] = [];
  for (const [path, [attempts, state]] of Object.entries(files)) {
    contents.push([path, jobBytes(await jobAfter(temporary, attempts, state))]);
  }
  for (const name of namesIn(temporary.dir, "pending")) {
    Deno.removeSync(`${temporary.dir}/pending/${name}`);
  }
  for (const [path, content] of contents) Deno.writeFileSync(`${temporary.dir}/${path}`, content);
}

async function recover({ queue: { store } }: TemporaryQueue) {
  const info = { host: "here", pid: 2, slots: 1, started_at: "", version: "" };
  const me = arrive(store, { ...info, name: "here-2-ee" });
  const recoveries = await recoverDeadWorkers(store, me.name, () => Promise.resolve());
  me.leave();
  return recoveries.map(({ finished, lost }) => ({ finished, lost }));
}

function claimAs({ queue }: TemporaryQueue, path: string, state: WaitingEntry["state"]) {
  return claim(queue.store, waitingEntry(path, state), "here-2-ee");
}

const jobsIn = ({ dir }: TemporaryQueue) =>
  ["pending", "processing", "done", "failed", "dead", "tmp"].flatMap((part) =>
    namesIn(dir, part).filter((name) => !name.endsWith(".log")).map((name) => `${part}/${name}`)
  );

for (const state of ["done", "dead"] as const) {
  Deno.test(`a job that is ${state} is not recovered because its name in processing/ came back`, async () => {
    await using temporary = await temporaryQueue();
    const files: Parameters<typeof left>[1] = {
      [`processing/${CLAIMED}`]: [0, "pending"],
      [`${state}/x.json`]: [1, state],
    };
    await left(temporary, files);
    assertEquals(await recover(temporary), [{ finished: [], lost: [] }]);
    assertEquals(jobsIn(temporary), [`${state}/x.json`]);
    assertEquals(temporary.queue.get("x")?.history.length, 1);
  });

  Deno.test(`a job that is ${state} is not run again because a name in pending/ or failed/ came back`, async () => {
    await using temporary = await temporaryQueue();
    await left(temporary, {
      [`pending/${BEFORE}`]: [0, "pending"],
      [`failed/${RETRY}`]: [1, "failed"],
      [`${state}/x.json`]: [2, state],
    });
    assertEquals(await claimAs(temporary, BEFORE, "pending"), { kind: "gone" });
    assertEquals(await claimAs(temporary, RETRY, "failed"), { kind: "gone" });
    assertEquals(jobsIn(temporary), [`${state}/x.json`]);
  });
}

Deno.test("a job that waits for its retry is charged nothing because its name in processing/ came back", async () => {
  await using temporary = await temporaryQueue();
  await left(temporary, {
    [`processing/${CLAIMED}`]: [0, "pending"],
    [`failed/${RETRY}`]: [1, "failed"],
  });
  assertEquals(await recover(temporary), [{ finished: [], lost: [] }]);
  assertEquals(jobsIn(temporary), [`failed/${RETRY}`]);
});

Deno.test("a job that waits for its retry does not run because its name in pending/ came back", async () => {
  await using temporary = await temporaryQueue();
  await left(temporary, {
    [`pending/${BEFORE}`]: [0, "pending"],
    [`failed/${RETRY}`]: [1, "failed"],
  });
  Deno.writeTextFileSync(`${temporary.dir}/failed/x.log`, "");
  assertEquals(await claimAs(temporary, BEFORE, "pending"), { kind: "gone" });
  assertEquals(jobsIn(temporary), [`failed/${RETRY}`]);
  assertEquals((await claimAs(temporary, RETRY, "failed")).kind, "claimed");
});

Deno.test("a job that ran is recovered once though the name under which it waited came back too", async () => {
  await using temporary = await temporaryQueue();
  await left(temporary, { [`processing/${CLAIMED}`]: [0, "pending"] });
  Deno.linkSync(
    `${temporary.dir}/processing/${CLAIMED}`,
    `${temporary.dir}/pending/${BEFORE}`,
  );
  Deno.writeTextFileSync(`${temporary.dir}/processing/x.log`, "");
  assertEquals(await recover(temporary), [{ finished: [], lost: ["x"] }]);
  const [name, ...more] = jobsIn(temporary);
  assertMatch(name!, /^failed\/.*-5-x\.json$/);
  assertEquals(more, []);
  assertEquals(temporary.queue.get("x")?.attempts, 1);
});

Deno.test("a retry that was asked for half way leaves the job as it had ended", async () => {
  await using temporary = await temporaryQueue();
  await left(temporary, { "done/x.json": [1, "done"] });
  Deno.linkSync(`${temporary.dir}/done/x.json`, `${temporary.dir}/pending/${BEFORE}`);
  assertEquals(await claimAs(temporary, BEFORE, "pending"), { kind: "gone" });
  assertEquals(jobsIn(temporary), ["done/x.json"]);
});

for (const place of [`pending/${BEFORE}`, `processing/${CLAIMED}`]) {
  Deno.test(`a result that was written down counts though ${place} came back`, async () => {
    await using temporary = await temporaryQueue();
    const job = await jobAfter(temporary, 1, "done");
    const claim = { id: "x", name: CLAIMED, time: 0, worker: "here-1-dd", job, logOffset: 0 };
    const result = meantName({ claim, job, state: "done" });
    await left(temporary, { [place]: [0, "pending"] });
    Deno.writeFileSync(`${temporary.dir}/tmp/${result}`, jobBytes(job));
    assertEquals(await recover(temporary), [{ finished: ["x"], lost: [] }]);
    assertEquals(jobsIn(temporary), ["done/x.json"]);
  });
}

Deno.test("another job of a taken ID and of the same time, dropped by hand, is not taken for a name that came back", async () => {
  await using temporary = await temporaryQueue();
  const { dir } = temporary;
  const time = new Date("2020-01-01T00:00:00Z");
  const done = { command: "true", created_at: time.toISOString(), history: [{ attempt: 1 }] };
  Deno.writeTextFileSync(`${dir}/done/x.json`, JSON.stringify(done));
  for (const path of [`pending/${BEFORE}`, `processing/${CLAIMED}`]) {
    Deno.writeTextFileSync(`${dir}/${path}`, '{"command":"false"}');
    Deno.utimeSync(`${dir}/${path}`, time, time);
  }
  Deno.writeTextFileSync(`${dir}/processing/x.log`, "");
  assertEquals((await recover(temporary))[0]?.lost, ["x"]);
  assertEquals((await claimAs(temporary, BEFORE, "pending")).kind, "claimed");
});

for (const state of ["done", "dead"] as const) {
  Deno.test(`a copy of a job that is ${state}, under a name that waits, does not run`, async () => {
    await using temporary = await temporaryQueue();
    await left(temporary, { [`pending/${BEFORE}`]: [1, state], [`${state}/x.json`]: [1, state] });
    assertEquals((await claimAs(temporary, BEFORE, "pending")).kind, "gone");
    assertEquals(jobsIn(temporary), [`${state}/x.json`]);
    await left(temporary, { [`pending/${BEFORE}`]: [1, state] });
    Deno.removeSync(`${temporary.dir}/${state}/x.json`);
    assertEquals((await claimAs(temporary, BEFORE, "pending")).kind, "claimed", "a retry does");
  });
}

Deno.test("a job whose file holds the content of a job that has ended is buried, and not run", async () => {
  await using temporary = await temporaryQueue();
  const { dir } = temporary;
  const other = BEFORE.replace("-x.", "-y.");
  await left(temporary, { [`pending/${other}`]: [1, "done"], "done/x.json": [1, "done"] });
  assertEquals(await claimAs(temporary, other, "pending"), {
    kind: "malformed",
    id: "y",
    reason: "its content is that of job x, which is done",
  });
  assertEquals(jobsIn(temporary), ["done/x.json", "dead/y.json"]);
  assertMatch(Deno.readTextFileSync(`${dir}/dead/y.log`), /content is that of job x/);
});

Deno.test("a job that got another ID, as its own was taken by a job that has ended, runs", async () => {
  await using temporary = await temporaryQueue();
  const other = BEFORE.replace("-x.", "-x-01M8C660GBDD6C5E7369748VWV.");
  await left(temporary, { [`pending/${other}`]: [1, "done"], "done/x.json": [1, "done"] });
  assertEquals((await claimAs(temporary, other, "pending")).kind, "claimed");
});

for (const [state, links] of [["done", 1], ["dead", 1], ["done", 2]] as const) {
  const had = links === 1 ? "" : ", and that it had two";
  Deno.test(`a job that another machine retried is not lost because its name in ${state}/ still shows here${had}`, async () => {
    await using temporary = await temporaryQueue();
    const { store } = temporary.queue;
    await left(temporary, { [`pending/${BEFORE}`]: [1, state] });
    const content = Deno.readFileSync(`${temporary.dir}/pending/${BEFORE}`);
    const ended = `${temporary.dir}/${state}/x.json`;
    // A client of a network file system that remembers the old name, and the file that it had.
    const seen = { ...store.files.stat(`${temporary.dir}/pending/${BEFORE}`)!, links };
    const remembered = (path: string) => {
      const stat = store.files.stat(path);
      return stat && stat.identity === seen.identity && !path.includes("/.names-")
        ? { ...stat, links }
        : stat;
    };
    const files = {
      ...store.files,
      exists: (path: string) => path === ended || store.files.exists(path),
      existsUnblocked: (path: string) => path === ended || store.files.exists(path),
      stat: (path: string) => path === ended ? seen : remembered(path),
      read: (path: string) => path === ended ? content : store.files.read(path),
      readUnblocked: (path: string) => path === ended ? content : store.files.read(path),
    };
    const result = await claim({ ...store, files }, waitingEntry(BEFORE), "here-2-ee");
    assertEquals([result.kind, jobsIn(temporary).length], ["claimed", 1]);
  });
}
