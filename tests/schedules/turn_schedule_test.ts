import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { QueueError, UsageError } from "../../src/text/errors.ts";
import { healSchedule } from "../../src/schedules/heal_schedule.ts";
import { Queue } from "../../src/queue.ts";
import { scheduleEntries } from "../../src/schedules/read_schedule.ts";
import { addSchedule, type ScheduleInput } from "../../src/schedules/add_schedule.ts";
import type { ScheduleView } from "../../src/schedules/read_schedule.ts";
import {
  findSchedule,
  pauseSchedule,
  removeSchedule,
  runSchedule,
} from "../../src/schedules/manage_schedules.ts";
import { timetable } from "../../src/schedules/timetable.ts";
import { turnSchedule } from "../../src/schedules/turn_schedule.ts";
import { drop, namesIn, temporaryQueue } from "../temporary_queue.ts";

const HOUR = 3_600_000;
const START = Date.UTC(2026, 10, 22, 6, 30);

/** A queue whose clock a test sets, with one hourly schedule `h`. */
async function hourly(input: Partial<ScheduleInput> = {}) {
  const temporary = await temporaryQueue();
  const clock = { time: START };
  const queue = await Queue.open(temporary.dir, { now: () => clock.time });
  await addSchedule(queue, {
    name: "h",
    when: "@hourly",
    tz: "UTC",
    job: { command: "true" },
    ...input,
  });
  return {
    dir: temporary.dir,
    queue,
    clock,
    /** What a worker does that looks: turns what is due until nothing is. */
    async turn() {
      for (;;) {
        const due = scheduleEntries(queue.store).find(({ time }) => time <= clock.time);
        if (!due) return;
        await turnSchedule(queue.store, due, "w-1-aa", timetable);
      }
    },
    /** What a worker does that looks at a schedule that is not due. */
    async heal() {
      return (await healSchedule(queue.store, scheduleEntries(queue.store)[0]!, timetable)).is;
    },
    /** The hours of the jobs that there are. */
    jobs: () =>
      queue.list().map(({ id }) => id.slice("h-20261122T".length, -"0000Z".length)).sort(),
    /** A worker has run all that waits. */
    finishAll() {
      for (const name of namesIn(temporary.dir, "pending")) {
        const to = name.slice(name.indexOf("-h-") + 1);
        Deno.renameSync(`${temporary.dir}/pending/${name}`, `${temporary.dir}/done/${to}`);
      }
    },
    skips: (view: ScheduleView) => view.skipped?.map(({ due }) => due.slice(11, 13)),
    [Symbol.asyncDispose]: () => temporary[Symbol.asyncDispose](),
  };
}

Deno.test("a schedule that is due becomes a job named for the time, and is due again later", async () => {
  await using at = await hourly({ job: { command: "echo hi", priority: 7, cwd: "/tmp" } });
  assertEquals(namesIn(at.dir, "schedules"), ["20261122T070000.000Z-h.json"]);
  at.clock.time += HOUR;
  await at.turn();
  assertEquals(namesIn(at.dir, "schedules"), ["20261122T080000.000Z-h.json"]);
  assertEquals(namesIn(at.dir, "pending"), ["20261122T070000.000Z-7-h-20261122T070000Z.json"]);
  const job = at.queue.get("h-20261122T070000Z")!;
  assertEquals([job.command, job.cwd, job.schedule, job.run_at], [
    "echo hi",
    "/tmp",
    "h",
    "2026-11-22T07:00:00.000Z",
  ]);
});

Deno.test("of the times missed while no worker lived the latest runs once", async () => {
  await using at = await hourly();
  at.clock.time += 5 * HOUR;
  await at.turn();
  assertEquals(at.jobs(), ["11"]);
  const view = await findSchedule(at.queue, "h");
  assertEquals(view.next[0], "2026-11-22T12:00:00.000Z");
  assertEquals(at.skips(view), ["07"]);
});

Deno.test("with catch_up all every missed time runs", async () => {
  await using at = await hourly({ catch_up: "all" });
  at.clock.time += 4 * HOUR;
  await at.turn();
  assertEquals(at.jobs(), ["07", "08", "09", "10"]);
});

Deno.test("with catch_up none no missed time runs, and one that is only late does", async () => {
  await using at = await hourly({ catch_up: "none" });
  at.clock.time += 4 * HOUR;
  await at.turn();
  assertEquals(at.jobs(), []);
  assertEquals(namesIn(at.dir, "schedules"), ["20261122T110000.000Z-h.json"]);
  at.clock.time = Date.UTC(2026, 10, 22, 11, 0, 30);
  await at.turn();
  assertEquals(at.jobs(), ["11"]);
});

