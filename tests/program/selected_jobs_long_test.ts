import { assertEquals, assertStringIncludes } from "@std/assert";
import { eventually } from "../temporary_queue.ts";
import { callMain } from "./in_process.ts";
import { Program, PROGRAM_TEXT } from "./program.ts";
import { Tmux } from "../../trials/tmux.ts";

/** Jobs of two tags, one of them done and one dead. */
async function filled(): Promise<Program> {
  const program = new Program();
  const add = (id: string, ...words: string[]) => program.answer("enqueue", "--id", id, ...words);
  await add("good", "--tag", "web", "true");
  await add("bad", "--tag", "web", "--max-retries", "0", "false");
  await program.drain();
  await add("a", "--tag", "web,x", "--group", "g", "true");
  await add("b", "--tag", "web", "true");
  await add("other", "true");
  return program;
}

const words = (text: string) => text.split("\n").filter(Boolean).sort();

Deno.test("hold, release, move and cancel take the jobs of a tag that they can change, and say how many", async () => {
  await using program = await filled();
  const held = await program.run(["hold", "--tag", "web", "--yes"]);
  assertEquals([held.code, words(held.stdout), held.stderr], [0, ["a", "b"], "held 2 jobs\n"]);
  assertEquals((await program.json("list", "--state", "held")).length, 2);
  const moved = await program.json("move", "--priority", "9", "--group", "g");
  assertEquals(moved.map(({ priority }: { priority: number }) => priority), [9]);
  const released = await program.run(["release", "--all", "-y"]);
  assertEquals([words(released.stdout), released.stderr], [["a", "b"], "released 2 jobs\n"]);
  const cancelled = await program.run(["cancel", "--tag", "web", "--yes"]);
  assertEquals([cancelled.code, words(cancelled.stdout)], [0, ["a", "b"]]);
  assertStringIncludes(cancelled.stderr, "cancelled 2 jobs\n");
  assertEquals((await program.json("list", "--state", "cancelled")).length, 2);
  assertEquals(program.names("pending").length, 1);
});

Deno.test("cancel by state ends a running job too", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--id", "r", "--group", "g", "sleep 600");
  const worker = program.spawn(["worker", "start"]);
  await worker.says(/started/);
  const suspended = await program.run(["suspend", "--group", "g"]);
  assertEquals([suspended.stdout, suspended.stderr], ["r\n", "suspended 1 job\n"]);
  const { code, stdout } = await program.run(["cancel", "--state", "running"]);
  assertEquals([code, stdout], [0, "r\n"]);
});

Deno.test("retry takes failed and dead jobs, and done ones only if asked", async () => {
  await using program = await filled();
  assertEquals(words((await program.run(["retry", "--tag", "web"])).stdout), ["bad"]);
  assertEquals(words((await program.run(["retry", "--state", "done"])).stdout), ["good"]);
  assertEquals(program.names("pending").length, 5);
});

Deno.test("rm removes the jobs of a tag that do not run, whatever they wait for, and keeps what others need", async () => {
  await using program = await filled();
  await program.answer("enqueue", "--id", "c", "--tag", "x", "--after", "a", "true");
  await program.answer("enqueue", "--id", "d", "--after", "c", "true");
  const kept = await program.run(["rm", "--tag", "x", "-y"]);
  assertEquals([kept.code, kept.stdout], [1, ""]);
  assertStringIncludes(kept.stderr, "removed 0 jobs");
  assertStringIncludes(kept.stderr, "kept 2 jobs, because other jobs depend on");
  await program.answer("rm", "d");
  const { code, stdout } = await program.run(["rm", "--tag", "x", "-y"]);
  assertEquals([code, words(stdout)], [0, ["a", "c"]]);
});

Deno.test("more than one job needs --yes where no terminal can ask, and nothing is changed without it", async () => {
  await using program = await filled();
  for (const command of [["cancel"], ["hold"], ["rm"], ["retry", "--state", "done,dead"]]) {
    const { code, stdout, stderr } = await program.run([...command, "--tag", "web"]);
    assertEquals([code, stdout], [2, ""], command[0]);
    assertStringIncludes(stderr, "where no terminal can ask, give --yes");
  }
  assertEquals(program.names("pending").length, 3);
  const one = await program.run(["cancel", "--group", "g"]);
  assertEquals([one.code, one.stdout], [0, "a\n"]);
  const none = await program.run(["cancel", "--group", "none"]);
  assertEquals([none.code, none.stdout, none.stderr], [0, "", "cancelled 0 jobs\n"]);
});

Deno.test("jobs that a person chooses by a selection are counted, and not named one by one", async () => {
  for (
    const [command, said] of [
      [["cancel", "--tag", "web", "--yes"], "cancelled 2 jobs"],
      [["rm", "--all", "--yes"], "removed 5 jobs"],
      [["dlq", "retry", "--all"], "retried 1 job"],
    ] as const
  ) {
    await using program = await filled();
    const seen = await callMain(["--dir", program.dir, ...command], true);
    assertEquals([seen.code, seen.stdout, seen.stderr], [0, "", `${said}\n`]);
  }
});

