import { assertEquals } from "@std/assert";
import { nativeFiles } from "../../src/fs/native_files.ts";
import { addSchedule } from "../../src/schedules/add_schedule.ts";
import { cancelJob } from "../../src/control/cancel_job.ts";
import { holdJob, releaseJob } from "../../src/control/waiting_jobs.ts";
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

testWith(noFuse, "a worker hears at once which jobs another machine adds and lets go", async () => {
  await using machines = await twoMachines(3600);
  const { here, there } = machines;
  await using observed = await ObservedWorker.start(here);
  await there.enqueue({ id: "one", command: "true" });
  await observed.next("ended", "one");
  await there.enqueueMany([{ id: "many-1", command: "true" }, { id: "many-2", command: "true" }]);
  await observed.next("ended", "many-2");
  await there.requeue("one");
  await observed.next("ended", "one", 2);
  await there.enqueue({ id: "later", command: "true", delay: 3600 });
  await holdJob(there, "later");
  await releaseJob(there, "later");
  await there.enqueue({ id: "held", command: "true", hold: true });
  await releaseJob(there, "held");
  await observed.next("ended", "held");
  await addSchedule(there, { name: "tick", when: "every 1s", job: { command: "true" } });
  await eventually(
    "the schedule's job",
    () => observed.all("ended").some(({ id }) => id.startsWith("tick")),
  );
});

testWith(noFuse, "a worker hears at once what another machine asks of it", async () => {
  await using machines = await twoMachines(3600);
  const { here, there } = machines;
  await there.setPaused(true);
  await there.enqueue({ id: "endless", command: "sleep 1000" });
  await using observed = await ObservedWorker.start(here);
  await there.setPaused(false);
  await observed.next("started", "endless");
  assertEquals((await cancelJob(there, "endless")).state, "dead");
  there.stopWorker(observed.worker.name);
  assertEquals(await observed.finished(), "stopped");
});

testWith(
  noFuse,
  "a worker finds at a poll which job was dropped on another machine in silence",
  async () => {
    await using machines = await twoMachines(0.2);
    const { here, dir } = machines;
    await using observed = await ObservedWorker.start(here);
    for (const id of ["first", "second"]) {
      drop(dir, `pending/${id}.json`, '{"command":"true"}');
      await observed.next("ended", id);
    }
  },
);

testWith(noFuse, "a worker finds in the time of ten polls what was asked in silence", async () => {
  await using machines = await twoMachines(0.1);
  const { here, dir } = machines;
  await using observed = await ObservedWorker.start(here);
  drop(dir, `workers/${observed.worker.name}.stop`, "");
  assertEquals(await observed.finished(), "stopped");
});
