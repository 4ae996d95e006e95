/**
 * A worker's fence: a process of its own that ends the worker's commands when the worker dies or
 * gives no sign in time. See fence_script.ts.
 *
 * @module
 */

import { reasonWithin } from "../text/errors.ts";
import { type ChildInput, childInput } from "./child_input.ts";
import { FENCE, IN_FITTING_SHELL } from "./fence_script.ts";
import type { JobRun } from "./survivors.ts";

/** The exit status of a shell that cannot find the program that it is to become. */
const NO_SUCH_SHELL = 127;

/** The longest time that a line holds, in seconds: a timer of the shell has a limit. */
const LONGEST = 100_000;

const encoder = new TextEncoder();

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
  #note: { path: string; file: Deno.FsFile } | undefined;
  #child: Deno.ChildProcess | undefined;
  #input: ChildInput | undefined;
  #isPossible = true;

  /** Makes it. */
  constructor(options: FenceOptions) {
    this.#options = options;
    this.#start();
  }

  #start(): void {
    const { worker, trouble } = this.#options;
    let child: Deno.ChildProcess;
    try {
      const { path } = this.#openNote();
      child = new Deno.Command("/bin/sh", {
        args: [
          ...["-c", IN_FITTING_SHELL, "sh", FENCE],
          ...["fence", worker, String(Deno.pid), this.#left(), path],
        ],
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
      this.#closeNote();
      trouble(`nothing ends this worker's commands should it be cut off: ${reasonWithin(error)}`);
      return;
    }
    this.#child = child;
    this.#input = childInput(child);
    void child.status.then(({ code }) => {
      this.#closeNote();
      this.#input?.close();
      this.#child = this.#input = undefined;
      if (code !== NO_SUCH_SHELL) return;
      this.#isPossible = false;
      trouble(
        "nothing ends this worker's commands should it be cut off from its file system: that " +
          "takes a shell whose read has a time limit; install bash",
      );
    });
  }

  /** Opens a file in memory where there is one, for what runs. */
  #openNote() {
    const options = { prefix: "queuectl-fence-" };
    let path: string;
    try {
      path = Deno.makeTempFileSync({ ...options, dir: "/dev/shm" });
    } catch {
      path = Deno.makeTempFileSync(options);
    }
    this.#note = { path, file: Deno.openSync(path, { write: true }) };
    this.#write();
    return this.#note;
  }

  #closeNote(): void {
    if (!this.#note) return;
    const { path, file } = this.#note;
    this.#note = undefined;
    file.close();
    try {
      Deno.removeSync(path);
    } catch {
      // The fence has removed it.
    }
  }

  /** One call, so that nobody finds half of it; what an earlier one wrote may follow its line. */
  #write(): void {
    if (!this.#note) return;
    this.#note.file.seekSync(0, Deno.SeekMode.Start);
    this.#note.file.writeSync(encoder.encode([...this.#told, "\n"].join(" ")));
  }

  /** For how many seconds a line holds. */
  #left(): string {
    return Math.max(0, Math.min(LONGEST, this.#options.left())).toFixed(3);
  }

  /** Nothing if it has ended: the next one is told all. */
  #say(what: string): void {
    this.#input?.write(encoder.encode(`${this.#left()} ${what}\n`));
  }

  /** Whether the worker runs nothing. */
  get isIdle(): boolean {
    return this.#told.size === 0;
  }

  /** The worker has given a sign: its time begins anew. */
  beat(): void {
    if (this.#child) this.#say("beat");
    else if (this.#isPossible) this.#start();
  }

  /** A run is about to be started: from now on the fence would end it. */
  begins(run: JobRun): void {
    this.#told.add(wordOf(run));
    this.#write();
  }

  /** A run leads a session now; 0 if it could not be started. */
  started(pid: number): void {
    if (pid === 0) return;
    this.#told.add(String(pid));
    this.#write();
  }

  /** The leader of a session has exited. */
  exited(pid: number): void {
    if (this.#told.delete(String(pid))) this.#write();
  }

  /** A run is over: what is left of it was to be left. */
  ended(run: JobRun): void {
    if (this.#told.delete(wordOf(run))) this.#write();
  }

  /** Takes it away; resolves when it is gone. */
  async leave(): Promise<void> {
    const child = this.#child;
    this.#say("bye");
    this.#input?.close();
    await child?.status;
  }
}

function wordOf({ id, attempt }: JobRun): string {
  return `${id}/${attempt}`;
}
