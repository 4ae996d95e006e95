import { assert, assertEquals, assertLess } from "@std/assert";
import { eventually, isThere, namesIn, processesWith, temporaryQueue } from "../temporary_queue.ts";
import { drain, ObservedWorker } from "./observed_worker.ts";
import { WorkerProcess } from "./worker_process.ts";
import { testWith, whyNo } from "../left_out.ts";

const noTmux = await whyNo("tmux", "-V");

/** The process ID in a file, once it is there. */
const readPid = (path: string) => Number(Deno.readTextFileSync(path)) || undefined;

function runs(pid: number): boolean {
  try {
    return !/\) Z /.test(Deno.readTextFileSync(`/proc/${pid}/stat`));
  } catch {
    return false;
  }
}

const untilGo = (dir: string) => `while ! test -e ${dir}/go; do sleep 0.02; done`;

Deno.test("a worker takes over the jobs of one that was killed, with nothing left of its processes", async () => {
  await using temporary = await temporaryQueue({ fsync: true, poll_interval: 3600 });
  const { queue, dir } = temporary;
  // Tells of each attempt that begins, and of each that is still there when the next begins.
  const command = `echo "begin $QUEUECTL_ATTEMPT" >> ${dir}/tale
    setsid sh -c 'trap "" TERM; while :; do echo $QUEUECTL_ATTEMPT > ${dir}/last; sleep 0.01; done' &
    ${untilGo(dir)}`;
  await queue.enqueue({ command, id: "x", max_retries: 1 });
  await using first = await WorkerProcess.start(dir);
  await first.next("started");
  await eventually("its child runs", () => isThere(`${dir}/last`));
  await first.kill();
  const [name] = first.names as [string];
  assert(processesWith(`QUEUECTL_WORKER=${name}`).length > 0, "the command outlives its worker");
  await using second = await ObservedWorker.start(queue);
  assertEquals(second.all("recovered"), [{
    kind: "recovered",
    worker: name,
    finished: [],
    lost: ["x"],
  }]);
  assertEquals(processesWith(`QUEUECTL_WORKER=${name}`), []);
  await second.next("started", "x");
  Deno.writeTextFileSync(`${dir}/go`, "");
  await second.next("ended", "x");
  const { state, attempts, history } = queue.get("x")!;
  assertEquals([state, attempts], ["done", 2]);
  assertEquals(history.map(({ outcome, worker }) => [outcome, worker]), [
    ["lost", name],
    ["done", second.worker.name],
  ]);
  assertEquals(Deno.readTextFileSync(`${dir}/tale`), "begin 1\nbegin 2\n");
  second.worker.stop();
  await second.finished();
  assertEquals(namesIn(dir, "workers"), []);
});

Deno.test("what a job that has ended left running outlives its worker; what a job that ran left does not", async () => {
  await using temporary = await temporaryQueue({ poll_interval: 3600 });
  const { queue, dir } = temporary;
  const daemon = (name: string) => `setsid sh -c 'echo $$ > ${dir}/${name}; sleep 60; :' &`;
  const pidOf = (name: string) =>
    eventually(`${name} runs`, () => isThere(`${dir}/${name}`) && readPid(`${dir}/${name}`));
  await queue.enqueue({ command: daemon("left"), id: "ended" });
  await using first = await WorkerProcess.start(dir);
  await first.next("ended");
  const left = await pidOf("left");
  await queue.enqueue({ command: `${daemon("strayed")} ${untilGo(dir)}`, id: "x" });
  const strayed = await pidOf("strayed");
  await first.kill();
  await using second = await ObservedWorker.start(queue);
  assertEquals(second.all("recovered").map(({ lost }) => lost), [["x"]]);
  assertEquals([left, strayed].map(runs), [true, false]);
});

testWith(
  noTmux,
  "a worker that is started in a terminal which an earlier job opened recovers and lives",
  async () => {
    await using temporary = await temporaryQueue({ poll_interval: 3600 });
    const { queue, dir } = temporary;
    const tmux = `tmux -S ${dir}/socket -f /dev/null`;
    await queue.enqueue({ command: `${tmux} new-session -d 'sleep 60'`, id: "ended" });
    await using first = await WorkerProcess.start(dir);
    await first.next("ended");
    await queue.enqueue({ command: untilGo(dir), id: "x" });
    await first.next("started", 2);
    await first.kill();
    const program = new URL("worker_program.ts", import.meta.url).pathname;
    const options = `'{"drain":true}'`;
    const worker = `${Deno.execPath()} run -A --no-check ${program} ${dir} ${options}`;
    const window = `${worker} > ${dir}/lines; echo $? > ${dir}/status; sleep 60`;
    const opened = await new Deno.Command("sh", {
      args: ["-c", `${tmux} new-window -d "$0"`, window],
      clearEnv: true,
      env: { PATH: Deno.env.get("PATH")!, HOME: Deno.env.get("HOME") ?? "/" },
    }).output();
    assert(opened.success, new TextDecoder().decode(opened.stderr));
    Deno.writeTextFileSync(`${dir}/go`, "");
    await eventually("the worker has left", () => isThere(`${dir}/status`));
    assertEquals(Deno.readTextFileSync(`${dir}/status`), "0\n");
    assertEquals(queue.get("x")?.history.map(({ outcome }) => outcome), ["lost", "done"]);
    const { success } = await new Deno.Command("sh", { args: ["-c", `${tmux} kill-server`] })
      .output();
    assert(success, "the server lived");
  },
);

