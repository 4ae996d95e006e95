import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Queue } from "../../src/queue.ts";
import { drop, eventually, isThere } from "../temporary_queue.ts";
import { Program } from "./program.ts";

/** The names in input/, or nothing if it was never made. */
function inputs(program: Program): string[] {
  return isThere(`${program.dir}/input`) ? program.names("input") : [];
}

/** A shell's beginning: a pipe `f` that is written to and never ends. */
const OPEN_PIPE = "mkfifo f; exec 3<>f; echo begun >&3; ";

Deno.test("run gives the job what is piped into it", async () => {
  await using program = new Program();
  const { code, stdout, stderr } = await program.run(["run", "wc -c"], { stdin: "data\n" });
  assertEquals([code, stdout.trim(), stderr], [0, "5", ""]);
  const [id] = program.names("done").map((name) => name.replace(".json", ""));
  assertEquals(inputs(program), [`${id}.in`]);
  assertEquals((await program.json("show", id!)).stdin, true);
  assertStringIncludes(await program.answer("show", id!), `input/${id}.in`);
});

for (
  const [what, redirection] of [
    ["of /dev/null", "</dev/null"],
    ["that is closed", "<&-"],
    ["that is empty", "<empty"],
    ["that can only be written to", "0>>written"],
    ["of a device without an end", "</dev/zero"],
    ["that --no-stdin leaves alone", "--no-stdin <full"],
  ]
) {
  Deno.test(`run with a stdin ${what} gives the job none`, async () => {
    await using program = new Program();
    Deno.writeTextFileSync(`${program.home}/empty`, "");
    Deno.writeTextFileSync(`${program.home}/full`, "full");
    const { code, stdout, stderr } = await program.shell(`"$@" run ${redirection} 'wc -c'`);
    assertEquals([code, stdout.trim(), stderr], [0, "0", ""]);
    assertEquals(inputs(program), []);
  });
}

Deno.test("run in a loop takes the loop's input, and with --no-stdin leaves it", async () => {
  await using program = new Program();
  const loop = (option: string) =>
    program.shell(`printf 'a\\nb\\n' | while read -r x; do "$@" run ${option} "echo $x"; done`);
  assertEquals((await loop("")).stdout, "a\n");
  assertEquals((await loop("--no-stdin")).stdout, "a\nb\n");
});