Deno.test("a time at which the last run has not ended is skipped and noted", async () => {
  await using at = await hourly();
  at.clock.time += HOUR;
  await at.turn();
  at.clock.time += HOUR;
  await at.turn();
  assertEquals(at.jobs(), ["07"]);
  const view = await findSchedule(at.queue, "h");
  assertEquals(at.skips(view), ["08"]);
  assertMatch(view.skipped![0]!.reason, /h-20261122T070000Z, had not ended/);
  at.finishAll();
  at.clock.time += HOUR;
  await at.turn();
  assertEquals(at.jobs(), ["07", "09"]);
});

Deno.test("with overlap allow it runs all the same", async () => {
  await using at = await hourly({ overlap: "allow" });
  for (let hour = 0; hour < 2; hour++) {
    at.clock.time += HOUR;
    await at.turn();
  }
  assertEquals(at.jobs(), ["07", "08"]);
});

Deno.test("a paused schedule is not due, and goes on with the next time", async () => {
  await using at = await hourly();
  assertEquals(await pauseSchedule(at.queue, "h", true), true);
  assertEquals(await pauseSchedule(at.queue, "h", true), false);
  assertEquals(namesIn(at.dir, "schedules"), ["99980101T000000.000Z-h.json"]);
  assertEquals((await findSchedule(at.queue, "h")).next, []);
  at.clock.time += 3 * HOUR;
  await at.turn();
  assertEquals(at.jobs(), []);
  await pauseSchedule(at.queue, "h", false);
  assertEquals(namesIn(at.dir, "schedules"), ["20261122T100000.000Z-h.json"]);
});

Deno.test("a schedule whose stamp is beyond its next time, the clock being set back, gets that time", async () => {
  await using at = await hourly();
  at.clock.time += 6 * HOUR;
  await at.turn();
  at.finishAll();
  at.clock.time -= 4 * HOUR;
  assertEquals((await findSchedule(at.queue, "h")).next[0], "2026-11-22T13:00:00.000Z");
  assertEquals(await at.heal(), "beyond");
  assertEquals(namesIn(at.dir, "schedules"), ["20261122T090000.000Z-h.json"]);
  assertEquals(await at.heal(), "right");
  at.clock.time += HOUR;
  await at.turn();
  assertEquals(at.jobs(), ["09", "12"]);
});

Deno.test("a time is not run again that was run before the clock was set back, whether its job has ended or waits", async () => {
  for (const hasEnded of [false, true]) {
    await using at = await hourly({ overlap: "allow" });
    for (let hour = 0; hour < 2; hour++) {
      at.clock.time += HOUR;
      await at.turn();
    }
    if (hasEnded) at.finishAll();
    at.clock.time -= 2 * HOUR;
    assertEquals(await at.heal(), "beyond");
    assertEquals(namesIn(at.dir, "schedules"), ["20261122T070000.000Z-h.json"]);
    for (let hour = 0; hour < 2; hour++) {
      at.clock.time += HOUR;
      await at.turn();
    }
    assertEquals(at.jobs(), ["07", "08"]);
    assertEquals(namesIn(at.dir, "pending").length, hasEnded ? 0 : 2);
    const view = await findSchedule(at.queue, "h");
    assertEquals(view.next[0], "2026-11-22T09:00:00.000Z");
    assertMatch(view.skipped![0]!.reason, /a job h-20261122T070000Z exists already/);
  }
});

Deno.test("a clock that goes back a little makes nothing come again", async () => {
  await using at = await hourly();
  at.clock.time = START + HOUR / 2;
  await at.turn();
  at.clock.time -= 59_000;
  assertEquals(await at.heal(), "right soon");
  at.clock.time += 59_001;
  assertEquals(await at.heal(), "right");
  assertEquals(namesIn(at.dir, "schedules"), ["20261122T080000.000Z-h.json"]);
});

Deno.test("a paused schedule is no further ahead than it should be", async () => {
  await using at = await hourly();
  await pauseSchedule(at.queue, "h", true);
  assertEquals(await at.heal(), "right");
});

