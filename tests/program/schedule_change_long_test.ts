import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Program, PROGRAM_TEXT } from "./program.ts";

/** The one schedule file of a queue. */
function scheduleFile(program: Program): Record<string, unknown> {
  const [name] = program.names("schedules");
  return JSON.parse(Deno.readTextFileSync(`${program.dir}/schedules/${name}`));
}

/** Makes a schedule due now, with what its file says beside. */
function makeDue(program: Program, beside: Record<string, unknown> = {}): void {
  const [name] = program.names("schedules");
  const path = `${program.dir}/schedules/${name}`;
  const content = { ...JSON.parse(Deno.readTextFileSync(path)), ...beside };
  Deno.writeTextFileSync(path, JSON.stringify(content));
  const stamp = new Date(Date.now() - 1000).toISOString().replace(/[-:]/g, "");
  Deno.renameSync(path, `${program.dir}/schedules/${stamp}-${name!.slice(21)}`);
}

Deno.test("schedule add --replace adds a schedule, and later replaces it whole but for its last job", async () => {
  await using program = new Program();
  const add = (...words: string[]) => program.answer("schedule", "add", "--replace", ...words);
  await add("--priority", "9", "s", "@daily", "true");
  const last = {
    due: "2026-11-22T00:00:00.000Z",
    id: "s-20261122T000000Z",
    waiting: "20261122T000000.000Z-5-s-20261122T000000Z.json",
  };
  makeDue(program, { last });
  await add("s", "@hourly", "false");
  const { when, job, last: kept } = await program.json("schedule", "show", "s");
  assertEquals([when, job.command, job.priority, kept], ["@hourly", "false", undefined, last]);
  assertEquals(program.names("schedules").length, 1);
  const { code, stderr } = await program.run(["schedule", "add", "s", "@hourly", "false"]);
  assertEquals(code, 1);
  assertMatch(stderr, /exists already/);
});

Deno.test("schedule edit changes what its options name, and nothing else", async () => {
  await using program = new Program();
  await program.answer("schedule", "add", "s", "30 2 * * *", "--tz", "UTC", "-e", "A=1", "true");
  const said = await program.answer(
    ...["schedule", "edit", "s", "--when", "0 3 * * *", "-e", "B=2", "--command", "false"],
  );
  assertMatch(said, /^s: next [-\d]+ 03:00:00 UTC \(in /);
  const { when, tz, job } = await program.json("schedule", "show", "s");
  assertEquals([when, tz, job.command, job.env], ["0 3 * * *", "UTC", "false", { A: "1", B: "2" }]);
  await program.answer("schedule", "edit", "s", "--when", "every 90s");
  assertEquals((await program.json("schedule", "show", "s")).tz, undefined);
});

Deno.test("schedule edit opens an editor; a mistake leaves the schedule and the text", async () => {
  await using program = new Program();
  await program.answer("schedule", "add", "s", "@daily", "true");
  const edit = (script: string) =>
    program.run(["schedule", "edit", "s"], { env: { EDITOR: `sed -i '${script}'`, VISUAL: "" } });
  assertEquals((await edit("s/@daily/@hourly/")).code, 0);
  assertEquals((await program.json("schedule", "show", "s")).when, "@hourly");
  for (
    const [script, said] of [
      ["s/@hourly/61 * * * */", /^queuectl: schedule s is unchanged: .*; your text is in (\S+)\n$/],
      ['s/"when"/"wen"/', /unchanged: a schedule has no field "wen"; your text is in (\S+)/],
      ["1d", /unchanged: this is not JSON: .*; your text is in (\S+)/],
    ] as const
  ) {
    const { code, stderr } = await edit(script);
    assertEquals(code, 1);
    assertMatch(stderr, said);
    Deno.removeSync(said.exec(stderr)![1]!);
  }
  assertMatch((await edit("")).stderr, /nothing was changed/);
  assertEquals((await program.json("schedule", "show", "s")).when, "@hourly");
  const { code, stderr } = await program.run(["schedule", "edit", "none", "--when", "@daily"]);
  assertEquals([code, /no schedule "none"/.test(stderr)], [1, true]);
});

Deno.test("schedule edit does not write over a schedule that was changed while its editor was open", async () => {
  await using program = new Program();
  await program.answer("schedule", "add", "s", "@daily", "true");
  const change = `${PROGRAM_TEXT} schedule edit s --when @weekly >&2`;
  const { code, stderr } = await program.run(["schedule", "edit", "s"], {
    env: { EDITOR: `${change}; sed -i s/@daily/@hourly/`, VISUAL: "", TMPDIR: program.home },
  });
  assertEquals(code, 1);
  assertMatch(stderr, /schedule s was changed by another command meanwhile; edit it again/);
  const kept = /your text is in (\S+)\n/.exec(stderr)![1]!;
  assertMatch(Deno.readTextFileSync(kept), /@hourly/);
  assertEquals((await program.json("schedule", "show", "s")).when, "@weekly");
});

Deno.test("with --overlap tag a time gets no job while a job of its pipeline has not ended", async () => {
  await using program = new Program();
  await program.answer(
    ...["schedule", "add", "s", "@daily", "--tag", "etl", "--overlap", "tag", "touch ran"],
  );
  await program.answer("enqueue", "--id", "part", "--tag", "etl", "--hold", "true");
  makeDue(program);
  await program.drain();
  const [skipped] = scheduleFile(program).skipped as { reason: string }[];
  assertEquals(skipped!.reason, "job part, which has its tags, had not ended");
  await program.answer("cancel", "part");
  makeDue(program);
  await program.drain();
  assert(program.names("done").some((name) => name.startsWith("s-")));
  const { code, stderr } = await program.run(
    ["schedule", "add", "t", "@daily", "--overlap", "tag", "true"],
  );
  assertEquals(code, 2);
  assertMatch(stderr, /--overlap tag needs --tag TAG/);
});

Deno.test("schedule list says how the last job ended, in 80 columns on a terminal", async () => {
  await using program = new Program();
  await program.answer(
    "schedule",
    "add",
    "s",
    "@daily",
    "--max-retries",
    "0",
    `exit 3 #${"x".repeat(99)}`,
  );
  makeDue(program);
  await program.drain();
  assertMatch(await program.answer("schedule", "list"), /\ns\t@daily\t.*\texit 3\texit 3 #x+/);
  const { stdout } = await program.shell(
    `printf -v call '%q ' "$@"; exec script -qec "stty cols 80; $call schedule list" /dev/null`,
  );
  for (const line of stdout.replaceAll("\r", "").split("\n")) assert(line.length <= 80, line);
});

Deno.test("schedule show has no value of a secret variable", async () => {
  await using program = new Program();
  await program.answer("schedule", "add", "s", "@daily", "-e", "API_TOKEN=hidden", "true");
  assertStringIncludes(await program.answer("schedule", "show", "s"), "API_TOKEN=…");
});
