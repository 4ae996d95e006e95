/**
 * Options that several commands take.
 *
 * @module
 */

import { SELECTABLE_STATES, type SelectableState } from "../../format/names.ts";
import { UsageError } from "../../text/errors.ts";
import type { Option } from "./option.ts";

/** Do not ask. */
export const YES: Option = { name: "yes", short: "y", help: "do not ask" };

/** Other words for states. */
const ALSO: Readonly<Record<string, SelectableState>> = {
  completed: "done",
  running: "processing",
};

/** Only jobs of these states. */
export const STATE: Option = {
  name: "state",
  value: "STATE[,STATE]",
  values: [...SELECTABLE_STATES, ...Object.keys(ALSO)],
  many: true,
  help: `only these states: ${SELECTABLE_STATES.join(", ")}; repeatable`,
};

/** Only jobs with these tags. */
export const TAG: Option = {
  name: "tag",
  value: "TAG[,TAG]",
  values: "mark",
  many: true,
  help: "only jobs with this tag (enqueue --tag); with all of several",
};

/** Only jobs of one group. */
export const GROUP: Option = {
  name: "group",
  short: "g",
  value: "NAME",
  values: "group",
  help: "only jobs of this group",
};

/** Do not ask before more than one job is changed. */
export const YES_TO_SEVERAL: Option = { ...YES, help: "do not ask if it is more than one job" };

/** Every job. */
const ALL: Option = { name: "all", help: "every job that this can change" };

/** The options by which a command chooses jobs. */
export const CHOICE: readonly Option[] = [TAG, GROUP, STATE];

/** The options by which a command that changes jobs takes many of them. */
export const SELECTION: readonly Option[] = [
  ...CHOICE,
  ALL,
  YES_TO_SEVERAL,
];

/**
 * A state that `--state` names: in upper or lower case, `running` for `processing`, and `completed`
 * for `done`.
 *
 * @throws {UsageError} If there is no such state.
 */
export function parseState(word: string): SelectableState {
  const name = word.trim().toLowerCase();
  const state = SELECTABLE_STATES.find((state) => state === (ALSO[name] ?? name));
  if (state) return state;
  throw new UsageError(`unknown state "${word}" (there are: ${SELECTABLE_STATES.join(", ")})`);
}

/** The newest jobs only. */
export const LIMIT: Option = { name: "limit", short: "n", value: "N", help: "the newest N only" };

/** How many jobs a worker runs at once. */
export const WORKER_COUNT: Option = {
  name: "count",
  short: "n",
  value: "N",
  help: "jobs at once (default: config worker_count, 1)",
};

/** The tags of a worker. */
export const WORKER_TAG: Option = {
  name: "tag",
  value: "TAG[,TAG]",
  many: true,
  help: "also run the jobs of enqueue --on TAG (default: $QUEUECTL_TAGS); repeatable",
};
