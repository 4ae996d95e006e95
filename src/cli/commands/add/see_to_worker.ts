/**
 * What `enqueue` does about workers once it has added jobs, in a plain one nothing: the code behind
 * it takes as long to load as adding a job.
 *
 * @module
 */

import type { JobInput } from "../../../format/job.ts";
import type { Store } from "../../../store/store.ts";
import { QueueError, reasonOf } from "../../../text/errors.ts";
import type { Invocation } from "../../table/command.ts";
import { later } from "../../../text/later.ts";

/**
 * Starts a worker for added jobs if none lives and that was asked for; else says on a terminal if
 * nobody will run them.
 *
 * @throws {QueueError} If the worker cannot be started. The jobs were added.
 */
export async function seeToWorker(
  call: Invocation,
  store: Store,
  added: readonly JobInput[],
): Promise<void> {
  const starts = call.options.has("start") || store.config.autostart !== false;
  if (!starts && !(Deno.stdout.isTerminal() && Deno.stderr.isTerminal())) return;
  const { startWorker } = await import(
    later("./start_worker.ts")
  ) as typeof import("./start_worker.ts");
  try {
    await startWorker(call, added, starts);
  } catch (error) {
    // The look on a terminal is a courtesy.
    if (!starts) return;
    throw new QueueError(`all is added, but no worker can be started: ${reasonOf(error)}`);
  }
}
