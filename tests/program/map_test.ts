import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { eventually } from "../temporary_queue.ts";
import { Program } from "./program.ts";

/** The commands of the jobs with a tag, in the order they were added. */
async function commandsOf(program: Program, tag: string): Promise<string[]> {
  const jobs = await program.json("list", "--tag", tag, "--limit", "1000");
  return jobs.map(({ id, command }: { id: string; command: string }) => [id, command])
    .sort().map(([, command]: string[]) => command);
}

Deno.test("map adds a job for each argument under one tag, which it prints", async () => {
  await using program = new Program();
  const tag = await program.answer("map", "--detach", "convert {} {.}.webp", "a b.png", "it's.png");
  assertMatch(tag, /^convert-[0-9a-z]{6}$/);
  assertEquals(await commandsOf(program, tag), [
    "convert 'a b.png' 'a b'.webp",
    "convert 'it'\\''s.png' 'it'\\''s'.webp",
  ]);
  const [job] = await program.json("list", "--tag", tag);
  assertEquals([job.label, job.tags, job.cwd], ["a b.png", [tag], program.home]);
});

Deno.test("map takes several words before :::, and adds the argument where no {} is", async () => {
  await using program = new Program();
  await program.answer(
    "map",
    "--detach",
    "--tag",
    "t",
    "--priority",
    "7",
    "wc",
    "-l",
    ":::",
    "a b",
    "-c",
  );
  assertEquals(await commandsOf(program, "t"), ["wc -l 'a b'", "wc -l -c"]);
  assertEquals((await program.json("list", "--tag", "t"))[0].priority, 7);
  const answer = await program.json(
    "map",
    "--detach",
    "--tag",
    "t",
    "wc",
    "-l",
    ":::",
    "a b",
    "new",
  );
  assertEquals([answer.tag, answer.ids.length, answer.added], ["t", 2, 1]);
});

Deno.test("map reads arguments from stdin or a file, one a line or ending with NUL", async () => {
  await using program = new Program();
  const call = (stdin: string | Uint8Array, ...args: string[]) =>
    program.run(["map", "--detach", ...args], { stdin });
  assertEquals((await call("a b\n\nc", "--tag", "lines", "echo")).code, 0);
  assertEquals(await commandsOf(program, "lines"), ["echo 'a b'", "echo c"]);
  assertEquals((await call("a\nb\0c\0", "-0", "--tag", "nul", "printf", "%s")).code, 0);
  assertEquals(await commandsOf(program, "nul"), ["printf %s 'a\nb'", "printf %s c"]);
  Deno.writeTextFileSync(`${program.home}/list`, "x\ny\n");
  assertEquals((await call("", "-a", `${program.home}/list`, "--tag", "file", "echo {#}")).code, 0);
  assertEquals(await commandsOf(program, "file"), ["echo 1", "echo 2"]);

  const none = await call("", "echo");
  assertEquals([none.code, none.stdout], [0, ""]);
  assertMatch(none.stderr, /there are no arguments; nothing was added/);
  const latin = await call(new Uint8Array([97, 10, 0xe9, 10]), "echo");
  assertEquals([latin.code, latin.stdout], [2, ""]);
  assertEquals(
    latin.stderr,
    "queuectl: argument 2 is not UTF-8, which a job's file cannot hold; nothing was added\n",
  );
  const nul = await call("a\0b\n", "echo");
  assertMatch(nul.stderr, /contains a NUL \(if NULs end the arguments, add --null\)/);
});

