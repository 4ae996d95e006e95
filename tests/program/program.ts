/**
 * The real program on a queue of its own, for tests.
 *
 * @module
 */

import { PERMISSIONS, V8_FLAGS } from "../../src/cli/commands/workers/permissions.ts";
import { PARTS } from "../../src/store/trust.ts";
import { eventually, processesWith } from "../temporary_queue.ts";
import { callMain, type Result } from "./in_process.ts";

/** The program: its sources, or the bundle that `deno task test` makes first. */
const MAIN = Deno.env.get("TESTED_PROGRAM") ??
  decodeURIComponent(new URL("../../src/cli/main.ts", import.meta.url).pathname);

/** Whether the C library is refused to the program, as `deno task test-without-ffi` does. */
export const WITHOUT_FFI = Deno.env.get("TESTED_WITHOUT_FFI") === "1";
if (WITHOUT_FFI) {
  // For the calls within this process too, whose tests may use it.
  const open = Deno.dlopen;
  Deno.dlopen = ((path: string, symbols: Deno.ForeignLibraryInterface) => {
    if ("__errno_location" in symbols) throw new Deno.errors.NotCapable("Requires ffi access");
    return open(path, symbols);
  }) as typeof Deno.dlopen;
}

/** What the program may do. */
export const GRANTED = PERMISSIONS.filter((each) => !WITHOUT_FFI || each !== "--allow-ffi");

/** A binary, or what stands in for one, to be tested in place of the program. */
const BINARY = Deno.env.get("TESTED_BINARY");

/** The words that start queuectl. */
export const PROGRAM = BINARY !== undefined
  ? [BINARY]
  : [Deno.execPath(), "run", "--no-check", V8_FLAGS, ...GRANTED, MAIN];

/** As shell text, for jobs that call it. */
export const PROGRAM_TEXT = PROGRAM.join(" ");

