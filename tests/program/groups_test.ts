import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Program } from "./program.ts";

Deno.test("worker pause --group keeps the jobs of a group waiting until worker resume --group", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--id", "a", "--group", "night", "true");
  await program.answer("enqueue", "--id", "b", "true");
  const paused = await program.run(["worker", "pause", "--group", "night"]);
  assertEquals(paused.code, 0);
  assertStringIncludes(paused.stderr, "paused group night: workers claim none of its jobs");
  await program.drain();
  assertEquals(program.names("pending").length, 1);
  assertMatch(
    await program.answer("show", "a"),
    /^waits for +its group \(queuectl worker resume --group night\)$/m,
  );
  assertStringIncludes(
    await program.answer("status"),
    "group       night: 0 running, paused (queuectl worker resume --group night)",
  );
  assertStringIncludes(
    (await program.run(["worker", "list"])).stderr,
    "the group night is paused (queuectl worker resume --group night)",
  );
  const resumed = await program.json("worker", "resume", "--group", "night");
  assertEquals(resumed, { paused: false, group: "night" });
  await program.drain();
  assertEquals(program.names("pending"), []);
  const again = await program.run(["worker", "resume", "--group", "night"]);
  assertEquals([again.code, again.stderr], [1, "queuectl: the group night was not paused\n"]);
});

Deno.test("worker pause of a group that no job and no limit has says so, and pauses it", async () => {
  await using program = new Program();
  const pause = async (group: string) => {
    const { code, stderr } = await program.run(["worker", "pause", "--group", group]);
    return [code, stderr.split("\n")[0]];
  };
  assertEquals(await pause("nosuch"), [
    0,
    "queuectl: no job has the group nosuch yet, and no limit names it (see: queuectl status)",
  ]);
  await program.answer("config", "set", "groups.night", "1");
  await program.answer("enqueue", "--group", "day", "true");
  for (const group of ["nosuch", "night", "day"]) {
    const said = `paused group ${group}: workers claim none of its jobs ` +
      `(queuectl worker resume --group ${group})`;
    assertEquals(await pause(group), [0, said]);
  }
});

Deno.test("a group's limit is a setting that is shown, reset, and told by status and list", async () => {
  await using program = new Program();
  await program.answer("config", "set", "groups.night", "1");
  assertEquals(await program.answer("config", "get", "groups.night"), "1");
  assertMatch(await program.answer("config", "show"), /^groups.night\s+1$/m);
  for (const id of ["a", "b"]) {
    await program.answer("enqueue", "--id", id, "--group", "night", "sleep 600");
  }
  const worker = program.spawn(["worker", "start", "--count", "2"]);
  await worker.says(/b +for a place in the group night|a +for a place in the group night/);
  const { groups } = await program.json("status");
  assertEquals(groups, [{ name: "night", limit: 1, paused: false, running: 1 }]);
  const [waiting] = await program.json("list", "--state", "pending");
  assertEquals(waiting.limited_by, "group night");
  assertStringIncludes(await program.answer("list", "--state", "pending"), "group night full");
  await program.answer("config", "reset", "groups.night");
  await worker.says(/start +[ab] [^]*start +[ab] /);
  assertEquals((await program.json("status")).groups, undefined);
});

Deno.test("names of groups that cannot be are refused in one sentence", async () => {
  await using program = new Program();
  for (
    const [args, sentence] of [
      [["worker", "pause", "--group", "a b"], "a group's name must be 1 to 64 of A-Z"],
      [["config", "set", "groups.a b", "1"], '"a b" cannot name a group'],
      [["config", "set", "groups.a", "-1"], "groups.a must be a whole number from 0 to 1024"],
      [["config", "set", "paused.a", "3"], "paused.a must be true or false"],
    ] as const
  ) {
    const { code, stderr } = await program.run(args);
    assertEquals(code, 2, args.join(" "));
    assertStringIncludes(stderr, sentence);
  }
});

Deno.test("a job in a full group runs no job of that group that it waits for", async () => {
  await using program = new Program();
  await program.answer("config", "set", "groups.night", "1");
  const inner = `$PROGRAM_WORDS run --group night true`;
  const { code, stdout } = await program.shell(
    `export PROGRAM_WORDS="$*"; "$@" run --max-retries 0 --group night '${inner}'`,
  );
  assertEquals(code, 1);
  assertStringIncludes(stdout, "the job would wait for a place in the group night while");
});

Deno.test("completions know tags, groups and their settings", async () => {
  await using program = new Program();
  await program.answer("config", "set", "groups.night", "1");
  await program.answer("enqueue", "--tag", "web,x", "--group", "day", "true");
  const names = async (kind: string) =>
    (await program.answer("completions", "names", kind)).split("\n");
  assertEquals(await names("mark"), ["web", "x"]);
  assertEquals(await names("group"), ["day", "night"]);
  assertEquals((await names("key")).at(-1), "groups.night");
});
