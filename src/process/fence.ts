/**
 * A worker's fence: a process of its own that ends the worker's commands when the worker dies or
 * gives no sign in time. See fence_script.ts.
 *
 * @module
 */

import { reasonWithin } from "../text/errors.ts";
import { FENCE, IN_FITTING_SHELL } from "./fence_script.ts";
import type { JobRun } from "./survivors.ts";

/** The exit status of a shell that cannot find the program that it is to become. */
const NO_SUCH_SHELL = 127;

/** The longest time that a line holds, in seconds: a timer of the shell has a limit. */
const LONGEST = 100_000;

/** What a {@linkcode Fence} works with. */
export interface FenceOptions {
  /** The worker's name. */
  readonly worker: string;
  /** For how many seconds the worker has its presence, if it gives no further sign. */
  left(): number;
  /** Told in a sentence that the fence is gone. */
  trouble(message: string): void;
}

/** A fence: once it ends, as nobody should end it, the next beat makes another. */
export class Fence {
  readonly #options: FenceOptions;
  /** What the worker runs: runs, and the leaders of their sessions. */
  readonly #told = new Set<string>();
  #child: Deno.ChildProcess | undefined;
  #writer: WritableStreamDefaultWriter<Uint8Array> | undefined;
  #isPossible = true;

  /** Makes it. */
  constructor(options: FenceOptions) {
    this.#options = options;
    this.#start();
  }

  #start(): void {
    const { worker, trouble } = this.#options;
    const words = [
      FENCE,
      "fence",
      worker,
      String(Deno.pid),
      this.#left(),
      [...this.#told].join(" "),
    ];
    let child: Deno.ChildProcess;
    try {
      child = new Deno.Command("/bin/sh", {
        args: ["-c", IN_FITTING_SHELL, "sh", ...words],
        cwd: "/",
        // It must not be found as a process of the job that this worker may be part of.
        clearEnv: true,
        env: { PATH: Deno.env.get("PATH") ?? "/usr/bin:/bin", LC_ALL: "C" },
        // A session of its own: what ends the worker's terminal, or its group, does not end it.
        detached: true,
        stdin: "piped",
        stdout: "null",
        stderr: "inherit",
      }).spawn();
    } catch (error) {
      trouble(`nothing ends this worker's commands should it be cut off: ${reasonWithin(error)}`);
      return;
    }
    this.#child = child;
    this.#writer = child.stdin.getWriter();
    void child.status.then(({ code }) => {
      this.#child = this.#writer = undefined;
      if (code !== NO_SUCH_SHELL) return;
      this.#isPossible = false;
      trouble(
        "nothing ends this worker's commands should it be cut off from its file system: that " +
          "takes a shell whose read has a time limit; install bash",
      );
    });
  }

  /** For how many seconds a line holds. */
  #left(): string {
    return Math.max(0, Math.min(LONGEST, this.#options.left())).toFixed(3);
  }

  async #say(what: string): Promise<void> {
    try {
      await this.#writer?.write(new TextEncoder().encode(`${this.#left()} ${what}\n`));
    } catch {
      // It has ended; the next one is told all.
    }
  }

  /** The worker has given a sign: its time begins anew. */
  beat(): void {
    if (this.#child) void this.#say("beat");
    else if (this.#isPossible) this.#start();
  }

  /** Resolves when it knows of a run that is about to be started. */
  async begins(run: JobRun): Promise<void> {
    await this.#tell(wordOf(run));
  }

  /** A run leads a session now; 0 if it could not be started. */
  started(pid: number): void {
    if (pid > 0) void this.#tell(String(pid));
  }

  /** The leader of a session has exited. */
  exited(pid: number): void {
    this.#drop(String(pid));
  }

  /** A run is over: what is left of it was to be left. */
  ended(run: JobRun): void {
    this.#drop(wordOf(run));
  }

  async #tell(word: string): Promise<void> {
    this.#told.add(word);
    await this.#say(`+ ${word}`);
  }

  #drop(word: string): void {
    if (this.#told.delete(word)) void this.#say(`- ${word}`);
  }

  /** Takes it away; resolves when it is gone. */
  async leave(): Promise<void> {
    const child = this.#child;
    await this.#say("bye");
    await this.#writer?.close().catch(() => {});
    await child?.status;
  }
}

function wordOf({ id, attempt }: JobRun): string {
  return `${id}/${attempt}`;
}
