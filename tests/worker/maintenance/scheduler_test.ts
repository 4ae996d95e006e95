import { assertEquals } from "@std/assert";
import { addSchedule } from "../../../src/schedules/add_schedule.ts";
import { Queue } from "../../../src/queue.ts";
import { Scheduler } from "../../../src/worker/maintenance/scheduler.ts";
import { openStore } from "../../../src/store/open_store.ts";
import { SimulatedDisk } from "../../simulation/simulated_disk.ts";
import { eventually, namesIn, temporaryQueue } from "../../temporary_queue.ts";

const HOUR = 3_600_000;
const START = Date.UTC(2026, 10, 22, 6, 30);

Deno.test("a worker heeds a clock that is set while it waits, forward and back", async () => {
  await using temporary = await temporaryQueue();
  const { dir } = temporary;
  let ahead = START - Date.now();
  const queue = await Queue.open(dir, { now: () => Date.now() + ahead });
  const job = { command: "true" };
  await addSchedule(queue, { name: "h", when: "@hourly", tz: "UTC", job });
  const troubles: string[] = [];
  const scheduler = new Scheduler({
    store: queue.store,
    worker: "w-1-aa",
    changed() {},
    trouble: (message) => troubles.push(message),
  });
  const stands = (stamp: string) =>
    eventually(`it is due at ${stamp}`, () => {
      // As each poll of a worker does.
      scheduler.look();
      return namesIn(dir, "schedules").join() === `${stamp}-h.json`;
    });
  try {
    await stands("20261122T070000.000Z");
    ahead += HOUR;
    await stands("20261122T080000.000Z");
    ahead += 24 * HOUR;
    await stands("20261123T080000.000Z");
    ahead -= 48 * HOUR;
    await stands("20261121T080000.000Z");
  } finally {
    await scheduler.close();
  }
  assertEquals(troubles, []);
  assertEquals(namesIn(dir, "pending").length, 1);
});

Deno.test("what another machine changes in a schedule is seen, though the folder's mtime is ahead and stays", async () => {
  const disk = new SimulatedDisk({ now: () => START + HOUR });
  const store = await openStore("/q", { files: disk.process("worker"), now: () => START });
  const other = { store: { ...store, files: disk.process("other") } };
  const job = { command: "true" };
  await addSchedule(other, { name: "a", when: "@hourly", tz: "UTC", job });
  const troubles: string[] = [];
  let turns = 0;
  const scheduler = new Scheduler({
    store,
    worker: "w-1-aa",
    changed: () => turns++,
    trouble: (message) => troubles.push(message),
  });
  try {
    scheduler.look();
    await eventually("the first is seen", () => turns === 1);
    // Beyond the next time by the clock: whoever sees it renames it to that.
    disk.process("hand").rename(
      "/q/schedules/20261122T070000.000Z-a.json",
      "/q/schedules/20271122T070000.000Z-a.json",
    );
    scheduler.look();
    const right = ["20261122T070000.000Z-a.json"];
    await eventually("it is seen again", () => disk.names("/q/schedules").join() === `${right}`);
  } finally {
    await scheduler.close();
  }
  assertEquals(troubles, []);
});
