/**
 * Words that people who come from other programs type first, where no command of queuectl means the
 * same: each is answered by what to type. Those that mean the same are aliases in the table.
 *
 * @module
 */

import { UsageError } from "../../text/errors.ts";

/** What to type instead of a word: what for, and the command. */
export type Instead = readonly [aim: string, instead: string];

/** What to type instead of a command that others have. */
export const OTHER_COMMANDS: Readonly<Record<string, Instead>> = {
  at: ["run a job at a time", "enqueue --at TIME COMMAND"],
  atq: ["list the jobs that are due later", "list --state delayed"],
  atrm: ["remove a job", "rm ID"],
  batch: ["add a job", "enqueue COMMAND"],
  cat: ["see what a job printed", "logs ID"],
  clean: ["remove the jobs that have ended", "queue clear --state done,dead"],
  crontab: ["add a job by the clock", "schedule add NAME 'CRON' COMMAND"],
  daemon: ["start a worker in the background", "worker start --detach"],
  env: ["change the variables of a waiting job", "edit ID"],
  "format-status": ["get the jobs as JSON", "list --json"],
  fq: ["follow what the jobs print", "logs --follow"],
  group: ["limit a group of jobs", "config set groups.NAME N"],
  init: ["make a queue, just add a job", "enqueue COMMAND"],
  nq: ["add a job, and start a worker", "enqueue --start COMMAND"],
  parallel: ["run N jobs at once", "worker scale N"],
  pueued: ["start a worker in the background", "worker start --detach"],
  re: ["add a copy of a job", "restart ID"],
  reset: ["remove all jobs that are not running", "rm --all"],
  sem: ["let few jobs run at once", "enqueue --resource NAME COMMAND"],
  send: ["give a job its input", "enqueue --stdin COMMAND"],
  shutdown: ["stop the workers", "worker stop"],
  switch: ["run a job before another", "move --before ID ID"],
  tq: ["see the jobs live", "status --watch"],
  ts: ["add a job, and start a worker", "enqueue --start COMMAND"],
  tsp: ["add a job, and start a worker", "enqueue --start COMMAND"],
  xargs: ["add a job for each argument", "map COMMAND ARGUMENT…"],
};

/** The sentence about a word of another program. */
export function insteadOf(what: string, [aim, instead]: Instead): UsageError {
  return new UsageError(`${what} (to ${aim}: queuectl ${instead})`);
}
