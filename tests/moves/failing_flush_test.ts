import { assertEquals, assertRejects } from "@std/assert";
import { addSchedule } from "../../src/schedules/add_schedule.ts";
import { NotDurableError, notFlushed, QueueError } from "../../src/text/errors.ts";
import type { FilePort } from "../../src/fs/file_port.ts";
import { Queue } from "../../src/queue.ts";
import { pauseSchedule, removeSchedule } from "../../src/schedules/manage_schedules.ts";
import { editJob, holdJob, moveJob, releaseJob } from "../../src/control/waiting_jobs.ts";
import { changedFiles } from "../fs/changed_files.ts";
import { nativeFiles } from "../../src/fs/native_files.ts";
import { drain } from "../worker/observed_worker.ts";
import { namesIn, temporaryQueue } from "../temporary_queue.ts";

/** The real disk, of which the next flushes of a directory fail. */
class FailingFiles {
  failing = "";
  times = 0;
  readonly renames: string[] = [];
  readonly files: FilePort = changedFiles({
    sync: (paths) => {
      const failed = paths.find((path) => path === this.failing);
      if (failed === undefined || this.times-- <= 0) return nativeFiles.sync(paths);
      return Promise.reject(notFlushed(failed));
    },
    renameNew: (from, to) => {
      this.renames.push(to);
      nativeFiles.renameNew(from, to);
    },
  });

  /** From now on so many flushes of a directory fail. */
  fail(directory: string, times = 1): void {
    this.failing = directory;
    this.times = times;
  }
}

async function failingQueue() {
  const temporary = await temporaryQueue({ fsync: true });
  const disk = new FailingFiles();
  const queue = await Queue.open(temporary.dir, { files: disk.files });
  return {
    disk,
    queue,
    dir: temporary.dir,
    [Symbol.asyncDispose]: () => temporary[Symbol.asyncDispose](),
  };
}

Deno.test("a change that the disk fails to record is told with its directory, and that it holds for now", async () => {
  await using failing = await failingQueue();
  const { queue, disk, dir } = failing;
  const told = async (directory: string, change: string, make: () => Promise<unknown>) => {
    disk.fail(directory === "" ? dir : `${dir}/${directory}`);
    const { message } = await assertRejects(make, NotDurableError);
    const end =
      ": it holds for now, and a power cut may undo it (see the system's log, and check the disk)";
    assertEquals(
      message.replace(/ in .*?: /, " in …: "),
      `${change}, but the disk failed to record that in …${end}`,
    );
    assertEquals(message.includes(disk.failing), true);
  };
  await queue.enqueue({ id: "a", command: "true" });
  await told("pending", "job a was held", () => holdJob(queue, "a"));
  assertEquals(queue.get("a")?.held, true);
  await told("pending", "job a was released", () => releaseJob(queue, "a"));
  assertEquals(queue.get("a")?.held, undefined);
  await drain(queue);
  await told("done", "job a is to run again", () => queue.requeue("a"));
  assertEquals(queue.get("a")?.state, "pending");
  await told("pending", "job a was removed", () => queue.remove("a"));
  assertEquals(queue.get("a"), undefined);
  await told("", "the settings were changed", () => queue.configure({ max_retries: 8 }));
  assertEquals(queue.config().max_retries, 8);
  await told("", "the queue was paused", () => queue.setPaused(true));
  assertEquals(queue.paused, true);
  const schedule = { name: "s", when: "@daily", tz: "UTC", job: { command: "true" } };
  await told("schedules", "schedule s was added", () => addSchedule(queue, schedule));
  await told("schedules", "schedule s was paused", () => pauseSchedule(queue, "s", true));
  await told("schedules", "schedule s was removed", () => removeSchedule(queue, "s"));
  assertEquals(namesIn(dir, "schedules"), []);
  assertEquals(namesIn(dir, "pending"), []);
});

Deno.test("a job whose end could not be flushed is given its name anew before a flush is believed", async () => {
  await using failing = await failingQueue();
  const { queue, disk, dir } = failing;
  await queue.enqueue({ id: "a", command: "true" });
  disk.fail(`${dir}/done`);
  await drain(queue);
  assertEquals(disk.renames.filter((to) => to === `${dir}/done/a.json`).length, 2);
  assertEquals(namesIn(dir, "done"), ["a.json", "a.log"]);
});

Deno.test("a job is moved though a flush fails once, and is left as it was where the disk goes on failing", async () => {
  await using failing = await failingQueue();
  const { queue, disk, dir } = failing;
  await queue.enqueue({ id: "a", command: "true" });
  disk.fail(`${dir}/tmp`);
  await moveJob(queue, "a", { priority: 9 });
  assertEquals(queue.get("a")?.priority, 9);
  const before = namesIn(dir, "pending");
  disk.fail(`${dir}/tmp`, 2);
  await assertRejects(
    () => editJob(queue, "a", (fields) => ({ ...fields, command: "false" })),
    QueueError,
    `cannot change job a: ${dir}/tmp: the disk failed to keep it`,
  );
  for (const part of ["processing", "workers", "tmp"]) assertEquals(namesIn(dir, part), []);
  assertEquals(namesIn(dir, "pending"), before);
  await moveJob(queue, "a", { priority: 1 });
  assertEquals([queue.get("a")?.priority, queue.get("a")?.command], [1, "true"]);
});

Deno.test("a job that was left with a command which is gone can be changed at once", async () => {
  await using failing = await failingQueue();
  const { queue, dir } = failing;
  await queue.enqueue({ id: "a", command: "true" });
  const [name] = namesIn(dir, "pending");
  const taken = name!.replace(".json", "@host-1-0a1b2c3d-edit.json");
  Deno.renameSync(`${dir}/pending/${name}`, `${dir}/processing/${taken}`);
  await moveJob(queue, "a", { priority: 9 });
  assertEquals([queue.get("a")?.state, queue.get("a")?.priority], ["pending", 9]);
  assertEquals(namesIn(dir, "workers"), []);
});
