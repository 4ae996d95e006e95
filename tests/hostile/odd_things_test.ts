import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Program } from "../program/program.ts";

async function mkfifo(path: string): Promise<void> {
  const { success } = await new Deno.Command("mkfifo", { args: [path] }).output();
  assert(success);
}

for (const what of ["a folder", "a fifo", "a link"] as const) {
  Deno.test(`${what} in the place of a log keeps no job from its ID, nor its children from running`, async () => {
    await using program = new Program();
    await program.answer("enqueue", "--id", "parent", "echo one");
    await program.answer("enqueue", "--id", "child", "--after", "parent", "echo two");
    const path = `${program.dir}/done/parent.log`;
    if (what === "a folder") Deno.mkdirSync(path);
    else if (what === "a fifo") await mkfifo(path);
    else Deno.symlinkSync("/dev/null", path);
    await program.drain();
    assertEquals((await program.json("show", "child")).state, "done");
    assertEquals(Deno.readTextFileSync(path), "one\n");
  });
}

Deno.test("the doctor tells of what is no file where one is looked for, and moves it aside", async () => {
  await using program = new Program();
  await program.answer("config", "set", "resources.gpu", "1");
  await program.answer("enqueue", "--hold", "--unique", "key", "--id", "a", "true");
  await program.answer("run", "--resource", "gpu", "true");
  const odd = ["unique/key", "limits/gpu.0", "hooks.log", "pending/a.log"];
  for (const name of odd) {
    await Deno.remove(`${program.dir}/${name}`).catch(() => {});
    await mkfifo(`${program.dir}/${name}`);
  }
  const refused = await program.run(["enqueue", "--unique", "key", "true"]);
  assertEquals(refused.code, 1);
  assertStringIncludes(refused.stderr, "queuectl doctor --repair moves it aside");
  const { stdout } = await program.run(["doctor"]);
  for (const name of odd) assertStringIncludes(stdout, `"${name}" is not a regular file`);
  assertEquals((await program.run(["doctor", "--repair"])).code, 0);
  assertEquals(await program.answer("run", "--resource", "gpu", "echo free"), "free");
  assertEquals((await program.run(["rm", "a"])).code, 0);
});

Deno.test("a schedule that is no file is paused, and keeps the doctor from nothing else", async () => {
  await using program = new Program();
  await program.answer("schedule", "add", "later", "@daily", "true");
  const [later] = program.names("schedules");
  Deno.removeSync(`${program.dir}/schedules/${later}`);
  Deno.mkdirSync(`${program.dir}/schedules/${later}`);
  Deno.mkdirSync(`${program.dir}/schedules/20200101T000000.000Z-due.json`);
  Deno.writeTextFileSync(`${program.dir}/pending/bad.json`, "not a job");
  const { code, stdout } = await program.run(["doctor"]);
  assertEquals(code, 1);
  assertStringIncludes(stdout, "is not a schedule");
  assertStringIncludes(stdout, "bad.json");
  const worked = await program.run(["worker", "start", "--drain"]);
  assertStringIncludes(worked.stdout, "paused schedule due");
});

Deno.test("half a character in a field is refused, and in a dropped file makes it no job", async () => {
  await using program = new Program();
  for (const field of ["command", "unique", "cwd"]) {
    const job = `{"command":"true","${field}":"\\ud800"}`;
    const { code, stderr } = await program.run(["enqueue", job]);
    assertEquals(code, 2, stderr);
    assertStringIncludes(stderr, "half a character");
    Deno.writeTextFileSync(`${program.dir}/pending/${field}.json`, job);
  }
  await program.drain();
  assertEquals(program.names("done"), []);
  assertEquals((await program.run(["rm", "unique"])).code, 0);
});
