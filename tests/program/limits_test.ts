import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Program } from "./program.ts";

Deno.test("enqueue --resource refuses a resource that is not set, and says how to set it", async () => {
  await using program = new Program();
  const refused = await program.run(["enqueue", "--resource", "gpu", "true"]);
  assertEquals(refused.code, 1);
  assertStringIncludes(refused.stderr, 'no resource "gpu" (queuectl config set resources.gpu 1');
  await program.answer("config", "set", "resources.gpu", "1");
  await program.answer("enqueue", "--id", "a", "--resource", "gpu", "true");
  await program.drain();
  assertEquals((await program.json("show", "a")).state, "done");
});

Deno.test("--resource takes several resources and several places, and options replace what a JSON job says", async () => {
  await using program = new Program();
  await program.answer("config", "set", "resources.gpu", "2");
  await program.answer("config", "set", "resources.db", "1");
  const needs = async (...words: string[]) => {
    const { resource, resources } = await program.json("enqueue", ...words);
    return resource ?? resources;
  };
  assertEquals(await needs("--resource", "gpu=2", "--resource=db", "true"), { gpu: 2, db: 1 });
  assertEquals(await needs("--resource", "gpu", "true"), "gpu");
  assertEquals(await needs("--resource", "gpu=1", "true"), "gpu");
  const json = '{"command": "true", "resource": "db"}';
  assertEquals(await needs(json), "db");
  assertEquals(await needs("--resource", "gpu=2", json), { gpu: 2 });
  assertEquals(await needs('{"command": "true", "resources": {"gpu": 2}}'), { gpu: 2 });
  const refuse = async (code: number, said: string, ...words: string[]) => {
    const refused = await program.run(["enqueue", ...words, "true"]);
    assertEquals([refused.code, refused.stdout], [code, ""]);
    assertStringIncludes(refused.stderr, said);
  };
  await refuse(2, "--resource gpu=2", "--resource", "gpu", "--resource", "gpu");
  await refuse(2, "whole number from 1 to 1024", "--resource", "gpu=0");
  await refuse(1, "needs 3 places", "--resource", "gpu=3");
  await refuse(1, 'no resource "tpu"', "--resource", "gpu", "--resource", "tpu");
  await program.drain(3);
  assertEquals((await program.json("status")).jobs.done, 6);
  await program.answer("enqueue", "--id", "a", "--resource", "gpu=2", "--resource", "db", "true");
  assertMatch(await program.answer("show", "a"), /^resource +db, gpu=2$/m);
});

Deno.test("config set and the doctor say which jobs need more places than there are", async () => {
  await using program = new Program();
  await program.answer("config", "set", "resources.gpu", "2");
  await program.answer("enqueue", "--id", "two", "--resource", "gpu=2", "true");
  await program.answer("enqueue", "--id", "one", "--resource", "gpu", "true");
  assertEquals((await program.run(["doctor"])).code, 0);
  const { code, stderr } = await program.run(["config", "set", "resources.gpu", "1"]);
  assertEquals(code, 0);
  assertStringIncludes(stderr, "job two cannot run: too few places of gpu");
  const doctor = await program.run(["doctor"]);
  assertEquals(doctor.code, 1);
  assertMatch(
    doctor.stdout,
    /-two\.json" cannot run: the job needs 2 places of the resource "gpu", and there is 1/,
  );
  assertEquals((await program.run(["config", "set", "resources.gpu", "2"])).stderr, "");
  await program.drain();
  assertEquals((await program.json("status")).jobs.done, 2);
});

Deno.test("list and show say what a job waits for, and how far it has come", async () => {
  await using program = new Program();
  await program.answer("config", "set", "resources.gpu", "1");
  const command = "echo '1/4 warm' > $QUEUECTL_PROGRESS; until test -e go; do sleep 0.02; done";
  await program.answer("enqueue", "--id", "first", "--resource", "gpu", command);
  const worker = program.spawn(["worker", "start", "--count", "2", "--drain"]);
  await worker.says(/start\s+first/);
  await program.answer(
    "enqueue",
    "--id",
    "second",
    "--resource",
    "gpu",
    "echo 7 > $QUEUECTL_RESULT",
  );
  await worker.says(/wait\s+second\s+for the resource gpu/);
  const lines = (await program.answer("list")).split("\n").map((line) => line.split("\t"));
  assertEquals(lines[0]?.slice(-3), ["LABEL", "PROGRESS", "COMMAND"]);
  assertEquals([lines[1]![1], lines[1]![8]], ["processing", "1/4 warm"]);
  assertEquals([lines[2]![1], lines[2]![4]], ["pending", "gpu taken"]);
  assertMatch(await program.answer("show", "second"), /^waits for +a place in the resource gpu$/m);
  assertMatch(await program.answer("show", "first"), /^progress +1\/4 warm$/m);
  assertEquals((await program.json("show", "first")).progress.fraction, 0.25);
  Deno.writeTextFileSync(`${program.home}/go`, "");
  assertEquals((await worker.ended).code, 0);
  assertMatch(await program.answer("show", "second"), /^result +7$/m);
});

Deno.test("config shows, gets and resets the places of resources", async () => {
  await using program = new Program();
  await program.answer("config", "set", "resources.gpu", "2");
  await program.answer("config", "set", "--concurrency", "8");
  assertMatch(await program.answer("config", "show"), /^concurrency\t8$[^]*^resources\.gpu\t2$/m);
  assertEquals(await program.answer("config", "get", "resources.gpu"), "2");
  await program.answer("config", "reset", "resources.gpu");
  assertEquals(await program.answer("config", "get", "resources.gpu"), "none");
});

Deno.test("status --watch refuses what is not a terminal", async () => {
  await using program = new Program();
  const { code, stdout, stderr } = await program.run(["status", "--watch"]);
  assertEquals([code, stdout], [2, ""]);
  assertStringIncludes(stderr, "needs a terminal (for programs: queuectl status --json)");
});
