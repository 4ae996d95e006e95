import { assert, assertEquals } from "@std/assert";
import { drop, eventually, isThere, namesIn } from "../temporary_queue.ts";
import { WorkerProcess } from "./program_process.ts";
import { scratchQueue } from "./scratch_folder.ts";

const BATCH = "20200101T000000.000Z-5-batch";

Deno.test("a file or link that has a batch's name is left alone, before a worker comes and while it works", async () => {
  await using scratch = await scratchQueue({ poll_interval: 0.1 });
  const { queue, dir, path } = scratch;
  Deno.mkdirSync(`${path}/elsewhere`);
  Deno.writeTextFileSync(`${path}/elsewhere/inner.json`, '{"command":"true"}');
  const place = (end: string) => {
    drop(dir, `pending/${BATCH}-file-${end}`, '{"command":"true"}');
    drop(dir, `pending/${BATCH}-empty-${end}`, "");
    Deno.symlinkSync(`${path}/elsewhere`, `${dir}/pending/${BATCH}-link-${end}`);
  };
  place("before");
  await using worker = new WorkerProcess(dir);
  await eventually("the worker", () => queue.workers().length === 1);
  place("while");
  await queue.enqueue({ command: "true", id: "last" });
  await eventually("the job to be done", () => queue.get("last")?.state === "done");
  assertEquals(await worker.stop(), 0, worker.said);
  assertEquals(namesIn(dir, "pending").length, 6);
  assert(isThere(`${path}/elsewhere/inner.json`));
});

Deno.test("a batch folder in which no job is left, but something else, keeps no worker from draining", async () => {
  await using scratch = await scratchQueue({ poll_interval: 0.1 });
  const { queue, dir } = scratch;
  await queue.enqueueMany([{ command: "true" }, { command: "true" }]);
  const [batch] = namesIn(dir, "pending");
  Deno.writeTextFileSync(`${dir}/pending/${batch}/README`, "two jobs");
  Deno.mkdirSync(`${dir}/pending/${BATCH}`);
  Deno.mkdirSync(`${dir}/pending/${BATCH}/${BATCH}`);
  await using worker = new WorkerProcess(dir, "--drain");
  await eventually("the worker to leave", () => worker.code !== undefined);
  assertEquals(worker.code, 0, worker.said);
  assertEquals(queue.counts().done, 2);
  assertEquals(namesIn(dir, `pending/${batch}`), ["README"]);
});

Deno.test("a job that someone puts into such a folder later runs", async () => {
  await using scratch = await scratchQueue({ poll_interval: 0.1 });
  const { queue, dir } = scratch;
  const folder = `${dir}/pending/${BATCH}`;
  Deno.mkdirSync(folder);
  Deno.writeTextFileSync(`${folder}/README`, "");
  // Old enough that the worker need not look again.
  Deno.utimeSync(folder, 1, 1);
  await using worker = new WorkerProcess(dir);
  await queue.enqueue({ command: "true", id: "first" });
  await eventually("the first job to be done", () => queue.get("first")?.state === "done");
  drop(dir, `pending/${BATCH}/late.json`, '{"command":"true"}');
  // No event tells of what happens in a folder; a change beside it does.
  await queue.enqueue({ command: "true", id: "second" });
  await eventually("the late job to be done", () => queue.get("late")?.state === "done");
  assertEquals(await worker.stop(), 0, worker.said);
});

