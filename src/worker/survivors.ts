/**
 * Ending what is left of a command: processes that left its group, or outlived their worker. Each
 * has QUEUECTL_WORKER and QUEUECTL_JOB_ID in its environment, so /proc tells whose it is.
 *
 * @module
 */

/**
 * Prints the process IDs that have every given NAME=VALUE in their environment. The runtime itself may
 * not read /proc/PID/environ short of all permissions, so grep does. Its exit status says nothing: there
 * is always a process that it may not look at, or that has just ended.
 */
const FIND = `
files=$(echo /proc/[0-9]*/environ)
for pair do
  files=$(grep -lzxF -e "$pair" $files /dev/null 2>/dev/null)
done
for file in $files; do
  pid=\${file#/proc/}
  echo "\${pid%/environ}"
done
`;

async function find(environment: readonly string[]): Promise<number[]> {
  const { stdout } = await new Deno.Command("/bin/sh", {
    args: ["-c", FIND, "sh", ...environment],
    // A worker can itself be part of a job; what looks should not find itself.
    clearEnv: true,
    env: { PATH: Deno.env.get("PATH") ?? "/usr/bin:/bin", LC_ALL: "C" },
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).output();
  return new TextDecoder().decode(stdout).split("\n").filter(Boolean).map(Number)
    .filter((pid) => pid !== Deno.pid);
}

/**
 * Whether any process of a group still runs. One that has ended and that nobody has reaped counts for
 * kill(2), but not here: /proc/PID/stat gives its state as Z.
 */
export async function groupRuns(group: number): Promise<boolean> {
  if (Deno.build.os !== "linux") return true;
  const { success } = await new Deno.Command("/bin/sh", {
    args: ["-c", 'grep -qE "\\) [^ZX] [0-9]+ $0 " /proc/[0-9]*/stat 2>/dev/null', String(group)],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).output();
  return success;
}

/**
 * Kills every process on this machine that carries a worker's name, or a worker's name and a job's ID.
 * Looks again until none is left, as a process may fork while it is looked for.
 *
 * @param worker The worker's name.
 * @param jobId Only processes of this job.
 */
export async function killSurvivors(worker: string, jobId?: string): Promise<void> {
  if (Deno.build.os !== "linux") return;
  const environment = [`QUEUECTL_WORKER=${worker}`];
  if (jobId !== undefined) environment.push(`QUEUECTL_JOB_ID=${jobId}`);
  for (let round = 0; round < 20; round++) {
    const pids = await find(environment);
    if (pids.length === 0) return;
    for (const pid of pids) {
      try {
        Deno.kill(pid, "SIGKILL");
      } catch {
        // It ended by itself.
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
