import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { JobView } from "../../src/format/job.ts";
import { eventually } from "../temporary_queue.ts";
import { Program, PROGRAM_TEXT } from "./program.ts";

Deno.test("enqueue --after takes beginnings of IDs, with commas or repeated, and show tells both ways", async () => {
  await using program = new Program();
  for (const id of ["fetch-data", "clean-data"]) {
    await program.answer("enqueue", "--id", id, "true");
  }
  const args = ["enqueue", "--id", "load", "--after", "fetch,clean", "--after", "fetch", "true"];
  assertEquals(await program.answer(...args), "load");
  const child = await program.json("show", "load");
  assertEquals(child.after, ["fetch-data", "clean-data"]);
  assertEquals([child.held, child.waits_for], [false, ["fetch-data", "clean-data"]]);
  assertEquals((await program.json("show", "fetch-data")).waited_for_by, ["load"]);
  assertStringIncludes(await program.answer("show", "load"), "after       fetch-data (pending)");
  assertStringIncludes(await program.answer("show", "fetch"), "before      load (pending)");
  const row = (await program.answer("list")).split("\n").find((line) => line.startsWith("load"));
  assertEquals(row?.split("\t")[4], "after fetch-data, clean-data");
  assertEquals((await program.json("status")).jobs.delayed, 1);
  await program.drain();
  assertEquals((await program.json("show", "load")).state, "done");
});

Deno.test("a file of jobs can say which wait for which, in any order, and is refused by the line", async () => {
  await using program = new Program();
  const file = [
    '{"id": "c", "command": "true", "after": ["b"]}',
    '{"id": "b", "command": "true", "after": ["a"]}',
    '{"id": "a", "command": "true"}',
  ];
  const run = (lines: string[]) =>
    program.run(["enqueue", "--file", "-"], { stdin: lines.join("\n") });
  const circle = await run([...file.slice(0, 2), '{"id":"a","command":"true","after":["c"]}']);
  assertEquals(circle.code, 2);
  assertMatch(circle.stderr, /stdin, line 1: these jobs would wait for each other: c after b/);
  const unknown = await run([...file, '{"command": "true", "after": ["nope"]}']);
  assertEquals(unknown.code, 2);
  assertMatch(unknown.stderr, /stdin, line 4: .*no job matches "nope".*nothing was enqueued/);
  assertEquals((await run(file)).stdout, "c\nb\na\n");
  await program.drain();
  assertEquals((await program.json("status")).jobs.done, 3);
});

Deno.test("enqueue --after of a job that does not exist exits with 1 and adds nothing", async () => {
  await using program = new Program();
  const { code, stderr } = await program.run(["enqueue", "--after", "nope", "true"]);
  assertEquals(code, 1);
  assertStringIncludes(stderr, 'no job matches "nope"');
  assertEquals((await program.run(["enqueue", "--after", "a,", "true"])).code, 2);
});

Deno.test("a job whose parent dies says why it is dead; with --after-any it runs", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--id", "a", "--max-retries", "0", "false");
  await program.answer("enqueue", "--id", "b", "--after", "a", "true");
  await program.answer("enqueue", "--id", "c", "--after", "a", "--after-any", "true");
  assertEquals((await program.run(["enqueue", "--after-any", "true"])).code, 2);
  await program.drain();
  assertEquals((await program.json("show", "b")).reason, "job a, which it waited for, is dead");
  assertMatch(
    await program.answer("show", "b"),
    /^reason {6}job a, which it waited for, is dead$/m,
  );
  assertEquals((await program.json("show", "c")).state, "done");
  const { code, stderr } = await program.run(["wait", "b"]);
  assertEquals([code, stderr], [
    1,
    "queuectl: job b is dead: job a, which it waited for, is dead\n",
  ]);
});