Deno.test("a worker that runs learns of the death of another, if only by a poll", async () => {
  await using temporary = await temporaryQueue({ poll_interval: 0.1 });
  const { queue, dir } = temporary;
  await queue.enqueue({ command: untilGo(dir), id: "x" });
  await using first = await WorkerProcess.start(dir);
  await first.next("started");
  await using second = await ObservedWorker.start(queue);
  await first.kill();
  const { lost } = await second.next("recovered");
  assertEquals(lost, ["x"]);
  Deno.writeTextFileSync(`${dir}/go`, "");
  await second.next("ended", "x");
  assertEquals(queue.get("x")?.state, "done");
});

Deno.test("a job whose worker always dies is dead after max_retries + 1 attempts", async () => {
  await using temporary = await temporaryQueue({ max_retries: 1 });
  const { queue, dir } = temporary;
  await queue.enqueue({ command: untilGo(dir), id: "x" });
  for (let n = 0; n < 2; n++) {
    await using worker = await WorkerProcess.start(dir);
    await worker.next("started");
    await worker.kill();
  }
  await drain(queue);
  const { state, attempts, history } = queue.get("x")!;
  assertEquals([state, attempts], ["dead", 2]);
  assertEquals(history.map(({ outcome }) => outcome), ["lost", "lost"]);
});

Deno.test("jobs that are not to be retried have all run, though workers are killed as they claim them", async () => {
  await using temporary = await temporaryQueue({ max_retries: 0 });
  const { queue, dir } = temporary;
  const ids = Array.from({ length: 300 }, (_, n) => `job${n}`);
  await queue.enqueueMany(ids.map((id) => ({ command: `echo ${id} >> ${dir}/ran`, id })));
  for (let n = 1; n <= 4; n++) {
    await using worker = await WorkerProcess.start(dir, { count: 4 });
    await worker.next("started", 10 * n);
    await worker.kill();
  }
  await drain(queue, { count: 4 });
  const ran = new Set(Deno.readTextFileSync(`${dir}/ran`).trim().split("\n"));
  assertEquals(ids.filter((id) => !ran.has(id)), []);
});

Deno.test("ten workers in four processes run each of 300 jobs exactly once", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  const ran = (n: number) => ({ command: `echo ${n} >> ${dir}/ran`, id: `job${n}` });
  const inputs = Array.from({ length: 300 }, (_, n) => ran(n));
  await queue.enqueueMany(inputs.slice(0, 200));
  const starting = [3, 3, 2, 2].map((workers) =>
    WorkerProcess.start(dir, { drain: true }, workers)
  );
  for (const input of inputs.slice(200)) await queue.enqueue(input);
  const processes = await Promise.all(starting);
  await Promise.all(processes.map(({ status }) => status));
  // Whoever drained early left the rest to the others; the last may have drained before the last
  // came.
  await drain(queue);
  const numbers = Deno.readTextFileSync(`${dir}/ran`).trim().split("\n").map(Number);
  assertEquals(numbers.sort((a, b) => a - b), inputs.map((_, n) => n));
  assertEquals(queue.counts(), {
    pending: 0,
    delayed: 0,
    processing: 0,
    done: 300,
    failed: 0,
    dead: 0,
  });
  const attempts = queue.list().map(({ history }) => history.length);
  assertEquals(attempts, Array(300).fill(1));
  assertEquals(processes.flatMap(({ names }) => names).length, 10);
  assertEquals([namesIn(dir, "tmp"), namesIn(dir, "workers"), namesIn(dir, "pending")], [
    [],
    [],
    [],
  ]);
});

Deno.test("workers that are killed again and again lose no job and run none twice at once", async () => {
  await using temporary = await temporaryQueue({ max_retries: 1000 });
  const { queue, dir } = temporary;
  const command = `mkdir ${dir}/lock-$QUEUECTL_JOB_ID || touch ${dir}/twice
    sleep 0.01; rmdir ${dir}/lock-$QUEUECTL_JOB_ID`;
  // A kill leaves the lock; the next attempt is told to clear it, as the attempt before is surely
  // dead.
  const cleared = `test $QUEUECTL_ATTEMPT = 1 || rm -rf ${dir}/lock-$QUEUECTL_JOB_ID; ${command}`;
  const inputs = Array.from({ length: 80 }, (_, n) => ({ command: cleared, id: `job${n}` }));
  await queue.enqueueMany(inputs);
  for (let n = 0; n < 3; n++) {
    await using worker = await WorkerProcess.start(dir, { count: 3 });
    await worker.next("ended", 5);
    await worker.kill();
  }
  await drain(queue, { count: 3 });
  assertEquals(queue.counts().done, 80);
  assertEquals(isThere(`${dir}/twice`), false);
  assertEquals([namesIn(dir, "tmp"), namesIn(dir, "processing")], [[], []]);
  assertEquals(namesIn(dir, "done").length, 160);
});

Deno.test("output of 200 MB goes to the log in full, and does not grow the worker", async () => {
  await using temporary = await temporaryQueue({ poll_interval: 3600 });
  const { queue, dir } = temporary;
  await using worker = await WorkerProcess.start(dir);
  const bytes = 200 * 1024 * 1024;
  const run = async (command: string, id: string, n: number) => {
    await queue.enqueue({ command, id });
    await worker.next("ended", n);
    return residentBytes(worker.pid);
  };
  // What a first job costs has nothing to do with its output.
  for (let n = 1; n <= 5; n++) await run("true", `first${n}`, n);
  const before = residentBytes(worker.pid);
  const after = await run(`head -c ${bytes} /dev/zero`, "x", 6);
  assertLess(after - before, 16 * 1024 * 1024);
  assertEquals(Deno.statSync(`${dir}/done/x.log`).size, bytes);
});

function residentBytes(pid: number): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(Deno.readTextFileSync(`/proc/${pid}/status`))!;
  return Number(kilobytes) * 1024;
}
