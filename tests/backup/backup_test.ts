import { assert, assertEquals, assertRejects } from "@std/assert";
import { backupQueue, type BackupSummary } from "../../src/backup/backup.ts";
import { restoreQueue } from "../../src/backup/restore.ts";
import { examine } from "../../src/doctor/examine.ts";
import { jobBytes, newJob } from "../../src/format/job.ts";
import { readTar } from "../../src/format/tar.ts";
import { nativeFiles } from "../../src/fs/native_files.ts";
import { Queue } from "../../src/queue.ts";
import { addSchedule } from "../../src/schedules/add_schedule.ts";
import type { Store } from "../../src/store/store.ts";
import { Worker } from "../../src/worker/worker.ts";
import {
  namesIn,
  temporaryDirectory,
  type TemporaryQueue,
  temporaryQueue,
} from "../temporary_queue.ts";

const WORKER = "host-1-ab";

/** The paths in a backup of a store, and what it says of itself. */
async function packed(store: Store): Promise<{ paths: string[]; summary: BackupSummary }> {
  let summary: BackupSummary | undefined;
  const paths: string[] = [];
  for await (const { name } of readTar(backupQueue({ store }, (done) => summary = done))) {
    paths.push(name);
  }
  return { paths, summary: summary! };
}

/** A queue of a backup of another, and what the doctor finds in it. */
async function copied(store: Store, to: string): Promise<{ copy: Queue; findings: string[] }> {
  await restoreQueue(backupQueue({ store }), to);
  const copy = await Queue.open(to);
  const findings = await examine(copy.store, {
    repair: false,
    ...{ host: "h", pid: 1, version: "0", killSurvivors: () => Promise.resolve() },
  });
  return { copy, findings: findings.map(({ problem }) => problem) };
}

async function drained(queue: Queue): Promise<void> {
  const worker = new Worker(queue, { drain: true, count: 4 });
  await worker.start();
  await worker.finished;
}

function put({ queue, dir }: TemporaryQueue, path: string, id = "a"): void {
  const job = newJob({ command: `echo ${id}`, id }, queue.store.config, Date.now() - 1000);
  Deno.writeFileSync(`${dir}/${path}`, jobBytes(job), { mode: 0o600 });
}

/** A store that does something right before its nth call. */
function interrupted(store: Store, steps: ReadonlyMap<number, () => void>): [Store, () => number] {
  let calls = 0;
  const interrupt =
    <Args extends unknown[], Result>(call: (...args: Args) => Result) => (...args: Args) => {
      steps.get(++calls)?.();
      return call(...args);
    };
  const { list, stat, read, exists } = nativeFiles;
  const files = {
    ...nativeFiles,
    // All at once, as a directory may be read: a name that comes later is not met.
    list: interrupt((directory: string) => [...list(directory)]),
    stat: interrupt(stat),
    read: interrupt(read),
    exists: interrupt(exists),
  };
  return [{ ...store, files }, () => calls];
}

/** How a job can go on while a backup is made: each is a move to the next path. */
const WAYS: Record<string, string[]> = {
  "is claimed, settled and done": [
    "pending/20261122T043211.123Z-5-a.json",
    `processing/20261122T043211.124Z-5-a@${WORKER}.json`,
    `tmp/20261122T043211.124Z-5-a@${WORKER}.json`,
    "done/a.json",
  ],
  "fails and is run again": [
    `processing/20261122T043211.124Z-5-a@${WORKER}.json`,
    "failed/20261122T043212.124Z-5-a.json",
    `processing/20261122T043213.124Z-5-a@${WORKER}.json`,
    `tmp/a.json@${WORKER}.dead`,
    "dead/a.json",
  ],
  "is put back": [
    `processing/20261122T043211.124Z-5-a@${WORKER}.json`,
    "pending/20261122T043211.123Z-5-a.json",
    `processing/20261122T043211.125Z-5-a@${WORKER}.json`,
    "pending/20261122T043211.126Z-5-a.json",
  ],
  "is retried from dead/": ["dead/a.json", "pending/20261122T043211.123Z-5-a.json"],
  "is dropped by hand, and claimed": [
    "pending/a.json",
    `processing/20261122T043211.124Z-5-a@${WORKER}.json`,
  ],
};

