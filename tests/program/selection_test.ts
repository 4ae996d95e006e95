import { assertEquals, assertStringIncludes } from "@std/assert";
import { Program } from "./program.ts";

const idsOf = (jobs: { id: string }[]) => jobs.map(({ id }) => id);

Deno.test("list shows the jobs of a tag, a group and several states", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--id", "a", "--tag", "web", "--tag", "x,y", "true");
  await program.answer("enqueue", "--id", "b", "--group", "night", "--hold", "true");
  await program.run(["enqueue", "--file", "-", "--tag", "web"], {
    stdin: 'true\n{"id":"c","command":"true","tag":"z","group":"night"}\n',
  });
  const list = async (...options: string[]) => idsOf(await program.json("list", ...options));
  assertEquals((await list("--tag", "web")).length, 2);
  assertEquals(await list("--tag", "web,y"), ["a"]);
  assertEquals(await list("--group", "night"), ["b", "c"]);
  assertEquals(await list("--group", "night", "--state", "held,dead"), ["b"]);
  assertEquals(await list("--state", "running", "--state", "held"), ["b"]);
  assertEquals((await list("--all")).length, 4);
});

Deno.test("list --all shows more done jobs than the last ten", async () => {
  await using program = new Program();
  await program.run(["enqueue", "--file", "-"], { stdin: "true\n".repeat(12) });
  await program.drain(2);
  assertEquals((await program.json("list")).length, 10);
  assertEquals((await program.json("list", "--all")).length, 12);
});

Deno.test("show prints label, tags and group", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--id", "a", "--label", "of May\x1b", "--tag", "x,y", "true");
  const shown = await program.answer("show", "a");
  assertStringIncludes(shown, "label       of May\\x1b\n");
  assertStringIncludes(shown, "tags        x, y\n");
});

Deno.test("a run and a schedule take label, tags and group, and a tag says nothing of where a job runs", async () => {
  await using program = new Program();
  const options = ["--label", "l", "--tag", "t", "--group", "g"];
  assertEquals((await program.run(["run", ...options, "true"])).code, 0);
  await program.answer("schedule", "add", "s", "@daily", ...options, "true");
  await program.answer("schedule", "run", "s");
  await program.drain();
  const jobs = await program.json("list", "--tag", "t", "--group", "g", "--state", "done");
  assertEquals(jobs.map(({ label }: { label: string }) => label), ["l", "l"]);
});

Deno.test("tags, groups, labels and states that are none are refused in one sentence", async () => {
  await using program = new Program();
  for (
    const [args, sentence] of [
      [["list", "--tag", "a/b"], "--tag must be 1 to 64 of A-Z, a-z, 0-9, ., - and _"],
      [["list", "--tag", ""], "--tag must be 1 to 64 of A-Z"],
      [["list", "--group", "a b"], '--group must be 1 to 64 of A-Z, a-z, 0-9, - and _, not "a b"'],
      [["list", "--state", "asleep"], 'unknown state "asleep" (there are: pending, delayed'],
      [["list", "--all", "--tag", "a"], "--all means every job; remove it, or --tag"],
      [["enqueue", "--tag", "a/b", "true"], "--tag must be 1 to 64 of A-Z"],
      [["enqueue", "--tag", ",", "true"], "--tag needs a tag"],
      [["enqueue", "--group", "a b", "true"], "a job's group must be 1 to 64 of A-Z"],
      [
        ["enqueue", "--label", "x".repeat(201), "true"],
        "a job's label must be 1 to 200 characters",
      ],
    ] as const
  ) {
    const { code, stderr } = await program.run(args);
    assertEquals(code, 2, args.join(" "));
    assertStringIncludes(stderr, sentence);
    assertEquals(stderr.trimEnd().split("\n").length, 1);
  }
});
