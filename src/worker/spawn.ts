/**
 * Starting commands. On Linux with glibc each is one `posix_spawn(3)`, called through the foreign
 * function interface: it costs what fork and exec cost, whatever the size of this process, and the
 * kernel itself opens the log, changes the directory and begins a new session before the shell runs. Elsewhere
 * `Deno.Command` does it, slower, with the same result.
 *
 * @module
 */

import { CEnvironment, CStrings, pointerArray } from "./c_strings.ts";
import { signalName } from "./signals.ts";

/** A command to be started. */
export interface SpawnRequest {
  /** What `/bin/sh -c` gets. */
  command: string;
  /** The directory to run in, absolute; this process's own if absent. */
  cwd?: string;
  /** What its environment has beyond what it inherits. */
  env: Readonly<Record<string, string>>;
  /** The environment that it inherits; the same object again and again is made ready once. Default: nothing. */
  inherited?: Readonly<Record<string, string>>;
  /** The file that stdout and stderr are appended to; made with mode 0600 if missing. */
  log: string;
}

/** How a command ended: an exit status, or the signal that ended it. */
export interface Exit {
  /** The exit status, or `null` if a signal ended it. */
  code: number | null;
  /** The signal's name, or `null`. */
  signal: string | null;
}

/** A started command. It leads a session and a process group of its own. */
export interface Child {
  /** Its process ID, which is that of its group too. */
  pid: number;
  /** Resolves when it has ended and was reaped. */
  exited: Promise<Exit>;
}

/** Starts commands, until it is closed. */
export interface Spawner {
  /**
   * Starts a command.
   *
   * @returns The command, once its shell has been started.
   * @throws {SpawnError} If it could not be started.
   */
  spawn(request: SpawnRequest): Promise<Child>;
  /** Lets go of what the spawner holds. Commands that run go on, unobserved. */
  close(): void;
}

/** A command could not be started. */
export class SpawnError extends Error {
  /**
   * @param code The name of the error, such as `ENOENT`.
   * @param temporary Whether this machine is short of something, so that it may work later.
   */
  constructor(message: string, readonly code: string, readonly temporary: boolean) {
    super(message);
  }
}

