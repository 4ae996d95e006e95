/**
 * Options of other programs that queuectl's commands lack: each is answered by what to type.
 *
 * @module
 */

import { MisspelledError } from "./option.ts";
import { insteadOf } from "./other_words.ts";

/** An answer: to which commands (none: queuectl itself) and options, what for, and what to type. */
export type OtherOptions = readonly [
  commands: readonly string[],
  options: readonly string[],
  aim: string,
  instead: string,
];

const ADDING = ["enqueue", "run", "map", "schedule add"];
const SHOWING = ["list", "status"];
const AGAIN = ["retry", "restart"];
const START = ["worker start", "start"];
const CHOOSING = ["cancel", "hold", "release", "resume", "rm", "wait"];

/** The answers. What to type is an option of the command itself if it begins with a dash. */
export const OTHER_OPTIONS: readonly OtherOptions[] = [
  [[], ["-l"], "list the jobs", "list"],
  [[], ["-C"], "remove the jobs that have ended", "queue clear --state done,dead"],
  [[], ["-K"], "stop the workers", "worker stop"],
  [[], ["-S", "-j"], "run N jobs at once", "worker start --count N"],
  [[], ["-t"], "follow what a job prints", "logs --follow ID"],
  [[], ["-c"], "see what a job printed", "logs ID"],
  [[], ["-o"], "see where a job's output is", "show ID"],
  [[], ["-i"], "see all about a job", "show ID"],
  [[], ["-s"], "see the state of a job", "show ID"],
  [[], ["-p"], "see the process of a job", "ps"],
  [[], ["-r"], "remove a job", "rm ID"],
  [[], ["-w"], "wait for a job", "wait ID"],
  [[], ["-k"], "end a running job", "cancel ID"],
  [[], ["-u"], "run a job sooner", "move --priority 9 ID"],
  [[], ["-U"], "run a job before another", "move --before ID ID"],
  [[], ["-f"], "see a job to its end", "run COMMAND"],
  [[], ["-d", "-D"], "run a job after another", "enqueue --after ID COMMAND"],
  [[], ["-L"], "give a job a label", "enqueue --label TEXT COMMAND"],
  [[], ["-N"], "let few jobs run at once", "enqueue --resource NAME=N COMMAND"],
  [[], ["-n"], "keep no output of a job", "enqueue 'COMMAND >/dev/null'"],
  [[], ["-v"], "see the version", "--version"],

  [["enqueue", "map"], ["--stashed", "-s"], "hold it", "--hold"],
  [["run"], ["--stashed", "-s"], "hold it", "enqueue --hold COMMAND"],
  [["enqueue"], ["--immediate", "-i"], "start it at once", "--now"],
  [["run", "map"], ["--immediate", "-i"], "start it at once", "enqueue --now COMMAND"],
  [["enqueue", "run", "map"], ["-d"], "run it later", "--delay DUR"],
  [["enqueue", "run", "map"], ["-t", "--time"], "run it at a time", "--at TIME"],
  [["enqueue", "run"], ["-a", "-D", "-W"], "run it after another", "--after ID"],
  [ADDING, ["-l", "-L", "--name"], "give it a label", "--label TEXT"],
  [ADDING, ["-w", "--working-directory"], "choose its directory", "--cwd PATH"],
  [ADDING, ["-o"], "give it a priority", "--priority 9"],
  [ADDING, ["-u", "--front", "--urgent"], "run it first", "--priority 9"],
  [ADDING, ["-r", "--retry", "--retries"], "say how often to retry it", "--max-retries N"],
  [ADDING, ["-N"], "let few such jobs run at once", "--resource NAME=N"],
  [["enqueue", "run"], ["--escape"], "give words as they are", "enqueue -- PROGRAM ARG…"],
  [["enqueue"], ["-n"], "keep no output of it", "enqueue 'COMMAND >/dev/null'"],
  [["enqueue"], ["--print-task-id"], "get its ID, which is printed", "enqueue COMMAND"],
  [["enqueue"], ["--follow", "--wait"], "see it to its end", "run COMMAND"],
  [ADDING, ["-j", "-P", "--jobs", "--parallel"], "run N at once", "worker start --count N"],
  [["map"], ["--max-procs"], "run N at once", "worker start --count N"],
  [["map"], ["--keep-order"], "print the outputs in order", "--in-order"],
  [["map"], ["--joblog", "--resume"], "go on where it was", "--tag TAG"],

  [SHOWING, ["--failed", "--dead"], "list those that failed", "list --state dead"],
  [SHOWING, ["--done", "--finished"], "list those that are done", "list --state done"],
  [SHOWING, ["--running", "-r"], "list those that run", "list --state running"],
  [SHOWING, ["--queued", "--pending"], "list those that wait", "list --state pending"],
  [SHOWING, ["-j"], "get JSON", "--json"],
  [["list"], ["-a"], "list every job", "--all"],
  [["list"], ["-s"], "list those of a state", "--state STATE"],
  [["list"], ["-f", "-w", "--follow", "--watch"], "see them live", "status --watch"],
  [["status"], ["-a", "--all"], "list every job", "list --all"],
  [["status"], ["-g", "--group"], "list the jobs of a group", "list --group NAME"],
  [["status"], ["-f", "--follow"], "see it live", "--watch"],
  [["ps"], ["-a", "-e", "-A", "--all"], "list the jobs that do not run, too", "list"],
  [["logs", "show", "ps", "worker list"], ["-j"], "get JSON", "--json"],
  [["logs"], ["-l", "--tail"], "see the last N lines", "--lines N"],
  [["logs"], ["-a", "--all"], "see what all printed", "--state running,done,dead"],
  [["dashboard"], ["-p"], "choose the port", "--port N"],

  [["retry"], ["-a", "--all-failed", "--failed"], "retry all", "--state dead --all"],
  [["restart"], ["-a", "--all-failed", "--failed"], "retry all", "retry --state dead --all"],
  [AGAIN, ["--failed-in-group"], "retry those of a group", "retry --state dead --group NAME"],
  [AGAIN, ["-e"], "edit it first", "--edit"],
  [["restart"], ["-i", "--in-place"], "run the same job again", "retry ID"],
  [["retry"], ["--not-in-place"], "run a copy", "restart ID"],
  [AGAIN, ["-k", "--immediate", "--start-immediately"], "start it at once", "start ID"],
  [["cancel"], ["-s", "--signal"], "send a signal", "signal ID SIG"],
  // The first letter of -KILL, -TERM, -INT and so on.
  [["cancel", "signal"], [..."CHIKQSTU"].map((l) => `-${l}`), "send a signal", "signal ID SIG"],
  [["signal"], ["-s", "--signal"], "send a signal", "signal ID SIG"],
  [["suspend"], ["-w", "--wait"], "start no more jobs", "worker pause"],
  [["worker pause"], ["-w", "--wait"], "start no more jobs", "worker pause"],
  [["suspend", "worker pause"], ["-a"], "stop all that run", "suspend --all"],
  [["start"], ["-g"], "let a group go on", "worker resume --group NAME"],
  [["hold", "release"], ["-d", "--delay"], "run it later", "move --delay DUR ID"],
  [["move"], ["-u", "--front", "--first", "--urgent"], "run it first", "--priority 9"],
  [["rm", "queue clear", "dlq clear"], ["-f", "--force"], "not be asked", "--yes"],
  [["queue clear", "prune"], ["--done"], "remove those that are done", "--state done"],
  [["queue clear", "prune"], ["--dead", "--failed"], "remove dead jobs", "--state dead"],
  [["dlq retry"], ["-a"], "retry all that failed", "--all"],
  [CHOOSING, ["-a"], "choose every job", "--all"],
  [CHOOSING, ["--failed", "--dead"], "choose those that failed", "--state dead"],
  [CHOOSING, ["--done"], "choose those that are done", "--state done"],

  [START, ["-j", "-c", "-p", "--jobs", "--parallel"], "run N at once", "worker start --count N"],
  [START, ["--workers", "--concurrency"], "run N at once", "worker start --count N"],
  [START, ["-D", "--daemon", "--daemonize", "--background"], "detach", "worker start --detach"],
  [["worker stop"], ["-a", "--all"], "stop all workers", "worker stop"],
  [["worker stop"], ["-f", "-k", "--force", "--kill"], "kill what runs", "--now"],
  [["worker scale"], ["-j", "-n", "--count"], "run N at once", "worker scale N"],
  [["worker scale"], ["-g", "--group"], "limit a group", "config set groups.NAME N"],
];

/** What to type instead of an option, after `queuectl`. */
export function answerText(command: string, instead: string): string {
  return instead.startsWith("-") ? `${command} ${instead}`.trimStart() : instead;
}

/**
 * The error to report instead of one about an option that a command lacks.
 *
 * @param command Its name; empty for queuectl itself.
 */
export function answerOption(error: unknown, command: string): unknown {
  if (!(error instanceof MisspelledError)) return error;
  const found = OTHER_OPTIONS.find(([commands, options]) =>
    (command === "" ? commands.length === 0 : commands.includes(command)) &&
    options.includes(error.word)
  );
  if (!found) return error;
  const [, , aim, instead] = found;
  return insteadOf(error.message, [aim, answerText(command, instead)]);
}
