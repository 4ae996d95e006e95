import { assertEquals, assertStringIncludes } from "@std/assert";
import { nativeFiles } from "../../src/fs/native_files.ts";
import { filesFor } from "../../src/store/trust.ts";
import { isThere, namesIn } from "../temporary_queue.ts";
import { Program } from "../program/program.ts";
import { OTHER_USER, otherUser } from "./other_user.ts";
import { testWith } from "../left_out.ts";

/** A call of every command that reads or changes a queue. */
const CALLS: readonly string[][] = [
  ["enqueue", "echo no"],
  ["enqueue", "--id", "x", "echo no"],
  ["run", "echo no"],
  ["list"],
  ["show", "mine"],
  ["logs", "mine"],
  ["wait", "mine"],
  ["cancel", "mine"],
  ["hold", "mine"],
  ["release", "mine"],
  ["retry", "mine"],
  ["move", "mine", "--priority", "9"],
  ["edit", "mine"],
  ["rm", "mine"],
  ["status"],
  ["stats"],
  ["prune", "--keep", "0"],
  ["queue", "clear", "--state", "done", "--yes"],
  ["dlq", "list"],
  ["dlq", "show", "mine"],
  ["dlq", "retry", "--all"],
  ["dlq", "clear", "--yes"],
  ["config", "show"],
  ["config", "get", "timeout"],
  ["config", "set", "timeout", "9"],
  ["config", "reset", "--yes"],
  ["schedule", "add", "s", "@daily", "true"],
  ["schedule", "list"],
  ["schedule", "show", "s"],
  ["schedule", "pause", "s"],
  ["schedule", "resume", "s"],
  ["schedule", "run", "s"],
  ["schedule", "rm", "s"],
  ["worker", "start", "--drain"],
  ["worker", "start", "--detach"],
  ["worker", "stop"],
  ["worker", "list"],
  ["worker", "pause"],
  ["worker", "resume"],
  ["doctor", "--repair"],
  ["trust"],
];

/**
 * Some of them, of each kind: all of them open the queue through one function, as the first test
 * here shows.
 */
const SOME = CALLS.filter((_call, at) => at % 6 === 0);

/** Makes calls, some at once, and gives what each came to. */
async function eachCall(program: Program, calls: readonly string[][]) {
  const results: (Awaited<ReturnType<Program["run"]>> & { call: string })[] = [];
  for (let at = 0; at < calls.length; at += 4) {
    const group = calls.slice(at, at + 4).map(async (call) => {
      results.push({ ...await program.run(call), call: call.join(" ") });
    });
    await Promise.all(group);
  }
  return results;
}

Deno.test("every command refuses a queue of which a part is a link, and touches nothing behind it", async () => {
  await using program = new Program();
  const theirs = `${program.home}/theirs`;
  const parts = ["done", "dead", "pending", "failed", "processing", "tmp", "workers", "history"];
  for (const [index, call] of CALLS.entries()) {
    const part = parts[index % parts.length]!;
    const path = `${program.dir}/${part}`;
    Deno.mkdirSync(theirs);
    for (const name of ["mine.json", "mine.log", "s.json"]) {
      Deno.writeTextFileSync(`${theirs}/${name}`, '{"command":"true"}');
    }
    if (isThere(path)) Deno.renameSync(path, `${program.home}/away`);
    Deno.symlinkSync(theirs, path);
    const { code, stdout, stderr } = await program.run(call);
    const what = `${call.join(" ")} with a link as ${part}: ${stderr}`;
    assertEquals([code, stdout], [1, ""], what);
    assertStringIncludes(stderr, `${path} is not a directory`, what);
    assertEquals(namesIn(theirs, ""), ["mine.json", "mine.log", "s.json"], what);
    Deno.removeSync(path);
    Deno.removeSync(theirs, { recursive: true });
    if (isThere(`${program.home}/away`)) Deno.renameSync(`${program.home}/away`, path);
  }
});

Deno.test("every command refuses a queue that others can write in, and says to look before it is closed", async () => {
  await using program = new Program();
  Deno.chmodSync(`${program.dir}/pending`, 0o777);
  for (const { call, code, stdout, stderr } of await eachCall(program, SOME)) {
    assertEquals([code, stdout], [1, ""], `${call}: ${stderr}`);
    assertStringIncludes(stderr, `can write in ${program.dir}/pending`, call);
    assertStringIncludes(stderr, `look at what is in it first (ls -lR '${program.dir}/pending')`);
  }
  assertEquals(program.names(""), namesIn(program.dir, ""));
});

