import { assertEquals, assertMatch } from "@std/assert";
import { examine } from "../../src/doctor/examine.ts";
import { Queue } from "../../src/queue.ts";
import { drop, eventually } from "../temporary_queue.ts";
import { Program } from "./program.ts";

Deno.test("doctor exits with 0 without problems, with 1 with one, and with 0 once it is fixed", async () => {
  await using program = new Program();
  assertEquals(await program.answer("doctor"), `${program.dir}: no problems found`);
  drop(program.dir, "done/a.log", "printed");
  const found = await program.run(["doctor"]);
  assertEquals([found.code, found.stdout], [
    1,
    'found  done/"a.log" is the log of a missing job\n       --repair removes it\n',
  ]);
  const mended = await program.run(["doctor", "--repair"]);
  assertEquals(mended.code, 0);
  assertMatch(mended.stdout, /^fixed {2}done.*\n {7}fixed: removes it\n$/);
  assertEquals((await program.run(["doctor"])).code, 0);
});

Deno.test("doctor --repair exits with 1 while something is left that only a person can mend", async () => {
  await using program = new Program();
  await program.answer("doctor");
  drop(program.dir, "done/a.json", '{"command":"true"}');
  drop(program.dir, "dead/a.json", '{"command":"true"}');
  assertEquals((await program.run(["doctor", "--repair"])).code, 1);
  assertEquals([program.names("done"), program.names("dead")], [["a.json"], ["a.json"]]);
});

Deno.test("doctor --repair, again and again beside busy workers, finds nothing and harms nothing", async () => {
  await using program = new Program();
  await program.answer("config", "set", "backoff_base", "0");
  const queue = await Queue.open(program.dir);
  const workers = [1, 2, 3, 4].map(() => program.spawn(["worker", "start", "--count", "2"]));
  const ids: string[] = [];
  for (let n = 0; n < 40; n++) {
    const { id } = await queue.enqueue({ command: "sleep 0.3", unique: `key-${n % 3}${n}` });
    ids.push(id, (await queue.enqueue({ command: "true", after: [id] })).id);
    ids.push((await queue.enqueue({ command: '[ "$QUEUECTL_ATTEMPT" = 3 ]' })).id);
  }
  await queue.enqueueMany(
    Array.from({ length: 60 }, () => ({ command: "echo x > $QUEUECTL_PROGRESS" })),
    (jobs) => ids.push(...jobs.map(({ id }) => id)),
  );
  const seen = `${program.dir}/../seen`;
  const last = { command: `until [ -e '${seen}' ]; do sleep 0.02; done` };
  ids.push((await queue.enqueue(last)).id);
  let looks = 0;
  await eventually("all have run", async () => {
    const findings = await examine(queue.store, {
      repair: true,
      host: "doctor",
      pid: Deno.pid,
      version: "0",
      killSurvivors: () => Promise.reject(new Error("nobody is dead")),
    });
    assertEquals(findings, []);
    if (++looks === 6) Deno.writeTextFileSync(seen, "");
    return queue.counts().done === ids.length;
  });
  assertEquals(ids.filter((id) => queue.get(id)?.state !== "done"), []);
  const runs = ids.flatMap((id) => queue.get(id)!.history.length).reduce((a, b) => a + b);
  assertEquals(runs, ids.length + 2 * 40);
  for (const worker of workers) worker.kill("SIGTERM");
  assertEquals(await Promise.all(workers.map(async ({ ended }) => (await ended).code)), [
    0,
    0,
    0,
    0,
  ]);
});

Deno.test("doctor --repair looks at what is in the queue once its directories are there", async () => {
  await using program = new Program();
  await program.answer("doctor");
  drop(program.dir, "done/a.log", "printed");
  Deno.removeSync(`${program.dir}/failed`);
  const refused = await program.run(["worker", "start", "--drain"]);
  assertEquals(refused.code, 1);
  assertMatch(refused.stderr, /failed is missing; queuectl doctor --repair makes it/);
  const mended = await program.run(["doctor", "--repair"]);
  assertEquals(mended.code, 0);
  assertMatch(mended.stdout, /failed is missing[^]*a\.log/);
  assertEquals(await program.answer("doctor"), `${program.dir}: no problems found`);
});

Deno.test("a queue that has lost its VERSION is made whole", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--id", "a", "--unique", "key", "true");
  await program.answer("config", "set", "worker_count", "2");
  Deno.removeSync(`${program.dir}/VERSION`);
  await program.answer("worker", "start", "--drain");
  assertEquals((await program.json("show", "a")).state, "done");
});
