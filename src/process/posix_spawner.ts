/**
 * Starting commands with `posix_spawn(3)`, called through the foreign function interface: it takes
 * as long as fork and exec whatever the size of this process, and opens the log, changes the
 * directory and begins a new session before the shell runs.
 *
 * @module
 */

import { USUAL_SHELL } from "../format/job.ts";
import { sharedPathBytes } from "../fs/libc.ts";
import { LIBC, ROOM } from "../fs/linux_abi.ts";
import { CEnvironment, CStrings, pointerArray } from "./c_strings.ts";
import { signalName } from "./signals.ts";
import { refuseUnrunnable, spawnError } from "./spawn_error.ts";
import { type Child, type Exit, shellWords, type Spawner, type SpawnRequest } from "./spawner.ts";

const POSIX_SPAWN = {
  parameters: ["buffer", "buffer", "buffer", "buffer", "buffer", "buffer"],
  result: "i32",
} as const;

/** Blocks the caller until the new process has called exec. */
const INLINE = { posix_spawn: { ...POSIX_SPAWN, nonblocking: false } } as const;
/** Blocks another thread for that long. */
const ON_A_THREAD = { posix_spawn: { ...POSIX_SPAWN, nonblocking: true } } as const;

const SYMBOLS = {
  posix_spawn_file_actions_init: { parameters: ["buffer"], result: "i32" },
  posix_spawn_file_actions_addopen: {
    parameters: ["buffer", "i32", "buffer", "i32", "u32"],
    result: "i32",
  },
  posix_spawn_file_actions_adddup2: { parameters: ["buffer", "i32", "i32"], result: "i32" },
  posix_spawn_file_actions_addchdir_np: { parameters: ["buffer", "buffer"], result: "i32" },
  posix_spawn_file_actions_addclosefrom_np: {
    parameters: ["buffer", "i32"],
    result: "i32",
    // Since glibc 2.34. Without it a command inherits the files that this process has inherited, no
    // others.
    optional: true,
  },
  posix_spawn_file_actions_destroy: { parameters: ["buffer"], result: "i32" },
  posix_spawnattr_init: { parameters: ["buffer"], result: "i32" },
  posix_spawnattr_setflags: { parameters: ["buffer", "i16"], result: "i32" },
  posix_spawnattr_setsigmask: { parameters: ["buffer", "buffer"], result: "i32" },
  posix_spawnattr_setsigdefault: { parameters: ["buffer", "buffer"], result: "i32" },
  waitpid: { parameters: ["i32", "buffer", "i32"], result: "i32" },
} as const;

const { O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_WRONLY } = LIBC;
const ATTRIBUTES = LIBC.POSIX_SPAWN_SETSID | LIBC.POSIX_SPAWN_SETSIGDEF |
  LIBC.POSIX_SPAWN_SETSIGMASK;
/** Buffers with more memory than this, in bytes, are not kept for the next start. */
const MOST_KEPT = 64 * 1024;

const encoder = new TextEncoder();
const NOTHING = {};
const cString = (text: string) => encoder.encode(text + "\0");

/** The memory that one start of a command uses alone. */
interface SpawnBuffers {
  readonly pid: Int32Array<ArrayBuffer>;
  readonly actions: Uint8Array<ArrayBuffer>;
  readonly strings: CStrings;
}

/** Starts commands with `posix_spawn`, and reaps them when SIGCHLD says that one has ended. */
export class PosixSpawner implements Spawner {
  readonly #c: Deno.DynamicLibrary<typeof SYMBOLS & (typeof INLINE | typeof ON_A_THREAD)>;
  readonly #openFiles: number | undefined;
  readonly #attributes = new Uint8Array(ROOM.posix_spawnattr_t);
  readonly #shell = cString(USUAL_SHELL);
  readonly #inherited = new WeakMap<object, CEnvironment>();
  readonly #devNull = cString("/dev/null");
  /** Those that no start uses now. */
  readonly #freeBuffers: SpawnBuffers[] = [];
  readonly #children = new Map<number, (exit: Exit) => void>();
  readonly #status = new Uint32Array(1);
  readonly #reap = () => this.#reapEnded();
  readonly #reapTimer: ReturnType<typeof setInterval>;

