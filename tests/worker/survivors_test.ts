import { assertEquals } from "@std/assert";
import { killSurvivors } from "../../src/worker/survivors.ts";
import { eventually, processesWith } from "../queue/temporary_queue.ts";

/** Starts a process that carries a worker's and a job's name, in a session of its own. */
async function start(worker: string, job: string, script = ":"): Promise<Deno.ChildProcess> {
  const ready = await Deno.makeTempFile();
  const child = new Deno.Command("setsid", {
    args: ["sh", "-c", `${script}; echo ready > "$0"; sleep 60; :`, ready],
    env: { QUEUECTL_WORKER: worker, QUEUECTL_JOB_ID: job },
    stdin: "null",
  }).spawn();
  await eventually("the process is ready", () => Deno.readTextFileSync(ready) !== "");
  await Deno.remove(ready);
  return child;
}

const unique = () => `here-1-${crypto.randomUUID().slice(0, 8)}`;

Deno.test("killSurvivors() kills all of a job's processes, and no other job's", async () => {
  const worker = unique();
  const mine = await start(worker, "x", "trap '' TERM; (setsid sleep 60 &)");
  const others = [await start(worker, "x2"), await start(`${worker}0`, "x")];
  await killSurvivors(worker, "x");
  assertEquals((await mine.status).signal, "SIGKILL");
  const left = processesWith(`QUEUECTL_WORKER=${worker}`);
  assertEquals(others.map(({ pid }) => left.includes(pid)), [true, true]);
  assertEquals(processesWith(`QUEUECTL_WORKER=${worker}\0QUEUECTL_JOB_ID=x\0`), []);
  await killSurvivors(worker);
  await killSurvivors(`${worker}0`);
  for (const { status } of others) assertEquals((await status).signal, "SIGKILL");
});

Deno.test("killSurvivors() of a worker that left nothing does nothing", async () => {
  await killSurvivors(unique());
  await killSurvivors(unique(), "x");
});

Deno.test("killSurvivors() finds its own among processes that it may not look at", async () => {
  // What another user may not see root may; a root without CAP_SYS_PTRACE is as good as another user.
  const module = new URL("../../src/worker/survivors.ts", import.meta.url);
  const worker = unique();
  const code = `
    const survivor = new Deno.Command("sleep", {
      args: ["60"], env: { QUEUECTL_WORKER: "${worker}" },
    }).spawn();
    const { killSurvivors } = await import("${module}");
    await killSurvivors("${worker}");
    const { signal } = await survivor.status;
    console.log(signal);`;
  const deno = [Deno.execPath(), "eval", code];
  const command = Deno.uid() === 0 ? ["setpriv", "--bounding-set=-sys_ptrace", ...deno] : deno;
  const { stdout } = await new Deno.Command("timeout", { args: ["10", ...command] }).output();
  await killSurvivors(worker);
  assertEquals(new TextDecoder().decode(stdout).trim(), "SIGKILL");
});
