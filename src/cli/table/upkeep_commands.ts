/**
 * The table's part of the queue as a whole: what is kept, how it went, whether it is well.
 *
 * @module
 */

import type { Command } from "./command.ts";
import { STATE, YES } from "./shared_options.ts";

/** The queue as a whole: what is kept, how it went, whether it is well. In the order that the help shows them. */
export const UPKEEP_COMMANDS: readonly Command[] = [
  {
    name: "prune",
    module: "upkeep/prune",
    summary: "remove jobs that have ended, with their logs",
    takes: "",
    words: [0, 0],
    options: [
      {
        name: "state",
        value: "STATES",
        values: ["done", "dead", "done,dead"],
        help: "where: done, dead or done,dead (done,dead)",
      },
      { name: "older-than", value: "DUR", help: "only what ended longer ago: 12h, 7d" },
      { name: "keep", value: "N", help: "the N of each state that ended last stay" },
      { name: "dry-run", help: "only tell how many" },
    ],
    details: [
      "What others wait for stays. With --older-than the history of days past goes too.",
      "config keep_done and keep_dead let workers do this by themselves.",
    ],
  },
  {
    name: "stats",
    module: "watch/stats",
    summary: "throughput, success rate, waiting and running times",
    takes: "",
    words: [0, 0],
    options: [{ name: "since", value: "DUR", help: "how far back: 10m, 1h, 7d (1h)" }],
  },
  {
    name: "queue clear",
    module: "control/queue",
    summary: "remove all pending jobs, or all of a state",
    takes: "",
    words: [0, 0],
    options: [{ ...STATE, help: "the state to clear (default: pending)" }, YES],
    details: ["Asks on a terminal; elsewhere --yes is needed."],
  },
  {
    name: "queue path",
    module: "control/queue",
    summary: "print the queue's directory",
    takes: "",
    words: [0, 0],
    options: [],
  },
  {
    name: "trust",
    module: "upkeep/trust",
    summary: "accept a queue that was copied, moved, cloned or restored",
    takes: "[PATH]",
    words: [0, 1],
    options: [],
    details: [
      "A .queuectl/ that is found here or above is used only if you made it on this machine.",
      "Look at it first: its jobs, schedules and hooks will run as you.",
    ],
  },
  {
    name: "doctor",
    module: "upkeep/doctor",
    summary: "check the queue, and mend what is safe to mend",
    takes: "",
    words: [0, 0],
    options: [{ name: "repair", help: "mend what is safe to mend; what might be a job is kept" }],
    details: [
      "Safe while workers run. Exit status: 0 if all is well or was mended, else 1.",
    ],
  },
];
