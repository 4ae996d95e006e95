/**
 * Someone whose command was killed gives it again at once, before any worker has cleaned up: it
 * must be obeyed, or be told that it was done.
 *
 * @module
 */

import { PartialEnqueueError } from "../../src/moves/enqueue_many.ts";
import { QueueError } from "../../src/text/errors.ts";
import { killAt } from "../simulation/faults.ts";
import { withSeed } from "../simulation/seeded.ts";
import { count, isWanted, judge, report, reportFigures } from "./crash_case.ts";
import { act, crashPoints, prepare, storeFor } from "./crash_points.ts";
import { ENQUEUE_OPERATIONS } from "./enqueue_operations.ts";
import { INPUT_OPERATIONS } from "./input_operations.ts";
import { RUN } from "./ledger.ts";
import type { Operation } from "./operation.ts";
import { ACTING } from "./queue_disk.ts";
import { UPKEEP_OPERATIONS } from "./upkeep_operations.ts";
import { WAITING_OPERATIONS } from "./waiting_operations.ts";

const OPERATIONS = [
  ...ENQUEUE_OPERATIONS,
  ...INPUT_OPERATIONS,
  ...UPKEEP_OPERATIONS,
  ...WAITING_OPERATIONS,
]
  .filter(({ process }) => process === "client");

/** An operation cut off at each of its calls, and given again by another process. */
async function askAgain(operation: Operation): Promise<void> {
  const prepared = await prepare(operation);
  for await (const point of crashPoints(operation, prepared)) {
    const name = `${operation.name}/${point.name}/asked-again`;
    if (!isWanted(name)) continue;
    count("commands given again");
    const hook = killAt(point.index, point.leaving);
    const { disk, ledger, calls } = await act(operation, prepared, hook);
    disk.crashProcess();
    const process = disk.process("again");
    try {
      await withSeed(3, async () => {
        const store = await storeFor(operation, disk, process);
        const stage = { store, ledger, again: true, lives: () => true };
        await operation.act(stage, structuredClone(prepared.scene));
      }, ACTING + 100);
    } catch (error) {
      // That it was done, not that the disk refused it.
      if (!(error instanceof QueueError) || error instanceof PartialEnqueueError) {
        const text = error instanceof Error ? error.stack! : `${error}`;
        throw new Error(report(name, [text], disk, calls, disk.tree(), []));
      }
    }
    disk.crashProcess();
    // What the first try added under an ID that chance chose, the second could not know of.
    ledger.mayDouble = operation.doubledWhileRefused !== undefined;
    if (ledger.mayDouble) ledger.allow("echo a", `${RUN} + ${RUN}`);
    await judge(name, disk, ledger, { powerCut: false }, calls);
  }
}

for (const operation of OPERATIONS) {
  if (!isWanted(operation.name)) continue;
  Deno.test(`${operation.name}, killed at any call and given again at once, is obeyed`, () =>
    askAgain(operation));
}

reportFigures("commands given again");