Deno.test("map refuses in one sentence what makes no sense, and adds nothing", async () => {
  await using program = new Program();
  const refused: [string[], RegExp][] = [
    [["--id", "x", "echo", "a"], /unknown option --id/],
    [["--shell", Deno.execPath(), "echo", "a"], /map quotes arguments for sh, .* not for \//],
    [["echo {%}", "a"], /\{%\} is not known/],
    [["echo `cat {}`", "a"], /cannot be replaced safely/],
    [["echo", ":::", "a", ":::", "b"], /one :::/],
    [[":::", "a"], /needs a command/],
    [["--null", "echo", ":::", "a"], /given twice/],
    [["--detach", "--in-order", "echo", "a"], /remove one of them/],
    [["echo", "--tag", "t", "a"], /--tag goes before the command/],
    [["--tag", "a b/c", "echo", "a"], /--tag must be 1 to 64 of/],
    [["echo $(( {} ))", "a"], /whole number/],
  ];
  for (const [args, reason] of refused) {
    const { code, stdout, stderr } = await program.run(["map", ...args]);
    assertEquals([code, stdout], [2, ""], args.join(" "));
    assertMatch(stderr, reason);
    assertEquals(stderr.trim().split("\n").length, 1, stderr);
  }
  assertEquals(await program.json("list"), []);
});

Deno.test("map waits, starts a worker, prints outputs in order, and fails if a job does", async () => {
  await using program = new Program();
  const command = "test {} = 1 && sleep 0.5; echo {}; test {} != 3";
  const args = ["map", "--tag", "t", "--max-retries", "0", "--in-order", command, "1", "2", "3"];
  const first = await program.run(args, {});
  assertEquals([first.code, first.stdout], [1, "1\n2\n3\n"]);
  assertMatch(first.stderr, /added 3 jobs with the tag t/);
  assertMatch(first.stderr, /job t-0000003-[0-9a-f]{16} is dead: exit 1/);
  assertEquals((await program.json("worker", "list")).length, 1);

  await program.answer("worker", "stop");
  await eventually("it is gone", async () => (await program.json("worker", "list")).length === 0);
  await program.answer("worker", "start", "--detach", "--count", "2");
  const held = "until test {} = 2 || test -e go; do sleep 0.02; done; echo {}";
  const unordered = program.spawn(["map", held, "1", "2"]);
  await unordered.says(/^2$/m);
  Deno.writeTextFileSync(`${program.home}/go`, "");
  assertEquals((await unordered.ended).stdout, "2\n1\n");
});

Deno.test("the same map with the same tag goes on where a killed one was", async () => {
  await using program = new Program();
  const command = "echo {} >> ran; until test -e go; do sleep 0.02; done; echo out {}";
  const args = ["map", "--tag", "t", "--in-order", command];
  const killed = program.spawn([...args, "a", "b"]);
  await eventually("it runs", () => {
    try {
      return Deno.readTextFileSync(`${program.home}/ran`) === "a\n";
    } catch {
      return false;
    }
  });
  await killed.end();
  Deno.writeTextFileSync(`${program.home}/go`, "");
  const again = await program.run([...args, "a", "b", "b", "c"], {});
  assertEquals([again.code, again.stdout], [0, "out a\nout b\nout b\nout c\n"]);
  assertStringIncludes(again.stderr, "added 2 jobs with the tag t; 2 were there already");
  assertEquals(Deno.readTextFileSync(`${program.home}/ran`), "a\nb\nb\nc\n");
  // Another command is another job.
  assertEquals((await program.json("map", "--detach", "--tag", "t", "echo", "a")).added, 1);
});

Deno.test("two of the same map at once add each job once, and both wait for it", async () => {
  await using program = new Program();
  const args = ["map", "--tag", "t", "--in-order", "echo", ...Array(30).keys().map(String)];
  const ends = await Promise.all([1, 2, 3].map(() => program.run(args, {})));
  for (const { code, stdout } of ends) {
    assertEquals([code, stdout], [0, Array(30).keys().map((n) => `${n}\n`).toArray().join("")]);
  }
  assertEquals((await commandsOf(program, "t")).length, 30);
});

Deno.test("Ctrl-C ends the waiting, not the jobs, and says how to go on", async () => {
  await using program = new Program();
  await program.answer("worker", "start", "--detach");
  const waiting = program.spawn([
    "map",
    "--tag",
    "t",
    "until test -e go; do sleep 0.02; done; echo",
    "a",
  ]);
  await waiting.says(/added 1 job/);
  await waiting.insist(
    "SIGINT",
    /the jobs go on \(queuectl wait --tag t; queuectl cancel --tag t\)/,
  );
  assertEquals((await waiting.ended).code, 130);
  Deno.writeTextFileSync(`${program.home}/go`, "");
  const again = ["map", "--tag", "t", "until test -e go; do sleep 0.02; done; echo", "a"];
  assertEquals((await program.run(again, {})).stdout, "a\n");
});
