import { assert, assertEquals, assertMatch } from "@std/assert";
import { testWith, whyNo } from "../left_out.ts";
import { eventually, isThere } from "../temporary_queue.ts";
import { signalJob } from "../../src/control/signal_job.ts";
import { Queue } from "../../src/queue.ts";
import type { Config } from "../../src/format/settings.ts";
import { CACHING, type FuseMount, fuseMount, whyNoFuse } from "./fuse_mount.ts";
import { makeQueue, Program, type Running } from "./program.ts";

const noFuse = await whyNoFuse();

/** A worker whose queue lies on a FUSE file system, as another machine's does. */
class FencedWorker implements AsyncDisposable {
  readonly program: Program;
  readonly mount: FuseMount;
  /** The queue, as another machine sees it. */
  readonly queue: Queue;
  worker!: Running;

  private constructor(program: Program, mount: FuseMount, queue: Queue) {
    [this.program, this.mount, this.queue] = [program, mount, queue];
  }

  static async start(
    settings: Partial<Config>,
    words: readonly string[] = [],
    more: Record<string, string> = {},
  ): Promise<FencedWorker> {
    const mount = await fuseMount(CACHING);
    makeQueue(`${mount.below}/queue`);
    const queue = await Queue.open(`${mount.below}/queue`);
    await queue.configure(settings);
    const fenced = new FencedWorker(new Program(), mount, queue);
    const env = { QUEUECTL_DIR: `${mount.path}/queue`, ...more };
    fenced.worker = fenced.program.spawn(["worker", "start", ...words], { env });
    await fenced.worker.says(/^worker .* started/m);
    return fenced;
  }

  /** A job that is there for long, with a process of a session of its own: both processes. */
  async begin(id: string): Promise<number[]> {
    const note = (file: string) => `echo $$ > ${this.program.home}/${file}`;
    const apart = `setsid sh -c '${note(`${id}.apart`)}; exec sleep 1000' &`;
    await this.queue.enqueue({ id, command: `${apart} ${note(id)}; sleep 1000; true` });
    return [await this.noted(id), await this.noted(`${id}.apart`)];
  }

  /** The process that has noted its number. */
  async noted(file: string): Promise<number> {
    const path = `${this.program.home}/${file}`;
    return await eventually(`${file} runs`, () => {
      return isThere(path) && Number(Deno.readTextFileSync(path)) || undefined;
    });
  }

  get fence(): number {
    const [fence] = fencesOf(this.worker.pid);
    return fence!;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.program[Symbol.asyncDispose]();
    await this.mount[Symbol.asyncDispose]();
  }
}

