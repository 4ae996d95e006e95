/**
 * Turning a schedule into a job: by two workers in any order, and by one that dies at any call.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import type { FilePort } from "../../src/fs/file_port.ts";
import { openStore } from "../../src/store/open_store.ts";
import { healSchedule } from "../../src/schedules/heal_schedule.ts";
import { Queue } from "../../src/queue.ts";
import { SignsOfLife } from "../../src/recovery/signs_of_life.ts";
import { recoverDeadWorkers } from "../../src/recovery/recover.ts";
import { scheduleEntries } from "../../src/schedules/read_schedule.ts";
import { addSchedule } from "../../src/schedules/add_schedule.ts";
import type { Store } from "../../src/store/store.ts";
import { removeStrays } from "../../src/recovery/strays.ts";
import { timetable } from "../../src/schedules/timetable.ts";
import { turnSchedule } from "../../src/schedules/turn_schedule.ts";
import { CachingPort, type Memory } from "../simulation/caching_port.ts";
import { diskError, killAt, LEAVINGS } from "../simulation/faults.ts";
import { everyPair } from "../simulation/interleave.ts";
import { withSeed } from "../simulation/seeded.ts";
import type { SimulatedDisk } from "../simulation/simulated_disk.ts";
import { memoryOf } from "./memory.ts";
import { clock, DIR, queueDisk, START } from "./queue_disk.ts";
import { arriveAs, noSurvivors } from "./worker_steps.ts";
import { OUTCOMES, STEP } from "./crash_case.ts";

/** When the schedule is due, and when the workers look. */
const DUE = START + 3_600_000;
const NOW = DUE + 20;

const JOB = "s-20260101T010000Z";

/** A disk with an hourly schedule that is due. */
async function scheduled(): Promise<SimulatedDisk> {
  const disk = await queueDisk();
  clock.time = START;
  await withSeed(1, async () => {
    const queue = await Queue.open(DIR, { files: disk.process("client"), now: () => START });
    const job = { command: "echo s", cwd: "/" };
    await addSchedule(queue, { name: "s", when: "@hourly", tz: "UTC", job });
  });
  disk.flush();
  disk.calls.length = 0;
  clock.time = NOW;
  return disk;
}

function openNow(files: FilePort): Promise<Store> {
  return openStore(DIR, { files, now: () => clock.time });
}

/** A worker that comes, turns what is due, and goes. */
async function turnDue(files: FilePort, worker: string): Promise<void> {
  const store = await openNow(files);
  const presence = arriveAs(store, worker);
  await turnEach(store, worker);
  presence.leave();
}

async function turnEach(store: Store, worker: string): Promise<void> {
  for (const entry of scheduleEntries(store)) {
    if (entry.worker !== undefined) continue;
    const isDue = entry.time <= clock.time ||
      (await healSchedule(store, entry, timetable)).is === "decided";
    if (isDue) await turnSchedule(store, entry, worker, timetable);
  }
}

/**
 * A worker that recovers the dead, then another that turns what is due.
 *
 * @param memory What the machine of each remembers, if they do.
 */
async function takeOver(disk: SimulatedDisk, memory?: Memory): Promise<void> {
  await withSeed(3, async () => {
    const server = disk.process("w2");
    const files = memory ? new CachingPort(server, memory) : server;
    const store = await openNow(files);
    const presence = arriveAs(store, "w2");
    const signs = new SignsOfLife(store, "w2", () => clock.time);
    // Again: what is in the way in tmp/ counts as left behind, and is removed, only when it is old.
    for (let round = 0; round < 3; round++) {
      await recoverDeadWorkers(store, "w2", noSurvivors, [], () => {}, signs);
      removeStrays(store);
      clock.time += 15_000;
    }
    presence.leave();
    await turnDue(memory ? new CachingPort(server, memory) : server, "w3");
  }, NOW);
  clock.time = NOW;
}

/** What is left when all is over: the jobs, and the schedules. */
function left(disk: SimulatedDisk) {
  const jobs = ["pending", "processing", "done"].flatMap((state) => disk.names(`${DIR}/${state}`));
  return { jobs, schedules: disk.names(`${DIR}/schedules`) };
}