Deno.test("run says that it reads stdin if nothing comes, and how to do without", async () => {
  await using program = new Program();
  const running = program.spawnShell(OPEN_PIPE + 'exec "$@" run cat <f');
  await running.says(/reading the job's input from stdin until it ends .*run --no-stdin/);
  assertEquals(program.names("pending"), []);
});

Deno.test("each attempt reads its input from the beginning, after a retry by hand too", async () => {
  await using program = new Program();
  const args = ["--id", "a", "--max-retries", "1", "--backoff-base", "0", "--stdin"];
  const command = "head -n 1; read -r second; echo $second; exit 1";
  const added = await program.run(["enqueue", ...args, command], { stdin: "one\ntwo\n" });
  assertEquals([added.code, added.stdout], [0, "a\n"]);
  await program.drain();
  await program.answer("dlq", "retry", "a");
  await program.drain();
  Deno.renameSync(`${program.dir}/dead/a.json`, `${program.dir}/pending/a.json`);
  await program.drain();
  assertEquals(await program.answer("logs", "a"), Array(6).fill("one\ntwo").join("\n"));
  assertEquals(inputs(program), ["a.in"]);
});

Deno.test("a worker that was killed half way is followed by one whose attempt reads all of the input", async () => {
  await using program = new Program();
  const command =
    'read -r first; echo "$first" >> begun; [ $QUEUECTL_ATTEMPT = 2 ] || sleep 100; ' +
    'echo "$first then $(cat)" >> ended';
  await program.run(["enqueue", "--id", "a", "--stdin", command], { stdin: "one\ntwo" });
  const first = program.spawn(["worker", "start"]);
  await eventually("the first attempt", () => isThere(`${program.home}/begun`));
  first.kill("SIGKILL");
  await first.ended;
  await program.drain();
  assertEquals(Deno.readTextFileSync(`${program.home}/ended`), "one then two\n");
  assertEquals((await program.json("show", "a")).history.length, 2);
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

Deno.test("an input goes with its job: by rm, prune, queue clear and dlq clear", async () => {
  await using program = new Program();
  const add = async (id: string, command = "true") => {
    await program.run(["enqueue", "--id", id, "--max-retries", "0", "--stdin", command], {
      stdin: id,
    });
  };
  await add("by-rm");
  await add("by-prune");
  await add("by-dlq-clear", "false");
  await program.answer("rm", "by-rm");
  assertEquals(inputs(program), ["by-dlq-clear.in", "by-prune.in"]);
  await program.drain();
  await program.answer("prune", "--state", "done", "--older-than", "0s");
  assertEquals(inputs(program), ["by-dlq-clear.in"]);
  await add("by-queue-clear");
  await program.answer("dlq", "clear", "--yes");
  assertEquals(inputs(program), ["by-queue-clear.in"]);
  await program.answer("queue", "clear", "--yes");
  assertEquals(inputs(program), []);
});

Deno.test("a job whose input is missing is not run, but lies in dead/ with the reason", async () => {
  await using program = new Program();
  await program.run(["enqueue", "--id", "a", "--stdin", "cat"], { stdin: "data" });
  Deno.renameSync(`${program.dir}/input/a.in`, `${program.home}/away`);
  assertMatch((await program.run(["doctor"])).stdout, /job a cannot run: its input, .* is missing/);
  await program.drain();
  const { state, reason, history } = await program.json("show", "a");
  assertEquals([state, reason, history], ["dead", "its input, input/a.in, is missing", []]);
  Deno.renameSync(`${program.home}/away`, `${program.dir}/input/a.in`);
  await program.answer("dlq", "retry", "a");
  await program.drain();
  assertEquals(await program.answer("logs", "a"), "data");
  assertEquals((await program.json("show", "a")).reason, undefined);
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

Deno.test("what cannot be the input of a job is refused in a sentence", async () => {
  await using program = new Program();
  const refused = async (code: number, message: RegExp, script: string) => {
    const result = await program.shell(script);
    assertEquals(result.code, code, script);
    assertMatch(result.stderr, message);
    assertEquals(result.stderr.split("\n").length, 2, result.stderr);
  };
  await refused(1, /stdin cannot be read: is a directory; nothing was added/, '"$@" run cat </');
  await refused(2, /--file adds many/, 'echo x | "$@" enqueue --stdin --file -');
  await refused(2, /contradict each other/, '"$@" run --stdin --no-stdin cat');
  const job = `'{"command":"cat","stdin":true}'`;
  await refused(2, /line 1: .*added alone, with its input/, `echo ${job} | "$@" enqueue --file -`);
  await refused(2, /cannot have "stdin": .*< FILE/, `"$@" schedule add s @daily ${job}`);
  await refused(2, /--stdin goes before the command/, '"$@" enqueue wc --stdin');
  await refused(2, /must not be empty/, 'echo x | "$@" enqueue --stdin ""');
  for (const part of ["tmp", "pending"]) assertEquals(program.names(part), []);
  assertEquals(inputs(program), []);
});

Deno.test("an input whose job is refused is not kept", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--id", "a", "--unique", "k", "true");
  const taken = await program.run(["enqueue", "--id", "a", "--stdin", "cat"], { stdin: "data" });
  assertEquals(taken.code, 1);
  const key = await program.run(["enqueue", "--unique", "k", "--stdin", "cat"], { stdin: "data" });
  assertEquals([key.code, key.stdout], [0, "a\n"]);
  assertEquals([inputs(program), program.names("tmp")], [[], []]);
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

Deno.test("the library copies a stream, and adds nothing if it fails or is aborted", async () => {
  await using program = new Program();
  const queue = await Queue.open(program.dir);
  const { id } = await queue.enqueue({ command: "cat" }, { stdin: new Blob(["data"]).stream() });
  assertEquals(Deno.readTextFileSync(`${program.dir}/input/${id}.in`), "data");
  const fails = async function* () {
    yield new Uint8Array(2_000_000);
    await Promise.reject(new Error("the source broke"));
  };
  const abort = AbortSignal.abort(new Error("no more"));
  for (
    const [options, reason] of [
      [{ stdin: fails() }, "the source broke"],
      [{ stdin: new Blob(["x"]).stream(), signal: abort }, "no more"],
    ] as const
  ) {
    const error = await queue.enqueue({ command: "cat" }, options).catch((error) => error);
    assertEquals(error.message, reason);
  }
  assertEquals([inputs(program), program.names("tmp")], [[`${id}.in`], []]);
  assert(queue.counts().pending === 1);
});
