/**
 * The commands of the group `service`, under Workers.
 *
 * @module
 */

import type { Command } from "./command.ts";
import type { Option } from "./option.ts";
import { WORKER_COUNT, WORKER_TAG } from "./shared_options.ts";

/** Whose service manager. */
const SCOPE: readonly Option[] = [
  { name: "user", help: "your own service (default)" },
  { name: "system", help: "the machine's, as the owner of the queue; needs root" },
  {
    name: "with",
    value: "MANAGER",
    values: ["systemd", "launchd", "cron"],
    help: "systemd, launchd or cron (default: the one that is here)",
  },
];

/** How the worker of a service runs. */
const WORKER: readonly Option[] = [
  ...SCOPE,
  WORKER_COUNT,
  WORKER_TAG,
  {
    name: "finish-within",
    value: "DUR",
    help: "when stopped, put back the jobs that still run after so long (default: 1m)",
  },
];

/** The commands of services. */
export const SERVICE_COMMANDS: readonly Command[] = [
  {
    name: "service install",
    module: "workers/service",
    summary: "have the machine start a worker, now and at boot",
    options: WORKER,
    details: [
      "Called again it replaces the service, and restarts its worker if anything is another. " +
      "queuectl help service says what is in it, and why.",
      "Its jobs get the PATH that you call this with, TZ, LANG and LC_ALL; those of another user's " +
      "queue the machine's usual PATH.",
      "With cron it is started at boot and when you call this, and never restarted after a failure.",
    ],
    examples: [
      "queuectl service install --count 4",
      "queuectl service install --system",
    ],
  },
  {
    name: "service print",
    module: "workers/service",
    printsFile: true,
    summary: "what install would write",
    options: WORKER,
    details: ["Changes nothing. --with launchd shows elsewhere what it would be on macOS."],
    examples: ["queuectl service print --system"],
  },
  {
    name: "service status",
    module: "workers/service",
    summary: "whether it is installed, runs, and starts at boot",
    options: SCOPE,
    details: ["Exits with 1 if it does not run."],
    examples: ["queuectl service status --json"],
  },
  {
    name: "service logs",
    module: "workers/service",
    summary: "what its worker has said",
    options: [
      ...SCOPE,
      { name: "follow", short: "f", help: "go on until interrupted" },
      { name: "tail", short: "n", value: "N", help: "the last N lines (default: 100)" },
    ],
    examples: ["queuectl service logs --follow"],
  },
  {
    name: "service uninstall",
    module: "workers/service",
    summary: "stop it and remove it; the queue stays",
    options: SCOPE,
    details: ["What it runs is finished or put back first, as at any stop."],
    examples: ["queuectl service uninstall"],
  },
];
