/**
 * Options that several commands take.
 *
 * @module
 */

import { JOB_STATES } from "../../format/names.ts";
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

/** The newest jobs only. */
export const LIMIT: Option = { name: "limit", short: "n", value: "N", help: "the newest N only" };
