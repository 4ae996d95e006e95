/**
 * Dead jobs that are alike, in groups: `queuectl dlq list --group-by command,exit`.
 *
 * @module
 */

import type { JobView } from "../../format/job.ts";
import { UsageError } from "../../text/errors.ts";
import { printJson } from "../terminal/output.ts";
import { formatAge } from "../terminal/relative_time.ts";
import { printTable } from "../terminal/table.ts";
import { readsStdout } from "../terminal/terminal.ts";
import { deathText } from "./attempt_text.ts";
import { commandText, labelText, tableOf } from "./job_table.ts";
import { shortIds } from "../../inspect/short_ids.ts";

/** What jobs can be grouped by, in the order of the columns. */
const KEYS = {
  exit: deathText,
  label: labelText,
  group: ({ group }: JobView) => group ?? "",
  command: commandText,
} as const;

/** By what jobs are grouped. */
export type GroupKey = keyof typeof KEYS;

/** Dead jobs that are alike. */
export interface DeadGroup {
  /** How many they are. */
  count: number;
  /** When the newest of them ended, ISO 8601 in UTC. */
  newest: string;
  /** The ID of that one. */
  example: string;
  /** What they have in common. */
  values: Partial<Record<GroupKey, string>>;
}

/**
 * The keys that `--group-by` names, in the order of the columns.
 *
 * @throws {UsageError} If it names none, or one that there is not.
 */
export function groupKeys(text: string): GroupKey[] {
  const given = text.split(",").map((word) => word.trim().toLowerCase());
  const known = Object.keys(KEYS) as GroupKey[];
  const wrong = given.find((word) => !known.some((key) => key === word));
  if (wrong === undefined) return known.filter((key) => given.includes(key));
  throw new UsageError(`--group-by takes ${known.join(", ")}, not "${wrong}"`);
}

/** Jobs in groups that have the same values, the largest group first. */
export function deadGroups(jobs: readonly JobView[], keys: readonly GroupKey[]): DeadGroup[] {
  const groups = new Map<string, DeadGroup>();
  for (const job of jobs) {
    const values = Object.fromEntries(keys.map((key) => [key, KEYS[key](job)]));
    const newest = job.history.at(-1)?.finished_at ?? job.updated_at;
    const name = JSON.stringify(values);
    const group = groups.get(name);
    if (!group) groups.set(name, { count: 1, newest, example: job.id, values });
    else {
      group.count++;
      if (newest >= group.newest) Object.assign(group, { newest, example: job.id });
    }
  }
  return [...groups.values()].sort((a, b) => b.count - a.count);
}

/** Prints groups as a table, or as a JSON array. */
export function printDeadGroups(
  groups: readonly DeadGroup[],
  keys: readonly GroupKey[],
  json: boolean,
): void {
  if (json) return printJson(groups.map(({ values, ...group }) => ({ ...group, ...values })));
  const isPerson = readsStdout();
  const short = shortIds(groups.map(({ example }) => example));
  const age = (newest: string) => `${formatAge(Date.now() - Date.parse(newest))} ago`;
  printTable(tableOf(groups, [
    ["COUNT", ({ count }) => String(count)],
    ["NEWEST", ({ newest }) => isPerson ? age(newest) : newest],
    ["EXAMPLE", ({ example }) => isPerson ? short.get(example)! : example],
    ...keys.map((key) =>
      [key.toUpperCase(), ({ values }: DeadGroup) => values[key] ?? ""] as const
    ),
  ]));
}
