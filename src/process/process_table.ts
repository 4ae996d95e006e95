/**
 * The processes of this machine: which there are, and which carry a worker's name and a job's ID in their environment.
 *
 * @module
 */

/** A process, as /proc/PID/stat tells of it. */
export interface Process {
  /** Its number. */
  pid: number;
  /** Whether it still runs: not one that has ended and that nobody has reaped. */
  runs: boolean;
  /** Its parent. */
  parent: number;
  /** Its process group: the number of the leader. */
  group: number;
  /** Its session: the number of the leader. */
  session: number;
  /** When it was started, in the kernel's ticks since the machine was: with the number it names one process. */
  started: string;
}

/** What the environment of a process says of the job that it belongs to. */
export interface Mark {
  /** QUEUECTL_WORKER. */
  worker: string;
  /** QUEUECTL_JOB_ID. */
  id: string;
  /** QUEUECTL_ATTEMPT. */
  attempt: number;
}

/**
 * Prints the status of all processes, and QUEUECTL_… of those that have a given NAME=VALUE in their environment; nothing
 * if there is none. Each as PATH:CONTENT with a NUL after it, which neither can have in it. The environment is read after
 * the status, so that of a process which is still there later it is known to be its own. The runtime itself may not read
 * these files short of all permissions, so grep does. Its exit status says nothing: there is always a process that it
 * may not look at, or that has just ended.
 */
const MARKED = `
files=$(grep -lzxF -e "$1" /proc/[0-9]*/environ /dev/null 2>/dev/null)
test -n "$files" || exit 0
grep -Hza "" /proc/[0-9]*/stat 2>/dev/null
exec grep -HzaE "^QUEUECTL_(WORKER|JOB_ID|ATTEMPT)=" $files /dev/null 2>/dev/null
`;

/** Prints files in the same way. */
const PRINT = 'exec grep -Hza "" "$@" /dev/null 2>/dev/null';

async function print(script: string, ...args: string[]): Promise<string[]> {
  const { stdout } = await new Deno.Command("/bin/sh", {
    args: ["-c", script, "sh", ...args],
    // A worker can itself be part of a job; what looks should not find itself.
    clearEnv: true,
    env: { PATH: Deno.env.get("PATH") ?? "/usr/bin:/bin", LC_ALL: "C" },
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).output();
  return new TextDecoder("latin1").decode(stdout).split("\0");
}

/** All processes, and what those of one worker say of their jobs; none of either if that worker has none. */
export async function processesOf(
  worker: string,
): Promise<{ all: Map<number, Process>; marks: Map<number, Mark> }> {
  const marks = new Map<number, Mark>();
  const lines = await print(MARKED, `QUEUECTL_WORKER=${worker}`);
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
  for (const [pid, mark] of marks) if (mark.worker !== worker) marks.delete(pid);
  return { all: parse(lines), marks };
}

/** Those of some processes that are still there. */
export async function lookUp(pids: readonly number[]): Promise<Map<number, Process>> {
  return parse(await print(PRINT, ...pids.map((pid) => `/proc/${pid}/stat`)));
}

function parse(lines: readonly string[]): Map<number, Process> {
  const all = new Map<number, Process>();
  for (const line of lines) {
    // The name in the brackets may hold anything but NUL; after the last bracket there are only words.
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
