/**
 * Watch: the commands that show jobs and how they fare.
 *
 * @module
 */

import type { Command } from "./command.ts";
import { CHOICE, LIMIT } from "./shared_options.ts";

/** The commands under Watch. */
export const WATCH_COMMANDS: readonly Command[] = [
  {
    name: "status",
    aliases: ["top --watch", "watch --watch"],
    module: "watch/status",
    summary: "jobs in each state, and the live workers",
    options: [{
      name: "watch",
      short: "w",
      help: "live, on the whole terminal, with keys that act",
    }],
    details: [
      "With --watch: arrows choose a job, Tab another table; Enter shows the log, r retries, x " +
      "cancels, h holds, s suspends, p pauses the queue, / filters, ? lists all keys, q quits.",
    ],
    examples: ["queuectl status --watch"],
  },
  {
    name: "list",
    aliases: ["ls", "jobs"],
    module: "watch/list",
    summary: "a table of jobs, newest last",
    options: [...CHOICE, { name: "all", help: "every job" }, LIMIT],
    details: [
      "On a terminal: the newest 30, with IDs as short as every command takes them. Elsewhere, and " +
      "with --json: whole IDs, of all jobs that are not done and the last 10 done.",
      "HOW is how a job ended, how far it has come, or why it waits: held, after other jobs, until " +
      "it is due, no worker may run it, a resource is taken, the queue is full or paused. A job " +
      "whose worker died is taken back by the next. Elsewhere EXIT says how it ended, and WAITS " +
      "why it waits.",
    ],
    examples: ["queuectl list --state failed", "queuectl list --tag photos --limit 20 --json"],
  },
  {
    name: "ps",
    module: "watch/ps",
    summary: "the running jobs: process, start, elapsed, progress, host",
    details: [
      "PID is the process that leads the command's process group; it is missing for a job that " +
      "runs on another machine.",
    ],
    examples: ["queuectl ps", "queuectl ps --json"],
  },
  {
    name: "show",
    aliases: ["info"],
    module: "watch/show",
    summary: "everything about a job",
    takes: "ID",
    options: [{ name: "secrets", help: "with the values of secret variables" }],
    details: [
      "… stands for the value of a variable whose name matches config secret_names, such as a " +
      "token, and for the password in a URL.",
    ],
    examples: ["queuectl show 01M80ZWB6S3G6W7Z0Y6B9Q5V3K"],
  },
  {
    name: "logs",
    aliases: ["log", "tail --follow", "follow --follow"],
    module: "watch/logs",
    summary: "what jobs printed",
    takes: "[ID…]",
    options: [
      { name: "follow", short: "f", help: "go on until the jobs end" },
      { name: "lines", short: "n", value: "N", help: "the last N lines only" },
      {
        name: "since",
        value: "TIME",
        help: "what was printed since: 10m, 18:30, 2026-11-22T09:00; of a job without " +
          "--timestamps: from the first attempt that ended since",
      },
      { name: "attempt", value: "N", help: "its Nth attempt only" },
      {
        name: "timestamps",
        short: "t",
        help: "the time in front of each line, to 0.1 s, of jobs added with --timestamps",
      },
      ...CHOICE,
      { name: "in-order", short: "k", help: "the chosen jobs' logs in the order they were added" },
    ],
    details: [
      "Without an ID: follows what runs; if nothing runs, what the job that ran last printed.",
      "Several logs each come below a line that names the job, in the order given; with --follow " +
      "as the jobs print, each line with the end of the job's ID in front.",
      "With --tag, --group or --state: waits for all jobs that they choose, and prints the log of " +
      "each once it has ended, the ended ones at once.",
      "With --json a JSON object for each line: job, attempt, text, time if the job notes it; " +
      'text_encoding "base64" where the line is not UTF-8, newline false where none ends it.',
    ],
    examples: [
      "queuectl logs",
      "queuectl logs --follow 5V3K",
      "queuectl logs --lines 20 5V3K 1D7H",
      "queuectl logs --attempt 2 5V3K",
      "queuectl logs --tag photos --in-order",
    ],
  },
  {
    name: "wait",
    module: "watch/wait",
    summary: "wait until jobs end; exit 0 if all of them are done",
    takes: "[ID…]",
    options: [
      ...CHOICE,
      { name: "all", help: "every job" },
      { name: "timeout", value: "DUR", help: "give up after 10m, with exit status 124" },
    ],
    details: [
      "With options: all jobs that they choose, ended ones too, and with --tag or --group alone " +
      "those that are added meanwhile. On a terminal a bar shows how many have ended, how fast, and how " +
      "long the rest takes; elsewhere a line says so each 30 seconds.",
    ],
    examples: [
      "queuectl wait 5V3K 1D7H && echo both are done",
      "queuectl wait --tag photos --timeout 10m",
    ],
  },
  {
    name: "stats",
    module: "watch/stats",
    summary: "throughput, success rate, waiting and running times",
    options: [
      { name: "since", value: "DUR", help: "how far back: 10m, 1h, 7d (default: 1h)" },
      ...CHOICE,
    ],
    details: ["With --tag, --group or --state: attempts of jobs that are still in the queue."],
    examples: ["queuectl stats --since 7d"],
  },
  {
    name: "dashboard",
    module: "watch/dashboard",
    summary: "the queue in a browser, and its HTTP API",
    options: [
      { name: "port", value: "N", help: "port to listen on; 0: a free one (default: 8000)" },
      { name: "host", value: "ADDRESS", help: "address to listen on (default: 127.0.0.1)" },
      { name: "socket", value: "PATH", values: "file", help: "listen on a unix socket instead" },
      {
        name: "allow-host",
        value: "NAME",
        many: true,
        help: "answer to this name too, such as that of a reverse proxy; repeatable",
      },
      { name: "read-only", help: "show everything, change nothing" },
      { name: "open", help: "open it in the browser" },
    ],
    details: [
      "Prints a link with a token: whoever has the link can run commands as you. With " +
      "$QUEUECTL_TOKEN the token is that one, not a new one at each start.",
      "queuectl help api describes the API, by which a web hook can add jobs.",
    ],
    examples: ["queuectl dashboard --open", "queuectl dashboard --port 0 --read-only"],
  },
  {
    name: "metrics",
    module: "watch/metrics",
    printsFile: true,
    summary: "jobs, attempts, times and workers as numbers for Prometheus",
    options: [
      {
        name: "output",
        value: "FILE",
        values: "file",
        help: "replace FILE at once, as node_exporter's textfile collector needs it",
      },
    ],
    details: [
      "queuectl help topics metrics names each metric, and shows how Prometheus is set up.",
    ],
    examples: [
      "queuectl metrics",
      "queuectl metrics --output /var/lib/prometheus/node-exporter/queuectl.prom",
    ],
  },
];
