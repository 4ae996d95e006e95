import { assertEquals, assertStringIncludes } from "@std/assert";
import { isThere } from "../temporary_queue.ts";
import type { Result } from "../program/in_process.ts";
import { DENO_DIR, Program } from "../program/program.ts";

/** Calls that stand in a folder and name no queue. */
function callsIn(program: Program, folder: string) {
  const env = { QUEUECTL_DIR: "", HOME: `${program.home}/home`, XDG_STATE_HOME: "", DENO_DIR };
  return (...args: string[]): Promise<Result> =>
    program.run(args, { cwd: `${program.home}/${folder}`, env });
}

function copy(program: Program, from: string, to: string): void {
  const { success } = new Deno.Command("cp", { args: ["-a", from, to], cwd: program.home })
    .outputSync();
  assertEquals(success, true);
}

/** A project in which its user made a queue, with a hook, a schedule and a job. */
async function madeProject(program: Program): Promise<void> {
  Deno.mkdirSync(`${program.home}/home`);
  Deno.mkdirSync(`${program.home}/project/.queuectl`, { recursive: true });
  const call = callsIn(program, "project");
  const ran = `touch ${program.home}/ran`;
  for (
    const args of [
      ["config", "set", "on_done", ran],
      ["config", "set", "on_failure", ran],
      ["schedule", "add", "daily", "@daily", ran],
      ["enqueue", "--id", "waits", ran],
    ]
  ) {
    const { code, stderr } = await call(...args);
    assertEquals(code, 0, stderr);
  }
}

Deno.test("a queue that its user made is found from below, without being named", async () => {
  await using program = new Program({ withQueue: false });
  await madeProject(program);
  Deno.mkdirSync(`${program.home}/project/src`);
  const { code, stdout, stderr } = await callsIn(program, "project/src")("list");
  assertEquals([code, stderr], [0, ""]);
  assertStringIncludes(stdout, "waits");
});

Deno.test("a queue that was copied or moved is found and refused, until it is trusted", async () => {
  await using program = new Program({ withQueue: false });
  await madeProject(program);
  copy(program, "project", "clone");
  Deno.mkdirSync(`${program.home}/clone/src`);
  const call = callsIn(program, "clone/src");
  const dir = `${program.home}/clone/.queuectl`;
  for (
    const args of [
      ["run", "true"],
      ["list"],
      ["enqueue", "true"],
      ["worker", "start", "--drain"],
      ["status"],
      ["prune", "--keep", "0"],
      ["doctor", "--repair"],
      ["config", "set", "timeout", "9"],
    ]
  ) {
    const { code, stdout, stderr } = await call(...args);
    assertEquals([code, stdout], [1, ""], `${args}: ${stderr}`);
    assertStringIncludes(stderr, `${dir} was not made on this machine by you`);
    assertStringIncludes(stderr, `queuectl trust '${dir}'`);
  }
  assertEquals(isThere(`${program.home}/ran`), false);

  // It can be looked at by its name, as the sentence says.
  assertEquals((await call("--dir", dir, "list")).code, 0);
  const trusted = await call("trust", dir);
  assertEquals([trusted.code, trusted.stdout], [0, `${dir}\n`], trusted.stderr);
  assertStringIncludes(trusted.stderr, "waiting jobs: 1, schedules: 1, hooks: on_done, on_failure");
  assertEquals((await call("list")).code, 0);

  Deno.renameSync(`${program.home}/clone`, `${program.home}/moved`);
  assertEquals((await callsIn(program, "moved")("list")).code, 1);
  Deno.renameSync(`${program.home}/moved`, `${program.home}/clone`);
  assertEquals((await call("list")).code, 0);
});

Deno.test("a copy in the place of a queue that was trusted is refused", async () => {
  await using program = new Program({ withQueue: false });
  await madeProject(program);
  copy(program, "project", "backup");
  Deno.removeSync(`${program.home}/project`, { recursive: true });
  copy(program, "backup", "project");
  const { code, stderr } = await callsIn(program, "project")("list");
  assertEquals(code, 1);
  assertStringIncludes(stderr, "was not made on this machine by you");
});

Deno.test("a copy that has lost its VERSION is refused too, and not made whole", async () => {
  await using program = new Program({ withQueue: false });
  await madeProject(program);
  copy(program, "project", "clone");
  Deno.removeSync(`${program.home}/clone/.queuectl/VERSION`);
  const call = callsIn(program, "clone");
  assertEquals([(await call("enqueue", "true")).code, (await call("list")).code], [1, 1]);
  assertEquals(isThere(`${program.home}/clone/.queuectl/VERSION`), false);
});

Deno.test("the queue at home is made, noted as its user's, and found; one that was put there is not", async () => {
  await using program = new Program({ withQueue: false });
  Deno.mkdirSync(`${program.home}/elsewhere`);
  Deno.mkdirSync(`${program.home}/home`);
  const call = callsIn(program, "elsewhere");
  const none = await call("list");
  assertEquals(none.code, 1);
  assertStringIncludes(none.stderr, "there is no queue at");
  const made = await call("enqueue", "--id", "a", "true");
  assertEquals(made.code, 0);
  assertEquals(made.stderr, `queuectl: made a new queue, ${program.home}/home/.queuectl\n`);
  assertEquals((await call("show", "a")).code, 0);
  Deno.renameSync(`${program.home}/home/.queuectl`, `${program.home}/old`);
  copy(program, "old", "home/.queuectl");
  assertEquals((await call("show", "a")).code, 1);
});

Deno.test("a list of trusted queues that others can write in counts for nothing", async () => {
  await using program = new Program({ withQueue: false });
  await madeProject(program);
  Deno.chmodSync(`${program.home}/home/.local/state/queuectl/trusted`, 0o666);
  const call = callsIn(program, "project");
  assertEquals((await call("list")).code, 1);
  const { code, stderr } = await call("trust");
  assertEquals(code, 1);
  assertStringIncludes(stderr, "is not a file of yours that only you can write in");
});

Deno.test("where nothing can be noted a queue is made only where it is named", async () => {
  await using program = new Program({ withQueue: false });
  Deno.mkdirSync(`${program.home}/project/.queuectl`, { recursive: true });
  Deno.mkdirSync(`${program.home}/home`);
  Deno.writeTextFileSync(`${program.home}/home/.local`, "not a directory");
  const call = callsIn(program, "project");
  const { code, stderr } = await call("enqueue", "true");
  assertEquals(code, 1);
  assertStringIncludes(stderr, "cannot note in");
  assertEquals((await call("--dir", ".queuectl", "enqueue", "true")).code, 0);
});

Deno.test("many who make a queue in one empty folder at once all find it theirs", async () => {
  await using program = new Program({ withQueue: false });
  Deno.mkdirSync(`${program.home}/project/.queuectl`, { recursive: true });
  const call = callsIn(program, "project");
  const results = await Promise.all(Array.from({ length: 8 }, () => call("enqueue", "true")));
  assertEquals(results.map(({ code }) => code), Array(8).fill(0), JSON.stringify(results));
});
