import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { eventually, isThere } from "../temporary_queue.ts";
import { Program } from "./program.ts";

Deno.test("a job for a tag waits for a worker with it; list, show and status say so, and the worker shows its tags", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--id", "g", "--on", "gpu,ssd", "--on", "gpu", "true");
  await program.answer("enqueue", "--id", "h", "--host", "another-host", "true");
  assertEquals(program.names("pending").map((name) => name.slice(23)), [
    "g+gpu+ssd.json",
    "h+host=another-host.json",
  ]);
  await program.drain();
  const list = await program.answer("list");
  assertMatch(list, /^g\tpending\t.*\tno worker with tags gpu, ssd\t\t\t\ttrue$/m);
  assertMatch(list, /^h\tpending\t.*\tno worker on host another-host\t\t\t\ttrue$/m);
  const shown = await program.answer("show", "g");
  assertMatch(shown, /^on +gpu, ssd$/m);
  assertMatch(shown, /^waits for +a worker with tags gpu, ssd$/m);
  assertMatch(await program.answer("status"), /^no worker +with tags gpu, ssd: 1 job waits$/m);
  await program.answer("worker", "start", "--detach", "--tag", "gpu", "--tag", "ssd,big");
  await program.answer("wait", "g");
  assertEquals((await program.json("worker", "list"))[0].tags, ["gpu", "ssd", "big"]);
  assertMatch(
    await program.answer("worker", "list"),
    /^WORKER\tHOST\tTAGS\tPID.*\n.*\tgpu,ssd,big\t/,
  );
  assertEquals((await program.json("show", "h")).no_worker, "on host another-host");
  assertEquals((await program.answer("status")).match(/^no worker.*$/gm), [
    "no worker   on host another-host: 1 job waits",
  ]);
});

Deno.test("the tags of a machine come from $QUEUECTL_TAGS, for its workers and for run", async () => {
  await using program = new Program();
  await program.answer("enqueue", "--id", "g", "--on", "gpu", "true");
  const env = { QUEUECTL_TAGS: "gpu, big" };
  assertEquals((await program.run(["worker", "start", "--drain"], { env })).code, 0);
  assertEquals((await program.json("show", "g")).state, "done");
  const here = await program.run(["run", "--on", "big", "echo here"], { env });
  assertEquals([here.code, here.stdout], [0, "here\n"]);
  const bad = await program.run(["worker", "start"], { env: { QUEUECTL_TAGS: "a/b" } });
  assertEquals(bad.code, 2);
  assertStringIncludes(bad.stderr, "QUEUECTL_TAGS must be 1 to 64 of A-Z, a-z, 0-9, ., - and _");
});

Deno.test("run leaves a job to a worker elsewhere that it may not run itself", async () => {
  await using program = new Program();
  const running = program.spawn(["run", "--on", "gpu", "echo $QUEUECTL_WORKER"]);
  await running.says(/waits for a worker with tag gpu; none is alive/);
  const name = await program.answer("worker", "start", "--detach", "--tag", "gpu");
  assertEquals((await running.ended).stdout, `${name}\n`);
});

Deno.test("run says so when the worker elsewhere dies that its job needs", async () => {
  await using program = new Program();
  const worker = program.spawn(["worker", "start", "--tag", "gpu"]);
  await eventually("it is alive", async () => (await program.json("worker", "list")).length === 1);
  const command = "test -e up || { touch up; exec sleep 1000; }";
  const running = program.spawn(["run", "--on", "gpu", command]);
  await eventually("it runs", () => isThere(`${program.home}/up`));
  worker.kill("SIGKILL");
  await running.says(/waits for a worker with tag gpu; none is alive/);
  const again = program.spawn(["worker", "start", "--tag", "gpu"]);
  assertEquals((await running.ended).code, 0);
  again.kill("SIGTERM");
  await again.ended;
});

Deno.test("hosts and tags that are no names are refused with exit status 2", async () => {
  await using program = new Program();
  const refuse = async (said: string, ...words: string[]) => {
    const { code, stdout, stderr } = await program.run(words);
    assertEquals([code, stdout], [2, ""]);
    assertStringIncludes(stderr, said);
  };
  await refuse("a job's host must be 1 to 64 of A-Z", "enqueue", "--host", "a b", "true");
  await refuse("--on must be 1 to 64 of A-Z", "enqueue", "--on", "a/b", "true");
  await refuse("--on needs a tag", "enqueue", "--on", "", "true");
  await refuse("a job's on must be an array", "enqueue", '{"command": "true", "on": [1]}');
  await refuse("--tag must be 1 to 64 of A-Z", "worker", "start", "--tag", "a/b");
  await refuse("--tag must be 1 to 64 of A-Z", "worker", "start", "--tag", "");
  assertEquals(program.names("pending"), []);
});

Deno.test("a schedule and lines of a file say where their jobs may run", async () => {
  await using program = new Program();
  await program.answer("schedule", "add", "s", "every 1s", "--on", "gpu", "--", "true");
  const env = { QUEUECTL_TAGS: "gpu" };
  const worker = program.spawn(["worker", "start"], { env });
  await worker.says(/done +s-/);
  // Not by SIGKILL: one that dies while it adds the next job keeps the schedule to itself.
  worker.kill("SIGTERM");
  await worker.ended;
  await program.answer("schedule", "rm", "s");
  const stdin = '{"command": "true", "id": "a", "on": "gpu"}\n{"command": "true", "host": "x"}\n';
  await program.run(["enqueue", "--file", "-"], { stdin });
  assertEquals((await program.json("show", "a")).on, ["gpu"]);
});
