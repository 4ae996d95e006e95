import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { eventually, isThere } from "../temporary_queue.ts";
import { Program } from "./program.ts";

Deno.test("logs of several jobs come in the order given, each below a line that names it", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--id", "a", "printf one");
  await program.answer("enqueue", "--id", "b", "echo two");
  await program.drain();
  const { code, stdout } = await program.run(["logs", "b", "a"]);
  assertEquals(
    [code, stdout],
    [0, "==> b (done): echo two <==\ntwo\n\n==> a (done): printf one <==\none"],
  );
  const missing = await program.run(["logs", "a", "nobody"]);
  assertEquals([missing.code, missing.stdout], [1, "==> a (done): printf one <==\none"]);
  assertStringIncludes(missing.stderr, 'no job matches "nobody"');
  const swapped = await program.run(["logs", "a", "b"]);
  assertStringIncludes(swapped.stdout, "<==\none\n\n==> b");
  assertEquals((await program.run(["logs", "--attempt", "1", "a", "b"])).code, 2);
});

Deno.test("logs --json is a JSON object for each line, with its job and attempt, and loses no byte", async () => {
  await using program = new Program();
  const command = `printf 'hi\\n\\377\\n\\033[31mend'; exit 1`;
  const options = ["--timestamps", "--backoff-base", "0", "--max-retries", "1"];
  await program.answer("enqueue", "--id", "a", ...options, command);
  await program.answer("enqueue", "--id", "b", "echo b");
  await program.drain();
  const rows = async (...args: string[]) => {
    const { code, stdout } = await program.run(["--json", "logs", ...args]);
    assertEquals(code, 0);
    return stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
  };
  const [first, ...rest] = await rows("a");
  assert(Math.abs(Date.parse(first.time) - Date.now()) < 60_000);
  const untimed = [first, ...rest].map(({ time: _time, ...row }) => row);
  assertEquals(
    untimed,
    [1, 2].flatMap((attempt) => [
      { job: "a", attempt, text: "hi" },
      { job: "a", attempt, text: "/w==", text_encoding: "base64" },
      { job: "a", attempt, text: "\x1b[31mend", newline: false },
    ]),
  );
  assertEquals((await rows("a", "b", "-n", "1")).at(-1), { job: "b", attempt: 1, text: "b" });
  assertEquals((await rows("-f", "b", "a")).length, 7);
  assertEquals((await rows("a", "--attempt", "2"))[0].attempt, 2);
});

Deno.test("logs of a job that has not run says so", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--id", "a", "true");
  const logs = () => program.run(["logs", "a"]);
  assertEquals(await logs(), {
    code: 0,
    stdout: "",
    stderr: "queuectl: job a has not run yet; it is pending (see: queuectl show a)\n",
  });
  await program.answer("cancel", "a");
  assertStringIncludes((await logs()).stderr, "job a never ran; it is dead (see: queuectl show a)");
  const second = await program.run(["logs", "--attempt", "2", "a"]);
  assertStringIncludes(second.stderr, "job a has not run yet; there is no attempt 2");
});

Deno.test("logs -f of several jobs puts the short ID in front of each line", async () => {
  await using program = new Program();
  const command = (word: string) =>
    `echo ${word}; until test -e go; do sleep 0.02; done; printf end`;
  await program.answer("enqueue", "--id", "first", command("one"));
  await program.answer("enqueue", "--id", "b", command("two"));
  const following = program.spawn(["logs", "-f", "first", "b"]);
  await program.answer("worker", "start", "--detach", "--count", "2");
  await following.says(/^first \| one$/m);
  await following.says(/^b {5}\| two$/m);
  Deno.writeTextFileSync(`${program.home}/go`, "");
  const { code, stdout } = await following.ended;
  assertEquals(code, 0);
  assertEquals(
    stdout.trimEnd().split("\n").sort(),
    ["b     | end", "b     | two", "first | end", "first | one"],
  );
});

Deno.test("logs without an ID follows what runs, and shows what ran last if nothing does", async () => {
  await using program = new Program();
  const none = await program.run(["logs"]);
  assertEquals([none.code, none.stdout], [1, ""]);
  assertStringIncludes(none.stderr, "no job runs, and none has run");

  await program.answer("enqueue", "--id", "z", "echo first");
  await program.drain();
  await program.answer("enqueue", "--id", "a", "--max-retries", "0", "echo second; exit 1");
  await program.drain();
  const last = await program.run(["logs"]);
  assertEquals([last.code, last.stdout], [0, "second\n"]);
  assertStringIncludes(last.stderr, "no job runs; the last was a (dead): echo second; exit 1");

  const wait = "echo up; touch up; until test -e go; do sleep 0.02; done; echo end";
  await program.answer("enqueue", "--id", "m", wait);
  await program.answer("worker", "start", "--detach");
  await eventually("it runs", () => isThere(`${program.home}/up`));
  const following = program.spawn(["logs"]);
  await following.says(/up\n/);
  assertMatch(following.stderr, /job m runs: echo up/);
  Deno.writeTextFileSync(`${program.home}/go`, "");
  assertEquals((await following.ended).stdout, "up\nend\n");
});

Deno.test("logs --lines prints the last lines, of one attempt too, and follows from there", async () => {
  await using program = new Program();
  const command = "printf '1\\n2\\n\\0\\377\\n'; exit 1";
  await program.answer(
    ...["enqueue", "--id", "a", "--max-retries", "1", "--backoff-base", "0", command],
  );
  await program.drain();
  const bytes = async (...args: string[]) =>
    (await program.shell(`"$@" ${args.join(" ")} | od -An -c | tr -d ' \\n'`)).stdout;
  assertEquals(await bytes("logs", "-n", "1", "a"), "\\0377\\n");
  assertEquals(await bytes("logs", "-n", "2", "--attempt", "1", "a"), "2\\n\\0377\\n");
  assertEquals(await bytes("logs", "-n", "0", "a"), "");
  assertEquals(await bytes("logs", "-f", "-n", "1", "a"), "\\0377\\n");
  assertEquals((await program.run(["logs", "-n", "x", "a"])).code, 2);
});

Deno.test("logs --since leaves out the attempts that ended before", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--id", "a", "--max-retries", "0", "date > when; echo x; exit 1");
  await program.drain();
  await program.answer("retry", "a");
  const job = await program.json("show", "a");
  const ended = job.history[0].finished_at;
  await program.drain();
  assertEquals(await program.answer("logs", "a"), "x\nx");
  const later = new Date(Date.parse(ended) + 1).toISOString();
  assertEquals(await program.answer("logs", "--since", later, "a"), "x");
  assertEquals(await program.answer("logs", "--since", ended, "a"), "x\nx");
  assertEquals(await program.answer("logs", "--since", "1h", "a"), "x\nx");
  assertEquals(await program.answer("logs", "--since", "0s", "a"), "");
  const { code, stderr } = await program.run(["logs", "--since", "soon", "a"]);
  assertEquals(code, 2);
  assertMatch(stderr, /^queuectl: --since must be .*\n$/);
});

Deno.test("logs reads the end of a log of 1 GB, and no more than it shows", async () => {
  await using program = new Program();
  // A file with a hole: its size takes no room on the disk.
  await program.answer(
    "enqueue",
    "--id",
    "b",
    "echo; truncate -s 1G /dev/stdout; printf '\\nend\\n'",
  );
  await program.drain();
  const { code, stdout } = await program.run(["logs", "-n", "1", "b"], {});
  assertEquals([code, stdout], [0, "end\n"]);
});
