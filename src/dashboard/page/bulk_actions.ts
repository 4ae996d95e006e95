/**
 * What people do to many jobs at once, and which jobs each action is for.
 *
 * @module
 */

import type { BulkAction, BulkAnswer, BulkFilter, BulkRequest, JobRow } from "../api.ts";
import { type Action, perform, post } from "./actions.ts";
import type { Store } from "./store.ts";
import { counted, cutMiddle, numberText, shellWord, visibleText } from "./texts.ts";

interface Kind {
  label: string;
  command: string;
  /** How it is said afterwards. */
  past: string;
  isFinal?: boolean;
  /** What takes it back. */
  undo?: BulkAction;
}

const KINDS: Readonly<Record<BulkAction, Kind>> = {
  retry: { label: "Retry", command: "retry", past: "will run again" },
  cancel: { label: "Cancel", command: "cancel", past: "cancelled" },
  hold: { label: "Hold", command: "hold", past: "held", undo: "release" },
  release: { label: "Release", command: "release", past: "released", undo: "hold" },
  remove: { label: "Remove", command: "rm", past: "removed", isFinal: true },
  priority: { label: "Set priority", command: "move --priority", past: "moved" },
};

/** The words on the button of an action. */
export function labelOf(action: BulkAction): string {
  return KINDS[action].label;
}

/** Whether an action makes sense for a job in its state. */
export function isFor(action: BulkAction, { state, waits }: Pick<JobRow, "state" | "waits">) {
  const isOver = state === "done" || state === "dead";
  switch (action) {
    case "retry":
      return isOver || state === "failed";
    case "cancel":
      return !isOver;
    case "hold":
      return !isOver && state !== "processing" && waits !== "held";
    case "release":
      return waits === "held";
    case "remove":
      return state !== "processing";
    case "priority":
      return !isOver && state !== "processing";
  }
}

/**
 * An action on many jobs: it asks first, with how many and which.
 *
 * @param text What the question says besides.
 */
export function bulkAction(
  action: BulkAction,
  jobs: readonly { id: string; command?: string }[],
  { priority, text }: { priority?: number; text?: string } = {},
): Action {
  const { label, isFinal, undo } = KINDS[action];
  const ids = jobs.map(({ id }) => id);
  const level = priority === undefined ? "" : ` ${priority}`;
  const verb = action === "priority" ? "Set priority" + level + " of" : label;
  const sentences = [text, isFinal && "Their logs go too. This cannot be undone."].filter(Boolean);
  return {
    ...changeOf(action, ids, priority),
    ask: {
      title: `${verb} ${counted(jobs.length, "job")}?`,
      items: jobs.map((job) => visibleText(`${job.id}  ${cutMiddle(job.command ?? "", 60)}`)),
      ...(sentences.length > 0 && { text: sentences.join(" ") }),
      ...(isFinal && { isFinal }),
    },
    ...(undo && {
      undo(answer) {
        const failed = new Set((answer as BulkAnswer).failed.map(({ id }) => id));
        const changed = ids.filter((id) => !failed.has(id));
        return changed.length === 0 ? undefined : changeOf(undo, changed);
      },
    }),
  };
}

function changeOf(action: BulkAction, ids: readonly string[], priority?: number): Action {
  const { label, command, past } = KINDS[action];
  const level = priority === undefined ? "" : ` ${priority}`;
  const body: BulkRequest = { action, ids: [...ids], ...(priority !== undefined && { priority }) };
  return {
    label,
    path: "/api/jobs/bulk",
    body,
    command: `queuectl ${command}${level} ${ids.map(shellWord).join(" ")}`,
    done: (answer) => bulkText(answer as BulkAnswer, past),
  };
}

function bulkText({ changed, failed }: BulkAnswer, past: string): string {
  const sum = `${counted(changed, "job")} ${past}.`;
  const [first] = failed;
  if (!first) return sum;
  const more = failed.length > 1 ? ` (and ${failed.length - 1} more)` : "";
  if (changed === 0) throw new Error(`${visibleText(first.error)}${more}`);
  return `${sum} ${counted(failed.length, "job")} failed: ${visibleText(first.error)}${more}`;
}

/**
 * Finds the jobs of a filter that an action is for, asks with their number, and changes those: no
 * job that comes later.
 */
export async function changeAllThatMatch(
  store: Store,
  action: BulkAction,
  filter: BulkFilter,
  priority: number | undefined,
  after: () => void,
): Promise<void> {
  const level = priority !== undefined && { priority };
  const body: BulkRequest = { action, filter, dry_run: true, ...level };
  try {
    const { matched = [], more } = await post("/api/jobs/bulk", body) as BulkAnswer;
    if (matched.length === 0) {
      return store.say(`${labelOf(action)} is for none of these jobs.`, { isError: true });
    }
    const text = more
      ? `More match: these are the newest ${numberText(matched.length)}, the most at once.`
      : undefined;
    const jobs = matched.map((id) => ({ id }));
    perform(store, bulkAction(action, jobs, { ...level, text }), after);
  } catch (error) {
    store.say(error instanceof Error ? error.message : String(error), { isError: true });
  }
}