Deno.test("the times told are those for which jobs will be added, also of a schedule that waits for a worker", async () => {
  for (
    const [catch_up, hours] of [
      ["all", ["07", "08", "09"]],
      ["latest", ["11", "12", "13"]],
      ["none", ["12", "13", "14"]],
    ] as const
  ) {
    await using at = await hourly({ catch_up });
    at.clock.time += 5 * HOUR;
    const { next } = await findSchedule(at.queue, "h");
    assertEquals(next.map((time) => time.slice(11, 13)), [...hours], catch_up);
  }
});

Deno.test("a schedule can be run by hand, which leaves its times as they are", async () => {
  await using at = await hourly();
  const job = await runSchedule(at.queue, "h");
  assertMatch(job.id, /^h-01/);
  assertEquals(namesIn(at.dir, "schedules"), ["20261122T070000.000Z-h.json"]);
});

Deno.test("a time that a schedule of the same name has run already is not run again", async () => {
  await using at = await hourly();
  at.clock.time += HOUR;
  await at.turn();
  at.finishAll();
  await removeSchedule(at.queue, "h");
  assertEquals(namesIn(at.dir, "schedules"), []);
  at.clock.time -= HOUR;
  await addSchedule(at.queue, { name: "h", when: "@hourly", tz: "UTC", job: { command: "true" } });
  at.clock.time += HOUR;
  await at.turn();
  assertEquals(at.jobs(), ["07"]);
});

Deno.test("a schedule's name that a shared volume brought back adds no job again, and goes", async () => {
  for (const move of ["pending", "processing", "failed", "done"] as const) {
    await using at = await hourly({ overlap: "allow" });
    const { files } = at.queue.store;
    const { isLocal } = files;
    using _disk = { [Symbol.dispose]: () => void (files.isLocal = isLocal) };
    files.isLocal = () => false;
    const [old] = namesIn(at.dir, "schedules");
    const content = Deno.readTextFileSync(`${at.dir}/schedules/${old}`);
    at.clock.time += HOUR;
    await at.turn();
    const [waiting] = namesIn(at.dir, "pending");
    const to = {
      pending: waiting!,
      processing: waiting!.replace(".json", "@here-1-aa.json"),
      failed: waiting!,
      done: waiting!.slice(waiting!.indexOf("-h-") + 1),
    }[move];
    Deno.renameSync(`${at.dir}/pending/${waiting}`, `${at.dir}/${move}/${to}`);
    drop(at.dir, `schedules/${old}`, content);
    await at.turn();
    assertEquals([...namesIn(at.dir, "pending"), ...namesIn(at.dir, move)].sort(), [
      ...(move === "pending" ? [to] : []),
      to,
    ], move);
    assertEquals(namesIn(at.dir, "schedules"), ["20261122T080000.000Z-h.json"]);
  }
});

Deno.test("a file that is no schedule is paused and stops nothing", async () => {
  await using at = await hourly();
  Deno.writeTextFileSync(`${at.dir}/schedules/20261122T070000.000Z-x.json`, '{"when": 3}');
  at.clock.time += HOUR;
  const bad = scheduleEntries(at.queue.store).find(({ name }) => name === "x")!;
  await assertRejects(
    () => turnSchedule(at.queue.store, bad, "w-1-aa", timetable),
    QueueError,
    "paused schedule x: invalid file: when must be a string",
  );
  await at.turn();
  assertEquals(at.jobs(), ["07"]);
});

Deno.test("what a schedule cannot be is refused, and nothing is left of it", async () => {
  await using at = await hourly();
  const add = (input: Partial<ScheduleInput>) => () =>
    addSchedule(at.queue, { name: "n", when: "@daily", job: { command: "true" }, ...input });
  await assertRejects(add({ name: "a b" }), UsageError, "a schedule's name must be");
  await assertRejects(add({ name: "x".repeat(41) }), UsageError, "1 to 40");
  await assertRejects(add({ name: "h" }), QueueError, 'a schedule "h" exists already');
  await assertRejects(add({ job: { command: "x", id: "y" } }), UsageError, 'cannot have "id"');
  await assertRejects(add({ job: { command: "x", priority: 11 } }), UsageError, "priority");
  await assertRejects(add({ when: "every 5s", tz: "UTC" }), UsageError, "--tz has no effect");
  await assertRejects(add({ catch_up: "all", overlap: "skip" }), UsageError, "--overlap allow");
  assertEquals(namesIn(at.dir, "schedules"), ["20261122T070000.000Z-h.json"]);
  assertEquals(namesIn(at.dir, "tmp"), []);
});
