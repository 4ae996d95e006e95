import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { drop } from "../temporary_queue.ts";
import { Program } from "./program.ts";

/** The same said by options and by a JSON field of the same name, with what a job then has. */
const BOTH_WAYS: [option: string, value: unknown, seen: Record<string, unknown>][] = [
  ["id", "x1", { id: "x1" }],
  ["priority", 8, { priority: 8 }],
  ["delay", "30000d", { run_at: /^21/ }],
  ["delay", 3e9, { run_at: /^21/ }],
  ["at", "2090-01-01T00:00:00Z", { run_at: "2090-01-01T00:00:00.000Z" }],
  ["timeout", "5m", { timeout: 300 }],
  ["timeout", "none", { timeout: null }],
  ["max-retries", 9, { max_retries: 9 }],
  ["backoff-base", "1h", { backoff_base: 3600 }],
  ["backoff-factor", 5000, { backoff_factor: 5000 }],
  ["resource", "gpu=2", { resources: { gpu: 2 } }],
  ["after", "parent", { after: ["parent"] }],
  ["unique", "key", { unique: "key" }],
  ["give-up-on", "3,64-78", { give_up_on: "3,64-78" }],
  ["retry-on", "4", { retry_on: "4" }],
  ["cwd", "/usr", { cwd: "/usr" }],
];

Deno.test("a JSON job takes the names and values of options, with dashes and with underscores", async () => {
  await using program = new Program();
  await program.answer("config", "set", "resources.gpu", "2");
  await program.answer("enqueue", "--id", "parent", "--hold", "true");
  const lines: string[] = [];
  for (const [option, value] of BOTH_WAYS) {
    for (const name of new Set([option, option.replaceAll("-", "_")])) {
      const own = name === "unique" ? `key-${lines.length}` : value;
      if (name !== "id") lines.push(JSON.stringify({ command: "true", [name]: own }));
    }
  }
  const { code, stdout, stderr } = await program.run(["--json", "enqueue", "--file", "-"], {
    stdin: lines.join("\n"),
  });
  assertEquals([code, stderr], [0, ""]);
  const jobs = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  let next = 0;
  for (const [option, , seen] of BOTH_WAYS) {
    if (option === "id") continue;
    const job = jobs[next];
    next += option.includes("-") ? 2 : 1;
    const again = jobs[next - 1];
    for (const [name, value] of Object.entries(seen)) {
      if (value instanceof RegExp) assertMatch(job[name], value);
      else if (name !== "unique") assertEquals([job[name], again[name]], [value, value], option);
    }
    assertEquals(option.includes("-") && option in job, false, option);
  }
  const one = await program.json(
    "enqueue",
    '{"command":"true","max-retries":1,"after-any":true,"after":"parent","hold":true}',
  );
  assertEquals([one.max_retries, one.after_any, one.after], [1, true, ["parent"]]);
  assertEquals((await program.json("show", one.id)).held, true);
  const scheduled = '{"command":["echo","a b"],"max-retries":1,"timeout":"2s"}';
  const { job } = await program.json("schedule", "add", "s", "@daily", scheduled);
  assertEquals([job.command, job.max_retries, job.timeout], ["echo 'a b'", 1, 2]);
});

for (
  const [what, job, says] of [
    [
      "one thing said twice",
      '{"max-retries":1,"max_retries":2}',
      '"max-retries" and "max_retries"',
    ],
    ["two times", '{"delay":5,"run_at":"2090-01-01"}', '"delay" and "run_at" say the same'],
    ["a span that is none", '{"timeout":"soon"}', "timeout must be a time span"],
    ["a delay out of bounds", '{"delay":-1}', "a job's delay must be a number of seconds from 0"],
    ["a time that is none", '{"at":"someday"}', "at must be a time"],
    [
      "an argv of other things",
      '{"command":["a",1]}',
      "a job's command must be a string, or an array",
    ],
    ["an empty argv", '{"command":[]}', "a job's command must be a string, or an array"],
    ["a wrong value under an option's name", '{"max-retries":-1}', "a job's max_retries must be"],
  ] as const
) {
  Deno.test(`a JSON job with ${what} is refused, alone and in a file`, async () => {
    await using program = new Program();
    const text = job.includes('"command"') ? job : job.replace("{", '{"command":"true",');
    const alone = await program.run(["enqueue", text]);
    assertEquals(alone.code, 2, alone.stderr);
    assertStringIncludes(alone.stderr, says);
    const { code, stderr } = await program.run(["enqueue", "-f", "-"], { stdin: `true\n${text}` });
    assertEquals(code, 2);
    assertStringIncludes(stderr, "queuectl: stdin, line 2: ");
    assertStringIncludes(stderr, says);
  });
}

