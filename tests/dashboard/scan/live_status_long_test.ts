import { assert, assertEquals } from "@std/assert";
import type { Events, Status } from "../../../src/dashboard/api.ts";
import { LiveStatus } from "../../../src/dashboard/scan/live_status.ts";
import { RegularDoctor } from "../../../src/dashboard/scan/regular_doctor.ts";
import { KnownNames } from "../../../src/inspect/known_names.ts";
import type { Queue } from "../../../src/queue.ts";
import { addSchedule } from "../../../src/schedules/add_schedule.ts";
import { pauseSchedule } from "../../../src/schedules/manage_schedules.ts";
import { Worker } from "../../../src/worker/worker.ts";
import { drop, eventually, temporaryQueue } from "../../temporary_queue.ts";

interface Seen {
  status: Status;
  jobs: Events["jobs"];
  at: number;
}

/** All statuses of a queue, until the block ends. */
function follow(queue: Queue): { seen: Seen[] } & Disposable {
  const seen: Seen[] = [];
  const names = new KnownNames(queue);
  const live = new LiveStatus(queue, names, () => null, (status, jobs) => {
    seen.push({ status, jobs, at: performance.now() });
  }, (error) => {
    throw error;
  });
  return {
    seen,
    [Symbol.dispose]() {
      live.close();
      names[Symbol.dispose]();
    },
  };
}

Deno.test("a burst of changes gives at most four statuses a second, and the last is right", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  using followed = follow(queue);
  const { seen } = followed;
  await eventually("the first status", () => seen.length === 1);
  for (let job = 0; job < 300; job++) {
    drop(dir, `done/job-${job}.json`, '{"command":"make"}');
    if (job % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 40));
  }
  await eventually("the last status", () => seen.at(-1)!.status.jobs.done === 300);
  const pauses = seen.slice(1).map(({ at }, index) => at - seen[index]!.at);
  assert(pauses.every((pause) => pause > 240), pauses.join(" "));
  assert(seen.length >= 3);
  assert(seen.at(-1)!.status.rates.minute > 0);
});

Deno.test("while hundreds of jobs move, a status comes about once a second, the last one too", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  using followed = follow(queue);
  const { seen } = followed;
  await eventually("the first status", () => seen.length === 1);
  let done = 0;
  while (seen.length < 6) {
    for (let job = 0; job < 40; job++) drop(dir, `done/job-${done++}.json`, '{"command":"make"}');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const pauses = seen.slice(1).map(({ at }, index) => at - seen[index]!.at);
  assert(pauses.slice(-2).every((pause) => pause > 980), pauses.join(" "));
  await eventually("the last status", () => seen.at(-1)!.status.jobs.done === done);
});

Deno.test("a status names the jobs that moved if they are few, and none without a move", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  await queue.enqueue({ id: "early", command: "make" });
  using followed = follow(queue);
  const { seen } = followed;
  await eventually("the first status", () => seen.length === 1);
  drop(dir, "done/one.json", '{"command":"make"}');
  drop(dir, "done/one.log", "printed");
  await eventually("the move", () => seen.at(-1)!.status.jobs.done === 1);
  assertEquals(seen.at(-1)!.jobs, { ids: ["one"] });
  await queue.setPaused(true);
  await eventually("the pause", () => seen.at(-1)!.status.paused);
  assertEquals(seen.at(-1)!.jobs, { ids: [] });
  for (let job = 0; job < 150; job++) drop(dir, `dead/job-${job}.json`, '{"command":"make"}');
  await eventually("many moves", () => seen.at(-1)!.status.jobs.dead === 150);
  assert(seen.some(({ jobs }) => jobs.ids === undefined));
});

Deno.test("a schedule that is added or paused elsewhere has pages ask again", async () => {
  await using temporary = await temporaryQueue();
  const { queue } = temporary;
  using followed = follow(queue);
  const { seen } = followed;
  await eventually("the first status", () => seen.length === 1);
  const isToldAfter = (count: number) => seen.slice(count).some(({ jobs }) => !jobs.ids);
  await addSchedule(queue, { name: "nightly", when: "@daily", job: { command: "make" } });
  await eventually("the schedule", () => isToldAfter(1));
  const { length } = seen;
  await pauseSchedule(queue, "nightly", true);
  await eventually("the pause", () => isToldAfter(length));
});

Deno.test("jobs that come in a batch have moved", async () => {
  await using temporary = await temporaryQueue();
  const { queue } = temporary;
  using followed = follow(queue);
  const { seen } = followed;
  await eventually("the first status", () => seen.length === 1);
  await queue.enqueueMany([{ command: "make" }, { command: "make" }]);
  await eventually("the batch", () => seen.at(-1)!.status.jobs.pending === 2);
  assert(seen.slice(1).some(({ jobs }) => jobs.ids === undefined));
});

