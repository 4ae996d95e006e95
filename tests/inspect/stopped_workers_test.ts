import { assertEquals, assertMatch } from "@std/assert";
import { isStopped } from "../../src/inspect/stopped_workers.ts";
import { Queue } from "../../src/queue.ts";
import { Program } from "../program/program.ts";
import { eventually } from "../temporary_queue.ts";

Deno.test("worker list, status and doctor say that a worker is stopped, and how to let it go on", async () => {
  await using program = new Program();
  const worker = program.spawn(["worker", "start"]);
  await worker.says(/^worker .* started/m);
  const queue = await Queue.open(program.dir);
  const [seen] = queue.workers();
  assertEquals(isStopped(seen!), false);
  worker.kill("SIGSTOP");
  try {
    await eventually("it is stopped", () => isStopped(seen!));
    assertEquals((await program.json("worker", "list"))[0].stopped, true);
    const said = new RegExp(`worker ${seen!.name} is stopped .*kill -CONT ${seen!.pid}`);
    assertMatch((await program.run(["worker", "list"])).stderr, said);
    assertMatch(await program.answer("status"), said);
    const doctor = await program.run(["doctor"]);
    assertEquals(doctor.code, 1);
    assertMatch(doctor.stdout, new RegExp(`is stopped [^]*kill -CONT ${seen!.pid}`));
  } finally {
    worker.kill("SIGCONT");
  }
  await eventually("it goes on", () => !isStopped(seen!));
});