  /**
   * @param inline Whether to block the whole program until a command's shell runs.
   * @param openFiles The commands' soft limit of open files. Default: that of this process.
   * @throws If the C library cannot be opened: no permission, or another one.
   */
  constructor(inline: boolean, openFiles?: number) {
    this.#openFiles = openFiles;
    this.#c = Deno.dlopen("libc.so.6", { ...SYMBOLS, ...(inline ? INLINE : ON_A_THREAD) });
    const c = this.#c.symbols;
    c.posix_spawnattr_init(this.#attributes);
    c.posix_spawnattr_setflags(this.#attributes, ATTRIBUTES);
    // The runtime ignores SIGPIPE, and exec keeps that: `yes | head` would never end. So reset
    // every signal.
    c.posix_spawnattr_setsigdefault(this.#attributes, new Uint8Array(ROOM.sigset_t).fill(0xff));
    c.posix_spawnattr_setsigmask(this.#attributes, new Uint8Array(ROOM.sigset_t));
    Deno.addSignalListener("SIGCHLD", this.#reap);
    // Finds a command that has ended even if its SIGCHLD was missed.
    this.#reapTimer = setInterval(this.#reap, 1000);
  }

  async spawn(request: SpawnRequest): Promise<Child> {
    const { shell, cwd, env, inherited, stdin, log, isLogNew } = request;
    refuseUnrunnable(shell);
    const c = this.#c.symbols;
    const buffers = this.#freeBuffers.pop() ??
      {
        pid: new Int32Array(1),
        actions: new Uint8Array(ROOM.posix_spawn_file_actions_t),
        strings: new CStrings(),
      };
    const { actions, strings } = buffers;
    const words = shellWords(request, this.#openFiles);
    const variables = Object.keys(env).map((name) => `${name}=${env[name]}`);
    const own = strings.replace([...words, ...variables]);
    const environment = this.#inheritedBy(inherited);
    c.posix_spawn_file_actions_init(actions);
    if (stdin === undefined) c.posix_spawn_file_actions_addopen(actions, 0, this.#devNull, 0, 0);
    else {
      const input = sharedPathBytes(stdin);
      c.posix_spawn_file_actions_addopen(actions, 0, input, O_NOFOLLOW | O_NONBLOCK, 0);
    }
    // O_NONBLOCK: a fifo in the log's place must not block us. A file ignores it.
    const flags = O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK |
      (isLogNew ? O_EXCL : 0);
    c.posix_spawn_file_actions_addopen(actions, 1, sharedPathBytes(log), flags, 0o600);
    c.posix_spawn_file_actions_adddup2(actions, 1, 2);
    if (cwd !== undefined) c.posix_spawn_file_actions_addchdir_np(actions, sharedPathBytes(cwd));
    c.posix_spawn_file_actions_addclosefrom_np?.(actions, 3);
    const code = await c.posix_spawn(
      new Uint8Array(buffers.pid.buffer),
      words[0] === USUAL_SHELL ? this.#shell : cString(words[0]),
      actions,
      this.#attributes,
      pointerArray(own.subarray(0, words.length)),
      pointerArray(environment.without(env), own.subarray(words.length)),
    );
    environment.keepAlive();
    c.posix_spawn_file_actions_destroy(actions);
    const pid = buffers.pid[0]!;
    if (strings.size <= MOST_KEPT) this.#freeBuffers.push(buffers);
    if (code !== 0 || pid < 1) throw spawnError(code, cwd, stdin);
    const exited = new Promise<Exit>((resolve) => this.#children.set(pid, resolve));
    // It may have ended, and its SIGCHLD come, before its number was known here.
    this.#reapOne(pid);
    return { pid, exited };
  }

  #inheritedBy(variables: Readonly<Record<string, string>> = NOTHING): CEnvironment {
    let made = this.#inherited.get(variables);
    if (!made) this.#inherited.set(variables, made = new CEnvironment(variables));
    return made;
  }

  #reapEnded(): void {
    for (const pid of this.#children.keys()) this.#reapOne(pid);
  }

  #reapOne(pid: number): void {
    const status = new Uint8Array(this.#status.buffer);
    if (this.#c.symbols.waitpid(pid, status, LIBC.WNOHANG) !== pid) return;
    const resolve = this.#children.get(pid)!;
    this.#children.delete(pid);
    const word = this.#status[0]!;
    const signal = word & 0x7f;
    resolve(
      signal === 0
        ? { code: (word >> 8) & 0xff, signal: null }
        : { code: null, signal: signalName(signal) },
    );
  }

  close(): void {
    clearInterval(this.#reapTimer);
    Deno.removeSignalListener("SIGCHLD", this.#reap);
    this.#c.close();
  }
}
