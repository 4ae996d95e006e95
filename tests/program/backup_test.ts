import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { eventually, isThere } from "../temporary_queue.ts";
import { testWith, whyNoMount } from "../left_out.ts";
import { Program, PROGRAM_TEXT } from "./program.ts";

Deno.test("a backup that is made while a worker runs comes back paused, and runs nothing twice", async () => {
  await using program = new Program();
  const ran = `${program.home}/ran`;
  await program.answer("enqueue", "--id", "ended", `echo ended >>'${ran}'`);
  await program.drain();
  await program.answer("enqueue", "--id", "runs", `echo runs >>'${ran}'; sleep 60`);
  await program.answer("enqueue", "--id", "waits", "--after", "runs", `echo waits >>'${ran}'`);
  await program.answer("worker", "start", "--detach");
  await eventually("it runs", () => isThere(ran) && Deno.readTextFileSync(ran).includes("runs"));
  const file = `${program.home}/odd "name" ü.tar`;
  const { bytes, ...said } = await program.json("backup", file);
  assertEquals(said, { file, jobs: 3, running: 1, left_out: [] });
  assertEquals([bytes, Deno.statSync(file).mode! & 0o777], [Deno.statSync(file).size, 0o600]);
  await program.answer("worker", "stop", "--now");

  const copy = `${program.home}/a copy`;
  const { stdout, stderr } = await program.run(["restore", file, "--dir", copy]);
  assertStringIncludes(stdout, `restored 3 jobs to ${copy} (1 held`);
  assertStringIncludes(
    stderr,
    `the queue is paused; look at it, then: queuectl --dir '${copy}' worker resume`,
  );
  const env = { QUEUECTL_DIR: copy };
  const status = (await program.run(["status"], { env })).stdout;
  assertMatch(status, /paused +restored from a backup of 20\S+Z; what ran then is held \(1\)/);
  await program.run(["worker", "resume"], { env });
  assertEquals((await program.run(["worker", "start", "--drain"], { env })).code, 0);
  assertEquals(Deno.readTextFileSync(ran), "ended\nruns\n");
});

Deno.test("backup and restore take - for stdout and stdin", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--id", "a", "true");
  const archive = `${program.home}/b.tar`;
  const made = await new Deno.Command("/bin/sh", {
    args: [
      "-c",
      `${PROGRAM_TEXT} backup - >'${archive}' && ${PROGRAM_TEXT} restore - --dir q2 <'${archive}'`,
    ],
    cwd: program.home,
    env: { QUEUECTL_DIR: program.dir },
  }).output();
  assertEquals(new TextDecoder().decode(made.stdout), `restored 1 job to ${program.home}/q2\n`);
  assertMatch(new TextDecoder().decode(made.stderr), /backed up 1 job\n/);
});

Deno.test("backup and restore say in a sentence what cannot be", async () => {
  await using program = new Program();
  const other = `${program.home}/notes.txt`;
  Deno.writeTextFileSync(other, "hello");
  for (
    const [args, code, said] of [
      [["backup", `${program.dir}/b.tar`], 2, "lies in the queue; name a file outside it"],
      [["backup", "-", "--json"], 2, "the archive itself goes to stdout"],
      [["backup"], 2, "FILE"],
      [["backup", `${program.home}/no/b.tar`], 1, "cannot write"],
      [["backup", ""], 2, "the name of the file must not be empty"],
      [["backup", "/dev/full"], 1, "no regular file; use: queuectl backup - >'/dev/full'"],
      [["backup", "b.tar", "--dir", `${program.home}/none`], 1, "there is no queue at"],
      [["restore", other, "--dir", `${program.home}/new`], 1, "nothing was restored"],
      [["restore", `${program.home}/none.tar`, "--dir", `${program.home}/new`], 1, "cannot read"],
      [["restore", other], 1, "is not empty (it holds"],
    ] as const
  ) {
    const { code: status, stderr } = await program.run(args);
    assertEquals([status, stderr.trim().split("\n").length], [code, 1], stderr);
    assertStringIncludes(stderr, said);
  }
  assertEquals(isThere(`${program.home}/new`), false);
});