Deno.test("a status has what runs, its progress and its worker, which an exit takes away", async () => {
  await using temporary = await temporaryQueue();
  const { queue } = temporary;
  await queue.enqueue({ id: "long", command: "echo 3/4 > $QUEUECTL_PROGRESS; sleep 60" });
  using followed = follow(queue);
  const { seen } = followed;
  const worker = new Worker(queue, { count: 2 });
  await worker.start();
  try {
    const { status } = await eventually(
      "progress",
      () => seen.find(({ status }) => status.running[0]?.progress?.fraction === 0.75),
    );
    assertEquals(status.running.map(({ id }) => id), ["long"]);
    const [{ slots, busy, running, pid } = {}] = status.workers;
    assertEquals([slots, busy, running, pid], [2, 1, ["long"], Deno.pid]);
    assertEquals(status.jobs.processing, 1);
  } finally {
    worker.stop({ now: true });
    await worker.finished;
  }
  await eventually("the exit", () => seen.at(-1)!.status.workers.length === 0);
  assertEquals(seen.at(-1)!.status.jobs.pending, 1);
});

Deno.test("a job that becomes due is counted as ready without an event", async () => {
  await using temporary = await temporaryQueue();
  const { queue } = temporary;
  const run_at = new Date(Date.now() + 1500).toISOString();
  await queue.enqueue({ command: "make", run_at });
  using followed = follow(queue);
  const { seen } = followed;
  await eventually("the first status", () => seen[0]?.status.jobs.delayed === 1);
  await eventually("its time", () => seen.at(-1)!.status.jobs.pending === 1);
  assertEquals(seen.at(-1)!.status.jobs.delayed, 0);
});

Deno.test("jobs of a batch are counted as they are claimed one by one", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  await queue.enqueueMany([{ id: "a", command: "make" }, { id: "b", command: "make" }]);
  using followed = follow(queue);
  const { seen } = followed;
  await eventually("the first status", () => seen[0]?.status.jobs.pending === 2);
  const [batch] = [...Deno.readDirSync(`${dir}/pending`)].filter(({ isDirectory }) => isDirectory);
  const [name] = [...Deno.readDirSync(`${dir}/pending/${batch!.name}`)].map(({ name }) => name);
  Deno.renameSync(
    `${dir}/pending/${batch!.name}/${name}`,
    `${dir}/processing/${name!.replace(".json", "@w-1-a.json")}`,
  );
  await eventually("the claim", () => {
    const { jobs } = seen.at(-1)!.status;
    return jobs.pending === 1 && jobs.processing === 1;
  });
});

Deno.test("a hook that fails is noticed without an event", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  using followed = follow(queue);
  const { seen } = followed;
  await eventually("the first status", () => seen.length === 1);
  assertEquals(seen[0]!.status.hooks, undefined);
  drop(dir, "hooks.log", `queuectl: ${new Date().toISOString()} on_done of job a: exit 6\n`);
  await eventually("the failure", () => seen.at(-1)!.status.hooks?.failed === 1);
});

Deno.test("the doctor looks in a thread of its own, and says so only if it found news", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  using names = new KnownNames(queue);
  let news = 0;
  const doctor = new RegularDoctor(queue, names, () => news++, () => false);
  assertEquals(doctor.findings, null);
  assertEquals(await doctor.look(), []);
  await doctor.look();
  assertEquals([doctor.findings, news], [[], 1]);
  drop(dir, "pending/wrong.txt", "no job");
  const [one, other] = await Promise.all([doctor.look(), doctor.look()]);
  assertEquals(one, other);
  assertEquals(one.map(({ problem }) => problem.includes("wrong.txt")), [true]);
  assertEquals([doctor.findings, news], [one, 2]);
});

Deno.test("the regular look of the doctor waits while many jobs move", async () => {
  await using temporary = await temporaryQueue();
  const { queue } = temporary;
  using names = new KnownNames(queue);
  let asked = 0;
  const doctor = new RegularDoctor(queue, names, () => {}, () => ++asked === 1);
  doctor.start();
  try {
    await eventually("the first question", () => asked === 1);
    assertEquals(doctor.findings, null);
    await eventually("the look", () => doctor.findings !== null);
    assertEquals(asked, 2);
  } finally {
    doctor.stop();
  }
});

Deno.test("the doctor looks again soon once what it found may be over", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  using names = new KnownNames(queue);
  const doctor = new RegularDoctor(queue, names, () => {}, () => false);
  drop(dir, "pending/wrong.txt", "no job");
  doctor.start();
  try {
    await eventually("the first look", () => doctor.findings?.length === 1);
    Deno.removeSync(`${dir}/pending/wrong.txt`);
    doctor.heed("a worker went on");
    await eventually("the second look", () => doctor.findings?.length === 0);
  } finally {
    doctor.stop();
  }
});
