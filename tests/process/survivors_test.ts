import { assert, assertEquals } from "@std/assert";
import { killSurvivors } from "../../src/process/survivors.ts";
import { eventually, processesWith } from "../temporary_queue.ts";

/** Starts a process that carries a worker's and a job's name, in a session of its own. */
async function start(
  worker: string,
  job: string,
  script = ":",
  attempt = 1,
): Promise<Deno.ChildProcess> {
  const ready = await Deno.makeTempFile();
  const child = new Deno.Command("setsid", {
    args: ["sh", "-c", `${script}; echo ready > "$0"; sleep 60; :`, ready],
    env: { QUEUECTL_WORKER: worker, QUEUECTL_JOB_ID: job, QUEUECTL_ATTEMPT: `${attempt}` },
    stdin: "null",
  }).spawn();
  await eventually("the process is ready", () => Deno.readTextFileSync(ready) !== "");
  await Deno.remove(ready);
  return child;
}

const unique = () => `here-1-${crypto.randomUUID().slice(0, 8)}`;

function runs(pid: number): boolean {
  try {
    return !/\) Z /.test(Deno.readTextFileSync(`/proc/${pid}/stat`));
  } catch {
    return false;
  }
}

Deno.test("killSurvivors() kills all of a run's processes, and no other's", async () => {
  const worker = unique();
  const mine = await start(worker, "x", "trap '' TERM; (setsid sleep 60 &)");
  const others = [
    await start(worker, "x2"),
    await start(`${worker}0`, "x"),
    await start(worker, "x", ":", 2),
  ];
  await killSurvivors(worker, [{ id: "x", attempt: 1 }]);
  assertEquals((await mine.status).signal, "SIGKILL");
  assertEquals(others.map(({ pid }) => runs(pid)), [true, true, true]);
  assertEquals(
    processesWith(`QUEUECTL_WORKER=${worker}\0`).length,
    4,
    "two shells and their sleeps",
  );
  await killSurvivors(worker, [{ id: "x2" }, { id: "x" }]);
  await killSurvivors(`${worker}0`, [{ id: "x" }]);
  for (const { status } of others) assertEquals((await status).signal, "SIGKILL");
});

Deno.test("killSurvivors() kills what is in the session of a run, though it has cleared its environment", async () => {
  const worker = unique();
  const pidFile = await Deno.makeTempFile();
  const mine = await start(worker, "x", `env -i sleep 61 & echo $! > ${pidFile}`);
  const pid = Number(await eventually("its number", () => Deno.readTextFileSync(pidFile).trim()));
  await Deno.remove(pidFile);
  await eventually("it has cleared it", () => !processesWith(worker).includes(pid));
  assert(runs(pid));
  await killSurvivors(worker, [{ id: "x", attempt: 1 }]);
  await mine.status;
  await eventually("it is killed", () => !runs(pid));
});

Deno.test("killSurvivors() of runs that left nothing, and of none, does nothing", async () => {
  const worker = unique();
  await killSurvivors(unique(), [{ id: "x", attempt: 1 }]);
  const other = await start(worker, "x");
  await killSurvivors(worker, []);
  assert(runs(other.pid));
  await killSurvivors(worker, [{ id: "x" }]);
  await other.status;
});

/** Has a program of its own call killSurvivors(); what it prints. */
async function elsewhere(code: string, words: string[] = []): Promise<string> {
  const module = new URL("../../src/process/survivors.ts", import.meta.url);
  const whole = `const { killSurvivors } = await import("${module}");\n${code}`;
  const command = [...words, Deno.execPath(), "eval", whole];
  const { stdout } = await new Deno.Command("timeout", { args: ["20", ...command] }).output();
  return new TextDecoder().decode(stdout).trim();
}

for (const way of ["", "without the C library"]) {
  Deno.test(`killSurvivors() finds its own among processes that it may not look at ${way}`, async () => {
    // What another user may not see root may; a root without CAP_SYS_PTRACE is as good as another
    // user.
    const worker = unique();
    const words = Deno.uid() === 0 ? ["setpriv", "--bounding-set=-sys_ptrace"] : [];
    const code = `
      ${way && `Deno.dlopen = () => { throw new Error("no library"); };`}
      const survivor = new Deno.Command("setsid", {
        args: ["sleep", "60"],
        env: { QUEUECTL_WORKER: "${worker}", QUEUECTL_JOB_ID: "x", QUEUECTL_ATTEMPT: "1" },
      }).spawn();
      await killSurvivors("${worker}", [{ id: "x", attempt: 1 }]);
      const { signal } = await survivor.status;
      console.log(signal);`;
    assertEquals(await elsewhere(code, words), "SIGKILL");
  });
}

Deno.test("killSurvivors() kills neither who called it nor who started that, be they of the run", async () => {
  const worker = unique();
  // As a terminal that a job has opened: the caller is started by a shell of the job, in a session
  // of its own.
  const code = `await killSurvivors("${worker}", [{ id: "x" }]); console.log("lives");`;
  const marks = [`QUEUECTL_WORKER=${worker}`, "QUEUECTL_JOB_ID=x", "QUEUECTL_ATTEMPT=1"];
  const shell = `setsid sleep 60 & setsid -w "$@"; echo "its shell lives"; wait`;
  const words = ["env", ...marks, "sh", "-c", shell, "sh"];
  assertEquals(await elsewhere(code, words), "lives\nits shell lives");
  assertEquals(processesWith(worker), []);
});