/** A queue with a job whose log is so large that its backup takes a while. */
async function withLargeLog(program: Program): Promise<void> {
  await program.answer("enqueue", "--id", "a", "true");
  await program.drain();
  Deno.truncateSync(`${program.dir}/done/a.log`, 2 ** 30);
}

Deno.test("a backup that its reader cuts off fails, and so does any other output that is a file", async () => {
  await using program = new Program();
  await withLargeLog(program);
  for (const [command, code] of [["backup -", 141], ["completions bash", 141], ["list", 0]]) {
    const { stdout } = await new Deno.Command("bash", {
      args: ["-c", `exec 3>&1; { sleep 0.2; ${PROGRAM_TEXT} ${command}; echo $? >&3; } | true`],
      cwd: program.home,
      env: { QUEUECTL_DIR: program.dir },
    }).output();
    assertEquals(new TextDecoder().decode(stdout), `${code}\n`, `${command}`);
  }
});

Deno.test("a backup or restore that is asked to exit leaves nothing, and says so", async () => {
  await using program = new Program();
  await withLargeLog(program);
  const hidden = (ending: string) =>
    [...Deno.readDirSync(program.home)].some(({ name }) => name.includes(ending));
  const saving = program.spawn(["backup", "b.tar"]);
  await eventually("it writes", () => hidden(".b.tar.writing-"));
  saving.kill("SIGTERM");
  const saved = await saving.ended;
  assertEquals([saved.code, saved.stderr], [143, "queuectl: interrupted; no backup was made\n"]);
  const fifo = `${program.home}/fifo`;
  await new Deno.Command("mkfifo", { args: [fifo] }).output();
  // Opened for both, so that neither end waits for the other.
  using _writer = Deno.openSync(fifo, { read: true, write: true });
  const restoring = program.spawn(["restore", "fifo", "--dir", "new"]);
  await eventually("it waits", () => hidden(".new.restoring-"));
  restoring.kill("SIGINT");
  const restored = await restoring.ended;
  assertEquals([restored.code, restored.stderr], [
    130,
    "queuectl: interrupted; nothing was restored\n",
  ]);
  assertEquals(hidden(".new.") || hidden(".b.tar") || isThere(`${program.home}/new`), false);
});

Deno.test("the word help in the place of a file shows the help", async () => {
  await using program = new Program();
  for (const command of ["backup", "restore", "trust"]) {
    const { code, stdout } = await program.run([command, "help"]);
    assertEquals([code, stdout.split(":")[0]], [0, `queuectl ${command}`]);
  }
  assertEquals(isThere(`${program.home}/help`), false);
});

Deno.test("a path that belongs to the system is refused in words that are not the runtime's", async () => {
  await using program = new Program();
  for (
    const [args, said] of [
      [["backup", "/proc/b"], "below /dev and /proc; use: queuectl backup - >'/proc/b'"],
      [["restore", "/proc/1/mem"], "below /dev and /proc; use: queuectl restore - <'/proc/1/mem'"],
      [["--dir", "/proc/q", "enqueue", "true"], '"/proc/q" belongs to the system'],
    ] as const
  ) {
    // A process of its own: the test's may open everything.
    const { code, stderr } = await program.spawn(args).ended;
    assertEquals([code, stderr.trim().split("\n").length], [1, 1], stderr);
    assertStringIncludes(stderr, said);
    assertEquals(stderr.includes("--allow-all"), false);
  }
});

testWith(
  await whyNoMount(),
  "a mount point cannot be restored to, and the answer names a directory in it",
  async () => {
    await using program = new Program();
    const home = Deno.realPathSync(program.home);
    for (const mount of ["-t tmpfs -o mode=700 none", "--bind other"]) {
      for (const name of ["other", "m"]) Deno.mkdirSync(`${home}/${name}`, { recursive: true });
      const { code, stderr } = await program.shell(
        `"$@" backup b.tar && unshare -rm sh -c 'mount ${mount} m
         "$@" restore b.tar --dir m; exec "$@" restore b.tar --dir m/queue' sh "$@" || exit $?`,
      );
      assertEquals([code, stderr.split("\n").slice(0, 1)], [0, [
        `queuectl: ${home}/m is a mount point, which nothing can take the place of; restore to a ` +
        `directory in it: --dir '${home}/m/queue'`,
      ]]);
    }
  },
);
