import { assert, assertEquals } from "@std/assert";
import { backupQueue } from "../../src/backup/backup.ts";
import { restoreQueue } from "../../src/backup/restore.ts";
import { upgradeFormat, type UpgradeStep } from "../../src/backup/upgrade_queue.ts";
import { nativeFiles } from "../../src/fs/native_files.ts";
import { Queue } from "../../src/queue.ts";
import { withSeed } from "../simulation/seeded.ts";
import { killAt, LEAVINGS } from "../simulation/faults.ts";
import type { SimulatedDisk } from "../simulation/simulated_disk.ts";
import type { SimulatedProcess } from "../simulation/simulated_process.ts";
import { temporaryQueue } from "../temporary_queue.ts";
import { CALL_STRIDE, OUTCOMES, SEED } from "./crash_case.ts";
import { ACTING, DIR, newDisk, queueDisk } from "./queue_disk.ts";

/** Where the queue is restored. */
const TO = "/home/new/queue";

/** Acts on a disk until it is killed at its nth call; whether it was. */
async function cutOff(
  disk: SimulatedDisk,
  act: (process: SimulatedProcess) => Promise<unknown>,
  at: number,
  leaving: typeof LEAVINGS[number],
): Promise<boolean> {
  const process = disk.process("actor", killAt(at, leaving));
  try {
    await withSeed(at + 2, () => act(process), ACTING);
  } catch (error) {
    if (!process.killed) throw error;
  }
  return process.killed;
}

/** What may be found after a crash now: by the end of the process, and by power cuts. */
function* outcomes(disk: SimulatedDisk): Generator<SimulatedDisk> {
  yield* disk.powerCutOutcomes({ limit: OUTCOMES, seed: SEED });
  disk.crashProcess();
  yield disk;
}

/** Cuts something off at each of its calls; calls back with each disk that may be found then. */
async function cutOffEverywhere(
  made: () => Promise<SimulatedDisk>,
  act: (process: SimulatedProcess) => Promise<unknown>,
  found: (disk: SimulatedDisk, label: string, isDone: boolean) => Promise<void>,
): Promise<void> {
  const fresh = await made();
  for (let at = 0;; at += CALL_STRIDE) {
    let wasKilled = false;
    for (const leaving of LEAVINGS) {
      const disk = fresh.clone();
      wasKilled = await cutOff(disk, act, at, leaving);
      for (const after of outcomes(disk)) await found(after, `${at}-${leaving}`, !wasKilled);
      if (!wasKilled) break;
    }
    if (!wasKilled) return;
  }
}

async function archive(): Promise<Uint8Array> {
  await using temporary = await temporaryQueue();
  const { queue } = temporary;
  await queue.enqueue({ id: "a", command: "true" });
  await queue.enqueue({ id: "b", command: "cat", after: ["a"] }, {
    stdin: new Blob(["input\n"]).stream(),
  });
  Deno.writeTextFileSync(`${temporary.dir}/done/c.json`, '{"command":"true"}', { mode: 0o600 });
  return await new Response(backupQueue({ store: { ...queue.store, files: nativeFiles } })).bytes();
}

Deno.test("a restore, cut off at any call, leaves a whole queue or none, and can be done again", async () => {
  const bytes = await archive();
  const restore = (files: SimulatedProcess) =>
    restoreQueue(ReadableStream.from([bytes]), TO, { files });
  const isWhole = async (disk: SimulatedDisk) => {
    const files = disk.process("reader");
    const queue = await Queue.open(TO, { files, create: false });
    assertEquals(queue.list().map(({ id, state }) => [id, state]).sort(), [
      ["a", "pending"],
      ["b", "pending"],
      ["c", "done"],
    ]);
    assertEquals(disk.text(`${TO}/input/b.in`), "input\n");
    assertEquals([queue.paused, disk.exists(`${TO}/after/a/b`)], [true, true]);
  };
  const empty = () => {
    const disk = newDisk();
    disk.process("maker").makeDirectory("/home");
    disk.flush();
    return Promise.resolve(disk);
  };
  await cutOffEverywhere(empty, restore, async (disk, label, isDone) => {
    try {
      if (disk.exists(TO)) return await isWhole(disk);
      assert(!isDone, "it is done, and gone");
      await withSeed(1, () => restore(disk.process("again")), ACTING);
      await isWhole(disk);
      assertEquals(disk.names("/home/new"), ["queue"]);
    } catch (error) {
      throw new Error(`${label}: ${disk.origin}\n${disk.tree()}`, { cause: error });
    }
  });
});

Deno.test("an upgrade, cut off at any call, leaves an old or a new queue, and goes on", async () => {
  const step: UpgradeStep = ({ dir, files }) => {
    const path = `${dir}/done/one.log`;
    if (!files.exists(path)) files.create(path, new Uint8Array());
    return files.sync([`${dir}/done`]);
  };
  const upgrade = (files: SimulatedProcess) => upgradeFormat(DIR, { files }, [step]);
  await cutOffEverywhere(queueDisk, upgrade, async (disk, label, isDone) => {
    const version = disk.text(`${DIR}/VERSION`);
    assert(version === "2\n" || (version === "1\n" && !isDone), `${label}: ${version}`);
    if (version === "2\n") assertEquals(disk.names(`${DIR}/done`), ["one.log"], label);
    else await withSeed(1, () => upgrade(disk.process("again")), ACTING);
    assertEquals(disk.text(`${DIR}/VERSION`), "2\n", label);
    assertEquals(disk.names(`${DIR}/done`), ["one.log"], label);
  });
});
