import { assert, assertEquals, assertRejects } from "@std/assert";
import { cancelJob } from "../../src/control/cancel_job.ts";
import { signalJob } from "../../src/control/signal_job.ts";
import { signalOf } from "../../src/process/signals.ts";
import type { Queue } from "../../src/queue.ts";
import { QueueError } from "../../src/text/errors.ts";
import { eventually, isThere, namesIn, processesWith, temporaryQueue } from "../temporary_queue.ts";
import { drain, ObservedWorker } from "../worker/observed_worker.ts";
import { WorkerProcess } from "../worker/worker_process.ts";

/** The states of the processes of a job, as the kernel gives them: T is stopped. */
function statesOf(id: string): string[] {
  return processesWith(`QUEUECTL_JOB_ID=${id}\0`).map((pid) =>
    Deno.readTextFileSync(`/proc/${pid}/stat`).replace(/^.*\) /s, "")[0]!
  );
}

/** A job of two processes that runs until it is ended, and says when both run. */
async function startPair(queue: Queue, id: string, more: object = {}): Promise<void> {
  const command = `sleep 100 & : >"$QUEUECTL_DIR/${id}"; wait`;
  await queue.enqueue({ id, command, ...more });
}

const begun = (queue: Queue, id: string) =>
  eventually("the job runs", () => isThere(`${queue.dir}/${id}`));

Deno.test("a suspended job has all its processes stopped, is shown so, and goes on when resumed", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  const id = "suspended-and-resumed";
  await startPair(queue, id);
  await using worker = await ObservedWorker.start(queue);
  await begun(queue, id);
  await signalJob(queue, id, "SIGSTOP");
  await eventually("both are stopped", () => statesOf(id).join("") === "TT");
  assertEquals([queue.get(id)?.state, queue.get(id)?.suspended], ["processing", true]);
  await signalJob(queue, id, "SIGCONT");
  await eventually("none is stopped", () => !statesOf(id).includes("T"));
  assertEquals(queue.get(id)?.suspended, undefined);
  await signalJob(queue, id, "SIGTERM");
  const { attempt, state } = await worker.next("ended", id);
  assertEquals([attempt?.signal, attempt?.outcome, state], ["SIGTERM", "failed", "failed"]);
  assertEquals(namesIn(dir, "workers").filter((name) => !name.endsWith(".json")), []);
});

Deno.test("the time for which a job is suspended does not count against its timeout", async () => {
  await using temporary = await temporaryQueue();
  const { queue } = temporary;
  await startPair(queue, "limited", { timeout: 0.4, max_retries: 0 });
  await startPair(queue, "other", { timeout: 0.8, max_retries: 0 });
  await using worker = await ObservedWorker.start(queue, { count: 2 });
  await worker.next("started", "limited");
  await signalJob(queue, "limited", "SIGSTOP");
  // A longer limit has passed, so the shorter one would have.
  await worker.next("ended", "other");
  assertEquals(queue.get("limited")?.suspended, true);
  await signalJob(queue, "limited", "SIGCONT");
  assertEquals((await worker.next("ended", "limited")).attempt?.outcome, "timeout");
});

Deno.test("a suspended job is cancelled at once, as one that runs", async () => {
  await using temporary = await temporaryQueue({ kill_grace: 1000 });
  const { queue } = temporary;
  await startPair(queue, "suspended-cancelled");
  await using _worker = await ObservedWorker.start(queue);
  await begun(queue, "suspended-cancelled");
  await signalJob(queue, "suspended-cancelled", "SIGSTOP");
  const job = await cancelJob(queue, "suspended-cancelled");
  assertEquals(job.history.map(({ outcome }) => outcome), ["cancelled"]);
  assertEquals(job.suspended, undefined);
  assertEquals(statesOf("suspended-cancelled"), []);
});

