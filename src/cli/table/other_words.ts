/**
 * Words that people who come from other programs type first, where no command of queuectl means the
 * same: each is answered by what to type. Those that mean the same are aliases in the table.
 *
 * @module
 */

/** What to type instead of a command that others have: what for, and the command. */
export const OTHER_COMMANDS: Readonly<Record<string, readonly [aim: string, instead: string]>> = {
  at: ["run a job at a time", "enqueue --at TIME COMMAND"],
  batch: ["add a job", "enqueue COMMAND"],
  clean: ["remove the jobs that are done", "queue clear --state done"],
  crontab: ["add a job by the clock", "schedule add NAME 'CRON' COMMAND"],
  daemon: ["start a worker in the background", "worker start --detach"],
  env: ["change the variables of a waiting job", "edit ID"],
  "format-status": ["get the jobs as JSON", "list --json"],
  group: ["limit a group of jobs", "config set groups.NAME N"],
  init: ["make a queue, just add a job", "enqueue COMMAND"],
  parallel: ["run N jobs at once", "worker scale N"],
  reset: ["remove all jobs that are not running", "rm --all"],
  send: ["give a job its input", "enqueue --stdin COMMAND"],
  shutdown: ["stop the workers", "worker stop"],
  xargs: ["add a job for each argument", "map COMMAND ARGUMENT…"],
  switch: ["run a job before another", "move --before ID ID"],
};

/** What to type instead of an option of task-spooler that says what to do. */
export const OTHER_OPTIONS: Readonly<Record<string, readonly [aim: string, instead: string]>> = {
  "-l": ["list the jobs", "list"],
  "-C": ["remove the jobs that are done", "queue clear --state done"],
  "-K": ["stop the workers", "worker stop"],
  "-S": ["run N jobs at once", "worker start --count N"],
  "-t": ["follow what a job prints", "logs --follow ID"],
  "-c": ["see what a job printed", "logs ID"],
  "-o": ["see where a job's output is", "show ID"],
  "-i": ["see all about a job", "show ID"],
  "-s": ["see the state of a job", "show ID"],
  "-p": ["see the process of a job", "ps"],
  "-r": ["remove a job", "rm ID"],
  "-w": ["wait for a job", "wait ID"],
  "-k": ["end a running job", "cancel ID"],
  "-u": ["run a job sooner", "move --priority 9 ID"],
  "-f": ["see a job to its end", "run COMMAND"],
  "-d": ["run a job after another", "enqueue --after ID COMMAND"],
  "-L": ["give a job a label", "enqueue --label TEXT COMMAND"],
};
