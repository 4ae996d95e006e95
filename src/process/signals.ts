/**
 * Signals: their names, and ending a process group: SIGTERM, a time of grace, SIGKILL. A group that
 * was stopped (SIGSTOP) goes on (SIGCONT) to be ended.
 *
 * @module
 */

/** Signal names by number on Linux, from 1; see signal(7). */
const NAMES = (
  "SIGHUP SIGINT SIGQUIT SIGILL SIGTRAP SIGABRT SIGBUS SIGFPE SIGKILL SIGUSR1 SIGSEGV " +
  "SIGUSR2 SIGPIPE SIGALRM SIGTERM SIGSTKFLT SIGCHLD SIGCONT SIGSTOP SIGTSTP SIGTTIN " +
  "SIGTTOU SIGURG SIGXCPU SIGXFSZ SIGVTALRM SIGPROF SIGWINCH SIGIO SIGPWR SIGSYS"
).split(" ");

/** The name of a signal by its number, such as `SIGTERM` for 15. */
export function signalName(number: number): string {
  return NAMES[number - 1] ?? `SIG${number}`;
}

/** The number of a signal by its name, or 0 if it has none. A shell reports it as 128 and this. */
export function signalNumber(name: string): number {
  return NAMES.indexOf(name) + 1;
}

/** The names of all signals. */
export const SIGNAL_NAMES: readonly string[] = NAMES;

/**
 * The signal that a word means: `TERM`, `SIGTERM`, `term` or `15`; `undefined` if it means none.
 */
export function signalOf(word: string): Deno.Signal | undefined {
  const name = word.toUpperCase();
  const known = /^[0-9]+$/.test(word)
    ? NAMES[Number(word) - 1]
    : NAMES.find((each) => each === name || each === `SIG${name}`);
  return known as Deno.Signal | undefined;
}

/**
 * Sends a signal to a process group.
 *
 * @param group The group's ID: the process ID of its leader.
 * @returns Whether the group exists.
 */
export function signalGroup(group: number, signal: Deno.Signal): boolean {
  try {
    Deno.kill(-group, signal);
    return true;
  } catch {
    return false;
  }
}

/** Whether a process group exists: a process that has ended and was not reaped counts. */
export function groupExists(group: number): boolean {
  // Signal 0 only asks (kill(2)); the runtime takes it, its types do not.
  return signalGroup(group, 0 as unknown as Deno.Signal);
}

/**
 * Ends a process group: SIGTERM, and after the grace period SIGKILL for the rest.
 *
 * @param group The group's ID.
 * @param grace Seconds between the two; 0 sends SIGKILL at once.
 * @param runs Asked now and then whether a process of it still runs: in a container whose process 1
 * reaps nothing, the group exists for ever.
 */
export async function endGroup(
  group: number,
  grace: number,
  runs: () => Promise<boolean> = () => Promise.resolve(true),
): Promise<void> {
  const until = performance.now() + grace * 1000;
  if (grace > 0) {
    if (!signalGroup(group, "SIGTERM")) return;
    // What was stopped hears of SIGTERM only now.
    signalGroup(group, "SIGCONT");
    for (let pause = 5; groupExists(group); pause = Math.min(pause * 2, 100)) {
      const left = until - performance.now();
      if (left <= 0 || (pause >= 40 && !(await runs()))) break;
      await new Promise((resolve) => setTimeout(resolve, Math.min(pause, left)));
    }
  }
  // No other group gets this number while a process of this one exists.
  if (groupExists(group)) signalGroup(group, "SIGKILL");
}