Deno.test("a queue that others could swap is refused, with the directory at fault and the mend", async () => {
  await using program = new Program();
  const outer = `${program.home}/outer'$(touch x)`;
  Deno.mkdirSync(outer);
  const dir = `${outer}/inner/queue`;
  assertEquals((await program.run(["--dir", dir, "enqueue", "true"])).code, 0);
  Deno.chmodSync(outer, 0o777);
  for (const call of [["list"], ["enqueue", "true"], ["worker", "start", "--drain"]]) {
    const { code, stderr } = await program.run(["--dir", dir, ...call]);
    assertEquals(code, 1, stderr);
    assertStringIncludes(stderr, `group or others can write in ${outer}, and so put another`);
    assertStringIncludes(stderr, `chmod go-w '${program.home}/outer'\\''$(touch x)'`);
  }
  // Nor is a new one made there.
  const fresh = await program.run(["--dir", `${outer}/new/queue`, "enqueue", "true"]);
  assertEquals([fresh.code, namesIn(outer, "")], [1, ["inner"]]);
  // In a sticky directory nobody can move what is another's.
  Deno.chmodSync(outer, 0o1777);
  assertEquals((await program.run(["--dir", dir, "list"])).code, 0);
  assertEquals(isThere(`${program.home}/x`), false);
});

Deno.test("what others can write is no job, no settings and no schedule", async () => {
  await using program = new Program();
  const write = (path: string, text: string) => {
    Deno.writeTextFileSync(`${program.dir}/${path}`, text);
    Deno.chmodSync(`${program.dir}/${path}`, 0o666);
  };
  write("pending/planted.json", '{"command":"touch planted"}');
  await program.drain();
  assertEquals(program.names("dead"), ["planted.json", "planted.log"]);
  const reason = Deno.readTextFileSync(`${program.dir}/dead/planted.log`);
  assertStringIncludes(reason, "not a job: group or others can write in it (mode 666)");

  await program.answer("schedule", "add", "often", "every 1s", "touch planted");
  const [file] = program.names("schedules");
  Deno.chmodSync(`${program.dir}/schedules/${file}`, 0o666);
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const worked = await program.run(["worker", "start", "--drain"]);
  assertStringIncludes(worked.stdout, "paused schedule often");
  assertEquals(isThere(`${program.home}/planted`), false);

  write("config.json", '{"on_done":"touch planted"}');
  const refused = await program.run(["run", "true"]);
  assertEquals(refused.code, 1);
  assertStringIncludes(refused.stderr, "config.json are not used, as group or others can write");
  assertEquals(isThere(`${program.home}/planted`), false);
});

Deno.test("what is not there is no queue for a command that looks at one or acts on its jobs", async () => {
  await using program = new Program({ withQueue: false });
  const makers = new Set(["enqueue", "run", "worker start", "schedule add", "config set"]);
  const calls = SOME.filter((call) =>
    !makers.has(call[0]!) && !makers.has(call.slice(0, 2).join(" "))
  );
  for (const { call, code, stdout, stderr } of await eachCall(program, calls)) {
    assertEquals([code, stdout], [1, ""], call);
    assertStringIncludes(stderr, `there is no queue at ${program.dir}`, call);
  }
  assertEquals(isThere(program.dir), false);
  Deno.writeTextFileSync(`${program.home}/notes.txt`, "");
  const other = await program.run(["--dir", program.home, "list"]);
  assertEquals([other.code, other.stderr], [
    1,
    `queuectl: ${program.home} is not a queue (it holds "notes.txt")\n`,
  ]);
  const made = await program.run(["config", "set", "timeout", "9"]);
  assertEquals([made.code, made.stderr], [0, `queuectl: made a new queue, ${program.dir}\n`]);
});

const other = await otherUser();

testWith(
  other.reason,
  "root uses another user's queue only when told to, and what it adds is that user's",
  async () => {
    await using program = new Program({ withQueue: false });
    Deno.chmodSync(program.home, 0o1777);
    const theirs = ["--dir", program.dir];
    assertEquals((await other.run!(...theirs, "enqueue", "--id", "first", "true")).code, 0);
    const sentence =
      `${program.dir} belongs to another user (uid ${OTHER_USER}); use the queue as ` +
      "that user, or as root with --other-user";
    for (const { call, code, stderr } of await eachCall(program, SOME)) {
      assertEquals([code, stderr], [1, `queuectl: ${sentence}\n`], call);
    }
    await program.answer("--other-user", "enqueue", "--id", "second", "id -u");
    await program.answer("config", "set", "max_retries", "0", "--other-user");
    assertEquals((await other.run!(...theirs, "worker", "start", "--drain")).code, 0);
    assertEquals(Deno.readTextFileSync(`${program.dir}/done/second.log`), `${OTHER_USER}\n`);
    // Another user may not, whatever they say.
    const third = `${program.home}/roots`;
    await program.answer("--dir", third, "enqueue", "true");
    assertEquals((await other.run!("--other-user", "--dir", third, "list")).code, 1);
    // A queue that root makes in a folder of theirs is theirs.
    const fourth = `${program.home}/made for them`;
    Deno.mkdirSync(fourth, { mode: 0o700 });
    Deno.chownSync(fourth, OTHER_USER, OTHER_USER);
    await program.answer("--other-user", "--dir", fourth, "enqueue", "true");
    assertEquals(notOf(OTHER_USER, fourth), []);
    assertEquals((await other.run!("--dir", fourth, "worker", "start", "--drain")).code, 0);
  },
);