Deno.test("of programs that enqueue --unique at once one adds a job, and the others print its ID", async () => {
  await using program = new Program();
  await program.answer("queue", "path");
  const calls = await Promise.all(
    Array.from(
      { length: 4 },
      () => program.spawn(["enqueue", "--unique", "nightly", "true"]).ended,
    ),
  );
  assertEquals(calls.map(({ code }) => code), [0, 0, 0, 0]);
  assertEquals(new Set(calls.map(({ stdout }) => stdout)).size, 1);
  assertEquals(calls.filter(({ stderr }) => stderr.includes("nothing was added")).length, 3);
  assertEquals((await program.json("status")).jobs.pending, 1);
  const failing = await program.run(["enqueue", "--unique", "nightly", "--unique-fail", "true"]);
  assertEquals([failing.code, failing.stdout], [1, calls[0]!.stdout]);
  assertEquals((await program.run(["enqueue", "--unique-fail", "true"])).code, 2);
  const line = '{"command": "true", "unique": "nightly"}\n';
  const many = await program.run(["enqueue", "--file", "-"], { stdin: line + "true\n" });
  assertEquals([many.code, many.stdout.split("\n")[0]], [0, calls[0]!.stdout.trim()]);
  assertStringIncludes(many.stderr, "1 of 2 jobs were not added");
});

Deno.test("run --unique stays with the job that has the key", async () => {
  await using program = new Program();
  await program.answer(
    "enqueue",
    "--id",
    "first",
    "--unique",
    "k",
    "--max-retries",
    "0",
    "echo it; exit 3",
  );
  const { code, stdout, stderr } = await program.run(["run", "--unique", "k", "echo other"]);
  assertStringIncludes(stderr, "job first has the key");
  assertEquals([code, stdout], [3, "it\n"]);
});

Deno.test("cancel ends what waits and what runs, says what has ended, and exits with 1 then", async () => {
  await using program = new Program();
  // Long enough that what waits is called off before the slot is free, be the machine ever so busy.
  await program.answer("config", "set", "kill_grace", "1.5");
  await program.answer("worker", "start", "--detach");
  await program.answer("enqueue", "--id", "runs", `trap "" TERM; while :; do sleep 0.1; done`);
  await eventually("it runs", async () => (await program.json("status")).jobs.processing === 1);
  await program.answer("enqueue", "--id", "waits", "true");
  assertEquals(await program.answer("cancel", "runs", "wai"), "runs\nwaits");
  const { history } = await program.json("show", "runs");
  assertEquals([history.length, history[0].outcome, history[0].signal], [
    1,
    "cancelled",
    "SIGKILL",
  ]);
  const again = await program.run(["cancel", "runs", "none"]);
  assertEquals(again.code, 1);
  assertMatch(again.stderr, /no job matches "none"/);
  assertMatch(again.stderr, /cannot cancel job runs: it has ended \(dead\)/);
});

Deno.test("a job that was cancelled before it ran is not shown as one that ran", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--id", "never", "true");
  await program.answer("enqueue", "--id", "once", "--max-retries", "0", "exit 1");
  await program.answer("hold", "never");
  await program.drain();
  await program.answer("retry", "once");
  await program.answer("cancel", "never", "once");
  const never = await program.answer("show", "never");
  assertMatch(never, /^attempts +0 of 4$/m);
  assertMatch(never, /^cancelled +\d.*, before it ran$/m);
  assertEquals(never.includes("ATTEMPT "), false);
  const once = await program.answer("show", "once");
  assertMatch(once, /^attempts +0 of 1 \(1 run in all\)$/m);
  assertMatch(once, /^cancelled +\d.*, before it ran again$/m);
  assertEquals(once.split("\n").filter((line) => /^\d /.test(line)).length, 1);
  const rows = (await program.answer("list")).split("\n").map((line) => line.split("\t"));
  const took = rows[0]!.indexOf("TOOK");
  assertEquals(rows.find(([id]) => id === "never")?.[took], "");
});

