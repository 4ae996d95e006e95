/**
 * Signals: their names, and sending them to a process group.
 *
 * @module
 */

/** Signal names by number on Linux, from 1; see signal(7). */
const NAMES = [
  "SIGHUP",
  "SIGINT",
  "SIGQUIT",
  "SIGILL",
  "SIGTRAP",
  "SIGABRT",
  "SIGBUS",
  "SIGFPE",
  "SIGKILL",
  "SIGUSR1",
  "SIGSEGV",
  "SIGUSR2",
  "SIGPIPE",
  "SIGALRM",
  "SIGTERM",
  "SIGSTKFLT",
  "SIGCHLD",
  "SIGCONT",
  "SIGSTOP",
  "SIGTSTP",
  "SIGTTIN",
  "SIGTTOU",
  "SIGURG",
  "SIGXCPU",
  "SIGXFSZ",
  "SIGVTALRM",
  "SIGPROF",
  "SIGWINCH",
  "SIGIO",
  "SIGPWR",
  "SIGSYS",
]; // deno-fmt-ignore

/** The name of a signal by its number, such as `SIGTERM` for 15. */
export function signalName(number: number): string {
  return NAMES[number - 1] ?? `SIG${number}`;
}

/** The number of a signal by its name, or 0 if it has none. A shell reports it as 128 and this. */
export function signalNumber(name: string): number {
  return NAMES.indexOf(name) + 1;
}

/**
 * Sends a signal to a process group.
 *
 * @param group The group's ID: the process ID of its leader.
 * @returns Whether a process of the group is left.
 */
export function signalGroup(group: number, signal: Deno.Signal): boolean {
  try {
    Deno.kill(-group, signal);
    return true;
  } catch {
    return false;
  }
}

/** Whether a process of a group is left. */
export function groupLives(group: number): boolean {
  // Signal 0 sends nothing and only asks (kill(2)); the runtime takes it, its types do not.
  return signalGroup(group, 0 as unknown as Deno.Signal);
}

/**
 * Ends a process group: SIGTERM, and SIGKILL for what is left of it after the grace.
 *
 * @param group The group's ID.
 * @param grace Seconds between the two; 0 for SIGKILL at once.
 * @param runs Asked now and then whether any process of it still runs: one that has ended and that nobody
 * has reaped, as where process 1 of a container reaps nothing, keeps its group alive for the kernel.
 */
export async function endGroup(
  group: number,
  grace: number,
  runs: () => Promise<boolean> = () => Promise.resolve(true),
): Promise<void> {
  const until = performance.now() + grace * 1000;
  if (grace > 0) {
    if (!signalGroup(group, "SIGTERM")) return;
    for (let pause = 5; groupLives(group); pause = Math.min(pause * 2, 100)) {
      const left = until - performance.now();
      if (left <= 0 || (pause >= 40 && !(await runs()))) break;
      await new Promise((resolve) => setTimeout(resolve, Math.min(pause, left)));
    }
  }
  // A group that is gone may be followed by another of its number; while one of it is left none can.
  if (groupLives(group)) signalGroup(group, "SIGKILL");
}
