import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { eventually, isThere } from "../temporary_queue.ts";
import { makeQueue, Program } from "../program/program.ts";

/** A worker that runs a long job, and the job's process. */
async function busyWorker(program: Program) {
  await program.answer("config", "set", "poll_interval", "0.1");
  await program.answer("enqueue", "--id", "long", "echo $$ > pid; sleep 300");
  const worker = program.spawn(["worker", "start", "--count", "2"]);
  const pid = await eventually("the job runs", () => {
    const text = isThere(`${program.home}/pid`) && Deno.readTextFileSync(`${program.home}/pid`);
    return text ? Number(text) : undefined;
  });
  return { worker, pid };
}

function lives(pid: number): boolean {
  return isThere(`/proc/${pid}`) &&
    !/^State:\s+Z/m.test(Deno.readTextFileSync(`/proc/${pid}/status`));
}

/** Puts another queue with a job in the place of a program's, and gives where the old one lies. */
function swap(program: Program, job: string): string {
  const evil = `${program.home}/evil`;
  makeQueue(evil);
  Deno.writeTextFileSync(`${evil}/pending/${job}.json`, `{"command":"touch ${job}"}`);
  Deno.renameSync(program.dir, `${program.home}/old`);
  Deno.renameSync(evil, program.dir);
  return `${program.home}/old`;
}

Deno.test("a worker whose queue is swapped leaves at once, ends what it ran and runs nothing of the new one", async () => {
  await using program = new Program();
  const { worker, pid } = await busyWorker(program);
  const old = swap(program, "planted");
  const { code, stderr } = await worker.ended;
  assertEquals(code, 1);
  assertStringIncludes(stderr, `exited, because the queue ${program.dir} is no longer safe`);
  assert(!lives(pid));
  assertEquals(program.names("pending"), ["planted.json"]);
  assertEquals(isThere(`${program.home}/planted`), false);
  // Back in its place, the job is taken over as that of any worker that died.
  Deno.removeSync(program.dir, { recursive: true });
  Deno.renameSync(old, program.dir);
  assertEquals((await program.json("show", "long")).state, "processing");
  assertEquals(await program.json("worker", "list"), []);
});

Deno.test("a worker whose queue, or a directory above it, is opened to others leaves at once", async () => {
  for (const part of ["queue", "queue/pending", "queue/tmp", ""]) {
    await using program = new Program();
    const { worker, pid } = await busyWorker(program);
    Deno.chmodSync(`${program.home}/${part}`, 0o777);
    const { code, stdout } = await worker.ended;
    assertEquals(code, 1, part);
    assertStringIncludes(stdout, `${program.home}${part && `/${part}`}`);
    assert(!lives(pid), part);
    Deno.chmodSync(`${program.home}/${part}`, 0o700);
  }
});
