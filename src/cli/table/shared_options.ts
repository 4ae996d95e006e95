/**
 * What several commands take.
 *
 * @module
 */

import type { Option } from "./option.ts";

const STATES = ["pending", "processing", "done", "failed", "dead"] as const;

/** Do not ask. */
export const YES: Option = { name: "yes", short: "y", help: "do not ask" };

/** Only jobs of one state. */
export const STATE: Option = {
  name: "state",
  value: "STATE",
  values: [...STATES, "completed"],
  help: `only this state: ${STATES.join(", ")}`,
};
