/**
 * The interface to what starts commands.
 *
 * @module
 */

import { USUAL_SHELL } from "../format/job.ts";

/** A command to start. */
export interface SpawnRequest {
  /** What the shell gets after `-c`. */
  command: string;
  /** The shell, an absolute path. Default: `/bin/sh`. */
  shell?: string;
  /** The priority of its processes, -20 to 19. Default: that of this process. */
  nice?: number;
  /** The directory to run in, absolute. Default: that of this process. */
  cwd?: string;
  /** Environment variables besides the inherited ones; they win. */
  env: Readonly<Record<string, string>>;
  /** The environment to inherit; the same object is prepared only once. Default: nothing. */
  inherited?: Readonly<Record<string, string>>;
  /** The regular file to read on stdin. Default: /dev/null. */
  stdin?: string;
  /** The file to append stdout and stderr to; made with mode 0600 if missing. */
  log: string;
  /** Whether the log must be missing: else the start fails with `EEXIST`. Default: no. */
  isLogNew?: boolean;
}

/**
 * The program and the words that run a command. `/bin/sh` itself sets the limit of open files, and
 * how nice it is; for another shell a program more has to, which doubles the cost of a short job.
 *
 * @param openFiles The soft limit of open files. Default: that of this process.
 */
export function shellWords(
  { command, shell = USUAL_SHELL, nice }: Pick<SpawnRequest, "command" | "shell" | "nice">,
  openFiles: number | undefined,
): readonly [program: string, ...rest: string[]] {
  // On the same line, so that the shell's line numbers are the command's.
  const before = (openFiles === undefined ? "" : `ulimit -Sn ${openFiles};`) +
    (nice === undefined ? "" : niceText(nice));
  if (shell === USUAL_SHELL) return [shell, "-c", "--", before + command];
  // Not every shell knows "--": a space keeps the command from looking like an option.
  const text = /^[-+]/.test(command) ? ` ${command}` : command;
  if (before === "") return [shell, "-c", text];
  return [USUAL_SHELL, "-c", `${before}exec "$0" -c "$1"`, shell, text];
}

/** Makes the shell that reads it so nice, and thus all that it starts; else ends it with 126. */
function niceText(nice: number): string {
  return `renice -n ${nice} -p $$ >/dev/null 2>&1 || { echo 'queuectl: the system refuses nice ` +
    `${nice} to this user; the command was not run' >&2; exit 126; };`;
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
  /** Its process ID, which is also that of its group. */
  pid: number;
  /** Resolves when it has ended and been reaped. */
  exited: Promise<Exit>;
}

/** Starts commands, until it is closed. */
export interface Spawner {
  /**
   * Starts a command.
   *
   * @returns The command, once its shell has been started.
   * @throws {SpawnError} If it cannot be started.
   */
  spawn(request: SpawnRequest): Promise<Child>;
  /** Frees the spawner's resources. Running commands go on, unobserved. */
  close(): void;
}