Deno.test("a fifo, link or directory where a job's log is to be is not used, and stops nothing", async () => {
  await using scratch = await scratchQueue({ max_retries: 1, backoff_base: 0 });
  const { queue, dir, path } = scratch;
  const odd = (name: string) => {
    const made = [
      (place: string) => new Deno.Command("mkfifo", { args: [place] }).outputSync(),
      (place: string) => Deno.symlinkSync(`${path}/outside`, place),
      (place: string) => Deno.mkdirSync(place),
    ];
    for (
      const [kind, make] of ["fifo", "link", "folder"].map((kind, at) => [kind, made[at]!] as const)
    ) {
      make(`${dir}/${name.replace("KIND", kind)}`);
    }
  };
  Deno.writeTextFileSync(`${path}/outside`, "untouched");
  for (const state of ["pending", "processing", "failed", "done", "dead"]) {
    odd(`${state}/${state}-KIND.log`);
    for (const kind of ["fifo", "link", "folder"]) {
      drop(dir, `pending/${state}-${kind}.json`, '{"command":"echo printed; false"}');
    }
  }
  await using worker = new WorkerProcess(dir, "--drain");
  await eventually("the worker to leave", () => worker.code !== undefined);
  assertEquals([worker.code, worker.troubles], [0, []], worker.said);
  const jobs = queue.list();
  assertEquals(jobs.length, 15);
  for (const { id, state, history } of jobs) {
    assertEquals([state, history.length], ["dead", 2], id);
    assertEquals(Deno.readTextFileSync(`${dir}/dead/${id}.log`), "printed\nprinted\n", id);
  }
  assertEquals(Deno.readTextFileSync(`${path}/outside`), "untouched");
});

Deno.test("what is no job is buried elsewhere if a fifo, link or folder lies where its log would be", async () => {
  await using scratch = await scratchQueue({ poll_interval: 0.1 });
  const { queue, dir } = scratch;
  await new Deno.Command("mkfifo", { args: [`${dir}/dead/fifo.log`] }).output();
  Deno.symlinkSync("/nowhere", `${dir}/dead/link.log`);
  Deno.mkdirSync(`${dir}/dead/folder.log`);
  for (const name of ["fifo", "link", "folder"]) drop(dir, `pending/${name}.json`, "no job");
  await queue.enqueue({ command: "true", id: "good" });
  await using worker = new WorkerProcess(dir, "--drain");
  await eventually("the worker to leave", () => worker.code !== undefined);
  assertEquals([worker.code, worker.troubles], [0, []], worker.said);
  assertEquals(queue.counts(), { ...queue.counts(), pending: 0, done: 1, dead: 3 });
  for (const { id } of queue.list({ states: ["dead"] })) {
    assertEquals(Deno.readTextFileSync(`${dir}/dead/${id}.json`), "no job");
    assert(Deno.readTextFileSync(`${dir}/dead/${id}.log`).includes("it is not JSON"));
  }
});

Deno.test("a job of nearly 1 MiB keeps its retries, though its file grows beyond that", async () => {
  await using scratch = await scratchQueue({ max_retries: 2, backoff_base: 0 });
  const { queue, dir } = scratch;
  const content = `{"command":"false","filling":[${"7,".repeat(500_000)}7]}`;
  drop(dir, "pending/large.json", content + " ".repeat(1024 * 1024 - content.length));
  await using worker = new WorkerProcess(dir, "--drain");
  await eventually("the worker to leave", () => worker.code !== undefined);
  const job = queue.get("large");
  assertEquals([job?.state, job?.history.length, job?.malformed], ["dead", 3, undefined]);
  await queue.requeue("large");
  await using again = new WorkerProcess(dir, "--drain");
  await eventually("the worker to leave", () => again.code !== undefined);
  assertEquals(queue.get("large")?.history.length, 6);
});

Deno.test("a worker outlives its queue's directory by leaving, not by a crash", async () => {
  await using scratch = await scratchQueue({ poll_interval: 0.1 });
  const { queue, dir } = scratch;
  await using worker = new WorkerProcess(dir);
  await eventually("the worker", () => queue.workers().length === 1);
  // What the worker makes meanwhile can keep the directory from going at the first try.
  await eventually("the directory to go", () => isRemoved(dir));
  await eventually("the worker to leave", () => worker.code !== undefined);
  assertEquals(worker.code, 1);
  assert(!worker.said.includes("Uncaught"), worker.said);
});

function isRemoved(dir: string): boolean {
  try {
    Deno.removeSync(dir, { recursive: true });
    return true;
  } catch (error) {
    return error instanceof Deno.errors.NotFound;
  }
}