Deno.test("a field that is not known is kept, and told with what was probably meant; --strict refuses it", async () => {
  await using program = new Program();
  for (
    const [name, meant] of [
      ["max_retires", "max_retries"],
      ["maxRetries", "max_retries"],
      ["MAX-RETRIES", "max_retries"],
      ["giveUpOn", "give_up_on"],
      ["prioritty", "priority"],
      ["team", undefined],
    ]
  ) {
    const text = JSON.stringify({ command: "true", [name!]: 7 });
    const added = await program.run(["--json", "enqueue", text]);
    const guess = meant === undefined ? "" : ` (did you mean "${meant}"?)`;
    assertEquals(
      [added.code, added.stderr.split("\n").at(-2)],
      [0, `queuectl: unknown field "${name}"${guess}; it is kept, and changes nothing`],
    );
    assertEquals(JSON.parse(added.stdout)[name!], 7);
    const strict = await program.run(["enqueue", "--strict", text]);
    assertEquals([strict.code, strict.stdout], [2, ""]);
    assertStringIncludes(strict.stderr, `unknown field "${name}"${guess}; nothing was added`);
  }
  const before = (await program.json("status")).jobs.pending;
  const stdin = 'true\n{"command":"a","team":1}\n{"command":"b","team":2,"max_retires":1}\n';
  const strict = await program.run(["enqueue", "--strict", "--file", "-"], { stdin });
  assertEquals(strict.code, 2);
  assertStringIncludes(strict.stderr, 'stdin, line 2: unknown field "team"');
  assertEquals((await program.json("status")).jobs.pending, before);
  const { code, stderr } = await program.run(["enqueue", "--file", "-"], { stdin });
  assertEquals([code, stderr.trimEnd().split("\n")], [0, [
    'queuectl: stdin, line 2: unknown field "team", in 2 jobs; it is kept, and changes nothing',
    'queuectl: stdin, line 3: unknown field "max_retires" (did you mean "max_retries"?); ' +
    "it is kept, and changes nothing",
  ]]);
});

Deno.test("a job that was shown can be added again as it is, without a word", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--id", "a", "--max-retries", "0", "exit 3");
  await program.run(["worker", "start", "--drain"]);
  const { id: _, ...shown } = await program.json("show", "a");
  const { code, stderr } = await program.run(["enqueue", "--strict", JSON.stringify(shown)]);
  assertEquals([code, stderr], [0, ""]);
});

Deno.test("an argv in JSON and in a dropped file reaches the program as it is", async () => {
  await using program = new Program();
  const argv = ["printf", "<%s>", "a b", "$(touch ran)", "it's", "", "-n", "*", "new\nline", "`x`"];
  const said = argv.slice(2).map((word) => `<${word}>`).join("");
  await program.answer("enqueue", JSON.stringify({ id: "alone", command: argv }));
  await program.run(["enqueue", "--file", "-"], {
    stdin: JSON.stringify({ id: "line", command: argv }),
  });
  const dropped = JSON.stringify({ command: argv, "max-retries": 0, "give-up-on": "1" });
  drop(program.dir, "pending/dropped.json", dropped);
  await program.run(["worker", "start", "--drain"]);
  for (const id of ["alone", "line", "dropped"]) {
    assertEquals(Deno.readTextFileSync(`${program.dir}/done/${id}.log`), said, id);
  }
  const { command, max_retries, give_up_on } = await program.json("show", "dropped");
  assertEquals([max_retries, give_up_on], [0, "1"]);
  assertEquals(command, (await program.json("show", "alone")).command);
});

