/**
 * Adding jobs, and making the queue that they are added to.
 *
 * @module
 */

import { enqueue } from "../../src/moves/enqueue.ts";
import { enqueueMany, PartialEnqueueError } from "../../src/moves/enqueue_many.ts";
import { enqueueMapped } from "../../src/moves/enqueue_mapped.ts";
import { QueueError } from "../../src/text/errors.ts";
import type { JobInput } from "../../src/format/job.ts";
import { KEPT_RINGS } from "../../src/store/ring.ts";
import { openStore } from "../../src/store/open_store.ts";
import type { SimulatedDisk } from "../simulation/simulated_disk.ts";
import { ABSENT, type Fate, HELD, RUN } from "./ledger.ts";
import { Broken, type Operation } from "./operation.ts";
import { DIR, newDisk, openAt, START } from "./queue_disk.ts";

const enqueueOne: Operation = {
  name: "enqueue",
  process: "client",
  doubledWhileRefused:
    "what was published and cannot be flushed is taken back, if that is possible",
  async act({ store, ledger }) {
    ledger.expect("echo a", ABSENT, RUN);
    await enqueue(store, { command: "echo a" });
    ledger.expect("echo a", RUN);
  },
};

const enqueueId: Operation = {
  name: "enqueue-id",
  process: "client",
  async act({ store, ledger, again }) {
    if (!again) ledger.expect("echo a", ABSENT, RUN);
    try {
      await enqueue(store, { command: "echo a", id: "a" });
    } catch (error) {
      // The attempt before, that failed, may have added it.
      if (!again || !(error instanceof QueueError)) throw error;
    }
    ledger.expect("echo a", RUN);
  },
};

const enqueueTaken: Operation = {
  name: "enqueue-id-taken",
  process: "client",
  async prepare(disk, ledger) {
    await enqueue(await openAt(disk.process("client"), START), { command: "echo a", id: "a" });
    ledger.expect("echo a", RUN);
    ledger.expect("echo b", ABSENT);
  },
  async act({ store }) {
    try {
      await enqueue(store, { command: "echo b", id: "a" });
    } catch (error) {
      if (!(error instanceof QueueError)) throw error;
      return;
    }
    throw new Broken("an ID was given to two jobs");
  },
};

const BATCH = ["echo a", "echo b", "echo c"];

/** Adds three jobs at once; what was accepted before an error is not added again. */
function enqueuingMany(
  name: string,
  fate: Fate,
  inputOf: (command: string, at: number) => JobInput,
  most?: number,
): Operation<{ accepted: number }> {
  return {
    name,
    process: "client",
    prepare: () => Promise.resolve({ accepted: 0 }),
    async act({ store, ledger, lives }, scene) {
      const inputs = BATCH.map(inputOf).slice(scene.accepted);
      for (const { command } of inputs) ledger.expect(command, ABSENT, fate);
      try {
        await enqueueMany(store, inputs, undefined, most);
      } catch (error) {
        if (lives() && error instanceof PartialEnqueueError) {
          for (const { command } of inputs.slice(0, error.accepted)) ledger.expect(command, fate);
          scene.accepted += error.accepted;
        }
        throw error;
      }
      for (const { command } of inputs) ledger.expect(command, fate);
    },
  };
}

/** Who asks again after the end of the process is told by the first one's ID what was added. */
const withFirstId = (command: string, at: number) => ({
  command,
  ...(at === 0 ? { id: "first" } : {}),
});

const enqueueBatch = enqueuingMany("enqueue-many", RUN, withFirstId);

/** While one batch becomes durable the next is written. */
const enqueueBatches = enqueuingMany("enqueue-many-batches", RUN, withFirstId, 1);

/** Each has a name of its own in pending/, to be let go by. */
const enqueueHeld = enqueuingMany(
  "enqueue-many-held",
  HELD,
  (command) => ({
    command,
    id: command.slice(-1),
    hold: true,
  }),
);

/** All keys are taken before the first of the jobs is there. */
const enqueueKeyed = enqueuingMany(
  "enqueue-many-unique",
  RUN,
  (command) => ({ command, unique: command.slice(-1) }),
);

/** The same call, however often it is given again, adds one job for each argument. */
const enqueueMap: Operation = {
  name: "map",
  process: "client",
  async act({ store, ledger, again }) {
    if (!again) { for (const command of BATCH) ledger.expect(command, ABSENT, RUN); }
    const { ids } = await enqueueMapped({ store }, {
      command: "echo {}",
      arguments: ["a", "b", "c"],
      tag: "letters",
    });
    if (new Set(ids).size !== BATCH.length) throw new Broken("two arguments have one job");
    for (const command of BATCH) ledger.expect(command, RUN);
  },
};

/** Whatever became of the first attempt to make the queue, the next one opens it and jobs run. */
const openNew: Operation = {
  name: "open-new",
  process: "client",
  unopened: true,
  disk: () => Promise.resolve(newDisk()),
  act: ({ store }) => openStore(DIR, { files: store.files }),
};

const openNewAndEnqueue: Operation = {
  name: "open-new-and-enqueue",
  process: "client",
  unopened: true,
  doubledWhileRefused: enqueueOne.doubledWhileRefused,
  disk(): Promise<SimulatedDisk> {
    const disk = newDisk();
    // The directory is there, and empty: as `mkdir` makes it.
    disk.process("maker").makeDirectory(DIR);
    return Promise.resolve(disk);
  },
  async act({ store: { files, now }, ledger }) {
    ledger.expect("echo a", ABSENT, RUN);
    const store = await openStore(DIR, { files, now });
    await enqueue(store, { command: "echo a" });
    ledger.expect("echo a", RUN);
  },
};

/** One where machines share the disk, so that it rings: whatever that meets, the job stays. */
function ringing(operation: Operation): Operation {
  return {
    ...operation,
    name: `${operation.name}-and-ring`,
    process: "client elsewhere",
    async prepare(disk, ledger) {
      // The number before the next one, and one that is to be removed.
      const files = disk.process("client");
      files.makeDirectory(`${DIR}/ring`);
      for (const number of [1, KEPT_RINGS]) {
        files.create(`${DIR}/ring/${number}`, new Uint8Array());
      }
      return await operation.prepare?.(disk, ledger);
    },
  };
}

/** The operations that add jobs. */
export const ENQUEUE_OPERATIONS: readonly Operation[] = [
  enqueueOne,
  ringing(enqueueOne),
  ringing(enqueueBatch),
  enqueueId,
  enqueueTaken,
  enqueueBatch,
  enqueueBatches,
  enqueueHeld,
  enqueueKeyed,
  enqueueMap,
  openNew,
  openNewAndEnqueue,
];
