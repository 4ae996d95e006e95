/**
 * Whether jobs get the environment of who adds them; the code that gives it is loaded only then.
 *
 * @module
 */

import type { JobInput } from "../../format/job.ts";
import type { Store } from "../../store/store.ts";
import type { Invocation } from "../table/command.ts";
import { later } from "../../text/later.ts";

/** Gives jobs that are about to be added the caller's environment, if that was asked for. */
export async function captureIfAsked(
  call: Invocation,
  store: Store,
  jobs: readonly JobInput[],
): Promise<void> {
  if (!call.options.has("capture-env") && !store.config.capture_env) return;
  const { giveEnvironment } = await import(
    later("./caller_environment.ts")
  ) as typeof import("./caller_environment.ts");
  giveEnvironment(jobs);
}