Deno.test("a worker that is to finish what it runs resumes what is suspended, or puts it back now", async () => {
  for (const now of [false, true]) {
    await using temporary = await temporaryQueue({ kill_grace: 1000 });
    const { queue, dir } = temporary;
    await queue.enqueue({
      id: "a",
      command: `: >${dir}/a; while [ ! -e ${dir}/go ]; do sleep 0.01; done`,
    });
    await using worker = await ObservedWorker.start(queue);
    await begun(queue, "a");
    await signalJob(queue, "a", "SIGSTOP");
    Deno.writeTextFileSync(`${dir}/go`, "");
    queue.stopWorker(worker.worker.name, now);
    assertEquals(await worker.finished(), "stopped");
    assertEquals(queue.get("a")?.state, now ? "pending" : "done");
    assertEquals(namesIn(dir, "progress"), []);
  }
});

Deno.test("a worker that dies while a job is suspended is recovered, and no stopped process stays", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  const id = "suspended-and-lost";
  await startPair(queue, id, { max_retries: 0 });
  await using first = await WorkerProcess.start(dir);
  await begun(queue, id);
  await signalJob(queue, id, "SIGSTOP");
  await first.kill();
  assertEquals(statesOf(id), ["T", "T"]);
  await assertRejects(() => signalJob(queue, id, "SIGCONT"), QueueError, "is dead");
  await drain(queue);
  const { state, suspended, history } = queue.get(id)!;
  assertEquals([state, suspended, history[0]?.outcome], ["dead", undefined, "lost"]);
  assertEquals(statesOf(id), []);
  assertEquals([namesIn(dir, "progress"), namesIn(dir, "workers")], [[], []]);
});

Deno.test("two who suspend and resume one job at once both hear that it was done", async () => {
  await using temporary = await temporaryQueue();
  const { queue } = temporary;
  await startPair(queue, "at-once");
  await using _worker = await ObservedWorker.start(queue);
  await begun(queue, "at-once");
  for (let round = 0; round < 10; round++) {
    await Promise.all([
      signalJob(queue, "at-once", "SIGSTOP"),
      signalJob(queue, "at-once", "SIGCONT"),
      signalJob(queue, "at-once", "SIGSTOP"),
    ]);
  }
  await eventually("it is stopped", () => statesOf("at-once").join("") === "TT");
  assertEquals(queue.get("at-once")?.suspended, true);
});

Deno.test("a signal that is sent at any moment of a job's life is sent or refused, and leaves no request", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  await using worker = await ObservedWorker.start(queue, { count: 4 });
  let sent = 0;
  for (let round = 0; round < 30; round++) {
    const { id } = await queue.enqueue({ command: "sleep 0.01", max_retries: 0 });
    await new Promise((resolve) => setTimeout(resolve, round % 10));
    try {
      await signalJob(queue, id, "SIGTERM");
      sent++;
      assertEquals((await worker.next("ended", id)).attempt?.signal ?? "SIGTERM", "SIGTERM");
    } catch (error) {
      assert(error instanceof QueueError, String(error));
      assertEquals((await worker.next("ended", id)).attempt?.exit_code, 0);
    }
  }
  assert(sent > 0);
  assertEquals(worker.all("trouble"), []);
  assertEquals(namesIn(dir, "workers"), [`${worker.worker.name}.json`]);
});

Deno.test("a job that waits, has ended or does not exist, or whose worker is dead gets no signal", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  await queue.enqueue({ id: "a", command: "true" });
  const refused = (id: string, why: string) =>
    assertRejects(() => signalJob(queue, id, "SIGSTOP"), QueueError, why);
  await refused("a", "cannot suspend job a: it is not running (pending)");
  await drain(queue);
  await refused("a", "cannot suspend job a: it is not running (done)");
  await refused("none", "no job none");
  await queue.enqueue({ id: "b", command: "true" });
  const [name] = namesIn(dir, "pending").filter((name) => name.endsWith(".json"));
  Deno.renameSync(
    `${dir}/pending/${name}`,
    `${dir}/processing/20260101T000000.000Z-5-b@host-1-aa.json`,
  );
  await refused("b", "its worker host-1-aa is dead");
});

Deno.test("a signal is named with SIG or without, in any case, or by its number", () => {
  for (const word of ["TERM", "SIGTERM", "term", "15"]) assertEquals(signalOf(word), "SIGTERM");
  for (const word of ["", "0", "32", "-1", "TERMM", "SIG", "constructor"]) {
    assertEquals(signalOf(word), undefined);
  }
});