for (const [way, paths] of Object.entries(WAYS)) {
  Deno.test(`a job that ${way} while a backup is made is in it once`, async () => {
    await using temporary = await temporaryQueue();
    const { queue, dir } = temporary;
    for (const between of [1, 2, 7]) {
      let calls = (): number => Infinity;
      for (let first = 1; calls() >= first; first++) {
        put(temporary, paths[0]!);
        const moves = new Map(
          paths.slice(1).map((to, at) => [
            first + at * between,
            () => Deno.renameSync(`${dir}/${paths[at]}`, `${dir}/${to}`),
          ]),
        );
        const [store, counted] = interrupted(queue.store, moves);
        calls = counted;
        const { paths: found, summary } = await packed(store);
        const jobs = found.filter((path) => /^[a-z]+\/.*\.json$/.test(path));
        assertEquals([jobs.length, summary.jobs], [1, 1], `${first}, ${between}: ${jobs}`);
        assert(!/^(processing|tmp)\//.test(jobs[0]!), jobs[0]);
        for (const path of paths) await Deno.remove(`${dir}/${path}`).catch(() => {});
      }
    }
  });
}

Deno.test("what had ended stays as it is, what waits goes on, and what ran is held and charged", async () => {
  await using temporary = await temporaryQueue({ backoff_base: 0 });
  await using folder = await temporaryDirectory();
  const { queue } = temporary;
  await queue.enqueue({ id: "done", command: "echo told", tags: ["t"] });
  await queue.enqueue({ id: "dead", command: "echo why; exit 3", max_retries: 1 });
  await drained(queue);
  await queue.enqueue({ id: "runs", command: "echo begun; sleep 60", unique: "key" });
  await queue.enqueue({ id: "child", command: "true", after: ["runs"] });
  await queue.enqueue({
    id: "reads",
    command: "cat",
    run_at: new Date(Date.now() + 9e6).toISOString(),
  }, {
    stdin: new Blob(["one\n"]).stream(),
  });
  await queue.enqueueMany([{ id: "b1", command: "true", priority: 1 }, {
    id: "b2",
    command: "true",
    priority: 1,
  }]);
  const worker = new Worker(queue, { count: 1 });
  await worker.start();
  try {
    while (queue.get("runs")?.state !== "processing" || !queue.logPath("runs")) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const to = `${folder.path}/copy`;
    const { copy, findings } = await copied(queue.store, to);
    assertEquals(findings, []);
    const all = (which: Queue) => which.list().map(({ id }) => id).sort();
    assertEquals(all(copy), all(queue));
    for (const id of ["done", "dead", "reads", "b1", "child"]) {
      assertEquals(copy.get(id), queue.get(id), id);
    }
    assertEquals(Deno.readTextFileSync(copy.logPath("dead")!), "why\nwhy\n");
    const held = copy.get("runs")!;
    assertEquals([held.state, held.held, held.attempts], ["pending", true, 1]);
    assertEquals([held.history[0]?.outcome, held.history[0]?.led_to], ["lost", "pending"]);
    assertEquals(copy.paused, true);
    await assertRejects(() => copy.enqueue({ command: "true", unique: "key" }), Error, "key");
    const mtime = (dir: string) =>
      Math.floor(Deno.statSync(`${dir}/done/done.json`).mtime!.getTime() / 1000);
    assertEquals(mtime(to), mtime(queue.dir));
    assertEquals(Deno.statSync(to).mode! & 0o777, 0o700);
    assertEquals(Deno.statSync(`${to}/input/reads.in`).mode! & 0o777, 0o600);
    await copy.setPaused(false);
    await copy.remove("reads");
    await drained(copy);
    const states = Object.fromEntries(copy.list().map(({ id, state }) => [id, state]));
    assertEquals(states, {
      ...{ done: "done", dead: "dead", b1: "done", b2: "done" },
      ...{ runs: "pending", child: "pending" },
    });
    assertEquals(copy.get("done")!.history.length, 1);
  } finally {
    worker.stop({ now: true });
    await worker.finished;
  }
});

Deno.test("a schedule that a worker has in its hands is saved free of it, and adds its job once", async () => {
  await using temporary = await temporaryQueue();
  await using folder = await temporaryDirectory();
  const { queue, dir } = temporary;
  await addSchedule(queue, { name: "s", when: "every 1h", job: { command: "true" } });
  const [file] = namesIn(dir, "schedules");
  const stamp = file!.slice(0, 20);
  const schedule = JSON.parse(Deno.readTextFileSync(`${dir}/schedules/${file}`));
  Deno.removeSync(`${dir}/schedules/${file}`);
  const iso = stamp.replace(/(....)(..)(..)T(..)(..)/, "$1-$2-$3T$4:$5:");
  const turn = { from: iso, job: "made", waiting: "20261122T043211.123Z-5-made.json", next: iso };
  const taken = `${dir}/schedules/${stamp}-s@${WORKER}.json`;
  Deno.writeTextFileSync(taken, JSON.stringify({ ...schedule, turn }), { mode: 0o600 });
  put(temporary, `schedules/${stamp}-s.job`, "made");
  const { paths } = await packed(queue.store);
  assertEquals(paths.filter((path) => path.startsWith("schedules/")), [
    `schedules/${stamp}-s.json`,
    `schedules/${stamp}-s.job`,
  ]);
  Deno.copyFileSync(`${dir}/schedules/${stamp}-s.job`, `${dir}/done/made.json`);
  const { copy } = await copied(queue.store, `${folder.path}/copy`);
  assertEquals(namesIn(copy.dir, "schedules"), [`${stamp}-s.json`]);
});

Deno.test("what a dead worker had written down of its job counts in a backup", async () => {
  await using temporary = await temporaryQueue();
  put(temporary, `tmp/a.json@${WORKER}.done`);
  assertEquals((await packed(temporary.queue.store)).paths[0], "done/a.json");
});

Deno.test("files that are no jobs are saved as they are, and what is no file is told", async () => {
  await using temporary = await temporaryQueue();
  await using folder = await temporaryDirectory();
  const { queue, dir } = temporary;
  Deno.writeTextFileSync(`${dir}/pending/not a job.json`, "not JSON", { mode: 0o600 });
  Deno.symlinkSync("/etc/passwd", `${dir}/pending/link.json`);
  Deno.mkdirSync(`${dir}/hooks.log`);
  const { summary } = await packed(queue.store);
  assertEquals(summary.left_out, ["pending/link.json", "hooks.log"]);
  await copied(queue.store, `${folder.path}/copy`);
  assertEquals(Deno.readTextFileSync(`${folder.path}/copy/pending/not a job.json`), "not JSON");
});