Deno.test("enqueue --file skips lines that begin with #, unless --no-comments", async () => {
  await using program = new Program();
  const stdin = '# a list\n\necho 1\n#echo 2\n{"command":"echo 3"}\n';
  const { stdout } = await program.run(["enqueue", "--file", "-"], { stdin });
  assertEquals(stdout.trimEnd().split("\n").length, 2);
  const all = await program.run(["enqueue", "--no-comments", "--file", "-"], { stdin });
  assertEquals(all.stdout.trimEnd().split("\n").length, 4);
  const wrong = await program.run(["enqueue", "--file", "-"], { stdin: '# x\n{"command":}' });
  assertStringIncludes(wrong.stderr, "stdin, line 2: ");
  for (const option of ["--null", "--no-comments", "--skip=1"]) {
    const { code, stderr } = await program.run(["enqueue", option, "true"]);
    assertEquals([code, stderr.includes("needs --file")], [2, true]);
  }
});

Deno.test("enqueue --file --null takes jobs that end with NUL, of several lines, # and all", async () => {
  await using program = new Program();
  const jobs = ["# no comment\necho 1", '{"command":\n"echo 2",\n"priority":1}', "echo 3\r"];
  const { code } = await program.run(["enqueue", "--null", "--file", "-"], {
    stdin: jobs.join("\0") + "\0",
  });
  assertEquals(code, 0);
  assertEquals(
    (await program.json("list")).map(({ command }: { command: string }) => command),
    [jobs[0], "echo 2", jobs[2]],
  );
  const wrong = await program.run(["enqueue", "--null", "--file", "-"], {
    stdin: 'a\nb\0true\0\0{"command":}',
  });
  assertEquals(wrong.code, 2);
  assertStringIncludes(wrong.stderr, "stdin, job 4: this begins like a JSON job");
  const bytes = new Uint8Array([97, 10, 97, 0, 98, 0, 0xff, 0]);
  const bad = await program.run(["enqueue", "--null", "--file", "-"], { stdin: bytes });
  assertStringIncludes(bad.stderr, "stdin, job 3: it is not UTF-8");
});

Deno.test("the examples of --file in docs/jobs.md run no name of a file", async () => {
  await using program = new Program();
  const page = await Deno.readTextFile(new URL("../../docs/jobs.md", import.meta.url));
  const folder = `${program.home}/files`;
  Deno.mkdirSync(folder);
  const names = ["a$(touch ran).txt", "`touch ran`", "b'; touch ran; '", "new\nline", '"q"', "# c"];
  for (const name of names) Deno.writeTextFileSync(`${folder}/${name}`, name);
  const [, example] = /```sh\n(find \/usr\/share\/doc .*?)queuectl worker/s.exec(page)!;
  const [, list] = /```sh\n(queuectl enqueue --file - <<'JOBS'\n# .*?JOBS\n)/s.exec(page)!;
  const script = `words=("$@"); queuectl() { "\${words[@]}" "$@"; }\n` +
    example!.replace("/usr/share/doc", "files") + list!;
  const { code, stdout, stderr } = await program.shell(script);
  assertEquals([code, stdout.trimEnd().split("\n").length], [0, names.length + 2], stderr);
  await program.run(["worker", "start", "--drain"]);
  const ended = await program.json("list", "--state", "done");
  assertEquals(ended.length, names.length + 2);
  assertEquals([...Deno.readDirSync(program.home)].some(({ name }) => name === "ran"), false);
  const logs = stdout.trimEnd().split("\n").map((id) =>
    Deno.readTextFileSync(`${program.dir}/done/${id}.log`)
  );
  assertMatch(logs.at(-2)!, /^\$\(not run\)\nit's\n$/);
});
