import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type Claim, claim } from "../../src/moves/claim.ts";
import { logOf } from "../../src/moves/take_log.ts";
import type { FilePort } from "../../src/fs/file_port.ts";
import type { JobInput } from "../../src/format/job.ts";
import { type RunningJob, sharedEnvironment, startJob } from "../../src/worker/run_job.ts";
import { newSpawner } from "../../src/process/choose_spawner.ts";
import {
  drop,
  eventually,
  isThere,
  namesIn,
  processesWith,
  type TemporaryQueue,
  temporaryQueue,
} from "../temporary_queue.ts";
import { settle } from "../../src/moves/settle.ts";
import { settlementOf } from "../../src/worker/outcome.ts";
import { waitingEntry } from "../waiting_entry.ts";
import { drain } from "./observed_worker.ts";

/** A worker's name that no other test has, so that none kills another's survivors. */
const newWorker = () => `here-1-${crypto.randomUUID().slice(0, 8)}`;

async function claimOne({ queue, dir }: TemporaryQueue, input: JobInput): Promise<Claim> {
  await queue.enqueue({ id: "x", ...input });
  const [path] = namesIn(dir, "pending");
  const result = await claim(queue.store, waitingEntry(path!), newWorker());
  if (result.kind !== "claimed") throw new Error(result.kind);
  return result.claim;
}

for (const portable of [false, true]) {
  const test = (
    name: string,
    settings: Parameters<typeof temporaryQueue>[0],
    fn: (
      run: (
        input: JobInput,
        env?: Record<string, string>,
      ) => Promise<RunningJob & { worker: string }>,
      temporary: TemporaryQueue,
    ) => Promise<void>,
  ) =>
    Deno.test(`${name} (${portable ? "portable" : "posix"})`, async () => {
      await using temporary = await temporaryQueue(settings);
      const spawner = newSpawner({ portable });
      await fn(async (input, env = {}) => {
        const claimed = await claimOne(temporary, input);
        const { store } = temporary.queue;
        const { worker } = claimed;
        const shared = { ...sharedEnvironment(store, worker), ...env };
        return { ...(await startJob(store, spawner, claimed, shared))!, worker };
      }, temporary);
      spawner.close();
    });

  test(
    "a job's command has the worker's environment, its own, and what names it",
    {},
    async (run, { dir }) => {
      const job = await run(
        {
          command: "env",
          env: { MINE: "1", BOTH: "job", QUEUECTL_JOB_ID: "forged", QUEUECTL_DIR: "forged" },
        },
        { INHERITED: "2", BOTH: "worker" },
      );
      await job.ended;
      const lines = Deno.readTextFileSync(`${dir}/processing/x.log`).split("\n");
      const expected = {
        MINE: "1",
        INHERITED: "2",
        BOTH: "job",
        QUEUECTL_JOB_ID: "x",
        QUEUECTL_ATTEMPT: "1",
        QUEUECTL_DIR: dir,
        QUEUECTL_WORKER: job.worker,
      };
      for (const pair of Object.entries(expected)) {
        assert(lines.includes(pair.join("=")), `${pair}`);
      }
      assertEquals(lines.filter((line) => line.includes("forged")), []);
    },
  );

  test(
    "an attempt tells how it went, how long it took and how long its log is",
    {},
    async (run) => {
      const before = Date.now();
      const result = await (await run({ command: "printf 12345; sleep 0.1; exit 3" })).ended;
      const { exit, startedAt, finishedAt, duration, logEnd, stopped, reason } = result;
      assertEquals([exit, logEnd, stopped, reason], [
        { code: 3, signal: null },
        5,
        undefined,
        undefined,
      ]);
      assert(startedAt >= before && finishedAt <= Date.now() && finishedAt - startedAt >= 95);
      assert(duration >= 95 && duration < 10_000, `${duration}`);
    },
  );

  test(
    "a missing working directory fails the attempt and says so in the log",
    {},
    async (run, { dir }) => {
      const job = await run({ command: "true", cwd: "/nowhere/at/all" });
      const { exit, reason } = await job.ended;
      assertEquals([job.pid, exit], [0, undefined]);
      assertStringIncludes(reason ?? "", "cannot enter /nowhere/at/all");
      assertEquals(Deno.readTextFileSync(`${dir}/processing/x.log`), `queuectl: ${reason}\n`);
      job.end("put back");
      job.kill();
    },
  );

  for (const kind of ["link", "fifo"]) {
    test(
      `a ${kind} in the log's place is put aside, and neither followed nor waited for`,
      {},
      async (run, { dir }) => {
        const log = `${dir}/processing/x.log`;
        Deno.writeTextFileSync(`${dir}/precious`, "precious");
        if (kind === "link") Deno.symlinkSync("../precious", log);
        else await new Deno.Command("mkfifo", { args: [log] }).output();
        const { exit } = await (await run({ command: "echo printed" })).ended;
        assertEquals([exit?.code, Deno.readTextFileSync(log)], [0, "printed\n"]);
        assertEquals(Deno.readTextFileSync(`${dir}/precious`), "precious");
      },
    );
  }

  const stubborn = "while :; do sleep 0.02; done";
  const kills = { kill_grace: 0.1 };

  test("a timeout ends a command that heeds SIGTERM at once", { kill_grace: 60 }, async (run) => {
    const job = await run({
      command: "trap 'echo asked; exit 0' TERM; sleep 60 & wait",
      timeout: 0.5,
    });
    const { stopped, exit, duration, logEnd } = await job.ended;
    assertEquals([stopped, exit?.code, logEnd], ["timeout", 0, 6]);
    assert(duration >= 495 && duration < 60_000, `${duration}`);
  });

  test(
    "a command that is ended leaves nothing, though its children ignore SIGTERM",
    kills,
    async (run, { dir }) => {
      const command =
        `trap '' TERM; sh -c 'trap "" TERM; touch ${dir}/ready; ${stubborn}' & ${stubborn}`;
      const job = await run({ command });
      await eventually("the child runs", () => isThere(`${dir}/ready`));
      job.end("cancelled");
      const { stopped, exit } = await job.ended;
      assertEquals([stopped, exit], ["cancelled", { code: null, signal: "SIGKILL" }]);
      assertEquals(processesWith(`QUEUECTL_WORKER=${job.worker}`), []);
    },
  );

  test(
    "ending a command reaches a child that left the group, also if the command heeded SIGTERM",
    kills,
    async (run, { dir }) => {
      const job = await run({
        command: `setsid sh -c 'trap "" TERM; touch ${dir}/ready; ${stubborn}' & exec sleep 60`,
      });
      await eventually("the child runs", () => isThere(`${dir}/ready`));
      job.end("cancelled");
      const { exit } = await job.ended;
      assertEquals(exit?.signal, "SIGTERM");
      assertEquals(processesWith(`QUEUECTL_WORKER=${job.worker}`), []);
    },
  );

  test(
    "a command that ends in time is not touched, nor is what it leaves running",
    kills,
    async (run, { dir }) => {
      const command = `(sleep 1.1; touch ${dir}/left) & exit 0`;
      const { stopped, exit } = await (await run({ command, timeout: 1 })).ended;
      assertEquals([stopped, exit?.code], [undefined, 0]);
      await eventually("what it left running has its way", () => isThere(`${dir}/left`));
    },
  );

  test("a timeout of a month does not come at once", {}, async (run) => {
    const { stopped } = await (await run({ command: "sleep 0.1", timeout: 30 * 86400 })).ended;
    assertEquals(stopped, undefined);
  });

  test("putting a job back ends its command", { kill_grace: 0.2 }, async (run, { dir }) => {
    const job = await run({ command: `trap '' TERM; touch ${dir}/ready; ${stubborn}` });
    await eventually("it runs", () => isThere(`${dir}/ready`));
    job.end("put back");
    job.end("put back");
    const { stopped, exit } = await job.ended;
    assertEquals([stopped, exit?.signal], ["put back", "SIGKILL"]);
  });

  test("a job can be killed at once", { kill_grace: 60 }, async (run, { dir }) => {
    const job = await run({
      command: `trap '' TERM; touch ${dir}/ready; ${stubborn}`,
      timeout: 60,
    });
    await eventually("it runs", () => isThere(`${dir}/ready`));
    job.kill();
    assertEquals((await job.ended).exit?.signal, "SIGKILL");
  });
}

