/**
 * Workers: the commands that start, stop and pause workers.
 *
 * @module
 */

import type { Command } from "./command.ts";
import { SERVICE_COMMANDS } from "./service_commands.ts";
import { GROUP, WORKER_COUNT, WORKER_TAG, YES } from "./shared_options.ts";

/** The commands under Workers. */
export const WORKERS_COMMANDS: readonly Command[] = [
  {
    name: "worker start",
    aliases: ["start"],
    module: "workers/worker_start",
    summary: "run jobs until stopped",
    options: [
      WORKER_COUNT,
      {
        name: "detach",
        short: "d",
        help: "run in the background; print the worker's name once it is live",
      },
      { name: "drain", help: "exit when no job is ready, running or waiting for a retry" },
      {
        name: "idle-exit",
        value: "DUR",
        help: "exit when no job has run, been ready, delayed or waited for a retry for so long",
      },
      {
        name: "finish-within",
        value: "DUR",
        help: "at Ctrl-C or SIGTERM, put back the jobs that still run after so long",
      },
      WORKER_TAG,
    ],
    details: [
      "It leaves jobs alone that may only run elsewhere (--host, --on), also with --drain.",
      "enqueue --start starts one in the background that exits when idle, if none lives; config " +
      "autostart has every enqueue do so.",
      "Ctrl-C or SIGTERM: finish the running jobs, then exit. Again: put them back and exit.",
      "SIGHUP: read the settings again, without --count worker_count too; if the terminal was closed, finish and exit.",
    ],
    examples: ["queuectl worker start --count 4 --detach", "queuectl worker start --drain"],
  },
  {
    name: "worker stop",
    aliases: ["stop"],
    module: "workers/worker",
    summary: "let workers finish what they run, and exit",
    takes: "[NAME…]",
    options: [{
      name: "now",
      help: "kill what runs and put it back, without charging the attempt",
    }],
    details: ["All workers, or those named. Waits until they have exited."],
    examples: ["queuectl worker stop"],
  },
  {
    name: "worker scale",
    aliases: ["scale"],
    module: "workers/worker_scale",
    summary: "change how many jobs live workers run at once",
    takes: "N [NAME…]",
    bounds: [1, Infinity],
    details: [
      "N is 1 to 1024. All workers, or those named, on any machine; each answers once it is done. " +
      "With more, waiting jobs start at once; with fewer, what runs goes on to its end. It lasts as " +
      "long as the worker: config worker_count is for those that start later.",
    ],
    examples: ["queuectl worker scale 4", "queuectl worker scale 1 n4-85-49991271"],
  },
  {
    name: "worker list",
    aliases: ["workers"],
    module: "workers/worker",
    summary: "live workers, and the jobs that each runs",
    examples: ["queuectl worker list --json"],
  },
  {
    name: "worker forget",
    module: "workers/worker_forget",
    summary: "recover the jobs of a worker whose machine is gone",
    takes: "NAME",
    options: [YES],
    details: [
      "For a file system that does not free the locks of a machine that is gone. Refuses a worker " +
      "that gives signs of life. Asks first; where there is no terminal, it needs --yes.",
    ],
    examples: ["queuectl worker forget n4-85-49991271 --yes"],
  },
  {
    name: "worker pause",
    aliases: ["pause"],
    module: "workers/worker",
    summary: "start no more jobs until resumed",
    options: [
      { ...GROUP, help: "only those of this group (enqueue --group)" },
      { name: "on-failure", help: "only when a job dies, now and ever (config pause_on_failure)" },
    ],
    examples: ["queuectl worker pause", "queuectl worker pause --group night"],
  },
  {
    name: "worker resume",
    aliases: ["resume"],
    module: "workers/worker",
    summary: "start jobs again after a pause",
    options: [{ ...GROUP, help: "those of this group; exit 1 if it was not paused" }],
    examples: ["queuectl worker resume"],
  },
  ...SERVICE_COMMANDS,
];
