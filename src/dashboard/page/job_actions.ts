/**
 * What can be done to one job, as the state that it is in allows.
 *
 * @module
 */

import type { JobView } from "../../../mod.ts";
import type { JobLink } from "../api.ts";
import type { Action } from "./actions.ts";
import { shellWord, visibleText } from "./texts.ts";

type Verb =
  | "retry"
  | "restart"
  | "cancel"
  | "hold"
  | "release"
  | "remove"
  | "move"
  | "priority"
  | "start"
  | "suspend"
  | "resume";

/** The state of a job, and which division of pending/ it is in. */
export function stateOf(job: JobView, now: number): NonNullable<JobLink["state"]> {
  if (job.state !== "pending" && job.state !== "failed") return job.state;
  if (job.held) return "held";
  if (job.waits_for) return "waiting";
  return job.state === "pending" && Date.parse(job.run_at) > now ? "delayed" : job.state;
}

/** Whether a job neither runs nor has ended, so that it may be changed. */
export function isWaiting({ state }: JobView): boolean {
  return state === "pending" || state === "failed";
}

/** What a person may do to a job now, the likeliest first. */
export function actionsOn(job: JobView, now: number): Action[] {
  const { id, state } = job;
  const action = (verb: Verb, label: string, command: string, done: string): Action => ({
    label,
    path: `/api/jobs/${encodeURIComponent(id)}/${verb}`,
    command: `queuectl ${command} ${shellWord(id)}`,
    done,
  });
  const isOver = state === "done" || state === "dead";
  const isEarly = isWaiting(job) && !job.held && !job.waits_for && Date.parse(job.run_at) > now;
  const cancel = action("cancel", "Cancel", "cancel", "Cancelled.");
  return [
    ...(isOver || state === "failed"
      ? [action("retry", "Retry", "retry", "It will run again.")]
      : []),
    ...(isOver ? [action("restart", "Run a copy", "restart", "A new copy was added.")] : []),
    ...(isEarly && state === "pending"
      ? [{
        ...action("move", "Run now", "move --at now", "It is ready now."),
        body: { run_at: "now" },
      }]
      : []),
    ...(isWaiting(job) && !job.waits_for && !job.now
      ? [action("start", "Start", "start", "It starts at once, beyond all limits.")]
      : []),
    ...(job.held ? [action("release", "Release", "release", "Released.")] : []),
    ...(isWaiting(job) && !job.held
      ? [action("hold", "Hold", "hold", "Held: it does not run until it is released.")]
      : []),
    ...(state !== "processing" ? [] : [
      job.suspended
        ? action("resume", "Resume", "resume", "It goes on.")
        : action("suspend", "Suspend", "suspend", "Suspended: its processes are stopped."),
    ]),
    ...(isOver ? [] : [
      state !== "processing" ? cancel : {
        ...cancel,
        ask: {
          title: `Cancel job ${visibleText(id)}?`,
          text: "It runs: its command gets SIGTERM, and SIGKILL if it does not end.",
        },
      },
    ]),
    ...(state === "processing" ? [] : [{
      ...action("remove", "Remove", "rm", "Removed."),
      ask: {
        title: `Remove job ${visibleText(id)}?`,
        text: "Its log goes too. This cannot be undone.",
        isFinal: true,
      },
    }]),
  ];
}

/** Gives a waiting job another priority. */
export function priorityAction(id: string, priority: number): Action {
  return {
    label: "Set priority",
    path: `/api/jobs/${encodeURIComponent(id)}/priority`,
    body: { priority },
    command: `queuectl move --priority ${priority} ${shellWord(id)}`,
    done: `Its priority is ${priority} now.`,
  };
}
