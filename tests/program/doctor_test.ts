import { assertEquals, assertMatch } from "@std/assert";
import { examine } from "../../src/doctor/examine.ts";
import { Queue } from "../../src/queue.ts";
import { drop, eventually } from "../temporary_queue.ts";
import { PROGRAM, Program } from "./program.ts";
import { testWith, whyNoMount } from "../left_out.ts";

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
  assertMatch(mended.stdout, /^fixed {2}done.* is the log of a missing job; removed it\n$/);
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
  const worker = await program.run(["worker", "start", "--drain"]);
  assertMatch(worker.stderr, /^queuectl: VERSION was missing from .* queuectl list\n/);
  Deno.removeSync(`${program.dir}/VERSION`);
  const { code, stdout, stderr } = await program.run(["doctor"]);
  assertEquals([code, stderr], [0, ""]);
  assertMatch(stdout, /^fixed {2}VERSION was missing from a queue that has jobs; .*\n$/);
  assertEquals((await program.json("show", "a")).state, "done");
});

/** Runs doctor on a queue under a program that limits it. */
async function doctorUnder(
  [program, ...words]: readonly [string, ...string[]],
  dir: string,
  ...options: string[]
) {
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args: [...words, ...PROGRAM, "--dir", dir, "doctor", ...options],
    env: { NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

const NAMESPACE = ["--map-root-user", "--mount"];
const noMount = await whyNoMount();

testWith(
  noMount,
  "doctor reports a queue, or a part of it, on a file system that is mounted read-only",
  async () => {
    await using program = new Program();
    const { dir } = program;
    drop(dir, "workers/host-1-ab.json", "{}");
    drop(dir, "pending/a.json", '{"command":"true"}');
    for (const path of [dir, `${dir}/done`]) {
      const script = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"';
      const under = ["unshare", ...NAMESPACE, "sh", "-c", script, path] as const;
      const { code, stdout, stderr } = await doctorUnder(under, dir);
      assertEquals(code, 1, stderr);
      const found = stdout.split("\n").filter((line) => line.includes("cannot be written"));
      assertEquals(found, [
        `found  ${path} cannot be written: its file system is mounted read-only`,
      ], stdout + stderr);
    }
  },
);

Deno.test("doctor reports a part whose mode denies writing, and --repair opens it", async () => {
  await using program = new Program();
  const { dir } = program;
  Deno.chmodSync(`${dir}/pending`, 0o500);
  // Root without the right to ignore modes.
  const under = Deno.uid() === 0
    ? ["setpriv", "--bounding-set=-dac_override", "--inh-caps=-dac_override"] as const
    : ["env"] as const;
  const { code, stdout } = await doctorUnder(under, dir);
  assertEquals([code, stdout], [
    1,
    `found  ${dir}/pending cannot be written: its mode is 500\n       --repair sets mode 700\n`,
  ]);
  const repaired = await doctorUnder(under, dir, "--repair");
  assertEquals(repaired.code, 0, repaired.stdout);
  assertEquals(Deno.statSync(`${dir}/pending`).mode! & 0o777, 0o700);
});