Deno.test("rm and dlq retry answer in JSON, by IDs and by a selection", async () => {
  await using program = await filled();
  assertEquals((await program.json("rm", "--tag", "web", "--state", "done"))?.length, 1);
  const [{ id, state }] = await program.json("dlq", "retry", "--all");
  assertEquals(state, "pending");
  assertEquals(await program.json("rm", id), [id]);
});

Deno.test("IDs and a selection are not given together, and one of them is", async () => {
  await using program = await filled();
  const refused = async (...args: string[]) => {
    const { code, stderr } = await program.run(args);
    assertEquals(code, 2, args.join(" "));
    return stderr;
  };
  assertStringIncludes(await refused("hold"), "hold needs an ID, --tag, --group, --state or --all");
  assertStringIncludes(await refused("wait"), "wait needs an ID");
  assertStringIncludes(await refused("rm", "a", "--tag", "x"), "give IDs or --tag, not both");
  assertStringIncludes(
    await refused("hold", "--state", "done"),
    "hold takes no done jobs, only pending, failed",
  );
  assertStringIncludes(
    await refused("release", "--state", "delayed"),
    "release takes no delayed jobs, only held",
  );
});

Deno.test("dlq list, retry and clear, and queue clear, take a tag or a group", async () => {
  await using program = await filled();
  await program.answer("cancel", "a");
  assertEquals((await program.json("dlq", "list", "--tag", "x")).length, 1);
  assertEquals((await program.json("dlq", "list", "--state", "cancelled")).length, 1);
  assertEquals((await program.json("dlq", "list")).length, 2);
  assertEquals((await program.run(["dlq", "retry", "--group", "g"])).stdout, "a\n");
  assertEquals(await program.json("queue", "clear", "--tag", "x"), { removed: 1 });
  assertEquals(await program.json("dlq", "clear", "--tag", "web"), { removed: 1 });
  assertEquals(await program.answer("queue", "clear", "--state", "done,dead"), "removed 1 job");
});

Deno.test("prune removes the ended jobs of a tag or a group, without an age too", async () => {
  await using program = await filled();
  const dry = await program.answer("prune", "--tag", "web", "--dry-run");
  assertEquals(dry, "would remove 1 done and 1 dead jobs");
  assertEquals((await program.run(["prune", "--tag", "web"])).code, 2);
  assertEquals(await program.answer("prune", "--group", "none"), "removed 0 done and 0 dead jobs");
  const pruned = await program.answer("prune", "--tag", "web", "--yes");
  assertEquals(pruned, "removed 1 done and 1 dead jobs");
});

Deno.test("stats counts the attempts of the jobs of a tag alone", async () => {
  await using program = await filled();
  await program.drain();
  assertEquals((await program.json("stats")).attempts, 5);
  assertEquals((await program.json("stats", "--tag", "web")).attempts, 4);
  assertEquals((await program.json("stats", "--tag", "web", "--state", "dead")).attempts, 1);
});

Deno.test("wait for a tag ends once all its jobs have ended, and fails if one is dead", async () => {
  await using program = await filled();
  const waits = program.spawn(["--json", "wait", "--tag", "x"]);
  await program.drain();
  const { code, stdout } = await waits.ended;
  assertEquals([code, JSON.parse(stdout).length, JSON.parse(stdout)[0].state], [0, 1, "done"]);
  const failed = await program.run(["wait", "--tag", "web"]);
  assertEquals(failed.code, 1);
  assertStringIncludes(failed.stderr, "job bad is dead: exit 1");
});

Deno.test("two that cancel the same jobs at once both succeed", async () => {
  await using program = new Program();
  await program.run(["enqueue", "--file", "-", "--tag", "t"], { stdin: "true\n".repeat(60) });
  const both = await Promise.all(
    [1, 2].map(() => program.spawn(["cancel", "--tag", "t", "--yes"]).ended),
  );
  assertEquals(both.map(({ code }) => code), [0, 0], both.map(({ stderr }) => stderr).join());
  const ids = both.flatMap(({ stdout }) => words(stdout));
  assertEquals(new Set(ids).size, 60);
  assertEquals(program.names("dead").filter((name) => name.endsWith(".json")).length, 60);
});

Deno.test("at a terminal a person is asked before several jobs are changed", async () => {
  await using program = await filled();
  using tmux = new Tmux(`${program.home}/tmux`, 80, 10, ["sh"], { QUEUECTL_DIR: program.dir });
  const answers = async (answer: string, expected: RegExp) => {
    tmux.type(`clear; ${PROGRAM_TEXT} hold --tag web`);
    tmux.press("Enter");
    await eventually("it asks", () => /hold 2 jobs\? \[y\/N\] *$/m.test(tmux.text()));
    tmux.type(answer);
    tmux.press("Enter");
    await eventually(`it says ${expected}`, () => expected.test(tmux.text()));
  };
  await answers("n", /^nothing was changed$/m);
  assertEquals(await program.json("list", "--state", "held"), []);
  await answers("y", /^held 2 jobs$/m);
  assertEquals((await program.json("list", "--state", "held")).length, 2);
});
