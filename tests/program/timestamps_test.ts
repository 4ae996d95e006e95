import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { eventually, isThere } from "../temporary_queue.ts";
import { Program } from "./program.ts";

const STAMP = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z) /;

Deno.test("logs --timestamps says when each line was printed, of a job that notes it", async () => {
  await using program = new Program();
  const command = "echo one; touch up; until test -e go; do sleep 0.02; done; echo two; printf end";
  await program.answer("enqueue", "--id", "a", "--timestamps", command);
  await program.answer("worker", "start", "--detach");
  await eventually("it runs", () => isThere(`${program.home}/up`));
  const times = `${program.dir}/input/a.times`;
  await eventually("the first line is noted", () => isThere(times));
  const following = program.spawn(["logs", "-f", "--timestamps", "a"]);
  await following.says(/Z one\n/);
  const between = new Date().toISOString();
  Deno.writeTextFileSync(`${program.home}/go`, "");
  const followed = (await following.ended).stdout;
  await program.answer("wait", "a");
  const lines = (await program.answer("logs", "-t", "a")).split("\n");
  assertEquals(lines.map((line) => line.replace(STAMP, "")), ["one", "two", "end"]);
  const [one, two, end] = lines.map((line) => STAMP.exec(line)![1]!) as [string, string, string];
  assertEquals([one < between, between < two, two <= end], [true, true, true]);
  assertEquals(followed.split("\n")[0], lines[0]);
  assertEquals(await program.answer("logs", "a"), "one\ntwo\nend");
  assertEquals(await program.answer("logs", "--since", between, "a"), "two\nend");

  // The notes go with the job.
  await program.answer("rm", "a");
  assertEquals(isThere(times), false);
});

Deno.test("logs --timestamps of a job without them says so in one sentence, and shows its log", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--id", "a", "echo x");
  await program.drain();
  const { code, stdout, stderr } = await program.run(["logs", "--timestamps", "a"]);
  assertEquals([code, stdout], [0, "x\n"]);
  assertEquals(
    stderr,
    "queuectl: job a does not note when it prints (enqueue --timestamps has it do so)\n",
  );
  assertEquals(isThere(`${program.dir}/input`), false);
});

Deno.test("a job runs whatever lies where its times go, and an earlier job's times are not its own", async () => {
  await using program = new Program();
  Deno.mkdirSync(`${program.dir}/input/a.times`, { recursive: true });
  Deno.writeTextFileSync(`${program.dir}/input/b.times`, "1 999 5\nnonsense\n\0\n");
  for (const id of ["a", "b"]) {
    await program.answer("enqueue", "--id", id, "--timestamps", "echo x");
  }
  await program.drain();
  const year = String(new Date().getUTCFullYear());
  for (const id of ["a", "b"]) {
    const line = await program.answer("logs", "--timestamps", id);
    assertMatch(line, STAMP);
    assertStringIncludes(line, `${year}-`);
    assertEquals((await program.json("show", id)).state, "done");
  }
});
