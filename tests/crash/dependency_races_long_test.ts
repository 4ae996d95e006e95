import { assert, assertEquals } from "@std/assert";
import { claim } from "../../src/moves/claim.ts";
import { setHeld } from "../../src/moves/change_waiting.ts";
import { enqueue } from "../../src/moves/enqueue.ts";
import { entries } from "../../src/contents/entries.ts";
import type { FilePort } from "../../src/fs/file_port.ts";
import { requeueJob } from "../../src/moves/requeue.ts";
import { settle, unrunSettlement } from "../../src/moves/settle.ts";
import type { Store } from "../../src/store/store.ts";
import { releaseWaiting } from "../../src/worker/maintenance/aftermath.ts";
import { type Actor, everyPair } from "../simulation/interleave.ts";
import type { SimulatedDisk } from "../simulation/simulated_disk.ts";
import { STEP } from "./crash_case.ts";
import { openAt, queueDisk, START } from "./queue_disk.ts";
import { arriveAs, endRun } from "./worker_steps.ts";

const AFTER = START + 60_000;

async function makeQueue(make: (store: Store) => Promise<unknown>): Promise<SimulatedDisk> {
  const disk = await queueDisk();
  await make(await openAt(disk.process("maker"), START));
  disk.flush();
  disk.calls.length = 0;
  return disk;
}

function entryOf(store: Store, id: string) {
  for (const entry of entries(store, "pending")) {
    if (entry.id === id) return { ...entry, state: "pending" as const };
  }
  throw new Error(`${id} does not wait`);
}

/** A worker that claims a job, runs it, settles it, and does what follows. */
const running = (id: string): Actor => async (files: FilePort) => {
  const store = await openAt(files, AFTER);
  arriveAs(store, `w${id}`);
  const result = await claim(store, entryOf(store, id), `w${id}`);
  assert(result.kind === "claimed");
  const settlement = endRun(store, result.claim, "done");
  await settle(store, [settlement]);
  await releaseWaiting(store, [id]);
};

/** Whether the job waits under a name that is ready. */
function isReleased(disk: SimulatedDisk, id: string): boolean {
  const names = disk.names("/q/pending").filter((name) => name.endsWith(`-${id}.json`));
  return names.length === 1 && names[0]! < "9998";
}

Deno.test("a job that is added while what it waits for ends, at any pair of calls, is released", async () => {
  const disk = await makeQueue((store) => enqueue(store, { id: "a", command: "echo a" }));
  const adding: Actor = async (files) => {
    const store = await openAt(files, AFTER);
    await enqueue(store, { id: "child", command: "echo child", after: ["a"] });
  };
  let cases = 0;
  for (const actors of [{ adding, ending: running("a") }, { ending: running("a"), adding }]) {
    for await (
      const { disk: after, ends, i, j } of everyPair(disk, actors as never, undefined, STEP)
    ) {
      cases++;
      const where = `i=${i} j=${j}\n${after.trace()}`;
      assertEquals(Object.values(ends).map((end) => (end as { status: string }).status), [
        "returned",
        "returned",
      ], where);
      assert(isReleased(after, "child"), where);
    }
  }
  assert(cases > 500 / STEP);
});

Deno.test("when the two that a job waits for end at once, at any pair of calls, it is released once", async () => {
  const disk = await makeQueue(async (store) => {
    for (const id of ["a", "b"]) await enqueue(store, { id, command: `echo ${id}` });
    await enqueue(store, { id: "child", command: "echo child", after: ["a", "b"] });
  });
  const actors = { one: running("a"), two: running("b") };
  for await (const { disk: after, i, j } of everyPair(disk, actors, undefined, STEP)) {
    assert(isReleased(after, "child"), `i=${i} j=${j}\n${after.trace()}`);
  }
});

Deno.test("a job that is let go while what it waits for ends, at any pair of calls, is released", async () => {
  const disk = await makeQueue(async (store) => {
    await enqueue(store, { id: "a", command: "echo a" });
    await enqueue(store, { id: "child", command: "echo child", after: ["a"], hold: true });
  });
  const releasing: Actor = async (files) => {
    const store = await openAt(files, AFTER);
    await setHeld(store, entryOf(store, "child"), false);
  };
  for (const actors of [{ releasing, ending: running("a") }, { ending: running("a"), releasing }]) {
    for await (const { disk: after, i, j } of everyPair(disk, actors as never, undefined, STEP)) {
      assert(isReleased(after, "child"), `i=${i} j=${j}\n${after.trace()}`);
    }
  }
});

Deno.test("a job that is retried while what it waits for ends, at any pair of calls, is released", async () => {
  const disk = await makeQueue(async (store) => {
    await enqueue(store, { id: "a", command: "echo a" });
    await enqueue(store, { id: "child", command: "echo child", after: ["a"] });
    const result = await claim(store, entryOf(store, "child"), "w0", "to change it");
    assert(result.kind === "claimed");
    await settle(store, [
      unrunSettlement(result.claim, START, "job a, which it waited for, is dead"),
    ]);
  });
  const retrying: Actor = async (files) => requeueJob(await openAt(files, AFTER), "child");
  for (const actors of [{ retrying, ending: running("a") }, { ending: running("a"), retrying }]) {
    for await (const { disk: after, i, j } of everyPair(disk, actors as never, undefined, STEP)) {
      assert(isReleased(after, "child"), `i=${i} j=${j}\n${after.trace()}`);
    }
  }
});