const SYMBOLS = {
  posix_spawn: {
    parameters: ["buffer", "buffer", "buffer", "buffer", "buffer", "buffer"],
    result: "i32",
    // The caller stands still until the new process has called exec: a thread's time, not ours.
    nonblocking: true,
  },
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

const ENXIO = 6, E2BIG = 7, ELOOP = 40;

/** The errors of posix_spawn that are met in practice, by number on Linux. */
const ERRNO: Record<number, [code: string, text: string, temporary: boolean]> = {
  1: ["EPERM", "not permitted", false],
  2: ["ENOENT", "no such file or directory", false],
  5: ["EIO", "the disk failed", true],
  6: ["ENXIO", "no file can be there", false],
  7: ["E2BIG", "the command and its environment are too long together", false],
  11: ["EAGAIN", "too many processes", true],
  12: ["ENOMEM", "out of memory", true],
  13: ["EACCES", "no permission", false],
  20: ["ENOTDIR", "not a directory", false],
  23: ["ENFILE", "too many open files on this machine", true],
  24: ["EMFILE", "too many open files", true],
  28: ["ENOSPC", "no space left on the disk", true],
  30: ["EROFS", "the disk is read-only", true],
  36: ["ENAMETOOLONG", "the name is too long", false],
  40: ["ELOOP", "a symbolic link is in the way", false],
  122: ["EDQUOT", "the disk quota is used up", true],
};

const encoder = new TextEncoder();
const NOTHING = {};
const cString = (text: string) => encoder.encode(text + "\0");

/** Starts commands with `posix_spawn`, and reaps them when SIGCHLD says that one has ended. */
class PosixSpawner implements Spawner {
  readonly #c: Deno.DynamicLibrary<typeof SYMBOLS>;
  readonly #attributes = new Uint8Array(1024);
  readonly #shell = cString("/bin/sh");
  readonly #words = new CStrings(["/bin/sh", "-c", "--"]);
  readonly #inherited = new WeakMap<object, CEnvironment>();
  readonly #devNull = cString("/dev/null");
  readonly #children = new Map<number, (exit: Exit) => void>();
  readonly #status = new Uint32Array(1);
  readonly #reap = () => this.#reapEnded();
  readonly #safetyNet: ReturnType<typeof setInterval>;

  constructor(library: Deno.DynamicLibrary<typeof SYMBOLS>) {
    this.#c = library;
    const c = library.symbols;
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

  async spawn({ command, cwd, env, inherited, log }: SpawnRequest): Promise<Child> {
    const c = this.#c.symbols;
    const pidCell = new Int32Array(1);
    const actions = new Uint8Array(512);
    const logPath = cString(log);
    const own = new CStrings([command, ...Object.keys(env).map((name) => `${name}=${env[name]}`)]);
    const [commandAddress, ...variables] = own.addresses;
    const environment = this.#inheritedBy(inherited);
    c.posix_spawn_file_actions_init(actions);
    c.posix_spawn_file_actions_addopen(actions, 0, this.#devNull, 0, 0);
    // A fifo in the log's place would keep us waiting for someone to read it. To a file it makes no difference.
    const flags = O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK;
    c.posix_spawn_file_actions_addopen(actions, 1, logPath, flags, 0o600);
    c.posix_spawn_file_actions_adddup2(actions, 1, 2);
    if (cwd !== undefined) c.posix_spawn_file_actions_addchdir_np(actions, cString(cwd));
    c.posix_spawn_file_actions_addclosefrom_np?.(actions, 3);
    const code = await c.posix_spawn(
      new Uint8Array(pidCell.buffer),
      this.#shell,
      actions,
      this.#attributes,
      pointerArray(this.#words.addresses, [commandAddress!]),
      pointerArray(environment.without(env), variables),
    );
    own.keep();
    environment.keep();
    c.posix_spawn_file_actions_destroy(actions);
    if (code !== 0) throw spawnError(code, cwd);
    const pid = pidCell[0]!;
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

function spawnError(code: number, cwd: string | undefined): SpawnError {
  const [name, text, temporary] = ERRNO[code] ?? [`E${code}`, `error ${code}`, false];
  const inCwd = cwd !== undefined && !temporary && name !== "E2BIG" && !canEnter(cwd);
  return new SpawnError(inCwd ? `cannot enter ${cwd}: ${text}` : text, name, temporary);
}

function canEnter(cwd: string): boolean {
  try {
    return Deno.statSync(`${cwd}/.`).isDirectory;
  } catch {
    return false;
  }
}

function lookAt(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.lstatSync(path);
  } catch {
    return undefined;
  }
}

/** Starts commands with `Deno.Command`: a shell opens the log, and becomes the command's. */
class CommandSpawner implements Spawner {
  spawn(request: SpawnRequest): Promise<Child> {
    return Promise.try(() => this.#start(request));
  }

  #start({ command, cwd, env, inherited, log }: SpawnRequest): Child {
    if (cwd !== undefined && !canEnter(cwd)) {
      throw new SpawnError(`cannot enter ${cwd}: no such directory`, "ENOENT", false);
    }
    const inTheWay = lookAt(log);
    if (inTheWay?.isSymlink) throw spawnError(ELOOP, undefined);
    if (inTheWay && !inTheWay.isFile && !inTheWay.isDirectory) throw spawnError(ENXIO, undefined);
    // The file is made here, so that it has its mode whatever the umask.
    Deno.openSync(log, { append: true, create: true, mode: 0o600 }).close();
    let child: Deno.ChildProcess;
    try {
      child = new Deno.Command("/bin/sh", {
        args: ["-c", 'exec /bin/sh -c -- "$1" >>"$0" 2>&1', log, command],
        ...(cwd === undefined ? {} : { cwd }),
        env: { ...inherited, ...env },
        clearEnv: true,
        stdin: "null",
        stdout: "null",
        stderr: "null",
        detached: true,
      }).spawn();
    } catch (error) {
      const tooLong = error instanceof Error && "code" in error && error.code === "E2BIG";
      if (tooLong) throw spawnError(E2BIG, undefined);
      throw new SpawnError(error instanceof Error ? error.message : `${error}`, "ESPAWN", true);
    }
    return {
      pid: child.pid,
      exited: child.status.then(
        ({ code, signal }) => signal === null ? { code, signal: null } : { code: null, signal },
        // The runtime has no name for a real-time signal, and refuses: "Invalid signal: 40".
        ({ message }) => ({ code: null, signal: signalName(Number(/\d+$/.exec(message))) }),
      ),
    };
  }

  close(): void {}
}

/**
 * The fastest spawner that works here.
 *
 * @param portable Whether to do without the C library all the same.
 *
 * @example
 * ```ts
 * import { newSpawner } from "./spawn.ts";
 *
 * const spawner = newSpawner();
 * const child = await spawner.spawn({ command: "date", env: {}, log: "/tmp/date.log" });
 * console.log(await child.exited); // { code: 0, signal: null }
 * spawner.close();
 * ```
 */
export function newSpawner(portable: boolean = false): Spawner {
  if (!portable && Deno.build.os === "linux") {
    try {
      return new PosixSpawner(Deno.dlopen("libc.so.6", SYMBOLS));
    } catch {
      // No permission for it, or another C library.
    }
  }
  return new CommandSpawner();
}