const ONCE = {
  jobs: [`20260101T010000.000Z-5-${JOB}.json`],
  schedules: ["20260101T020000.000Z-s.json"],
};

/** Lets worker `w1` turn the schedule, cut off at each of its calls. */
async function* cutOff(
  prepared?: SimulatedDisk,
): AsyncGenerator<{ disk: SimulatedDisk; at: string }> {
  prepared ??= await scheduled();
  for (let index = 0;; index++) {
    for (const leaving of LEAVINGS) {
      const disk = prepared.clone();
      const process = disk.process("w1", killAt(index, leaving));
      await withSeed(2, () => turnDue(process, "w1"), clock.time).catch((error) => {
        if (!process.killed) throw error;
      });
      // Asked before whoever judges the case ends the process.
      const hasEnded = !process.killed;
      yield { disk, at: `call ${index}, leaving ${leaving}` };
      if (hasEnded) return;
    }
  }
}

Deno.test("a schedule that a worker dies over, at any call, becomes one job", async () => {
  let cases = 0;
  for await (const { disk, at } of cutOff()) {
    disk.crashProcess();
    await takeOver(disk);
    assertEquals(left(disk), ONCE, `${at}\n${disk.trace()}`);
    cases++;
  }
  assertEquals(cases > 30, true);
});

Deno.test("a schedule that a worker dies over, at any call, becomes one job on a machine that remembers how it was", async () => {
  const memory = memoryOf(await scheduled(), [JOB]);
  let removed = 0;
  for await (const { disk, at } of cutOff()) {
    disk.crashProcess();
    const others = disk.clone();
    await takeOver(disk, memory);
    assertEquals(left(disk), ONCE, `${at}\n${disk.trace()}`);
    // As another worker does that runs it, and someone who prunes.
    const [name] = others.names(`${DIR}/pending`);
    if (name === undefined) continue;
    others.process("other").remove(`${DIR}/pending/${name}`);
    removed++;
    await takeOver(others, memory);
    assertEquals(left(others), { ...ONCE, jobs: [] }, `${at}\n${others.trace()}`);
  }
  assertEquals(removed > 3, true);
});

Deno.test("a schedule that the power is cut over, at any call, becomes one job", async () => {
  for await (const { disk, at } of cutOff()) {
    for (const after of disk.powerCutOutcomes({ limit: Math.min(40, 3 * OUTCOMES), seed: 1 })) {
      await takeOver(after);
      assertEquals(left(after), ONCE, `${at}, ${after.origin}\n${disk.trace()}\n${after.tree()}`);
    }
  }
});

Deno.test("its job is not added again even if it was run and removed before the recovery", async () => {
  let removed = 0;
  for await (const { disk, at } of cutOff()) {
    disk.crashProcess();
    const [name] = disk.names(`${DIR}/pending`);
    if (name === undefined) continue;
    // As another worker does that runs it, and someone who prunes.
    disk.process("other").remove(`${DIR}/pending/${name}`);
    removed++;
    await takeOver(disk);
    assertEquals(left(disk), { ...ONCE, jobs: [] }, `${at}\n${disk.trace()}`);
  }
  assertEquals(removed > 3, true);
});

Deno.test("a schedule over which the disk refuses any call becomes one job, once the disk is well or the worker dead", async () => {
  const prepared = await scheduled();
  let cases = 0;
  for (const code of ["ENOSPC", "EACCES", "EROFS", "EIO", "EMFILE"] as const) {
    for (const then of ["goes on", "dies"]) {
      for (let index = 0, isRefused = true; isRefused; index++) {
        isRefused = false;
        const disk = prepared.clone();
        const process = disk.process("w1");
        await withSeed(2, async () => {
          const store = await openNow(process);
          const presence = arriveAs(store, "w1");
          const first = process.calls;
          process.before = (call) => {
            if (call.index !== first + index) return;
            isRefused = true;
            throw diskError(code, call.name);
          };
          await turnEach(store, "w1").catch(() => {});
          process.before = undefined;
          if (then === "dies") return;
          await turnEach(store, "w1");
          presence.leave();
        }, NOW);
        disk.crashProcess();
        await takeOver(disk);
        assertEquals(left(disk), ONCE, `call ${index}, ${code}, ${then}\n${disk.trace()}`);
        cases++;
      }
    }
  }
  assert(cases > 150, `${cases}`);
});