Deno.test("QUEUECTL_FENCE grows with each attempt of a job, and of a later job of its ID", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  const add = () =>
    queue.enqueue({
      id: "x",
      command: `echo $QUEUECTL_FENCE >> ${dir}/fences; test -e ${dir}/well`,
      max_retries: 1,
      backoff_base: 0,
    });
  await add();
  await drain(queue);
  await queue.requeue("x");
  await drain(queue);
  Deno.renameSync(`${dir}/dead/x.json`, `${dir}/pending/x.json`);
  Deno.writeTextFileSync(`${dir}/well`, "");
  await drain(queue);
  await queue.remove("x");
  await add();
  await drain(queue);
  const fences = Deno.readTextFileSync(`${dir}/fences`).trim().split("\n").map(Number);
  assertEquals(fences.length, 6);
  for (const [n, fence] of fences.entries()) if (n > 0) assert(fence > fences[n - 1]!, `${fences}`);
  assert(fences.every(Number.isSafeInteger));
});

Deno.test("how a job ended is known though its log cannot be looked at", async () => {
  await using temporary = await temporaryQueue();
  const { store } = temporary.queue;
  const spawner = newSpawner({ portable: false });
  const claimed = await claimOne(temporary, { command: "exit 3" });
  let isReachable = true;
  const stat: FilePort["stat"] = (path, how) => {
    if (!isReachable && path.endsWith(".log")) throw new Error("transport endpoint shutdown");
    return store.files.stat(path, how);
  };
  const shared = sharedEnvironment(store, claimed.worker);
  const cut = { ...store, files: { ...store.files, stat } };
  const running = (await startJob(cut, spawner, claimed, shared))!;
  isReachable = false;
  const { exit, logEnd } = await running.ended;
  assertEquals([exit?.code, logEnd], [3, undefined]);
  spawner.close();
});

