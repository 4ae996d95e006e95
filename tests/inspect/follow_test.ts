import { assert, assertEquals, assertLess } from "@std/assert";
import { followLog, waitForEnd } from "../../src/inspect/follow.ts";
import { Worker } from "../../src/worker/worker.ts";
import { drop, eventually, temporaryQueue } from "../temporary_queue.ts";

const JOB = '{"command":"true"}';
const RUNNING = "20200101T000000.000Z-5-x@host-1-ab.json";

async function textOf(chunks: AsyncIterable<Uint8Array>, tell: (text: string) => void = () => {}) {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of chunks) {
    text += decoder.decode(chunk, { stream: true });
    tell(text);
  }
  return text;
}

Deno.test("waitForEnd() waits until a job is done or dead", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  for (const state of ["done", "dead"]) {
    drop(dir, `processing/${RUNNING}`, JOB);
    let ended = false;
    const waiting = waitForEnd(queue, "x").finally(() => ended = true);
    Deno.renameSync(`${dir}/processing/${RUNNING}`, `${dir}/failed/20200101T000000.000Z-5-x.json`);
    await new Promise((resolve) => setTimeout(resolve, 20));
    assertEquals(ended, false, "a job that waits for its retry has not ended");
    Deno.renameSync(`${dir}/failed/20200101T000000.000Z-5-x.json`, `${dir}/${state}/x.json`);
    assertEquals((await waiting)?.state, state);
    Deno.removeSync(`${dir}/${state}/x.json`);
  }
});

Deno.test("waitForEnd() returns at once for a job that has ended or is none", async () => {
  await using temporary = await temporaryQueue();
  drop(temporary.dir, "done/x.json", JOB);
  assertEquals((await waitForEnd(temporary.queue, "x"))?.state, "done");
  assertEquals(await waitForEnd(temporary.queue, "none"), undefined);
});

Deno.test("waitForEnd() hears of the end by an event, before it looks again", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  let fastest = Infinity;
  for (let n = 0; n < 5; n++) {
    drop(dir, `processing/${RUNNING}`, JOB);
    const waiting = waitForEnd(queue, "x");
    await new Promise((resolve) => setTimeout(resolve, 20));
    const begun = performance.now();
    Deno.renameSync(`${dir}/processing/${RUNNING}`, `${dir}/done/x.json`);
    await waiting;
    fastest = Math.min(fastest, performance.now() - begun);
    Deno.removeSync(`${dir}/done/x.json`);
  }
  assertLess(fastest, 150);
});

Deno.test("waitForEnd() ends when it is told to, with the job as it is then", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  drop(dir, `processing/${RUNNING}`, JOB);
  assertEquals(
    (await waitForEnd(queue, "x", { signal: AbortSignal.abort() }))?.state,
    "processing",
  );
  const controller = new AbortController();
  const waiting = waitForEnd(queue, "x", { signal: controller.signal });
  controller.abort();
  assertEquals((await waiting)?.state, "processing");
});

Deno.test("followLog() yields what is printed as it is printed, from state to state, to the end", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  drop(dir, "pending/20200101T000000.000Z-5-x.json", JOB);
  let seen = "";
  const following = textOf(followLog(queue, "x"), (text) => seen = text);
  const print = (state: string, text: string) =>
    Deno.writeTextFileSync(`${dir}/${state}/x.log`, text, { append: true });
  Deno.renameSync(`${dir}/pending/20200101T000000.000Z-5-x.json`, `${dir}/processing/${RUNNING}`);
  print("processing", "first ");
  await eventually("the first is seen", () => seen === "first ");
  Deno.renameSync(`${dir}/processing/x.log`, `${dir}/failed/x.log`);
  Deno.renameSync(`${dir}/processing/${RUNNING}`, `${dir}/failed/20200101T000000.000Z-5-x.json`);
  print("failed", "ü");
  await eventually("the second is seen", () => seen === "first ü");
  Deno.renameSync(`${dir}/failed/x.log`, `${dir}/dead/x.log`);
  print("dead", " last");
  Deno.renameSync(`${dir}/failed/20200101T000000.000Z-5-x.json`, `${dir}/dead/x.json`);
  assertEquals(await following, "first ü last");
});

Deno.test("followLog() of a job that has ended yields its log and ends, from wherever one asks", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  drop(dir, "done/x.json", JOB);
  assertEquals(await textOf(followLog(queue, "x")), "", "it printed nothing");
  const large = "x".repeat(300_000);
  drop(dir, "done/x.log", `0123456789${large}`);
  assertEquals(await textOf(followLog(queue, "x")), `0123456789${large}`);
  assertEquals(await textOf(followLog(queue, "x", { from: 5 })), `56789${large}`);
  assertEquals(await textOf(followLog(queue, "x", { from: 1e9 })), "");
  assertEquals(await textOf(followLog(queue, "none")), "");
});

Deno.test("followLog() ends when it is told to, and when its reader has had enough", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  drop(dir, `processing/${RUNNING}`, JOB);
  drop(dir, "processing/x.log", "12345");
  const controller = new AbortController();
  const following = textOf(followLog(queue, "x", { signal: controller.signal }), (text) => {
    if (text === "12345") controller.abort();
  });
  assertEquals(await following, "12345");
  for await (const chunk of followLog(queue, "x")) {
    assert(chunk.length > 0);
    break;
  }
});

Deno.test("followLog() tells of an attempt after its output and before that of the next", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  const at = "2020-01-01T00:00:00.000Z";
  const ended = (attempt: number, log_offset: number, log_end: number) => ({
    ...{ attempt, outcome: "failed", exit_code: 7, started_at: at, finished_at: at },
    ...{ worker: "host-1-ab", log_offset, log_end, led_to: "failed" },
  });
  // All at once, as a reader sees it that was slow: two attempts, one without output, and a third.
  const history = [ended(1, 0, 4), ended(2, 4, 4), ended(3, 4, 8)];
  drop(dir, "done/x.json", JSON.stringify({ command: "true", history }));
  drop(dir, "done/x.log", "one\ntwo\nthree\n");
  let told = "";
  const following = followLog(queue, "x", { attemptEnded: (end) => told += `<${end.attempt}>` });
  for await (const piece of following) told += new TextDecoder().decode(piece);
  assertEquals(told, "one\n<1><2>two\n<3>three\n");
});

Deno.test("followLog() ends after attempts that nobody asks to be told of", async () => {
  await using temporary = await temporaryQueue();
  const { queue } = temporary;
  const { id } = await queue.enqueue({ command: "echo out" });
  const worker = new Worker(queue, { count: 1, drain: true });
  await worker.start();
  await worker.finished;
  assertEquals(queue.get(id)?.history.length, 1);
  assertEquals(await textOf(followLog(queue, id)), "out\n");
});
