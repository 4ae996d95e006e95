/**
 * Starting commands with `posix_spawn(3)`, called through the foreign function interface: it costs what
 * fork and exec cost, whatever the size of this process, and the kernel itself opens the log, changes the directory
 * and begins a new session before the shell runs.
 *
 * @module
 */

import { USUAL_SHELL } from "../format/job.ts";
import { sharedPathBytes } from "../fs/libc.ts";
import { CEnvironment, CStrings, pointerArray } from "./c_strings.ts";
import { signalName } from "./signals.ts";
import { refuseUnrunnable, spawnError } from "./spawn_error.ts";
import { type Child, type Exit, shellWords, type Spawner, type SpawnRequest } from "./spawner.ts";

const POSIX_SPAWN = {
  parameters: ["buffer", "buffer", "buffer", "buffer", "buffer", "buffer"],
  result: "i32",
} as const;

/** The caller stands still until the new process has called exec. */
const INLINE = { posix_spawn: { ...POSIX_SPAWN, nonblocking: false } } as const;
/** Another thread stands still for it. */
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
    // Since glibc 2.34. Without it a command inherits what this process did; its own files never.
    optional: true,
  },
  posix_spawn_file_actions_destroy: { parameters: ["buffer"], result: "i32" },
  posix_spawnattr_init: { parameters: ["buffer"], result: "i32" },
  posix_spawnattr_setflags: { parameters: ["buffer", "i16"], result: "i32" },
  posix_spawnattr_setsigmask: { parameters: ["buffer", "buffer"], result: "i32" },
  posix_spawnattr_setsigdefault: { parameters: ["buffer", "buffer"], result: "i32" },
  waitpid: { parameters: ["i32", "buffer", "i32"], result: "i32" },
} as const;

const SPAWN_SETSIGDEF = 0x04, SPAWN_SETSIGMASK = 0x08, SPAWN_SETSID = 0x80;
const O_WRONLY = 1, O_CREAT = 0o100, O_APPEND = 0o2000, O_NONBLOCK = 0o4000;
const O_NOFOLLOW = Deno.build.arch === "aarch64" ? 0o100000 : 0o400000;
const WNOHANG = 1;
/** Memory for the strings of one start that is kept for the next, in bytes at most. */
const MOST_KEPT = 64 * 1024;

const encoder = new TextEncoder();
const NOTHING = {};
const cString = (text: string) => encoder.encode(text + "\0");

/** What one start of a command needs to itself while it is under way. */
interface Room {
  readonly pid: Int32Array<ArrayBuffer>;
  readonly actions: Uint8Array<ArrayBuffer>;
  readonly strings: CStrings;
}

/** Starts commands with `posix_spawn`, and reaps them when SIGCHLD says that one has ended. */
export class PosixSpawner implements Spawner {
  readonly #c: Deno.DynamicLibrary<typeof SYMBOLS & (typeof INLINE | typeof ON_A_THREAD)>;
  readonly #openFiles: number | undefined;
  readonly #attributes = new Uint8Array(1024);
  readonly #shell = cString(USUAL_SHELL);
  readonly #inherited = new WeakMap<object, CEnvironment>();
  readonly #devNull = cString("/dev/null");
  /** Of starts that are over. */
  readonly #rooms: Room[] = [];
  readonly #children = new Map<number, (exit: Exit) => void>();
  readonly #status = new Uint32Array(1);
  readonly #reap = () => this.#reapEnded();
  readonly #safetyNet: ReturnType<typeof setInterval>;

  /**
   * @param inline Whether the whole program may stand still until a command's shell runs.
   * @param openFiles The soft limit of open files that commands are to have.
   * @throws If the C library cannot be opened: no permission for it, or another one.
   */
  constructor(inline: boolean, openFiles?: number) {
    this.#openFiles = openFiles;
    this.#c = Deno.dlopen("libc.so.6", { ...SYMBOLS, ...(inline ? INLINE : ON_A_THREAD) });
    const c = this.#c.symbols;
    c.posix_spawnattr_init(this.#attributes);
    c.posix_spawnattr_setflags(
      this.#attributes,
      SPAWN_SETSID | SPAWN_SETSIGDEF | SPAWN_SETSIGMASK,
    );
    // The runtime ignores SIGPIPE, and an ignored signal stays ignored across exec: `yes | head`
    // would never end. The command gets every signal as a fresh login would.
    c.posix_spawnattr_setsigdefault(this.#attributes, new Uint8Array(128).fill(0xff));
    c.posix_spawnattr_setsigmask(this.#attributes, new Uint8Array(128));
    Deno.addSignalListener("SIGCHLD", this.#reap);
    // Should a SIGCHLD ever be missed, the command is still found to have ended.
    this.#safetyNet = setInterval(this.#reap, 1000);
  }

  async spawn(request: SpawnRequest): Promise<Child> {
    const { shell, cwd, env, inherited, stdin, log } = request;
    refuseUnrunnable(shell);
    const c = this.#c.symbols;
    const room = this.#rooms.pop() ??
      { pid: new Int32Array(1), actions: new Uint8Array(512), strings: new CStrings() };
    const { pid: cell, actions, strings } = room;
    const words = shellWords(request, this.#openFiles);
    const variables = Object.keys(env).map((name) => `${name}=${env[name]}`);
    const own = strings.put([...words, ...variables]);
    const environment = this.#inheritedBy(inherited);
    c.posix_spawn_file_actions_init(actions);
    if (stdin === undefined) c.posix_spawn_file_actions_addopen(actions, 0, this.#devNull, 0, 0);
    else {
      const input = sharedPathBytes(stdin);
      c.posix_spawn_file_actions_addopen(actions, 0, input, O_NOFOLLOW | O_NONBLOCK, 0);
    }
    // A fifo in the log's place would keep us waiting for someone to read it. To a file it makes no difference.
    const flags = O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK;
    c.posix_spawn_file_actions_addopen(actions, 1, sharedPathBytes(log), flags, 0o600);
    c.posix_spawn_file_actions_adddup2(actions, 1, 2);
    if (cwd !== undefined) c.posix_spawn_file_actions_addchdir_np(actions, sharedPathBytes(cwd));
    c.posix_spawn_file_actions_addclosefrom_np?.(actions, 3);
    const code = await c.posix_spawn(
      new Uint8Array(cell.buffer),
      words[0] === USUAL_SHELL ? this.#shell : cString(words[0]),
      actions,
      this.#attributes,
      pointerArray(own.subarray(0, words.length)),
      pointerArray(environment.without(env), own.subarray(words.length)),
    );
    environment.keep();
    c.posix_spawn_file_actions_destroy(actions);
    const pid = cell[0]!;
    if (strings.size <= MOST_KEPT) this.#rooms.push(room);
    if (code !== 0) throw spawnError(code, cwd, stdin);
    const exited = new Promise<Exit>((resolve) => this.#children.set(pid, resolve));
    // It may have ended, and SIGCHLD come, before its number was known here.
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
    if (this.#c.symbols.waitpid(pid, status, WNOHANG) !== pid) return;
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
    clearInterval(this.#safetyNet);
    Deno.removeSignalListener("SIGCHLD", this.#reap);
    this.#c.close();
  }
}
