import { assertEquals, assertRejects } from "@std/assert";
import { Queue } from "../../src/queue.ts";
import { addSchedule } from "../../src/schedules/add_schedule.ts";
import { editSchedule } from "../../src/schedules/edit_schedule.ts";
import { findSchedule, pauseSchedule } from "../../src/schedules/manage_schedules.ts";
import { scheduleEntries } from "../../src/schedules/read_schedule.ts";
import { timetable } from "../../src/schedules/timetable.ts";
import { turnSchedule } from "../../src/schedules/turn_schedule.ts";
import { MissingError, UsageError } from "../../src/text/errors.ts";
import { namesIn, temporaryQueue } from "../temporary_queue.ts";

const START = Date.UTC(2026, 10, 22, 6, 30);
const job = { command: "true" };

async function hourly() {
  const temporary = await temporaryQueue();
  const clock = { time: START };
  const queue = await Queue.open(temporary.dir, { now: () => clock.time });
  await addSchedule(queue, { name: "h", when: "@hourly", tz: "UTC", job });
  return { ...temporary, queue, clock };
}

Deno.test("an edited schedule is due at its new times, and keeps its age and its last job", async () => {
  await using temporary = await hourly();
  const { queue, clock, dir } = temporary;
  clock.time = Date.UTC(2026, 10, 22, 7);
  await turnSchedule(queue.store, scheduleEntries(queue.store)[0]!, "host-1-ab", timetable);
  clock.time += 1000;
  const before = await findSchedule(queue, "h");
  const edited = await editSchedule(queue, "h", {
    when: "15 9 * * *",
    tz: "UTC",
    job: { command: "false", priority: 9 },
  });
  assertEquals(edited.next[0], "2026-11-22T09:15:00.000Z");
  assertEquals(edited.job, { command: "false", priority: 9 });
  assertEquals([edited.created_at, edited.last], [before.created_at, before.last]);
  assertEquals(await findSchedule(queue, "h"), edited);
  assertEquals(namesIn(dir, "schedules"), ["20261122T091500.000Z-h.json"]);
  assertEquals(namesIn(dir, "workers"), []);
});

Deno.test("a paused schedule stays paused when it is edited", async () => {
  await using temporary = await hourly();
  const { queue } = temporary;
  await pauseSchedule(queue, "h", true);
  const edited = await editSchedule(queue, "h", { when: "every 5m", job });
  assertEquals([edited.paused, edited.when, edited.next], [true, "every 5m", []]);
});

Deno.test("an edit that is not valid changes nothing", async () => {
  await using temporary = await hourly();
  const { queue, dir } = temporary;
  const names = namesIn(dir, "schedules");
  const before = await findSchedule(queue, "h");
  await assertRejects(() => editSchedule(queue, "h", { when: "25 25 * * *", job }), UsageError);
  await assertRejects(
    () => editSchedule(queue, "h", { when: "@daily", job: { command: "" } }),
    UsageError,
  );
  await assertRejects(() => editSchedule(queue, "none", { when: "@daily", job }), MissingError);
  assertEquals(namesIn(dir, "schedules"), names);
  assertEquals(await findSchedule(queue, "h"), before);
  assertEquals(namesIn(dir, "workers"), []);
});
