import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { TotalBar } from "../../src/cli/terminal/total_bar.ts";
import { callMain } from "./in_process.ts";
import { Program } from "./program.ts";

const untilGo = (file: string) => `until test -e ${file}; do sleep 0.02; done`;

Deno.test("wait --tag waits also for jobs that are added meanwhile, and two waits end alike", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--tag", "t", untilGo("go"));
  const waits = [1, 2].map(() => program.spawn(["wait", "--tag", "t"]));
  for (const each of waits) await each.says(/no worker is alive/);
  await program.answer("worker", "start", "--detach");
  const bad = ["--id", "bad", "--tag", "t", "--max-retries", "0", "exit 3"];
  await program.answer("enqueue", ...bad);
  Deno.writeTextFileSync(`${program.home}/go`, "");
  for (const each of waits) {
    const { code, stdout, stderr } = await each.ended;
    assertEquals([code, stdout], [1, ""]);
    assertStringIncludes(stderr, "job bad is dead: exit 3 (see: queuectl logs bad)\n");
  }
  const { stdout } = await program.run(["wait", "--tag", "t", "--json"]);
  assertEquals(JSON.parse(stdout).map(({ state }: { state: string }) => state), ["done", "dead"]);
  const none = await program.run(["wait", "--tag", "t", "--state", "pending"]);
  assertEquals([none.code, none.stderr], [
    0,
    "queuectl: no job is meant; there is nothing to wait for\n",
  ]);
});

Deno.test("wait and logs refuse a tag or group that no job has", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--tag", "t", "true");
  for (const command of ["wait", "logs"]) {
    for (const [option, what] of [["--tag", "tag"], ["--group", "group"]] as const) {
      assertEquals(await program.run([command, option, "typo"]), {
        code: 1,
        stdout: "",
        stderr: `queuectl: no job has the ${what} typo (see: queuectl list --all)\n`,
      });
    }
  }
});

Deno.test("wait --timeout gives up with 124, says how many have not ended, and has what ended as JSON", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--id", "a", "--tag", "t", "true");
  await program.drain();
  await program.answer("enqueue", "--id", "b", "--tag", "t", "true");
  const given = await program.run(["wait", "--tag", "t", "--timeout", "0.1s", "--json"]);
  assertEquals(given.code, 124);
  assertEquals(JSON.parse(given.stdout).map(({ id }: { id: string }) => id), ["a"]);
  assertStringIncludes(given.stderr, "queuectl: 1 of 2 jobs has not ended within 0.1s\n");
  assertEquals((await program.run(["wait", "a", "--timeout", "9m"])).code, 0);
  // A timer that long would end at once.
  const long = await program.run(["wait", "a", "--timeout", "30d"]);
  assertEquals([long.code, long.stderr], [
    2,
    'queuectl: --timeout must be at most 24d, not "30d"\n',
  ]);
});

Deno.test("wait --tag shows a bar for the whole on a terminal, and leaves none behind", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--tag", "t", "true");
  await program.answer("enqueue", "--tag", "t", "--max-retries", "0", "false");
  await program.drain();
  const { code, stderr } = await callMain(["--dir", program.dir, "wait", "--tag", "t"], true);
  assertEquals(code, 1);
  const bar = `\r${"█".repeat(20)} 1 of 2 done, 1 failed\x1b[K\r\x1b[K`;
  assertEquals(stderr.slice(-bar.length), bar);
});

Deno.test("where no person watches the totals come as plain lines, now and then, if they change", () => {
  const said: string[] = [];
  const { writeSync, isTerminal } = Deno.stderr;
  Deno.stderr.isTerminal = () => false;
  Deno.stderr.writeSync = (bytes) => said.push(new TextDecoder().decode(bytes));
  try {
    const bar = new TotalBar(0);
    for (const done of [1, 1, 2]) bar.show({ done, failed: 0, running: 1, total: 2 });
    const rare = new TotalBar();
    rare.show({ done: 1, failed: 0, running: 1, total: 2 });
  } finally {
    Object.assign(Deno.stderr, { writeSync, isTerminal });
  }
  assertEquals(said[0], "queuectl: 1 of 2 done, 1 running\n");
  assertMatch(said.at(-1)!, /^queuectl: 2 of 2 done(, \S+\/s)?\n$/);
  assertEquals(said.length, 2);
});

Deno.test("logs --tag --in-order prints each log once those before have ended, while others run", async () => {
  await using program = new Program();
  const command = `${untilGo("{}")}; echo out {}; test {} != 2`;
  const args = ["--detach", "--tag", "t", "--max-retries", "0", command, "1", "2", "3"];
  await program.answer("map", ...args);
  await program.answer("worker", "start", "--detach", "--count", "3");
  const ordered = program.spawn(["logs", "--tag", "t", "--in-order"]);
  const unordered = program.spawn(["logs", "--tag", "t"]);
  Deno.writeTextFileSync(`${program.home}/2`, "");
  await unordered.says(/^out 2$/m);
  Deno.writeTextFileSync(`${program.home}/1`, "");
  await ordered.says(/^out 1\nout 2$/m);
  assertEquals(ordered.over, false);
  Deno.writeTextFileSync(`${program.home}/3`, "");
  const ends = [await ordered.ended, await unordered.ended];
  assertEquals(ends.map(({ code }) => code), [0, 0]);
  assertEquals(ends.map(({ stdout }) => stdout), [
    "out 1\nout 2\nout 3\n",
    "out 2\nout 1\nout 3\n",
  ]);
  assertMatch(ends[0]!.stderr, /job t-0000002-\S+ is dead: exit 1/);
  assertEquals(
    await program.answer("logs", "--tag", "t", "--in-order", "--state", "dead"),
    "out 2",
  );
  assertEquals((await program.run(["logs", "--in-order", "x"])).code, 2);
});
