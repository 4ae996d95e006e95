import { assertEquals } from "@std/assert";
import { bringLog, findLog } from "../../src/contents/logs.ts";
import { JOB_STATES } from "../../src/format/names.ts";
import { drop, namesIn, temporaryQueue } from "../temporary_queue.ts";

Deno.test("findLog() finds a log beside its job, and else wherever it lies", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  assertEquals(findLog(queue.store, "x", "done"), undefined);
  for (const state of JOB_STATES) {
    drop(dir, `${state}/x.log`, "");
    assertEquals(findLog(queue.store, "x", "done"), `${dir}/${state}/x.log`);
    Deno.removeSync(`${dir}/${state}/x.log`);
  }
  for (const state of JOB_STATES) drop(dir, `${state}/x.log`, "");
  assertEquals(findLog(queue.store, "x", "done"), `${dir}/done/x.log`);
});

Deno.test("findLog() takes no link for a log", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  Deno.symlinkSync("/etc/passwd", `${dir}/done/x.log`);
  assertEquals(findLog(queue.store, "x", "done"), undefined);
});

Deno.test("bringLog() brings a log from wherever it lies", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  for (const from of JOB_STATES.filter((state) => state !== "processing")) {
    drop(dir, `${from}/x.log`, from);
    assertEquals(bringLog(queue.store, "x", "failed", "processing"), true);
    assertEquals(Deno.readTextFileSync(`${dir}/processing/x.log`), from);
    assertEquals(namesIn(dir, from), []);
    Deno.removeSync(`${dir}/processing/x.log`);
  }
});

Deno.test("bringLog() leaves a log that is there", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  drop(dir, "processing/x.log", "kept");
  assertEquals(bringLog(queue.store, "x", "failed", "processing"), true);
  assertEquals(Deno.readTextFileSync(`${dir}/processing/x.log`), "kept");
});

Deno.test("bringLog() makes a log that is nowhere, for a job that has ended and for no other", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  assertEquals(bringLog(queue.store, "x", "failed", "processing"), true);
  assertEquals(namesIn(dir, "processing"), []);
  assertEquals(bringLog(queue.store, "x", "processing", "done", `${dir}/done/x.json`), true);
  assertEquals(Deno.readTextFileSync(`${dir}/done/x.log`), "");
});

Deno.test("bringLog() replaces a log without a job, and no other", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  const bring = () => bringLog(queue.store, "x", "processing", "done", `${dir}/done/x.json`);
  drop(dir, "processing/x.log", "mine");
  drop(dir, "done/x.log", "another's");
  drop(dir, "done/x.json", "{}");
  assertEquals(bring(), false);
  assertEquals(Deno.readTextFileSync(`${dir}/done/x.log`), "another's");
  Deno.removeSync(`${dir}/done/x.json`);
  assertEquals(bring(), true);
  assertEquals(Deno.readTextFileSync(`${dir}/done/x.log`), "mine");
  assertEquals(namesIn(dir, "processing"), []);
});
