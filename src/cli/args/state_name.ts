/**
 * The names of states, as users write them.
 *
 * @module
 */

import { UsageError } from "../../text/errors.ts";
import { JOB_STATES, type JobState } from "../../format/names.ts";

/**
 * The state that a word means: in upper or lower case, and `completed` for `done`.
 *
 * @throws {UsageError} If it is none.
 */
export function parseState(word: string): JobState {
  const name = word.toLowerCase();
  if (name === "completed") return "done";
  const state = JOB_STATES.find((state) => state === name);
  if (state) return state;
  throw new UsageError(`there is no state "${word}" (there are: ${JOB_STATES.join(", ")})`);
}
