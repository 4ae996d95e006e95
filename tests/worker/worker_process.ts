/**
 * Workers in a process of their own, which a test can kill.
 *
 * @module
 */

import type { WorkerOptions } from "../../src/worker/worker.ts";
import { within } from "./observed_worker.ts";

/** A process that runs `worker_program.ts`. */
export class WorkerProcess implements AsyncDisposable {
  /** What it has printed so far: each event, `live` with a worker's name, and `finished`. */
  readonly lines: { kind: string; [field: string]: unknown }[] = [];
  /** How it ended. */
  readonly status: Promise<Deno.CommandStatus>;
  readonly #child: Deno.ChildProcess;
  #look: () => void = () => {};

  private constructor(args: string[]) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-A",
        "--no-check",
        new URL("worker_program.ts", import.meta.url).pathname,
        ...args,
      ],
      // Never written to: a job that read from it would wait for ever.
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.status = this.#child.status;
    void this.status.then(() => this.#child.stdin.close()).catch(() => {});
    void this.#read();
  }

  /** Starts workers; resolves when all are live. */
  static async start(
    dir: string,
    options: Omit<WorkerOptions, "onEvent"> = {},
    workers = 1,
    ...more: string[]
  ): Promise<WorkerProcess> {
    const started = new WorkerProcess([dir, JSON.stringify(options), `${workers}`, ...more]);
    await started.next("live", workers);
    return started;
  }

  /** The process ID. */
  get pid(): number {
    return this.#child.pid;
  }

  /** The names of its workers. */
  get names(): string[] {
    return this.lines.filter(({ kind }) => kind === "live").map(({ name }) => name as string);
  }

  /** Waits until it has printed n lines of a kind. */
  async next(kind: string, n = 1): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const look = this.#look;
    this.#look = () => {
      look();
      if (this.lines.filter((line) => line.kind === kind).length >= n) resolve();
    };
    this.#look();
    await within(promise, `${n} times ${kind}: ${JSON.stringify(this.lines)}`);
  }

  /** Ends it as nothing can be prepared for; resolves when it is gone. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.status;
  }

  async #read(): Promise<void> {
    let rest = "";
    for await (const text of this.#child.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      this.lines.push(...lines.map((line) => JSON.parse(line)));
      this.#look();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await this.status;
  }
}
