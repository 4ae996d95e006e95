import { assertEquals, assertMatch } from "@std/assert";
import { Queue } from "../../src/queue.ts";
import { drop, eventually, isThere } from "../temporary_queue.ts";
import { Program } from "./program.ts";

/** The names in input/, or nothing if it was never made. */
function inputs(program: Program): string[] {
  return isThere(`${program.dir}/input`) ? program.names("input") : [];
}

/** A shell's beginning: a pipe `f` that is written to and never ends. */
const OPEN_PIPE = "mkfifo f; exec 3<>f; echo begun >&3; ";

Deno.test("run says that it reads stdin if nothing comes, and how to do without", async () => {
  await using program = new Program();
  const running = program.spawnShell(OPEN_PIPE + 'exec "$@" run cat <f');
  await running.says(/reading the job's input from stdin until it ends .*run --no-stdin/);
  assertEquals(program.names("pending"), []);
});

Deno.test("of many jobs at two workers each reads its own input", async () => {
  await using program = new Program();
  const queue = await Queue.open(program.dir);
  const ids: string[] = [];
  for (let n = 0; n < 30; n++) {
    const stdin = new Blob([`input ${n}`]).stream();
    ids.push((await queue.enqueue({ command: "cat" }, { stdin })).id);
  }
  await Promise.all([program.drain(2), program.drain(2)]);
  const printed = ids.map((id) => Deno.readTextFileSync(queue.logPath(id)!));
  assertEquals(printed, ids.map((_, n) => `input ${n}`));
});

Deno.test("an input of several megabytes comes through unchanged", async () => {
  await using program = new Program();
  const script = 'head -c 5000001 /dev/urandom > sent; "$@" run "cmp - sent" < sent && ' +
    'cat sent | "$@" run "cmp - sent"';
  const { code, stdout, stderr } = await program.shell(script);
  assertEquals([code, stdout, stderr], [0, "", ""]);
});

Deno.test("a job dropped by hand with an input reads it, under the ID of another too", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--id", "a", "true");
  await program.drain();
  Deno.mkdirSync(`${program.dir}/input`, { mode: 0o700 });
  Deno.writeTextFileSync(`${program.dir}/input/a.in`, "by hand");
  drop(program.dir, "pending/a.json", '{"command":"cat","stdin":true}');
  await program.drain();
  const id = program.names("done").find((name) => /^a-.*\.json$/.test(name))!.replace(".json", "");
  assertEquals(await program.answer("logs", id), "by hand");
  // Each name goes with its own job.
  await program.answer("rm", "a");
  assertEquals(inputs(program), [`${id}.in`]);
  await program.answer("retry", id);
  await program.drain();
  assertEquals(await program.answer("logs", id), "by handby hand");
  await program.answer("rm", id);
  assertEquals(inputs(program), []);
});

for (const [signal, status] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  Deno.test(`enqueue --stdin that gets ${signal} while it reads leaves nothing behind`, async () => {
    await using program = new Program();
    const running = program.spawnShell(OPEN_PIPE + 'exec "$@" enqueue --stdin cat <f');
    await running.says(/reading the job's input from stdin until it ends$/m);
    running.kill(signal);
    const { code, stderr } = await running.ended;
    assertEquals(code, status);
    assertMatch(stderr, /^queuectl: interrupted; nothing was added$/m);
    for (const part of ["tmp", "pending"]) assertEquals(program.names(part), []);
    assertEquals(inputs(program), []);
  });
}

Deno.test("what an enqueue --stdin leaves that was killed is removed by a worker", async () => {
  await using program = new Program();
  // More than is kept in memory, so that some of it is on the disk.
  const script = OPEN_PIPE +
    '(head -c 3000000 /dev/zero >&3) 2>/dev/null & exec "$@" enqueue --stdin cat <f';
  const running = program.spawnShell(script);
  const left = () => isThere(`${program.dir}/tmp`) ? program.names("tmp") : [];
  await eventually("a part of the input", () => left().some((name) => !name.startsWith("VERSION")));
  running.kill("SIGKILL");
  await running.ended;
  for (const name of left()) Deno.utimeSync(`${program.dir}/tmp/${name}`, 1, 1);
  await program.drain();
  assertEquals(left(), []);
});

Deno.test("a JSON job with stdin, waiting for another, held and edited, keeps its input", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--id", "first", "true");
  const job = '{"command":"cat","id":"a","after":["first"],"stdin":true}';
  await program.run(["enqueue", "--hold", job], { stdin: "data" });
  await program.answer("move", "a", "--priority", "9");
  const editor = `sed -i 's/"cat"/"cat; echo edited"/'`;
  assertEquals((await program.run(["edit", "a"], { env: { VISUAL: editor } })).code, 0);
  await program.answer("release", "a");
  await program.drain();
  assertEquals(await program.answer("logs", "a"), "dataedited");
  await program.answer("enqueue", "--id", "b", "--hold", "cat");
  const claims = await program.run(["edit", "b"], {
    // The text stays, so that nobody has to type it twice.
    env: { VISUAL: `sed -i 's/"command"/"stdin": true, "command"/'`, TMPDIR: program.home },
  });
  assertEquals(claims.code, 1);
  assertMatch(claims.stderr, /"stdin" cannot be true: its input, input\/b.in, is missing/);
});
