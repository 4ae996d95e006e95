/**
 * What can be done to a schedule.
 *
 * @module
 */

import type { Added, ScheduleRow } from "../api.ts";
import type { Action } from "./actions.ts";
import { shellWord, visibleText } from "./texts.ts";

/** The path of a schedule's page. */
export function schedulePath(name: string): string {
  return `/schedules/${encodeURIComponent(name)}`;
}

/** What a person may do to a schedule. */
export function actionsOnSchedule({ name, paused }: ScheduleRow): Action[] {
  const action = (verb: string, label: string, done: Action["done"], command = verb): Action => ({
    label,
    path: `/api/schedules/${encodeURIComponent(name)}/${verb}`,
    command: `queuectl schedule ${command} ${shellWord(name)}`,
    done,
  });
  return [
    action("run", "Run now", (answer) => `Added job ${visibleText((answer as Added).id)}.`),
    paused
      ? action("resume", "Resume", "It adds jobs again.")
      : action("pause", "Pause", "Paused: it adds no jobs until it is resumed."),
    {
      ...action("remove", "Remove", "Removed. Its jobs stay.", "rm"),
      ask: {
        title: `Remove schedule ${visibleText(name)}?`,
        text: "Its jobs stay. This cannot be undone.",
        isFinal: true,
      },
    },
  ];
}
