/**
 * The real program as a process of its own, so that a test sees a crash or a standstill of it.
 *
 * @module
 */

import { PERMISSIONS } from "../../src/cli/commands/workers/permissions.ts";
import type { WorkerEvent } from "../../src/worker/events.ts";

const PROGRAM = new URL("../../src/cli/main.ts", import.meta.url).pathname;

/** The words that start queuectl. */
export function programWords(...args: string[]): [string, ...string[]] {
  return [Deno.execPath(), "run", "--quiet", "--no-prompt", ...PERMISSIONS, PROGRAM, ...args];
}

/** What a finished program said. */
export interface Said {
  /** Its exit status. */
  code: number;
  /** Its standard output, without the last newline. */
  out: string;
  /** Its standard error, without the last newline. */
  err: string;
}

/** Runs queuectl to its end. */
export async function program(...args: string[]): Promise<Said> {
  const [command, ...rest] = programWords(...args);
  const { code, stdout, stderr } = await new Deno.Command(command, { args: rest, stdin: "null" })
    .output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trimEnd();
  return { code, out: text(stdout), err: text(stderr) };
}

/** A worker that runs as a process. `await using` kills it if it still runs. */
export class WorkerProcess implements AsyncDisposable {
  /** What it told so far. */
  readonly events: WorkerEvent[] = [];
  /** What it wrote to standard error so far. */
  said = "";
  /** Its exit status once it has ended. */
  code: number | undefined;
  readonly #child: Deno.ChildProcess;
  readonly #read: Promise<unknown>;

  /** @param args What follows `worker start`. */
  constructor(dir: string, ...args: string[]) {
    const [command, ...rest] = programWords("--dir", dir, "worker", "start", "--json", ...args);
    this.#child = new Deno.Command(command, {
      args: rest,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#read = Promise.all([this.#readEvents(), this.#readSaid()]);
    void this.#child.status.then(({ code }) => this.code = code);
  }

  /** The process. */
  get pid(): number {
    return this.#child.pid;
  }

  /** The messages of its trouble. */
  get troubles(): string[] {
    return this.events.flatMap((event) => event.kind === "trouble" ? [event.message] : []);
  }

  /** Lets it finish, and resolves to its exit status. */
  async stop(): Promise<number> {
    if (this.code === undefined) this.#child.kill("SIGTERM");
    return await this.ended();
  }

  /** Resolves to its exit status when it has ended. */
  async ended(): Promise<number> {
    const { code } = await this.#child.status;
    await this.#read;
    return code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.code === undefined) {
      try {
        this.#child.kill("SIGKILL");
      } catch {
        // It has just ended.
      }
    }
    await this.ended();
  }

  async #readEvents(): Promise<void> {
    let rest = "";
    for await (const text of this.#child.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      for (const line of lines) this.events.push(JSON.parse(line));
    }
  }

  async #readSaid(): Promise<void> {
    for await (const text of this.#child.stderr.pipeThrough(new TextDecoderStream())) {
      this.said += text;
    }
  }
}
