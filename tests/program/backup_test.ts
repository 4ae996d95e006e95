import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { eventually, isThere } from "../temporary_queue.ts";
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
