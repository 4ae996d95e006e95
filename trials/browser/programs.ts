/**
 * The real program as processes: commands that end, workers, and the dashboard.
 *
 * @module
 */

import { timed } from "../../bench/measure.ts";
import { until } from "./until.ts";

const PROGRAM = new URL("../../bin/queuectl", import.meta.url).pathname;

/** `$PATH` with the Deno that runs this, which may not be installed otherwise. */
const ENVIRONMENT = {
  PATH: `${Deno.execPath().replace(/\/[^/]*$/, "")}:${Deno.env.get("PATH") ?? ""}`,
  NO_COLOR: "1",
  TZ: "UTC",
};

/**
 * Runs a command of queuectl on a queue to its end.
 *
 * @returns What it printed.
 * @throws If it fails, with what it said.
 */
export async function queuectl(
  dir: string,
  words: readonly string[],
  stdin?: string,
): Promise<string> {
  const { stdout } = await timed([PROGRAM, "--dir", dir, ...words], { stdin, env: ENVIRONMENT });
  return stdout;
}

/** A process of queuectl that runs until it is stopped. */
export class Program implements AsyncDisposable {
  /** What it said on stderr so far. */
  said = "";
  readonly #child: Deno.ChildProcess;
  readonly #lines: ReadableStreamDefaultReader<string>;
  #rest = "";

  /** Starts it. */
  constructor(dir: string, words: readonly string[]) {
    this.#child = new Deno.Command(PROGRAM, {
      args: ["--dir", dir, ...words],
      env: ENVIRONMENT,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#lines = this.#child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    this.#listen();
  }

  /** Its process ID: the program's own, as the shell in front became it. */
  get pid(): number {
    return this.#child.pid;
  }

  /** The first line that it prints for which this holds; rejects if it ends before. */
  async line(holds: (line: string) => boolean): Promise<string> {
    while (true) {
      const end = this.#rest.indexOf("\n");
      if (end >= 0) {
        const line = this.#rest.slice(0, end);
        this.#rest = this.#rest.slice(end + 1);
        if (holds(line)) return line;
        continue;
      }
      const { value, done } = await this.#lines.read();
      if (done) {
        await this.#child.status;
        throw new Error(`queuectl ended: ${this.said.trim() || this.#rest}`);
      }
      this.#rest += value;
    }
  }

  /** Waits until it has ended by itself. */
  async ended(): Promise<Deno.CommandStatus> {
    // It would end early if nobody read what it prints.
    while (!(await this.#lines.read()).done);
    return await this.#child.status;
  }

  /** Sends a signal and waits until it has ended; how, is for the caller to judge. */
  async end(signal: Deno.Signal): Promise<Deno.CommandStatus> {
    try {
      this.#child.kill(signal);
    } catch {
      // It has ended.
    }
    await this.#lines.cancel().catch(() => {});
    return await this.#child.status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // The second has a worker end what it runs; killed, it would leave that behind.
    const again = setTimeout(() => this.#child.kill("SIGTERM"), 2_000);
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), 15_000);
    await this.end("SIGTERM");
    clearTimeout(again);
    clearTimeout(timer);
  }

  async #listen(): Promise<void> {
    for await (const text of this.#child.stderr.pipeThrough(new TextDecoderStream())) {
      this.said += text;
    }
  }
}

/** A dashboard that listens. */
export interface Dashboard {
  /** Its process. */
  program: Program;
  /** The link that it printed, with the token. */
  link: string;
  /** `http://127.0.0.1:PORT`. */
  origin: string;
}

/** Starts `queuectl dashboard` and waits for its link. */
export async function startDashboard(
  dir: string,
  options: readonly string[] = [],
): Promise<Dashboard> {
  const isPlaced = options.includes("--port") || options.includes("--socket");
  const port = isPlaced ? [] : ["--port", "0"];
  const program = new Program(dir, ["dashboard", ...port, ...options]);
  try {
    const link = await program.line((line) => line.startsWith("http"));
    return { program, link, origin: new URL(link).origin };
  } catch (error) {
    await program[Symbol.asyncDispose]();
    throw error;
  }
}

/** Starts a worker and waits until it is live. */
export async function startWorker(dir: string, options: readonly string[] = []): Promise<Program> {
  const worker = new Program(dir, ["worker", "start", ...options]);
  await until(
    "the worker is live",
    () =>
      [...Deno.readDirSync(`${dir}/workers`)].some(({ name }) => name.includes(`-${worker.pid}-`)),
  );
  return worker;
}
