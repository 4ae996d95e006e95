/**
 * Processes that are started anew whenever they end, and that can be killed, stopped and continued.
 *
 * @module
 */

/** What a member of the crew runs; asked anew for each start. */
export interface Role {
  /** For the record. */
  name: string;
  /** The words of the command, and the file that its output is appended to. */
  start(life: number): { words: readonly string[]; output: string };
  /** Whether it may end by itself: one that may not and does is a fault. */
  mayEnd: boolean;
  /** The longest pause before it is started again, in milliseconds. */
  pause: number;
}

/** A process that is alive. */
export interface Member {
  /** What it runs. */
  readonly role: Role;
  /** Its process. */
  readonly pid: number;
  /** Whether it is stopped by SIGSTOP. */
  stopped: boolean;
}

/** Keeps a number of processes alive. */
export class Crew {
  /** Who is alive. */
  readonly members = new Set<Member>();
  /** How often each role was killed. */
  readonly kills = new Map<string, number>();
  /** Every process that was killed. */
  readonly killed = new Set<number>();
  /** Those that ended by themselves and should not have. */
  readonly deserters: string[] = [];
  /** How often a process was stopped. */
  stops = 0;
  readonly #random: () => number;
  readonly #keepers: Promise<void>[] = [];
  #closed = false;

  /** @param random Draws the pauses. */
  constructor(random: () => number) {
    this.#random = random;
  }

  /** Adds a role, and keeps a process of it alive until the crew is dismissed. */
  hire(role: Role): void {
    this.#keepers.push(this.#keep(role));
  }

  /** Sends SIGKILL. */
  kill(member: Member): void {
    this.killed.add(member.pid);
    this.kills.set(member.role.name, (this.kills.get(member.role.name) ?? 0) + 1);
    signal(member.pid, "SIGKILL");
  }

  /** Sends SIGSTOP, and SIGCONT after a while, if it still lives then. */
  async stop(member: Member, milliseconds: number): Promise<void> {
    if (member.stopped) return;
    this.stops++;
    member.stopped = true;
    signal(member.pid, "SIGSTOP");
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    if (this.members.has(member)) signal(member.pid, "SIGCONT");
    member.stopped = false;
  }

  /** Kills all that live and starts none again. */
  async dismiss(): Promise<void> {
    this.#closed = true;
    for (const member of this.members) this.kill(member);
    await Promise.all(this.#keepers);
  }

  async #keep(role: Role): Promise<void> {
    for (let life = 0; !this.#closed; life++) {
      const { words, output } = role.start(life);
      // Deno gives a child no file for its output; the shell does, and becomes the command.
      const child = new Deno.Command("/bin/sh", {
        args: ["-c", 'exec "$@" >>"$0" 2>&1', output, ...words],
        stdin: "null",
        stdout: "null",
        stderr: "inherit",
      }).spawn();
      const member: Member = { role, pid: child.pid, stopped: false };
      this.members.add(member);
      const { code, signal } = await child.status;
      this.members.delete(member);
      if (!this.killed.has(child.pid) && !(role.mayEnd && signal === null)) {
        this.deserters.push(`${role.name} (pid ${child.pid}) ended by itself: ${signal ?? code}`);
      }
      if (this.#closed) return;
      await new Promise((resolve) => setTimeout(resolve, this.#random() * role.pause));
    }
  }
}

function signal(pid: number, name: Deno.Signal): void {
  try {
    Deno.kill(pid, name);
  } catch {
    // It has just ended.
  }
}
