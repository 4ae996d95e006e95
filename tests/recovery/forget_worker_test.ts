import { assert, assertEquals, assertRejects } from "@std/assert";
import { entries } from "../../src/contents/entries.ts";
import { arrive, type Presence, workerNames } from "../../src/contents/presence.ts";
import { nativeFiles } from "../../src/fs/native_files.ts";
import { claim } from "../../src/moves/claim.ts";
import { takeLog } from "../../src/moves/take_log.ts";
import { settle } from "../../src/moves/settle.ts";
import { forgetWorker } from "../../src/recovery/forget_worker.ts";
import { RingListener } from "../../src/store/ring.ts";
import type { Store } from "../../src/store/store.ts";
import { QueueError } from "../../src/text/errors.ts";
import { endRun } from "../crash/worker_steps.ts";
import { drop, namesIn, type TemporaryQueue, temporaryQueue } from "../temporary_queue.ts";

const GONE = "gone-7-aa";

/** A queue that machines share, with a worker that runs job a and never lets go of its lock. */
async function withWorker(temporary: TemporaryQueue, name = GONE, isLocal = false) {
  const { queue } = temporary;
  const store: Store = { ...queue.store, files: { ...nativeFiles, isLocal: () => isLocal } };
  const info = { host: name, pid: 7, slots: 1, started_at: "", version: "" };
  const presence: Presence = arrive(store, { ...info, name });
  await queue.enqueue({ id: "a", command: "true" });
  const [entry] = [...entries(store, "pending")];
  const claimed = await claim(store, { ...entry!, state: "pending" }, name);
  if (claimed.kind !== "claimed") throw new Error(claimed.kind);
  takeLog(store, claimed.claim);
  drop(temporary.dir, "processing/a.log", "begun\n");
  return { store, presence, claim: claimed.claim };
}

const atOnce = { pause: () => Promise.resolve() };

Deno.test("a worker that is forgotten loses its jobs, charged as lost, and what it records late does not count", async () => {
  await using temporary = await temporaryQueue();
  const { store, presence, claim } = await withWorker(temporary);
  assert(presence.beat());
  const listener = new RingListener(store);
  const recovery = await forgetWorker({ store }, GONE, atOnce);
  assertEquals(recovery, { worker: GONE, finished: [], lost: ["a"] });
  const job = temporary.queue.get("a")!;
  assertEquals([job.state, job.attempts, job.history[0]?.outcome], ["failed", 1, "lost"]);
  assertEquals([namesIn(temporary.dir, "workers"), namesIn(temporary.dir, "processing")], [[], []]);
  assert(listener.hasRung(), "idle workers elsewhere hear of it");
  // It comes back.
  assertEquals([presence.holds(), presence.beat()], [false, false]);
  const settlement = endRun(store, claim, "done");
  await settle(store, [settlement]);
  assert(settlement.progress !== "settled");
  assertEquals(temporary.queue.get("a")?.state, "failed");
  presence.leave();
  assertEquals(workerNames(store), []);
});

Deno.test("a worker that gives signs of life is not forgotten", async () => {
  await using temporary = await temporaryQueue();
  const { store, presence } = await withWorker(temporary);
  let beats = 0;
  const pause = () => {
    Deno.utimeSync(`${temporary.dir}/workers/${GONE}.json`, ++beats, beats);
    return Promise.resolve();
  };
  await assertRejects(
    () => forgetWorker({ store }, GONE, { pause }),
    QueueError,
    `worker ${GONE} gives signs of life; stop it instead: queuectl worker stop ${GONE}`,
  );
  assert(presence.holds());
  assertEquals(temporary.queue.get("a")?.state, "processing");
  assertEquals(namesIn(temporary.dir, "workers"), [`${GONE}.json`]);
  presence.leave();
});

Deno.test("a worker whose lock is held on this machine is not forgotten: its process lives", async () => {
  for (const isLocal of [true, false]) {
    await using temporary = await temporaryQueue();
    const here = Deno.hostname().toLowerCase().replace(/[^a-z0-9]+/g, "-");
    const name = isLocal ? GONE : `${here}-7-aa`;
    const { store, presence } = await withWorker(temporary, name, isLocal);
    await assertRejects(
      () => forgetWorker({ store }, name, atOnce),
      QueueError,
      "kill it (kill -9 7): its jobs are recovered at once",
    );
    presence.abandon();
    assertEquals((await forgetWorker({ store }, name, atOnce)).lost, ["a"]);
  }
});

Deno.test("forgetting a worker that has no presence file says so", async () => {
  await using temporary = await temporaryQueue();
  for (const name of ["nobody-1-aa", "../x"]) {
    await assertRejects(() => forgetWorker(temporary.queue, name, atOnce), QueueError, "no worker");
  }
});
