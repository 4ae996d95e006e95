/**
 * Running the commands that a trial is made of.
 *
 * @module
 */

/** How a command ended. */
export interface Ended {
  /** Its exit status; 137 if its time was up. */
  code: number;
  /** What it printed. */
  stdout: string;
  /** What it printed to standard error. */
  stderr: string;
  /** How long it took, in seconds. */
  seconds: number;
}

/** What else a command is given. */
export interface RunOptions {
  /** Its standard input; none if missing. */
  input?: string;
  /** After how many seconds it is killed (60). */
  patience?: number;
}

/** Runs a command to its end, or until its time is up. */
export async function run(words: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const begun = performance.now();
  const child = new Deno.Command(words[0]!, {
    args: words.slice(1),
    stdin: options.input === undefined ? "null" : "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const giveUp = setTimeout(() => signal(child.pid, "SIGKILL"), (options.patience ?? 60) * 1000);
  if (options.input !== undefined) {
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(options.input)).catch(() => {});
    await writer.close().catch(() => {});
  }
  const { code, stdout, stderr } = await child.output();
  clearTimeout(giveUp);
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  const seconds = (performance.now() - begun) / 1000;
  return { code, stdout: text(stdout), stderr: text(stderr), seconds };
}

/** Runs a command that must succeed; returns what it printed. */
export async function must(words: readonly string[], options: RunOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await run(words, options);
  if (code !== 0) throw new Error(`exit ${code}: ${words.join(" ")}\n${stderr}${stdout}`);
  return stdout;
}

/** Sends a signal to a process, if it is still there. */
export function signal(pid: number, name: Deno.Signal): void {
  try {
    Deno.kill(pid, name);
  } catch (error) {
    // It has just ended.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Waits. */
export function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}

/** Asks again and again until the answer is yes; `false` if it is not within so many seconds. */
export async function until(
  answer: () => boolean | Promise<boolean>,
  patience: number,
  interval = 0.1,
): Promise<boolean> {
  const deadline = performance.now() + patience * 1000;
  while (!(await answer())) {
    if (performance.now() > deadline) return false;
    await pause(interval);
  }
  return true;
}

/** The processes of this PID namespace and of those in it, with the words of their commands. */
export function processes(): { pid: number; parent: number; words: string }[] {
  const found = [];
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const words = Deno.readTextFileSync(`/proc/${name}/cmdline`).split("\0").join(" ").trim();
      // The name of a program, which comes before, may hold spaces and brackets.
      const fields = Deno.readTextFileSync(`/proc/${name}/stat`).replace(/^.*\) /s, "").split(" ");
      if (fields[0] !== "Z") found.push({ pid: Number(name), parent: Number(fields[1]), words });
    } catch {
      // It has ended.
    }
  }
  return found;
}

/**
 * Seconds since the machine started: the same clock for all hosts, and none of them can change it.
 */
export function uptime(): number {
  return Number(Deno.readTextFileSync("/proc/uptime").split(" ")[0]);
}
