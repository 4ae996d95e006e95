import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Queue } from "../../src/queue.ts";
import { eventually, isThere } from "../temporary_queue.ts";
import { Program } from "./program.ts";

/** The names in input/, or nothing if it was never made. */
function inputs(program: Program): string[] {
  return isThere(`${program.dir}/input`) ? program.names("input") : [];
}

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
