import { assertEquals } from "@std/assert";
import { addSchedule } from "../../../src/schedules/add_schedule.ts";
import { Queue } from "../../../src/queue.ts";
import { Scheduler } from "../../../src/worker/maintenance/scheduler.ts";
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