Deno.test("enqueue --hold, hold and release", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--id", "a", "--hold", "true");
  await program.answer("enqueue", "--id", "b", "true");
  await program.answer("hold", "b");
  await program.drain();
  const rows = (await program.answer("list")).split("\n").slice(1);
  assertEquals(rows.map((row) => row.split("\t")[4]), ["held", "held"]);
  assertStringIncludes(await program.answer("show", "a"), "state       pending (held)");
  assertEquals(await program.answer("release", "a", "b"), "a\nb");
  await program.drain();
  assertEquals((await program.json("status")).jobs.done, 2);
  const { code, stderr } = await program.run(["hold", "a"]);
  assertEquals([code, stderr.includes("it has ended (done)")], [1, true]);
});

Deno.test("retry makes any job that has failed or ended ready now", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--id", "a", "--backoff-base", "1h", "false");
  await program.answer("enqueue", "--id", "b", "true");
  const worker = program.spawn(["worker", "start"]);
  await worker.says(/failed +a[^]*done +b/);
  assertEquals(await program.answer("retry", "a", "b"), "a\nb");
  await eventually("both ran again", async () => {
    const jobs = await program.json("list");
    return jobs.every(({ history }: { history: unknown[] }) => history.length === 2);
  });
  await program.answer("hold", "a");
  const { code, stderr } = await program.run(["retry", "none"]);
  assertEquals(code, 1);
  assertStringIncludes(stderr, "none");
});

Deno.test("edit takes what the editor made of a job, if it is one, and else keeps the text", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--id", "a", "echo one");
  const edit = (EDITOR: string) => program.run(["edit", "a"], { env: { EDITOR, VISUAL: "" } });
  assertEquals((await edit("sed -i 's/echo one/echo two/'")).stdout, "a\n");
  assertEquals((await program.json("show", "a")).command, "echo two");

  const nonsense = await edit("sed -i s/{/nonsense/");
  assertEquals(nonsense.code, 1);
  const kept = /this is not JSON.* is in (\S+)\n/.exec(nonsense.stderr)?.[1];
  assertStringIncludes(await Deno.readTextFile(kept!), "nonsense");
  await Deno.remove(kept!);

  const wrong = await edit(`sed -i 's/"priority": 5/"priority": 50/'`);
  assertEquals(wrong.code, 1);
  assertStringIncludes(wrong.stderr, "priority must be a whole number from 0 to 9");
  await Deno.remove(/ is in (\S+)\n/.exec(wrong.stderr)![1]!);

  const failing = await edit("false");
  assertEquals([failing.code, failing.stderr.includes("exited with 1")], [1, true]);
  assertStringIncludes((await edit("true")).stderr, "nothing was changed");
  const job = await program.json("show", "a");
  assertEquals([job.command, job.priority, job.state], ["echo two", 5, "pending"]);
});

for (
  const [what, editor, said] of [
    ["no file", "rm -f", "left no file"],
    ["a fifo", "sh -c 'rm $0; mkfifo $0'", "left no file"],
    ["null", "sh -c 'echo null > $0'", "a job is a JSON object"],
    ["an empty object", "sh -c 'echo {} > $0'", "command is missing"],
    ["what is not UTF-8", "sh -c 'printf \"\\377\" > $0'", "not JSON"],
  ] as const
) {
  Deno.test(`edit leaves a job as it was when the editor leaves ${what}`, async () => {
    await using program = new Program();
    await program.answer("enqueue", "--id", "a", "--hold", "true");
    const env = { EDITOR: editor, VISUAL: "", TMPDIR: program.home };
    const { code, stderr } = await program.run(["edit", "a"], { env });
    assertEquals(code, 1);
    assertStringIncludes(stderr, said);
    assertEquals((await program.json("show", "a")).held, true);
  });
}

Deno.test("edit of a job that runs says so, and opens no editor", async () => {
  await using program = new Program();
  await program.answer("worker", "start", "--detach");
  await program.answer("enqueue", "--id", "a", "sleep 100");
  await eventually("it runs", () => program.names("processing").includes("a.log"));
  const { code, stderr } = await program.run(["edit", "a"], {
    env: { EDITOR: "sh -c 'echo opened >&2'", VISUAL: "" },
  });
  assertEquals([code, stderr], [1, "queuectl: cannot edit job a: it is running\n"]);
});

