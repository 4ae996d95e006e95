import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { eventually } from "../temporary_queue.ts";
import { Program } from "./program.ts";

/** The name under which the file of a schedule that is due lies. */
const DUE = "20260101T010000.000Z";

/** Puts a schedule on the disk that was due long ago. */
function dropDue(program: Program, name: string, fields: Record<string, unknown> = {}): void {
  Deno.mkdirSync(`${program.dir}/schedules`, { recursive: true });
  const schedule = {
    when: "@hourly",
    tz: "UTC",
    job: { command: "echo ran" },
    created_at: "2026-01-01T00:00:00Z",
    ...fields,
  };
  Deno.writeTextFileSync(`${program.dir}/schedules/.${name}`, JSON.stringify(schedule));
  Deno.renameSync(
    `${program.dir}/schedules/.${name}`,
    `${program.dir}/schedules/${DUE}-${name}.json`,
  );
}

Deno.test("schedule add tells when it is due, and that a worker must be alive", async () => {
  await using program = new Program();
  const { code, stdout, stderr } = await program.run(
    ["schedule", "add", "--tz", "Europe/Berlin", "nightly", "-p", "3", "30 2 * * *", "echo", "-n"],
  );
  assertEquals(code, 0);
  assertMatch(stdout, /^nightly: next \d{4}-\d\d-\d\d 02:30:00 Europe\/Berlin \(in \d+[hms]\)\n$/);
  assertStringIncludes(stderr, "no worker is alive to run the schedule");
  const [schedule] = await program.json("schedule", "list");
  assertEquals([schedule.tz, schedule.job.command, schedule.job.priority, schedule.next.length], [
    "Europe/Berlin",
    "echo -n",
    3,
    3,
  ]);
  const list = await program.answer("schedule", "list");
  assertMatch(list, /^NAME\tWHEN\tZONE\tNEXT\tLAST\tCOMMAND\n/);
  assertMatch(list, /\tEurope\/Berlin\t[-\d]+ 02:30\t\t/);
  assertMatch(
    await program.answer("schedule", "show", "nightly"),
    /\nnext {8}[-\d]+ 02:30:00 Europe\/Berlin \(in .*\n {12}[-\d]+ 02:30:00 /,
  );
  const job = ["--backoff-factor", "1.5", "--tag", "a", "--tag", "b"];
  await program.answer("schedule", "add", ...job, "other", "@daily", "true");
  const shown = await program.answer("schedule", "show", "other");
  assertMatch(shown, /\nbackoff_factor 1.5\n/);
  assertMatch(shown, /\ntags {8}a, b\n/);
});

for (
  const [what, args, status, said] of [
    ["a bad expression", ["x", "61 * * * *", "true"], 2, "five or six fields"],
    ["a bad zone", ["--tz", "Mars/Base", "x", "@daily", "true"], 2, "Europe/Berlin or UTC"],
    ["a bad name", ["a/b", "@daily", "true"], 2, "a schedule's name must be"],
    ["no command", ["x", "@daily"], 2, "needs COMMAND"],
    ["a bad choice", ["--overlap", "maybe", "x", "@daily", "true"], 2, "one of skip, allow"],
    ["an option too late", ["x", "@daily", "echo", "--tz", "UTC"], 2, "goes before the command"],
    ["an ID", ["x", "@daily", '{"command": "true", "id": "a"}'], 2, 'cannot have "id"'],
    ["an unknown resource", ["--resource", "gpu", "x", "@daily", "true"], 1, 'no resource "gpu"'],
    ["an option that it cannot have", ["--delay", "5s", "x", "@daily", "true"], 2, "--delay"],
  ] as const
) {
  Deno.test(`schedule add refuses ${what}`, async () => {
    await using program = new Program();
    const { code, stderr } = await program.run(["schedule", "add", ...args]);
    assertEquals(code, status);
    assertStringIncludes(stderr, said);
  });
}

Deno.test("schedule add wants a zone where this machine's is not known, but for an interval", async () => {
  await using program = new Program();
  const add = (TZ: string, ...args: string[]) =>
    program.run(["schedule", "add", ...args, "true"], { env: { TZ } });
  for (
    const zone of [
      ...["Mars/Base", ":/etc/localtime", "<+03>-3", "EST5EDT,M3.2.0,M11.1.0", "CET-1CEST"],
    ]
  ) {
    const { code, stderr } = await add(zone, "s", "@daily");
    assertEquals(code, 2, zone);
    assertStringIncludes(stderr, "such as --tz UTC");
  }
  assertEquals((await add("Mars/Base", "s", "@daily", "--tz", "UTC")).code, 0);
  assertEquals((await add("Mars/Base", "t", "every 1h")).code, 0);
  assertEquals((await add("Europe/Berlin", "u", "@daily")).code, 0);
  assertEquals((await add(":Europe/Berlin", "v", "@daily")).code, 0);
  for (const name of ["u", "v"]) {
    assertEquals((await program.json("schedule", "show", name)).tz, "Europe/Berlin");
  }
});

Deno.test("schedule pause, resume, run and rm do what they say", async () => {
  await using program = new Program();
  await program.answer("schedule", "add", "s", "@daily", "true");
  assertEquals(await program.answer("schedule", "pause", "s"), "s");
  assertStringIncludes(await program.answer("schedule", "list"), "\tpaused\t");
  assertEquals(await program.json("schedule", "resume", "s"), ["s"]);
  assertEquals((await program.json("schedule", "show", "s")).next.length, 3);
  assertMatch(await program.answer("schedule", "show", "s"), /^last job +none yet$/m);
  assertEquals((await program.json("schedule", "show", "s")).run_by_hand, null);
  const id = await program.answer("schedule", "run", "s");
  assertEquals((await program.json("show", id)).schedule, "s");
  assertMatch(
    await program.answer("schedule", "show", "s"),
    new RegExp(`^last due +none yet\nrun by hand ${id}, `, "m"),
  );
  assertEquals((await program.json("schedule", "show", "s")).run_by_hand.id, id);
  assertEquals(await program.answer("schedule", "rm", "s"), "s");
  assertEquals(program.names("schedules"), []);
  assertEquals((await program.run(["schedule", "show", "s"])).code, 1);
});

Deno.test("schedule list names files that are no schedules, and lists the others", async () => {
  await using program = new Program();
  await program.answer("schedule", "add", "good", "@daily", "true");
  dropDue(program, "cron", { when: "61 * * * *" });
  dropDue(program, "job", { job: {} });
  dropDue(program, "noted", { skipped: 5 });
  Deno.writeTextFileSync(`${program.dir}/schedules/${DUE}-text.json`, "nightly: true");
  const { code, stdout, stderr } = await program.run(["schedule", "list"]);
  assertEquals(code, 1);
  assertMatch(stdout, /^NAME.*\ngood\t.*\n$/);
  for (
    const [name, reason] of [
      ["cron", /minute must be 0 to 59, not "61"/],
      ["job", /command/],
      ["noted", /skipped must be an array/],
      ["text", /not JSON/],
    ] as const
  ) {
    assertMatch(stderr, new RegExp(`schedules/${DUE}-${name}.json is not a schedule: .*`));
    const shown = await program.run(["schedule", "show", name]);
    assertEquals(shown.code, 1);
    assertMatch(shown.stderr, reason);
    assertEquals((await program.run(["schedule", "resume", name])).code, 0);
    await program.answer("schedule", "pause", name);
    assertEquals((await program.run(["schedule", "resume", name])).code, 1);
  }
});

Deno.test("schedule rm removes all that it can, with the job that a dead worker had made", async () => {
  await using program = new Program();
  await program.answer("schedule", "add", "good", "@daily", "true");
  dropDue(program, "half");
  Deno.writeTextFileSync(`${program.dir}/schedules/${DUE}-half.job`, '{"command":"true"}');
  const { code, stderr } = await program.run(["schedule", "rm", "half", "none", "good"]);
  assertEquals([code, stderr], [1, 'queuectl: no schedule "none" (see: queuectl schedule list)\n']);
  assertEquals(program.names("schedules"), []);
});

Deno.test("ten workers that race turn each due schedule into one job", async () => {
  await using program = new Program();
  await program.answer("config", "set", "fsync", "false");
  const workers = Array.from({ length: 10 }, () => program.spawn(["worker", "start"]));
  await Promise.all(workers.map((worker) => worker.says(/started/)));
  const names = Array.from({ length: 8 }, (_, at) => `s${at}`);
  for (const name of names) dropDue(program, name);
  await eventually("all have run", () => program.names("done").length >= 2 * names.length);
  await program.answer("worker", "stop");
  const jobs = await program.json("list", "--limit", "100");
  assertEquals(jobs.length, names.length);
  assertEquals(new Set(jobs.map(({ schedule }: { schedule: string }) => schedule)).size, 8);
  for (const { history } of jobs) assertEquals(history.length, 1);
  assertEquals(program.names("schedules").length, names.length);
});

Deno.test("every 1s is run once a second by two workers, and never twice", async () => {
  await using program = new Program();
  const workers = [0, 1].map(() => program.spawn(["worker", "start"]));
  await Promise.all(workers.map((worker) => worker.says(/started/)));
  await program.answer("schedule", "add", "--overlap", "allow", "tick", "every 1s", "true");
  const ids = () => program.names("done").filter((name) => name.endsWith(".json"));
  await eventually("four times have come", () => ids().length >= 4);
  await program.answer("worker", "stop");
  const times = ids().map((id) =>
    Date.parse(id.replace(
      /^tick-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z\.json$/,
      "$1-$2-$3T$4:$5:$6Z",
    ))
  );
  times.slice(1).forEach((time, at) => assertEquals(time - times[at]!, 1000));
  for (const job of await program.json("list")) {
    assertEquals(job.history.length, 1);
    assert(Date.parse(job.history[0].started_at) - Date.parse(job.run_at) < 1000, "it ran late");
  }
});

Deno.test("a stamp beyond the next time is shown, told by the doctor, and set right by it and by a worker", async () => {
  await using program = new Program();
  await program.answer("schedule", "add", "tick", "every 1s", "true");
  await program.answer("enqueue", "--id", "mine", "true");
  const ahead = () => {
    const [file] = program.names("schedules");
    Deno.renameSync(
      `${program.dir}/schedules/${file}`,
      `${program.dir}/schedules/29990101T000000.000Z-tick.json`,
    );
  };
  ahead();
  const [{ next }] = await program.json("schedule", "list");
  assertEquals(next[0], "2999-01-01T00:00:00.000Z");
  const told = await program.run(["doctor"]);
  assertEquals(told.code, 1);
  assertMatch(told.stdout, /schedule tick is due at 2999.* beyond its next time.*set back/);
  assertEquals((await program.run(["doctor", "--repair"])).code, 0);
  assertMatch(program.names("schedules").join(), /^20.*-tick\.json$/);
  ahead();
  const worker = program.spawn(["worker", "start"]);
  await worker.says(/start .*tick-20/);
  await program.answer("worker", "stop");
});

Deno.test("a worker that dies with a schedule in its hands leaves it to the next", async () => {
  await using program = new Program();
  await program.answer("config", "show");
  dropDue(program, "s");
  Deno.renameSync(
    `${program.dir}/schedules/${DUE}-s.json`,
    `${program.dir}/schedules/${DUE}-s@gone-1-ab.json`,
  );
  await program.drain();
  assertEquals(program.names("done").length, 2);
  assertMatch(program.names("schedules").join(), /^\d{8}T\d{6}\.000Z-s\.json$/);
});

Deno.test("what reads cron expressions is loaded only where there is a schedule", async () => {
  await using program = new Program();
  const { imports } = JSON.parse(
    await Deno.readTextFile(new URL("../../deno.json", import.meta.url)),
  );
  const loud = `${program.home}/loud.ts`;
  Deno.writeTextFileSync(loud, 'console.log("croner is loaded"); export class Cron {}');
  const config = `${program.home}/deno.json`;
  Deno.writeTextFileSync(config, JSON.stringify({ imports: { ...imports, croner: loud } }));
  const main = decodeURIComponent(new URL("../../mod.ts", import.meta.url).pathname);
  const run = async (...words: string[]) => {
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "--no-lock", "--config", config, main, ...words],
      env: { QUEUECTL_DIR: program.dir },
    }).output();
    return new TextDecoder().decode(stdout);
  };
  const told = await run("enqueue", "true") + await run("worker", "start", "--drain") +
    await run("status");
  assertStringIncludes(told, "none alive");
  assert(!told.includes("croner is loaded"), told);
  assertStringIncludes(await run("schedule", "list"), "croner is loaded");
});
