/**
 * Refusing to add a job whose command is the ID of another: `pueue enqueue ID` lets one go.
 *
 * @module
 */

import { AmbiguousIdError } from "../../../inspect/find_job.ts";
import { NoQueueError } from "../../../store/open_store.ts";
import { MissingError, UsageError } from "../../../text/errors.ts";
import { openQueue } from "../../args/open_queue.ts";
import type { Invocation } from "../../table/command.ts";

/** @throws {UsageError} If the only word of a call is the ID of a job, or its beginning or end. */
export async function refuseJobId(call: Invocation): Promise<void> {
  const word = call.words[0]!;
  try {
    const { id } = (await openQueue(call)).find(word);
    throw new UsageError(
      `${word} is job ${id}, not a command (to let it go: queuectl release ${word}; to run a ` +
        `program of this name: queuectl enqueue -- sh -c ${word})`,
    );
  } catch (error) {
    const isNone = error instanceof MissingError || error instanceof NoQueueError ||
      error instanceof AmbiguousIdError;
    if (!isNone) throw error;
  }
}
