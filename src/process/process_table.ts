/**
 * The processes of this machine, and which of them are marked with a worker and a job in their
 * environment.
 *
 * @module
 */

/** A process, as /proc/PID/stat describes it. */
export interface Process {
  /** Its number. */
  pid: number;
  /** Whether it still runs: false once it has ended, reaped or not. */
  runs: boolean;
  /** Its parent's number. */
  parent: number;
  /** Its process group: the leader's number. */
  group: number;
  /** Its session: the leader's number. */
  session: number;
  /** When it started, in kernel ticks since boot; with its number this identifies it. */
  started: string;
}

/** The job that a process belongs to, by its environment. */
export interface Mark {
  /** QUEUECTL_WORKER. */
  worker: string;
  /** QUEUECTL_JOB_ID. */
  id: string;
  /** QUEUECTL_ATTEMPT. */
  attempt: number;
}

/**
 * Prints the status of all processes, and the QUEUECTL_… variables of those with the NAME=VALUE $1;
 * nothing if no process has it. Each entry is PATH:CONTENT and a NUL, which neither can contain.
 *
 * The environment is read after the status, so that it is that of a process which is there later.
 * grep reads these files, as the runtime demands all permissions for them. Its exit status says
 * nothing: some process always denies access or has just ended.
 */
const PRINT_MARKED = `
files=$(grep -lzxF -e "$1" /proc/[0-9]*/environ /dev/null 2>/dev/null)
test -n "$files" || exit 0
grep -Hza "" /proc/[0-9]*/stat 2>/dev/null
exec grep -HzaE "^QUEUECTL_(WORKER|JOB_ID|ATTEMPT)=" $files /dev/null 2>/dev/null
`;

/** Prints files in the same form. */
const PRINT = 'exec grep -Hza "" "$@" /dev/null 2>/dev/null';

async function runScript(script: string, ...args: string[]): Promise<string[]> {
  const { stdout } = await new Deno.Command("/bin/sh", {
    args: ["-c", script, "sh", ...args],
    // A worker can itself be part of a job: the script must not find itself.
    clearEnv: true,
    env: { PATH: Deno.env.get("PATH") ?? "/usr/bin:/bin", LC_ALL: "C" },
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).output();
  return new TextDecoder("latin1").decode(stdout).split("\0");
}

/** All processes, and the marks of some; both empty if nothing is marked so. */
interface MarkedProcesses {
  all: Map<number, Process>;
  marks: Map<number, Mark>;
}

/** All processes, and the marks of one worker's; both empty if the worker has no process. */
export async function processesOf(worker: string): Promise<MarkedProcesses> {
  const found = await processesWith(`QUEUECTL_WORKER=${worker}`);
  for (const [pid, mark] of found.marks) if (mark.worker !== worker) found.marks.delete(pid);
  return found;
}

/**
 * All processes, and the marks of those that have a variable in their environment.
 *
 * @param variable As `NAME=VALUE`.
 */
export async function processesWith(variable: string): Promise<MarkedProcesses> {
  const marks = new Map<number, Mark>();
  const lines = await runScript(PRINT_MARKED, variable);
  for (const line of lines) {
    const match = /^\/proc\/(\d+)\/environ:QUEUECTL_(WORKER|JOB_ID|ATTEMPT)=(.*)$/s.exec(line);
    if (!match) continue;
    const pid = Number(match[1]);
    const mark = marks.get(pid) ?? { worker: "", id: "", attempt: NaN };
    marks.set(pid, mark);
    if (match[2] === "WORKER") mark.worker = match[3]!;
    else if (match[2] === "JOB_ID") mark.id = match[3]!;
    else mark.attempt = Number(match[3]);
  }
  return { all: parse(lines), marks };
}

/** The processes of these numbers that are still there. */
export async function readProcesses(pids: readonly number[]): Promise<Map<number, Process>> {
  return parse(await runScript(PRINT, ...pids.map((pid) => `/proc/${pid}/stat`)));
}

function parse(lines: readonly string[]): Map<number, Process> {
  const all = new Map<number, Process>();
  for (const line of lines) {
    // The name in parentheses may contain anything but NUL; only words follow the last parenthesis.
    const match = /^\/proc\/(\d+)\/stat:.*\) (.*)\n$/s.exec(line);
    if (!match) continue;
    const words = match[2]!.split(" ");
    const pid = Number(match[1]);
    all.set(pid, {
      pid,
      runs: words[0] !== "Z" && words[0] !== "X",
      parent: Number(words[1]),
      group: Number(words[2]),
      session: Number(words[3]),
      started: words[19]!,
    });
  }
  return all;
}