testWith(
  other.reason,
  "all that root's worker makes in another user's queue belongs to that user and their group",
  async () => {
    await using program = new Program({ withQueue: false });
    Deno.chmodSync(program.home, 0o1777);
    const theirs = ["--dir", program.dir];
    await other.run!(...theirs, "config", "set", "on_done", "echo hooked");
    await other.run!(...theirs, "enqueue", "--id", "bad", "--max-retries", "0", "echo no; exit 1");
    await other.run!(...theirs, "enqueue", "--id", "good", "echo yes");
    const name = await program.answer("--other-user", "worker", "start", "--detach");
    await program.run(["--other-user", "wait", "good", "bad"]);
    assertEquals(isThere(`${program.dir}/workers/${name}.log`), true);
    assertEquals(isThere(`${program.dir}/progress/${name}`), true);
    assertEquals(notOf(OTHER_USER, program.dir), []);
    await program.answer("--other-user", "worker", "stop");
    assertEquals(notOf(OTHER_USER, program.dir), []);
    assertEquals(isThere(`${program.dir}/hooks.log`), true);
    assertEquals((await other.run!(...theirs, "logs", "bad")).out, "no");
    await other.run!(...theirs, "retry", "bad");
    await other.run!(...theirs, "worker", "start", "--drain");
    assertStringIncludes((await other.run!(...theirs, "logs", "bad")).out, "no\nno");
  },
);

/** What lies in a queue and does not belong to a user and the group of the same number. */
function notOf(user: number, folder: string): string[] {
  return [
    folder,
    ...[...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) =>
      isDirectory ? notOf(user, `${folder}/${name}`) : [`${folder}/${name}`]
    ),
  ].filter((path) => {
    const { uid, gid } = Deno.lstatSync(path);
    return uid !== user || gid !== user;
  });
}

testWith(
  other.reason,
  "a job, a schedule and settings of another user are not believed",
  async () => {
    await using program = new Program();
    const give = (path: string) => Deno.chownSync(`${program.dir}/${path}`, OTHER_USER, null);
    Deno.writeTextFileSync(`${program.dir}/pending/theirs.json`, '{"command":"touch planted"}');
    give("pending/theirs.json");
    await program.drain();
    assertStringIncludes(
      Deno.readTextFileSync(`${program.dir}/dead/theirs.log`),
      `it belongs to another user (uid ${OTHER_USER})`,
    );
    await program.answer("config", "set", "on_done", "touch planted");
    give("config.json");
    for (const call of [["run", "true"], ["worker", "start", "--drain"], ["list"]]) {
      const { code, stderr } = await program.run(call);
      assertEquals(code, 1, call.join());
      assertStringIncludes(stderr, `belongs to another user (uid ${OTHER_USER})`);
    }
    assertEquals(isThere(`${program.home}/planted`), false);
  },
);

testWith(
  other.reason,
  "root gives nothing away through a link that the owner puts in the place of a new file",
  async () => {
    await using program = new Program();
    const secret = `${program.home}/secret`;
    Deno.writeTextFileSync(secret, "root's own");
    Deno.chownSync(program.dir, OTHER_USER, OTHER_USER);
    const files = await filesFor({
      ...nativeFiles,
      // The owner has been quicker than the change of owner.
      create: (path) => Deno.symlinkSync(secret, path),
    }, program.dir);
    files.create(`${program.dir}/tmp/new`, new Uint8Array());
    await files.createEach([{ path: `${program.dir}/tmp/other`, content: new Uint8Array() }]);
    for (const name of ["new", "other"]) {
      assertEquals(Deno.lstatSync(`${program.dir}/tmp/${name}`).uid, OTHER_USER);
    }
    assertEquals(Deno.statSync(secret).uid, Deno.uid());
  },
);
