/**
 * Jobs that have an input: adding, claiming and removing them. That each has it whole, wherever the
 * job is, is among what holds of a disk at any moment.
 *
 * @module
 */

import { enqueue } from "../../src/moves/enqueue.ts";
import { publishApart } from "../../src/moves/enqueue_apart.ts";
import { QueueError } from "../../src/text/errors.ts";
import { inputPath } from "../../src/contents/input_paths.ts";
import { writeInput } from "../../src/contents/inputs.ts";
import type { Store } from "../../src/store/store.ts";
import { claiming, dropping, ONCE, runEarlier } from "./claim_operations.ts";
import { inputOf, stdinOf } from "./job_input.ts";
import { ABSENT, BURIED, RUN } from "./ledger.ts";
import type { Operation } from "./operation.ts";
import { DIR } from "./queue_disk.ts";
import { clearing, FATES, onSettled, pruning, removing, requeueing } from "./upkeep_operations.ts";

const DOUBLED = "what was published and cannot be flushed is taken back, if that is possible";

const enqueueInput: Operation = {
  name: "enqueue-input",
  process: "client",
  doubledWhileRefused: DOUBLED,
  async act({ store, ledger }) {
    ledger.expect("echo a", ABSENT, RUN);
    await enqueue(store, { command: "echo a" }, { stdin: stdinOf("echo a") });
    ledger.expect("echo a", RUN);
  },
};

const enqueueInputId: Operation = {
  name: "enqueue-input-id",
  process: "client",
  async act({ store, ledger, again }) {
    if (!again) ledger.expect("echo a", ABSENT, RUN);
    try {
      await enqueue(store, { command: "echo a", id: "a" }, { stdin: stdinOf("echo a") });
    } catch (error) {
      // The attempt before, that failed, may have added it.
      if (!again || !(error instanceof QueueError)) throw error;
    }
    ledger.expect("echo a", RUN);
  },
};

/** One that is larger than what is written at once. */
const enqueueLargeInput: Operation = {
  name: "enqueue-large-input",
  process: "client",
  doubledWhileRefused: DOUBLED,
  async act({ store, ledger }) {
    ledger.expect("echo a", ABSENT, RUN);
    const written = await writeInput(store, stdinOf("echo a"), undefined, 8);
    try {
      const added = { jobs: [], areDurable: false };
      await publishApart(store, [{ command: "echo a", stdin: true }], added, written);
    } catch (error) {
      written!.discard();
      throw error;
    }
    ledger.expect("echo a", RUN);
  },
};

/** Puts an input there as a person does. */
export async function putInput(store: Store, id: string, command = "echo a"): Promise<void> {
  const path = inputPath(store, id);
  if (!store.files.exists(`${DIR}/input`)) store.files.makeDirectory(`${DIR}/input`);
  store.files.create(path, new TextEncoder().encode(inputOf(command)));
  await store.files.sync([path, `${DIR}/input`, DIR]);
}

/** A job that reads one, as a person writes it. */
export const DROPPED = `{"command":"echo a","stdin":true}`;

/** The operations that jobs with an input go through. */
export const INPUT_OPERATIONS: readonly Operation[] = [
  enqueueInput,
  enqueueInputId,
  enqueueLargeInput,
  claiming(
    "input",
    async (store) => {
      await enqueue(store, { command: "echo a", id: "a" }, { stdin: stdinOf("echo a") });
    },
    "echo a",
    ONCE,
  ),
  claiming(
    "bare-input",
    async (store) => {
      await putInput(store, "a");
      await dropping("a.json", DROPPED)(store);
    },
    "echo a",
    ONCE,
  ),
  // It runs under an ID of its own, and its input goes with it.
  claiming(
    "bare-taken-input",
    async (store, ledger) => {
      await enqueue(store, { command: "echo first", id: "a" });
      await runEarlier(store, "done");
      ledger.expect("echo first", "done: done@w0");
      await putInput(store, "a");
      await dropping("a.json", DROPPED)(store);
    },
    "echo a",
    ONCE,
  ),
  claiming(
    "malformed-input",
    async (store) => {
      await putInput(store, "a");
      await dropping("a.json", "no job")(store);
    },
    "no job",
    { untouched: BURIED, run: BURIED },
  ),
  onSettled("requeue-input", "done", requeueing("a", FATES.done), { hasInput: true }),
  onSettled("remove-input", "done", removing("a", FATES.done), { hasInput: true }),
  onSettled("remove-input", "failed", removing("a", FATES.failed), { hasInput: true }),
  onSettled("clear-input", "dead", clearing("dead", ["echo a"]), { hasInput: true }),
  onSettled("prune-input", "done", pruning, { hasInput: true }),
  onSettled("prune-input-of-chance", "done", pruning, {
    hasInput: true,
    id: "01JG0000000000000000000000",
  }),
];
