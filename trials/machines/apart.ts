/**
 * Running the trial in namespaces of its own, so that nothing of it can outlive it: when the first
 * process of its PID namespace ends, the kernel kills all others, and mounts, bridges and files in
 * memory go with their namespaces.
 *
 * @module
 */

import { run, signal, until } from "./processes.ts";

/** A program that must be there, and the Debian package that has it. */
export type Needed = readonly [program: string, pack: string];

const NEEDED: readonly Needed[] = [
  ["ip", "iproute2"],
  ["unshare", "util-linux"],
  ["nsenter", "util-linux"],
  ["setpriv", "util-linux"],
  ["script", "bsdutils"],
  ["faketime", "faketime"],
];

const UNSHARE = [
  ...["unshare", "--mount", "--pid", "--net", "--uts", "--propagation", "private"],
  ...["--fork", "--kill-child", "--mount-proc"],
];

/** Why the trial cannot run here, as a sentence; `undefined` if it can. */
export async function whyNot(needed: readonly Needed[]): Promise<string | undefined> {
  if (Deno.uid() !== 0) return "only root may make namespaces, mounts and network devices";
  const missing = [];
  for (const [program, pack] of [...NEEDED, ...needed]) {
    const { code } = await run(["sh", "-c", 'command -v "$0"', program]);
    if (code !== 0) missing.push(pack);
  }
  if (missing.length > 0) {
    return `missing; type: apt-get install ${[...new Set(missing)].join(" ")}`;
  }
  try {
    Deno.statSync("/dev/fuse");
  } catch {
    return "there is no /dev/fuse, so no network file system can be mounted";
  }
  const probe = "ip link add br0 type bridge && mount -t tmpfs tmpfs /mnt";
  const { code, stderr } = await run([...UNSHARE, "sh", "-c", probe]);
  if (code !== 0) return `namespaces cannot be made: ${stderr.trim()}`;
}

/**
 * Runs a module in namespaces of its own, on a disk in memory that only it sees.
 *
 * @param script The module. It finds the disk's path in `$MACHINES_ROOT`.
 * @returns Its exit status; 130 if a signal ended the trial.
 */
export async function runApart(script: string, args: readonly string[]): Promise<number> {
  const root = Deno.makeTempDirSync({ prefix: "queuectl-machines-" });
  const mount = 'mount -t tmpfs -o mode=755 tmpfs "$MACHINES_ROOT" && exec "$@"';
  const again = [Deno.execPath(), "run", "-A", script, ...args];
  const child = new Deno.Command("setpriv", {
    args: ["--pdeathsig", "KILL", ...UNSHARE, "sh", "-c", mount, "sh", ...again],
    env: { MACHINES_ROOT: root, DENO_DIR: denoDirectory() },
    stdin: "null",
  }).spawn();
  let interrupted = false;
  const interrupt = () => {
    interrupted = true;
    signal(child.pid, "SIGKILL");
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const name of signals) Deno.addSignalListener(name, interrupt);
  const { code } = await child.status;
  // The kernel ends what is left of the namespaces in its own time.
  await until(() => !isInUse(root), 30, 0.05);
  Deno.removeSync(root);
  for (const name of signals) Deno.removeSignalListener(name, interrupt);
  return interrupted ? 130 : code;
}

/** Where Deno keeps what it has loaded, as hosts have another home. */
function denoDirectory(): string {
  const { stdout } = new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).outputSync();
  return JSON.parse(new TextDecoder().decode(stdout)).denoDir;
}

/**
 * Whether a process lives that has the trial's disk in its environment, as all of its processes
 * have, or one of a namespace within another, as hosts are, that is ending and has no environment
 * any more.
 */
function isInUse(root: string): boolean {
  const depth = (status: string) => /^NSpid:(.*)$/m.exec(status)![1]!.trim().split(/\s+/).length;
  const own = depth(Deno.readTextFileSync("/proc/self/status"));
  for (const { name } of Deno.readDirSync("/proc")) {
    try {
      const environment = Deno.readTextFileSync(`/proc/${name}/environ`);
      if (environment.split("\0").includes(`MACHINES_ROOT=${root}`)) return true;
      const status = Deno.readTextFileSync(`/proc/${name}/status`);
      if (environment === "" && depth(status) > own + 1) return true;
    } catch {
      // No process, or one that has ended.
    }
  }
  return false;
}