/** Claims a job under each of its names, on a shared disk that brought back the first. */
async function claimTwice(temporary: TemporaryQueue, state: "pending" | "failed") {
  const { dir, queue } = temporary;
  const store = { ...queue.store, files: { ...queue.store.files, isLocal: () => false } };
  const [path] = namesIn(dir, state).filter((name) => name.endsWith(".json"));
  const from = `${dir}/${state}/${path}`;
  const claims: Claim[] = [];
  for (const worker of [newWorker(), newWorker()]) {
    const result = await claim(store, { ...waitingEntry(path!), state }, worker);
    if (result.kind !== "claimed") throw new Error(result.kind);
    claims.push(result.claim);
    if (claims.length === 1) Deno.linkSync(`${dir}/processing/${result.claim.name}`, from);
  }
  const spawner = newSpawner({ portable: false });
  return {
    store,
    start: (at: number) =>
      startJob(store, spawner, claims[at]!, sharedEnvironment(store, claims[at]!.worker)),
    claims,
    [Symbol.dispose]: () => spawner.close(),
  };
}

for (const id of ["x", "01KDVDNEW8VK9901ZV8X000000"]) {
  Deno.test(`of two workers that were both given job ${id} the first to start it runs it`, async () => {
    await using temporary = await temporaryQueue();
    await temporary.queue.enqueue({ id, command: "echo ran" });
    using twice = await claimTwice(temporary, "pending");
    const first = await twice.start(1);
    assertEquals(await twice.start(0), undefined);
    assertEquals((await first!.ended).exit?.code, 0);
    assertEquals(Deno.readTextFileSync(logOf(twice.store, twice.claims[1]!)), "ran\n");
  });
}

Deno.test("of two workers that were both given a retry the first to start it runs it", async () => {
  await using temporary = await temporaryQueue();
  const { dir } = temporary;
  const history = [{ attempt: 1, led_to: "failed" }];
  const made = { created_at: "2020-01-01T00:00:00.000Z" };
  const job = { command: "echo again", attempts: 1, history, ...made };
  drop(dir, "failed/20200101T000000.000Z-5-x.json", JSON.stringify(job));
  drop(dir, "failed/x.log", "first\n");
  using twice = await claimTwice(temporary, "failed");
  const first = await twice.start(0);
  Deno.linkSync(`${dir}/processing/x.log`, `${dir}/failed/x.log`);
  assertEquals(await twice.start(1), undefined);
  assertEquals((await first!.ended).exit?.code, 0);
  assertEquals(Deno.readTextFileSync(`${dir}/processing/x.log`), "first\nagain\n");
});

Deno.test("a claim that the file system held up is doubted, as another may have run the job meanwhile", async () => {
  await using temporary = await temporaryQueue();
  const { dir, queue } = temporary;
  await queue.enqueue({ id: "x", command: "true" });
  using twice = await claimTwice(temporary, "pending");
  const { store, claims: [late, other] } = twice;
  const first = await twice.start(1);
  const attempt = { exit: (await first!.ended).exit!, startedAt: 0, finishedAt: 0, duration: 0 };
  const settlement = settlementOf(other!, { ...attempt, logEnd: 0 }, store.config, 0.5);
  await settle(store, [{ ...settlement, state: "failed", readyAt: store.now() + 60_000 }]);
  assertEquals(isThere(`${dir}/done/x.log`), false, "nothing of the run is left where it is made");
  const { time } = late!;
  late!.time = time - 2000;
  assertEquals(await twice.start(0), undefined);
});

Deno.test("a job runs though a job of its ID that is gone has left a log", async () => {
  await using temporary = await temporaryQueue();
  const { dir, queue } = temporary;
  const store = { ...queue.store, files: { ...queue.store.files, isLocal: () => false } };
  for (const state of ["processing", "done"]) drop(dir, `${state}/x.log`, "old\n");
  const claimed = await claimOne(temporary, { command: "echo new" });
  const spawner = newSpawner({ portable: false });
  const running = await startJob(store, spawner, claimed, sharedEnvironment(store, "w"));
  assertEquals((await running!.ended).exit?.code, 0);
  const log = Deno.readFileSync(logOf(store, claimed)).subarray(claimed.logOffset);
  assertEquals(new TextDecoder().decode(log), "new\n");
  spawner.close();
});

Deno.test("whoever would change a job that another worker runs under a name that came back finds it gone", async () => {
  await using temporary = await temporaryQueue();
  const { dir, queue } = temporary;
  const claimed = await claimOne(temporary, { command: "true" });
  const [path] = ["20200101T000000.000Z-5-x.json"];
  Deno.linkSync(`${dir}/processing/${claimed.name}`, `${dir}/pending/${path}`);
  const store = { ...queue.store, files: { ...queue.store.files, isLocal: () => false } };
  const result = await claim(store, waitingEntry(path!), newWorker(), "to change it");
  assertEquals(result, { kind: "gone" });
  assertEquals(namesIn(dir, "processing"), [claimed.name]);
});