/** Where the runtime keeps what it downloaded, for a call whose home is another. */
export const DENO_DIR = Deno.env.get("DENO_DIR") ??
  `${Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME")}/.cache`}/deno`;

/** What a call is given besides its words. */
export interface CallOptions {
  /** What it reads on stdin. Default: nothing. */
  stdin?: string | Uint8Array;
  /** The directory it stands in. Default: the test's own. */
  cwd?: string;
  /** What its environment has beyond the usual. */
  env?: Record<string, string>;
}

/** A call that goes on. */
export class Running {
  /** What it has written so far. */
  stdout = "";
  /** What it has said so far. */
  stderr = "";
  /** Its end. */
  readonly ended: Promise<Result>;
  readonly #child: Deno.ChildProcess;
  over = false;

  constructor(child: Deno.ChildProcess) {
    this.#child = child;
    const out = this.#collect(child.stdout, (text) => this.stdout += text);
    const err = this.#collect(child.stderr, (text) => this.stderr += text);
    this.ended = (async () => {
      const { code } = await child.status;
      await Promise.all([out, err]);
      this.over = true;
      return { code, stdout: this.stdout, stderr: this.stderr };
    })();
  }

  async #collect(stream: ReadableStream<Uint8Array>, add: (text: string) => void): Promise<void> {
    const decoder = new TextDecoder();
    for await (const piece of stream) add(decoder.decode(piece, { stream: true }));
  }

  /** Its process. */
  get pid(): number {
    return this.#child.pid;
  }

  /** Resolves when it has said or written something that matches. */
  async says(pattern: RegExp): Promise<void> {
    const said = () => pattern.test(this.stdout + this.stderr);
    await eventually(`it says ${pattern}`, () => said() || this.over);
    if (!said()) throw new Error(`it ended without ${pattern}: ${this.stdout}${this.stderr}`);
  }

  /** Sends it a signal. */
  kill(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /**
   * Sends it a signal until it says something: one that follows the last too closely is not
   * another.
   */
  async insist(signal: Deno.Signal, said: RegExp): Promise<void> {
    await eventually(`it heeds another ${signal}`, () => {
      if (said.test(this.stderr)) return true;
      kill(this.pid, signal);
    });
  }

  /** Kills it if it still runs. */
  async end(): Promise<void> {
    if (!this.over) kill(this.pid);
    await this.ended;
  }
}

/** A temporary directory with a queue in it, and the program that works on that queue. */
export class Program implements AsyncDisposable {
  /** The test's own directory; calls stand in it. */
  readonly home: string;
  /** The queue. */
  readonly dir: string;
  readonly #running: Running[] = [];

  /** @param options Whether there is a queue from the start, as most tests want. Default: yes. */
  constructor(options: { withQueue?: boolean } = {}) {
    this.home = Deno.makeTempDirSync({ prefix: "queuectl-program-" });
    this.dir = `${this.home}/queue`;
    if (options.withQueue ?? true) makeQueue(this.dir);
  }

  /** Starts a call that goes on. */
  spawn(args: readonly string[], options: CallOptions = {}): Running {
    return this.#spawn([...PROGRAM, ...args], options);
  }

  #spawn([command, ...args]: readonly string[], options: CallOptions): Running {
    const child = new Deno.Command(command!, {
      args,
      stdin: options.stdin === undefined ? "null" : "piped",
      stdout: "piped",
      stderr: "piped",
      cwd: options.cwd ?? this.home,
      env: { QUEUECTL_DIR: this.dir, NO_COLOR: "1", ...options.env },
    }).spawn();
    if (options.stdin !== undefined) {
      const bytes = typeof options.stdin === "string"
        ? new TextEncoder().encode(options.stdin)
        : options.stdin;
      // A call that refuses its options reads nothing.
      new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeTo(child.stdin).catch(() => {});
    }
    const running = new Running(child);
    this.#running.push(running);
    return running;
  }

  /** Makes a call and gives its end; in this process where that proves the same. */
  run(args: readonly string[], options?: CallOptions): Promise<Result> {
    return options !== undefined || needsProcess(args)
      ? this.spawn(args, options).ended
      : callMain(["--dir", this.dir, ...args], false, this.home);
  }

  /** Runs a script with bash, `"$@"` in it being queuectl, and gives its end. */
  shell(script: string, options: CallOptions = {}): Promise<Result> {
    return this.spawnShell(script, options).ended;
  }

  /** Starts a script with bash that goes on, `"$@"` in it being queuectl. */
  spawnShell(script: string, options: CallOptions = {}): Running {
    return this.#spawn(["bash", "-c", script, "bash", ...PROGRAM], options);
  }

  /** What a call that succeeds writes, without the newline at its end. */
  async answer(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(args);
    if (code !== 0) throw new Error(`queuectl ${args.join(" ")} exited with ${code}: ${stderr}`);
    return stdout.replace(/\n$/, "");
  }

  /** What a call that succeeds writes as JSON. */
  async json(...args: string[]): Promise<ReturnType<typeof JSON.parse>> {
    return JSON.parse(await this.answer("--json", ...args));
  }

  /** Works until nothing is left to do. */
  async drain(count = 1): Promise<void> {
    await this.answer("worker", "start", "--drain", "--count", String(count));
  }

  /** The names in a directory of the queue, sorted. */
  names(directory: string): string[] {
    return [...Deno.readDirSync(`${this.dir}/${directory}`)].map(({ name }) => name).sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { over, pid } of this.#running) if (!over) kill(pid);
    // What runs in the background or beside them, and what its jobs left: it may hold their output.
    for (let pids = processesWith(this.home); pids.length > 0; pids = processesWith(this.home)) {
      for (const pid of pids) kill(pid);
    }
    await Promise.all(this.#running.map(({ ended }) => ended));
    await Deno.remove(this.home, { recursive: true });
  }
}

/** Whether a call needs a process: it lives on, reads stdin or files, or has its own --dir. */
function needsProcess(args: readonly string[]): boolean {
  const [command, inner] = args[0] === "--json" ? args.slice(1) : args;
  return args.some((word) => word.startsWith("--dir")) ||
    /^(run|wait|cancel|edit|signal|suspend|resume|-.*)$/.test(command!) ||
    (command === "worker" && /^(start|stop)$/.test(inner ?? "")) ||
    (command === "logs" && args.some((word) => /^(-f|--follow)$/.test(word))) ||
    (command === "enqueue" && args.some((word) => /^(-f|--file|--stdin)/.test(word)));
}

/** Makes an empty queue as docs/protocol.md has it. */
export function makeQueue(dir: string): void {
  Deno.mkdirSync(dir, { mode: 0o700 });
  for (const part of PARTS) Deno.mkdirSync(`${dir}/${part}`, { mode: 0o700 });
  Deno.writeTextFileSync(`${dir}/VERSION`, "1\n", { mode: 0o600 });
}

function kill(pid: number, signal: Deno.Signal = "SIGKILL"): void {
  try {
    Deno.kill(pid, signal);
  } catch {
    // It has ended.
  }
}