Deno.test("no worker starts a job whose editor is open, and it is as ready as before then", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--id", "a", "echo one");
  await program.answer("enqueue", "--id", "b", "--delay", "1h", "echo one");
  await program.answer("enqueue", "--id", "c", "--after", "b", "echo one");
  const run_at = async (id: string) => (await program.json("show", id)).run_at;
  const before = await run_at("b");
  const env = {
    EDITOR: `${PROGRAM_TEXT} worker start --drain >/dev/null 2>&1; sed -i 's/echo one/echo two/'`,
    VISUAL: "",
  };
  for (const id of ["a", "b", "c"]) {
    const { code, stdout, stderr } = await program.run(["edit", id], { env });
    assertEquals([code, stdout, stderr], [0, `${id}\n`, ""]);
    assertEquals((await program.json("show", id)).command, "echo two");
  }
  const waits = async (id: string) => {
    const rows = (await program.answer("list")).split("\n").map((row) => row.split("\t"));
    return rows.find(([first]) => first === id)![4];
  };
  assertEquals([await run_at("b"), await waits("c")], [before, "after b"]);
  await program.drain();
  assertEquals(await program.answer("logs", "a"), "two");
});

Deno.test("while the editor is open the job waits; if it is gone then, the text is kept", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--id", "a", "echo one");
  const env = {
    EDITOR: `${PROGRAM_TEXT} list; ${PROGRAM_TEXT} cancel a; sed -i 's/echo one/echo two/'`,
    VISUAL: "",
    TMPDIR: program.home,
  };
  const { code, stdout, stderr } = await program.run(["edit", "a"], { env });
  assertEquals(code, 1);
  assertMatch(stdout, /^a\tpending\t[^\t]*\t[^\t]*\theld\t.*\na\n$/m);
  assertMatch(stderr, /cannot edit job a: it has ended \(dead\)/);
  const kept = /your text is in (\S+)\n/.exec(stderr)?.[1];
  assertStringIncludes(await Deno.readTextFile(kept!), "echo two");
});

/** Leaves job `a` as a program does that is killed while it changes the job. */
async function killChange(program: Program): Promise<void> {
  await program.answer("enqueue", "--id", "a", "true");
  const [name] = program.names("pending");
  const editor = `${Deno.hostname()}-1-0a1b2c3d-edit`;
  await Deno.writeTextFile(`${program.dir}/workers/${editor}.json`, "{}");
  await Deno.rename(
    `${program.dir}/pending/${name}`,
    `${program.dir}/processing/${name!.replace(".json", `@${editor}.json`)}`,
  );
}

for (const [command, ...args] of [["list"], ["show", "a"], ["status"], ["rm", "a"]] as const) {
  Deno.test(`${command} puts back a job whose change was killed, with no worker`, async () => {
    await using program = new Program();
    await killChange(program);
    const { code, stdout } = await program.run([command, ...args]);
    assertEquals(code, 0);
    assert(!stdout.includes("running"), stdout);
    assertEquals([program.names("processing"), program.names("workers")], [[], []]);
    assertEquals(program.names("pending").length, command === "rm" ? 0 : 1);
  });
}

Deno.test("doctor says that a killed change is to be undone, and charges nothing", async () => {
  await using program = new Program();
  await killChange(program);
  const { code, stdout } = await program.run(["doctor"]);
  assertEquals(code, 1);
  assertMatch(
    stdout,
    /-edit died while it changed a job.*\n +--repair puts the job back as it was\n/,
  );
  await program.run(["doctor", "--repair"]);
  assertEquals((await program.json("show", "a")).history, []);
});

