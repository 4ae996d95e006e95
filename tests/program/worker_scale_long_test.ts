import { assertEquals, assertStringIncludes } from "@std/assert";
import { eventually } from "../temporary_queue.ts";
import { Program } from "./program.ts";

Deno.test("worker scale changes the slots of a real worker, and all that shows them", async () => {
  await using program = new Program();
  const name = await program.answer("worker", "start", "--detach");
  const running = async () => (await program.json("worker", "list"))[0].jobs.toSorted();
  for (const id of ["a", "b", "c"]) {
    await program.answer("enqueue", "--id", id, `until test -e go-${id}; do sleep 0.02; done`);
  }
  const go = (id: string) => Deno.writeTextFileSync(`${program.home}/go-${id}`, "");
  await eventually("a runs", async () => `${await running()}` === "a");
  assertEquals(await program.answer("worker", "scale", "2"), name);
  await eventually("b runs", async () => `${await running()}` === "a,b");
  assertEquals((await program.json("worker", "list"))[0].slots, 2);
  assertStringIncludes(await program.answer("worker", "list"), "\t2/2\t");
  assertStringIncludes(await program.answer("status"), "2 of 2 slots busy");
  assertEquals(await program.json("scale", "1", name.slice(-8)), [{ name, slots: 1 }]);
  assertEquals(await running(), ["a", "b"]);
  assertStringIncludes(await program.answer("status"), "1 of 1 slots busy");
  go("a");
  await program.answer("wait", "a");
  assertEquals([await running(), (await program.json("show", "c")).state], [["b"], "pending"]);
  go("b");
  await eventually("c runs", async () => `${await running()}` === "c");
  for (const id of ["a", "b"]) {
    const { state, attempts } = await program.json("show", id);
    assertEquals([state, attempts], ["done", 1]);
  }
  go("c");
  await program.answer("worker", "stop");
});

Deno.test("two that scale at once both succeed, and one of the numbers holds", async () => {
  await using program = new Program();
  const name = await program.answer("worker", "start", "--detach");
  const other = await program.answer("worker", "start", "--detach");
  const calls = ["3", "4"].map((slots) => program.spawn(["worker", "scale", slots]).ended);
  for (const { code, stdout, stderr } of await Promise.all(calls)) {
    assertEquals([code, stdout.trim().split("\n").sort()], [0, [name, other].sort()], stderr);
  }
  const slots = (await program.json("worker", "list")).map((worker: { slots: number }) =>
    worker.slots
  );
  assertEquals(slots.every((each: number) => each === 3 || each === 4), true);
  await program.answer("worker", "scale", "2", name);
  const now = await program.json("worker", "list");
  assertEquals(now.find((each: { name: string }) => each.name === name).slots, 2);
  await program.answer("worker", "stop");
});

Deno.test("worker scale refuses in one sentence what is no number of slots, and who is not alive", async () => {
  await using program = new Program();
  const says = async (...words: string[]) => {
    const { code, stdout, stderr } = await program.run(["worker", "scale", ...words]);
    assertEquals(stdout, "");
    return [code, stderr];
  };
  assertEquals(await says("2"), [
    1,
    "queuectl: no worker is alive; to start one: queuectl worker start --count 2 --detach\n",
  ]);
  assertEquals(await says("0"), [
    2,
    "queuectl: a worker has at least 1 slot; to start no more jobs: queuectl worker pause\n",
  ]);
  for (const word of ["1025", "1.5", "many", "2'\n", ""]) {
    const [code, stderr] = await says(word);
    assertEquals(code, 2, word);
    assertStringIncludes(stderr as string, "must be a whole number from 1 to 1024, not ");
  }
  const { stdout: name } = await program.run(["worker", "start", "--detach"]);
  const both = await program.run(["worker", "scale", "2", "nobody", name.trim()]);
  assertEquals([both.code, both.stdout], [1, name]);
  assertStringIncludes(both.stderr, 'no worker "nobody" is alive');
  const { pid } = (await program.json("worker", "list"))[0];
  Deno.kill(pid, "SIGKILL");
  await eventually("it is dead", async () => (await program.json("worker", "list")).length === 0);
  const [code, stderr] = await says("2", name.trim());
  assertEquals(code, 1);
  assertStringIncludes(stderr as string, `no worker "${name.trim()}" is alive`);
});
