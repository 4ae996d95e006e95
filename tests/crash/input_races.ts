/**
 * Jobs with an input, and those who remove the inputs of jobs that are no more.
 *
 * @module
 */

import { claim, type WaitingEntry } from "../../src/moves/claim.ts";
import { enqueue } from "../../src/moves/enqueue.ts";
import { QueueError } from "../../src/text/errors.ts";
import { removeStaleInputs } from "../../src/contents/inputs.ts";
import { pruneJobs } from "../../src/moves/prune.ts";
import { settle } from "../../src/moves/settle.ts";
import type { Store } from "../../src/store/store.ts";
import type { SimulatedDisk } from "../simulation/simulated_disk.ts";
import { dropping, runEarlier } from "./claim_operations.ts";
import { DROPPED, putInput } from "./input_operations.ts";
import { stdinOf } from "./job_input.ts";
import { ABSENT, type Ledger, RUN } from "./ledger.ts";
import { ACTING, openAt, START } from "./queue_disk.ts";
import { type Ends, type Race, returned, wasKilled } from "./race.ts";
import { arriveAs, readyEntries, run } from "./worker_steps.ts";

/** The clock of who takes every input for old. */
const LATE = ACTING + 2 * 3_600_000;

const sweeping = (store: Store): Promise<void> => Promise.try(removeStaleInputs, store);

/** Adds job `a` with an input; whether its ID was free. */
const enqueuing = (command: string) => async (store: Store): Promise<boolean> => {
  try {
    await enqueue(store, { command, id: "a" }, { stdin: stdinOf(command) });
    return true;
  } catch (error) {
    if (error instanceof QueueError) return false;
    throw error;
  }
};

function expectAdded(ledger: Ledger, command: string, { client }: Ends): void {
  const end = returned(client);
  ledger.expect(command, ...(end ? [end.value === true ? RUN : ABSENT] : [RUN, ABSENT]));
}

/** Job `a` is added while another looks for inputs that have no job. */
function swept(name: string, prepare: (store: Store) => Promise<void>): Race<WaitingEntry> {
  return {
    name,
    async prepare(disk: SimulatedDisk) {
      await prepare(await openAt(disk.process("hand"), START));
      return {} as WaitingEntry;
    },
    actors: { client: enqueuing("echo a"), w1: sweeping },
    starts: { w1: LATE },
    expect(ledger, ends) {
      expectAdded(ledger, "echo a", ends);
    },
  };
}

const pruned: Race<WaitingEntry> = {
  name: "input-enqueuer-pruner",
  async prepare(disk) {
    const store = await openAt(disk.process("w0"), START);
    await enqueuing("echo a")(store);
    await runEarlier(store, "done");
    return {} as WaitingEntry;
  },
  actors: {
    client: enqueuing("echo b"),
    w1: (store) => pruneJobs(store, { olderThan: 0 }),
  },
  expect(ledger, ends) {
    expectAdded(ledger, "echo b", ends);
    ledger.expect("echo a", ...(returned(ends.w1) ? [ABSENT] : ["done: done@w0", ABSENT]));
    ledger.logsMayStray = true;
  },
};

/** A job runs under an ID of its own, and its input is linked before it has that. */
const renamed: Race<WaitingEntry> = {
  name: "input-claimer-sweeper",
  async prepare(disk, ledger) {
    const store = await openAt(disk.process("client"), START);
    await enqueue(store, { command: "echo first", id: "a" });
    await runEarlier(store, "done");
    ledger.expect("echo first", "done: done@w0");
    await putInput(store, "a");
    await dropping("a.json", DROPPED)(store);
    arriveAs({ ...store, files: disk.process("w1") }, "w1");
    return readyEntries(await openAt(disk.process("client"), ACTING))[0]!;
  },
  actors: {
    async w1(store, entry) {
      const result = await claim(store, entry, "w1");
      if (result.kind !== "claimed") throw new Error(`it is ${result.kind}`);
      await settle(store, [run(store, result.claim, "done")]);
    },
    w2: sweeping,
  },
  starts: { w2: LATE },
  expect(ledger, ends) {
    ledger.expect("echo a", ...(returned(ends.w1) ? ["done: done@w1"] : [RUN, "done: done@w1"]));
    if (wasKilled(ends.w1)) ledger.allow("echo a", "done: lost@w1 done@fresh");
  },
};

/** Whose input is removed. */
export const INPUT_RACES: readonly Race<WaitingEntry>[] = [
  swept("input-enqueuer-sweeper", () => Promise.resolve()),
  swept("input-enqueuer-sweeper-of-another", (store) => putInput(store, "a", "echo gone")),
  pruned,
  renamed,
];