for (
  const [command, ...args] of [
    ["hold"],
    ["move", "--priority", "9"],
    ["cancel"],
    ["edit"],
  ] as const
) {
  Deno.test(`${command} takes a job over from a command that was killed, with no worker`, async () => {
    await using program = new Program();
    await killChange(program);
    const done = await program.run([command, "a", ...args], {
      env: { EDITOR: "sed -i s/true/false/", VISUAL: "", TMPDIR: program.home },
    });
    assertEquals([done.code, done.stderr], [0, ""]);
    assertEquals([program.names("processing"), program.names("workers")], [[], []]);
    const { held, priority, state, command: shown } = await program.json("show", "a");
    assertEquals(
      [held === true, priority, state, shown],
      [
        command === "hold",
        command === "move" ? 9 : 5,
        command === "cancel" ? "dead" : "pending",
        command === "edit" ? "false" : "true",
      ],
    );
  });
}

Deno.test("move gives a job of a batch another priority or time, and needs one of them", async () => {
  await using program = new Program();
  await program.run(["enqueue", "--file", "-"], {
    stdin: '{"id":"a","command":"true"}\n{"id":"b","command":"true"}\n',
  });
  assertEquals(await program.answer("move", "b", "--priority", "9"), "b");
  assert(program.names("pending").some((name) => name.endsWith("-9-b.json")));
  await program.answer("move", "a", "b", "--at", "2100-01-01T00:00Z");
  assertEquals((await program.json("status")).jobs.delayed, 2);
  await program.answer("move", "b", "--at", "now");
  assertEquals((await program.json("status")).jobs.pending, 1);
  await program.answer("move", "b", "--delay", "1h");
  assert(Date.parse((await program.json("show", "b")).run_at) > Date.now() + 3_500_000);
  assertEquals((await program.run(["move", "a"])).code, 2);
  assertEquals((await program.run(["move", "a", "--at", "now", "--delay", "1"])).code, 2);
});

Deno.test("rm refuses a job that others wait for, unless they go too, in whatever order", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--id", "a", "true");
  await program.answer("enqueue", "--id", "b", "--after", "a", "true");
  const { code, stderr } = await program.run(["rm", "a"]);
  assertEquals([code, stderr], [
    1,
    'queuectl: cannot remove a: job "b" depends on it; remove "b" first\n',
  ]);
  assertEquals(await program.answer("rm", "a", "b"), "b\na");
});

Deno.test("dlq clear keeps a dead job whose end others have yet to see, and says so", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--id", "a", "--max-retries", "0", "false");
  await program.drain();
  await program.answer("enqueue", "--id", "b", "--after", "a", "true");
  const { code, stdout, stderr } = await program.run(["dlq", "clear", "--yes"]);
  assertEquals([code, stdout], [1, "removed 0 dead jobs\n"]);
  assertStringIncludes(stderr, "kept 1 job, because other jobs depend on it");
});

Deno.test("--give-up-on, --retry-on and --tempfail say when a job is retried", async () => {
  await using program = new Program();
  const add = (id: string, ...args: string[]) =>
    program.answer("enqueue", "--id", id, "--backoff-base", "0", "--max-retries", "2", ...args);
  await add("gives-up", "--give-up-on", "2,64-78", "exit 65");
  await add("goes-on", "--give-up-on", "2,64-78", "exit 79");
  await add("only", "--retry-on", "3", "exit 4");
  await add("again", "--retry-on", "3", "exit 3");
  await add(
    "busy",
    "--tempfail",
    "--give-up-on",
    "75",
    'test "$QUEUECTL_ATTEMPT" -gt 5 || exit 75',
  );
  await program.drain(2);
  const jobs = await program.json("list");
  const ends = Object.fromEntries(
    jobs.map(({ id, state, history, attempts }: JobView) => [
      id,
      [state, history.length, attempts],
    ]),
  );
  assertEquals(ends, {
    "gives-up": ["dead", 1, 1],
    "goes-on": ["dead", 3, 3],
    "only": ["dead", 1, 1],
    "again": ["dead", 3, 3],
    "busy": ["done", 6, 1],
  });
  const { code, stderr } = await program.run(["enqueue", "--give-up-on", "2-1", "true"]);
  assertEquals(code, 2);
  assertStringIncludes(stderr, "exit statuses from 0 to 255 such as 2,64-78");
});
