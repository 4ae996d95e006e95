import { assertEquals, assertMatch } from "@std/assert";
import { arrive } from "../../src/contents/presence.ts";
import { nativeFiles } from "../../src/fs/native_files.ts";
import { drop, temporaryQueue } from "../temporary_queue.ts";
import { findings } from "./findings.ts";

const FAR = "far-1-aa";
const shared = { ...nativeFiles, isLocal: () => false };

/** Gives the signs of a worker whose clock is ahead. */
function beating(dir: string, ahead: number): Disposable {
  const beat = () => {
    const time = new Date(Date.now() + ahead);
    Deno.utimeSync(`${dir}/workers/${FAR}.json`, time, time);
  };
  beat();
  const timer = setInterval(beat, 300);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

Deno.test("a worker's machine whose clock is wrong is told by the worker's signs of life", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  const info = { name: FAR, host: "far", pid: 1, slots: 1, started_at: "", version: "" };
  const presence = arrive(queue.store, info);
  for (
    const [ahead, said] of [[-2000, undefined], [60_000, "ahead of"], [-60_000, "behind"]] as const
  ) {
    using _beats = beating(dir, ahead);
    const [found, ...more] = await findings(temporary, { files: shared });
    assertEquals(more, []);
    if (said === undefined) assertEquals(found, undefined);
    else {assertMatch(
        found!.problem,
        RegExp(`^the clock of the machine far is (59|6[01]) s ${said} this machine's$`),
      );}
  }
  assertEquals(await findings(temporary, { files: shared }), [], "what has stopped is no clock");
  assertEquals(await findings(temporary), [], "on a local disk all have one clock");
  presence.leave();
});

Deno.test("a clock that is not the file system's is told", async () => {
  await using temporary = await temporaryQueue();
  const now = () => Date.now() + 30_000;
  const [found, ...more] = await findings(temporary, { files: shared, now });
  assertMatch(found!.problem, /^the clock of the file system is (29|30) s behind this machine's$/);
  assertEquals(more, []);
});

Deno.test("a worker that lives though its lock is free here is told, and its jobs are left alone", async () => {
  await using temporary = await temporaryQueue();
  drop(temporary.dir, `workers/${FAR}.json`, "{}");
  const beats = beating(temporary.dir, 0);
  const [found, ...more] = await findings(temporary, { files: shared, repair: true });
  assertMatch(found!.problem, /^worker far-1-aa lives, though its lock is free on this machine: /);
  assertMatch(found!.remedy, /^put the queue on NFSv4/);
  assertEquals([found!.mended, more], [false, []]);
  beats[Symbol.dispose]();
  const [dead] = await findings(temporary, { files: shared, repair: true });
  assertEquals(dead?.mended, true);
});

Deno.test("a dead worker that a live one recovers within seconds is no problem where machines share", async () => {
  await using temporary = await temporaryQueue();
  const { queue, dir } = temporary;
  const info = {
    name: "doctor-1-aa",
    host: "doctor",
    pid: 1,
    slots: 1,
    started_at: "",
    version: "",
  };
  const live = arrive(queue.store, info);
  const drops = () => drop(dir, "workers/doctor-2-bb.json", "{}");
  drops();
  const recovered = setTimeout(() => Deno.removeSync(`${dir}/workers/doctor-2-bb.json`), 1000);
  assertEquals(await findings(temporary, { files: shared }), []);
  clearTimeout(recovered);
  live.leave();
  drops();
  const [found] = await findings(temporary, { files: shared });
  assertMatch(found!.problem, /^worker doctor-2-bb is dead, and its jobs have not been recovered$/);
});

Deno.test("what other machines put right while clients still remember how it was is no problem", async () => {
  await using temporary = await temporaryQueue();
  const { dir } = temporary;
  drop(dir, "done/x.json", '{"command":"true"}');
  drop(dir, "processing/x.log", "");
  const looking = findings(temporary, { files: shared });
  setTimeout(() => Deno.renameSync(`${dir}/processing/x.log`, `${dir}/done/x.log`), 1000);
  assertEquals(await looking, []);
  Deno.renameSync(`${dir}/done/x.log`, `${dir}/processing/x.log`);
  const [found] = await findings(temporary, { files: shared });
  assertMatch(found!.problem, /^the log of x lies in /);
});
