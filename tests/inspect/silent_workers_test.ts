import { assertEquals, assertMatch } from "@std/assert";
import { arrive } from "../../src/contents/presence.ts";
import { silenceOf } from "../../src/inspect/silent_workers.ts";
import { Queue } from "../../src/queue.ts";
import { Program } from "../program/program.ts";
import { eventually, temporaryQueue } from "../temporary_queue.ts";

Deno.test("worker list, status and doctor say that a worker is stopped, and how to let it go on", async () => {
  await using program = new Program();
  const worker = program.spawn(["worker", "start"]);
  await worker.says(/^worker .* started/m);
  const queue = await Queue.open(program.dir);
  const [seen] = queue.workers();
  assertEquals(silenceOf(queue, seen!), {});
  worker.kill("SIGSTOP");
  try {
    await eventually("it is stopped", () => silenceOf(queue, seen!).stopped === true);
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
  await eventually("it goes on", () => silenceOf(queue, seen!).stopped === undefined);
});

Deno.test("where machines share the files, a worker is silent once its last sign is old", async () => {
  await using temporary = await temporaryQueue();
  const { store } = temporary.queue;
  const info = { host: "other", pid: 1, slots: 1, started_at: "", version: "0.3.0" };
  const presence = arrive(store, info);
  try {
    const worker = { ...info, name: presence.name };
    const silence = (seconds: number, isLocal = false, version = "0.3.0") => {
      const files = { ...store.files, isLocal: () => isLocal };
      const shared = { ...store, files, now: () => Date.now() + seconds * 1000 };
      return silenceOf({ store: shared }, { ...worker, version });
    };
    assertEquals(silence(40), { silent_for: 40 });
    assertEquals(silence(5), {});
    assertEquals(silence(40, true), {});
    assertEquals(silence(40, false, "0.1.0"), {});
  } finally {
    presence.leave();
  }
});
