/**
 * Options that several commands take.
 *
 * @module
 */

import { JOB_STATES, type JobState } from "../../format/names.ts";
import { UsageError } from "../../text/errors.ts";
import type { Option } from "./option.ts";

/** Do not ask. */
export const YES: Option = { name: "yes", short: "y", help: "do not ask" };

/** Only jobs of one state. */
export const STATE: Option = {
  name: "state",
  value: "STATE",
  values: [...JOB_STATES, "completed"],
  help: `only this state: ${JOB_STATES.join(", ")}`,
};

/**
 * The state that `--state` names: in upper or lower case, and `completed` for `done`.
 *
 * @throws {UsageError} If there is no such state.
 */
export function parseState(word: string): JobState {
  const name = word.toLowerCase();
  const state = JOB_STATES.find((state) => state === (name === "completed" ? "done" : name));
  if (state) return state;
  throw new UsageError(`unknown state "${word}" (there are: ${JOB_STATES.join(", ")})`);
}

/** The newest jobs only. */
export const LIMIT: Option = { name: "limit", short: "n", value: "N", help: "the newest N only" };