/** The fences among the children of a process. */
function fencesOf(pid: number): number[] {
  return childrenOf(pid).filter((child) => /# a fence of queuectl/.test(about(child, "cmdline")));
}

function childrenOf(pid: number): number[] {
  const threads = [...Deno.readDirSync(`/proc/${pid}/task`)].map(({ name }) => name);
  return threads.flatMap((thread) =>
    about(pid, `task/${thread}/children`).split(" ").filter((word) => word !== "").map(Number)
  );
}

function about(pid: number, file: string): string {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/${file}`);
  } catch {
    return "";
  }
}

/** Whether a process runs: one that exits has no memory, though a file may keep it. */
function runs(pid: number): boolean {
  return about(pid, "cmdline") !== "";
}

const gone = (what: string, pids: readonly number[]) =>
  eventually(`${what} is gone`, () => !pids.some(runs));

testWith(
  noFuse,
  "a worker whose file system hangs is killed with its commands, and what a job left may stay",
  async () => {
    await using fenced = await FencedWorker.start({ fence_after: 4 }, ["--count", "2"]);
    const { worker, queue, program, mount } = fenced;
    const leave = `setsid sh -c 'echo $$ > ${program.home}/left; exec sleep 1000' &`;
    await queue.enqueue({ id: "over", command: leave });
    const left = await fenced.noted("left");
    await eventually("it is over", () => queue.get("over")?.state === "done");
    const processes = [...await fenced.begin("a"), ...await fenced.begin("b")];
    const { fence } = fenced;
    {
      using _hanging = mount.hang();
      await gone("each command", processes);
      await gone("the fence", [fence]);
    }
    const { code, stderr } = await worker.ended;
    assertEquals(code, 137);
    assertMatch(
      stderr,
      /^queuectl: killed worker \S+ and its commands: for the time of the setting fence_after .*\n$/m,
    );
    assert(runs(left));
    assertEquals(queue.list({ states: ["processing"] }).map(({ id }) => id), ["a", "b"]);
  },
);

testWith(noFuse, "what a worker runs or has suspended ends at once when it is killed", async () => {
  await using fenced = await FencedWorker.start({ fence_after: 3600 }, ["--count", "2"]);
  const processes = [...await fenced.begin("a"), ...await fenced.begin("b")];
  // Asked for by another machine, so to say.
  await signalJob(fenced.queue, "b", "SIGSTOP");
  const { fence } = fenced;
  fenced.worker.kill("SIGKILL");
  await gone("each command", processes);
  await gone("the fence", [fence]);
  const { stderr } = await fenced.worker.ended;
  assertMatch(stderr, /^queuectl: killed the commands of worker \S+, which was killed\n$/m);
});

testWith(noFuse, "a worker that is stopped by a signal is killed with its commands", async () => {
  await using fenced = await FencedWorker.start({ fence_after: 4 });
  const processes = await fenced.begin("a");
  fenced.worker.kill("SIGSTOP");
  await gone("each command", processes);
  assertEquals((await fenced.worker.ended).code, 137);
});

testWith(noFuse, "a fence that is killed is made again, and knows what runs", async () => {
  await using fenced = await FencedWorker.start({ fence_after: 3600 });
  const processes = await fenced.begin("a");
  const { fence: first, worker } = fenced;
  for (const signal of ["SIGINT", "SIGHUP", "SIGTERM"] as const) Deno.kill(first, signal);
  Deno.kill(first, "SIGKILL");
  const second = await eventually("another stands", () => {
    return fencesOf(worker.pid).find((pid) => pid !== first);
  });
  worker.kill("SIGKILL");
  await gone("each command", processes);
  await gone("the fence", [second]);
});

testWith(noFuse, "a fence leaves with its worker, however that is asked to", async () => {
  const ways: ((fenced: FencedWorker) => unknown)[] = [
    ({ worker }) => worker.kill("SIGINT"),
    ({ worker }) => worker.kill("SIGTERM"),
    ({ program, mount }) =>
      program.answer("worker", "stop", "--now", "--dir", `${mount.path}/queue`),
  ];
  for (const leave of ways) {
    await using fenced = await FencedWorker.start({});
    const { fence, worker } = fenced;
    assert(runs(fence));
    await leave(fenced);
    const { stderr } = await worker.ended;
    assert(!runs(fence));
    assertEquals(stderr.replace(/^.*(started|exiting).*\n/gm, ""), "");
  }
});

const isFitting =
  await whyNo("/bin/sh", "-c", "read -r -t 1 line </dev/null; [ $? -eq 1 ]") === undefined
    ? "its /bin/sh can be a fence"
    : undefined;

testWith(
  noFuse ?? isFitting,
  "a worker whose machine has no shell for a fence says so",
  async () => {
    const nothing = Deno.makeTempDirSync();
    {
      await using fenced = await FencedWorker.start({}, [], { PATH: nothing });
      await fenced.worker.says(/nothing ends this worker's commands .*; install bash/);
      await fenced.queue.enqueue({ id: "a", command: "true" });
      await eventually("it works all the same", () => fenced.queue.get("a")?.state === "done");
    }
    Deno.removeSync(nothing);
  },
);

Deno.test("a worker on a local disk has no fence", async () => {
  await using program = new Program();
  const worker = program.spawn(["worker", "start"]);
  await program.answer("enqueue", `echo $$ > ${program.home}/pid; sleep 1000; true`);
  await eventually("it runs", () => isThere(`${program.home}/pid`));
  assertEquals(childrenOf(worker.pid).length, 1);
  assertEquals(fencesOf(worker.pid), []);
});
