/**
 * The table's part of working the queue, and watching it being worked.
 *
 * @module
 */

import { ANY, type Command } from "./command.ts";

/** Working the queue, and watching it being worked. In the order that the help shows them. */
export const WORKER_COMMANDS: readonly Command[] = [
  {
    name: "worker start",
    module: "workers/worker_start",
    summary: "work the queue",
    takes: "",
    words: [0, 0],
    options: [
      {
        name: "count",
        short: "n",
        value: "N",
        help: "jobs at once (default: config worker_count, 1)",
      },
      { name: "detach", help: "in the background; prints the worker's name once it is live" },
      { name: "drain", help: "exit when nothing is ready, running or waiting for a retry" },
    ],
    details: [
      "Ctrl-C or SIGTERM: finish what runs, then leave. Again: put it back, leave at once.",
      "SIGHUP: read the settings again; if its terminal was closed, finish what runs and leave.",
    ],
  },
  {
    name: "worker stop",
    module: "workers/worker",
    summary: "let workers finish what they run and leave",
    takes: "[NAME…]",
    words: [0, ANY],
    options: [{ name: "now", help: "kill what runs and put it back, uncharged" }],
    details: ["All workers, or those named. Waits until they have left."],
  },
  {
    name: "worker list",
    module: "workers/worker",
    summary: "live workers and what each runs",
    takes: "",
    words: [0, 0],
    options: [],
  },
  {
    name: "worker pause",
    module: "workers/worker",
    summary: "claim nothing new until resumed",
    takes: "",
    words: [0, 0],
    options: [],
  },
  {
    name: "worker resume",
    module: "workers/worker",
    summary: "go on after a pause",
    takes: "",
    words: [0, 0],
    options: [],
  },
  {
    name: "status",
    module: "watch/status",
    summary: "how many jobs are in each state, and who works",
    takes: "",
    words: [0, 0],
    options: [{ name: "watch", short: "w", help: "live, on the whole terminal; q quits" }],
  },
];
