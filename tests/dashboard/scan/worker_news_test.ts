import { assertEquals } from "@std/assert";
import type { Events, Status } from "../../../src/dashboard/api.ts";
import { jobDetail } from "../../../src/dashboard/scan/job_detail.ts";
import { jobsPage } from "../../../src/dashboard/scan/jobs_page.ts";
import { LiveStatus } from "../../../src/dashboard/scan/live_status.ts";
import { arrive, type Presence } from "../../../src/contents/presence.ts";
import { JobPages } from "../../../src/inspect/job_pages.ts";
import { KnownNames } from "../../../src/inspect/known_names.ts";
import type { Queue } from "../../../src/queue.ts";
import { drop, eventually, temporaryQueue } from "../../temporary_queue.ts";

const ALL = { states: [], text: "", sort: "created", order: "desc", limit: 50 } as const;

/** Follows a queue's status until the block ends; `last` has it looked at anew. */
function follow(queue: Queue) {
  const seen: [Status, Events["jobs"]][] = [];
  const names = new KnownNames(queue);
  const live = new LiveStatus(
    queue,
    names,
    () => null,
    (status, jobs) => seen.push([status, jobs]),
    (error) => {
      throw error;
    },
  );
  return {
    seen,
    last() {
      live.refresh();
      return seen.at(-1)?.[0];
    },
    [Symbol.dispose]() {
      live.close();
      names[Symbol.dispose]();
    },
  };
}

/** A worker by its presence file alone. */
function worker({ store }: Queue, pid: number): Presence {
  const started_at = new Date().toISOString();
  return arrive(store, { host: Deno.hostname(), pid, slots: 1, started_at, version: "1" });
}

Deno.test("a job whose worker died is shown as lost in the status, a row and its detail, and pages are told", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  const presence = worker(queue, Deno.pid);
  const file = `processing/20261122T090000.000Z-5-runs@${presence.name}.json`;
  drop(dir, file, '{"command":"make"}');
  using names = new KnownNames(queue);
  const row = async () => (await jobsPage(queue, new JobPages(queue, names), ALL)).jobs[0]!;
  assertEquals([(await row()).waits, (await row()).worker], [undefined, presence.name]);
  assertEquals((await jobDetail(queue, "runs"))?.worker_died, undefined);
  using followed = follow(queue);
  const { seen } = followed;
  await eventually("the first status", () => seen.length > 0);
  assertEquals(seen[0]![0].running.map(({ worker_died }) => worker_died), [undefined]);
  assertEquals(seen[0]![0].lost, undefined);

  presence.abandon();
  await eventually("the death", () => followed.last()?.lost === 1);
  const [status, jobs] = seen.at(-1)!;
  assertEquals(status.running.map(({ worker_died }) => worker_died), [true]);
  assertEquals([status.workers, jobs.ids], [[], ["runs"]]);
  assertEquals([(await row()).waits, (await row()).worker], ["worker died", presence.name]);
  assertEquals((await jobDetail(queue, "runs"))?.worker_died, true);
});

Deno.test("a status says which worker is stopped, and that it goes on", async () => {
  await using temporary = await temporaryQueue();
  const { queue } = temporary;
  const process = new Deno.Command("sleep", { args: ["60"] }).spawn();
  const presence = worker(queue, process.pid);
  try {
    using followed = follow(queue);
    const isStopped = () => followed.last()?.workers[0]?.stopped;
    await eventually("the first status", () => followed.seen.length > 0);
    assertEquals(isStopped(), undefined);
    process.kill("SIGSTOP");
    await eventually("it is stopped", () => isStopped() === true);
    process.kill("SIGCONT");
    await eventually("it goes on", () => isStopped() === undefined);
  } finally {
    process.kill("SIGKILL");
    await process.status;
    presence.leave();
  }
});

Deno.test("a status has how many hooks failed lately, and the last", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  const at = new Date().toISOString();
  const record = (job: string, how: string) => `queuectl: ${at} on_dead of job ${job}: ${how}\n`;
  drop(dir, "hooks.log", record("a", "exit 6") + record("b", "SIGKILL") + record("c", "exit 0"));
  using followed = follow(queue);
  const { hooks } = await eventually("the first status", () => followed.last());
  assertEquals(hooks, { failed: 2, last: { hook: "on_dead", job: "b", at, how: "SIGKILL" } });
});
