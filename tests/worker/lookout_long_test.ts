import { assertEquals } from "@std/assert";
import { nativeFiles } from "../../src/fs/native_files.ts";
import { addSchedule } from "../../src/schedules/add_schedule.ts";
import { cancelJob } from "../../src/control/cancel_job.ts";
import { moveJob, releaseJob } from "../../src/control/waiting_jobs.ts";
import { Queue } from "../../src/queue.ts";
import { testWith } from "../left_out.ts";
import { fuseMount, whyNoFuse } from "../program/fuse_mount.ts";
import { drop, eventually } from "../temporary_queue.ts";
import { ObservedWorker } from "./observed_worker.ts";

const noFuse = await whyNoFuse();

/**
 * A queue as two machines see it: no event reports on one what the other changes.
 *
 * @param poll_interval In seconds: an hour if only what rings is to be heard.
 */
async function twoMachines(poll_interval: number) {
  const mount = await fuseMount(["multithreaded", "enable-lock-forwarding"]);
  const there = await Queue.open(`${mount.below}/queue`, {
    files: { ...nativeFiles, isLocal: () => false },
  });
  await there.configure({ fsync: false, poll_interval });
  const here = await Queue.open(`${mount.path}/queue`);
  return { here, there, dir: there.dir, [Symbol.asyncDispose]: () => mount[Symbol.asyncDispose]() };
}

/** After a ring, and its start, a worker looks at all for this long, whatever rings then. */
const LOOKS_FOR = 4000;

/** Does something on another machine, once nothing has rung for long. */
interface Way {
  what: string;
  prepare?(there: Queue): Promise<unknown>;
  act(there: Queue, worker: string): unknown;
  /** Waits until the worker has heard of it. Default: job `a` has ended. */
  heard?(observed: ObservedWorker, there: Queue): Promise<unknown>;
}

const later = (queue: Queue) =>
  queue.enqueue({
    id: "a",
    command: "true",
    run_at: new Date(Date.now() + 3_600_000).toISOString(),
  });
const runs = (queue: Queue) => queue.enqueue({ id: "a", command: "sleep 1000" });

const WAYS: readonly Way[] = [
  { what: "adds a job", act: (there) => there.enqueue({ id: "a", command: "true" }) },
  {
    what: "adds many",
    act: (there) => there.enqueueMany([{ command: "true" }, { id: "a", command: "true" }]),
  },
  {
    what: "adds some that have keys",
    act: (there) =>
      there.enqueueMany([{ command: "true", unique: "x" }, {
        id: "a",
        command: "true",
        unique: "y",
      }]),
  },
  {
    what: "retries a job",
    prepare: (there) => there.enqueue({ id: "a", command: "true" }),
    act: (there) => there.requeue("a"),
    heard: (observed) => observed.next("ended", "a", 2),
  },
  {
    what: "releases a job",
    prepare: (there) => there.enqueue({ id: "a", command: "true", hold: true }),
    act: (there) => releaseJob(there, "a"),
  },
  {
    what: "moves a job",
    prepare: later,
    act: (there) => moveJob(there, "a", { at: Date.now() }),
  },
  {
    what: "releases a job by ending its parent",
    prepare: async (there) => {
      await later(there);
      await there.enqueue({ id: "child", command: "true", after: ["a"], after_any: true });
    },
    act: (there) => cancelJob(there, "a"),
    heard: (observed) => observed.next("ended", "child"),
  },
  {
    what: "cancels what runs",
    prepare: runs,
    act: (there) => cancelJob(there, "a"),
  },
  {
    what: "resumes the queue",
    prepare: async (there) => {
      await there.setPaused(true);
      await there.enqueue({ id: "a", command: "true" });
    },
    act: (there) => there.setPaused(false),
  },
  {
    what: "adds a schedule",
    act: (there) => addSchedule(there, { name: "a", when: "every 1s", job: { command: "true" } }),
    heard: (observed) => eventually("it runs", () => observed.all("ended").length > 0),
  },
  {
    what: "asks it to stop",
    act: (there, worker) => there.stopWorker(worker),
    heard: (observed) => observed.finished(),
  },
];

testWith(
  noFuse,
  "a worker hears what another machine does with its jobs and asks of it",
  async () => {
    await Promise.all(WAYS.map(async ({ what, prepare, act, heard }) => {
      await using machines = await twoMachines(3600);
      const { here, there } = machines;
      await prepare?.(there);
      await using observed = await ObservedWorker.start(here);
      await new Promise((resolve) => setTimeout(resolve, LOOKS_FOR));
      await act(there, observed.worker.name);
      try {
        await (heard?.(observed, there) ?? observed.next("ended", "a"));
      } catch (error) {
        throw new Error(`it does not hear who ${what}`, { cause: error });
      }
    }));
  },
);

testWith(
  noFuse,
  "a worker finds at polls what was done on another machine in silence",
  async () => {
    await using machines = await twoMachines(0.2);
    const { here, dir } = machines;
    await using observed = await ObservedWorker.start(here);
    await new Promise((resolve) => setTimeout(resolve, LOOKS_FOR));
    drop(dir, "pending/dropped.json", '{"command":"true"}');
    await observed.next("ended", "dropped");
    drop(dir, `workers/${observed.worker.name}.stop`, "");
    assertEquals(await observed.finished(), "stopped");
  },
);