/** The clock is set back from an hour after the schedule was due to a day before. */
const SET_BACK = DUE - 86_400_000 + 20;

Deno.test("a clock set back while a worker dies over a schedule, at any call, leaves one job and the next time by the clock", async () => {
  let cases = 0;
  for await (const { disk, at } of cutOff()) {
    disk.crashProcess();
    for (
      const after of [disk, ...disk.powerCutOutcomes({ limit: Math.min(6, OUTCOMES), seed: 1 })]
    ) {
      const look = after.process("look");
      const [file] = after.names(`${DIR}/schedules`).filter((name) => name.endsWith(".json"));
      const { turn } = JSON.parse(
        new TextDecoder().decode(look.read(`${DIR}/schedules/${file}`)),
      );
      await withSeed(3, async () => {
        clock.time = SET_BACK;
        const store = await openNow(after.process("w2"));
        const presence = arriveAs(store, "w2");
        for (let round = 0; round < 3; round++) {
          await recoverDeadWorkers(store, "w2", noSurvivors);
          removeStrays(store);
          await turnEach(store, "w2");
          clock.time += 15_000;
        }
        presence.leave();
      }, SET_BACK);
      clock.time = NOW;
      const { jobs, schedules } = left(after);
      // What had been decided is carried out, whichever clock it was by; else the time comes again.
      assertEquals(jobs, turn === undefined ? [] : ONCE.jobs, `${at}\n${after.tree()}`);
      assertEquals(schedules, ["20251231T020000.000Z-s.json"], `${at}\n${after.tree()}`);
      cases++;
    }
  }
  assert(cases > 100, `${cases}`);
});

Deno.test("a schedule that is being healed, whoever dies over it at any call, gets the next time by the clock", async () => {
  const prepared = await scheduled();
  prepared.process("hand").rename(
    `${DIR}/schedules/20260101T010000.000Z-s.json`,
    `${DIR}/schedules/20270101T010000.000Z-s.json`,
  );
  prepared.flush();
  const healed = { jobs: [], schedules: ["20260101T020000.000Z-s.json"] };
  let cases = 0;
  for await (const { disk, at } of cutOff(prepared)) {
    disk.crashProcess();
    for (
      const after of [disk, ...disk.powerCutOutcomes({ limit: Math.min(10, OUTCOMES), seed: 1 })]
    ) {
      await takeOver(after);
      assertEquals(left(after), healed, `${at}\n${disk.trace()}`);
      cases++;
    }
  }
  const actors = {
    a: (files: FilePort) => turnDue(files, "wa"),
    b: (files: FilePort) => turnDue(files, "wb"),
  };
  for await (const { i, j, disk, ends } of everyPair(prepared, actors, undefined, STEP)) {
    for (const end of Object.values(ends)) {
      assertEquals(end, { status: "returned", value: undefined });
    }
    assertEquals(left(disk), healed, `i=${i} j=${j}\n${disk.trace()}`);
    cases++;
  }
  assert(cases > 100, `${cases}`);
});

Deno.test("two workers that race for a schedule, in any order of their calls, add one job", async () => {
  const prepared = await scheduled();
  const actors = {
    a: (files: FilePort) => turnDue(files, "wa"),
    b: (files: FilePort) => turnDue(files, "wb"),
  };
  let cases = 0;
  for await (const { i, j, disk, ends } of everyPair(prepared, actors, undefined, STEP)) {
    for (const end of Object.values(ends)) {
      assertEquals(end, { status: "returned", value: undefined });
    }
    assertEquals(left(disk), ONCE, `i=${i} j=${j}\n${disk.trace()}`);
    cases++;
  }
  assert(cases > 300 / STEP);
});
