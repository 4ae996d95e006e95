/**
 * What starts commands: how it is asked, and what it answers.
 *
 * @module
 */

import { USUAL_SHELL } from "../format/job.ts";

/** A command to be started. */
export interface SpawnRequest {
  /** What the shell gets after `-c`. */
  command: string;
  /** The shell, an absolute path. Default: `/bin/sh`. */
  shell?: string;
  /** The directory to run in, absolute; this process's own if absent. */
  cwd?: string;
  /** What its environment has beyond what it inherits. */
  env: Readonly<Record<string, string>>;
  /** The environment that it inherits; the same object again and again is made ready once. Default: nothing. */
  inherited?: Readonly<Record<string, string>>;
  /** The file that is its stdin, a regular one. Default: /dev/null. */
  stdin?: string;
  /** The file that stdout and stderr are appended to; made with mode 0600 if missing. */
  log: string;
}

/**
 * The program and the words that run a command.
 *
 * A limit of its own costs a command in `/bin/sh` no more than a builtin: that of this process holds for all that it
 * does, and another program to set it would double what a short job costs. Other shells pay that.
 *
 * @param openFiles The soft limit of open files; as it is if absent.
 */
export function shellWords(
  { command, shell = USUAL_SHELL }: Pick<SpawnRequest, "command" | "shell">,
  openFiles: number | undefined,
): readonly [program: string, ...rest: string[]] {
  // On the same line, so that the shell counts the command's lines as they are.
  const limit = openFiles === undefined ? "" : `ulimit -Sn ${openFiles};`;
  if (shell === USUAL_SHELL) return [shell, "-c", "--", limit + command];
  // Not every shell knows "--". What begins like an option is a text all the same.
  const text = /^[-+]/.test(command) ? ` ${command}` : command;
  if (openFiles === undefined) return [shell, "-c", text];
  return [USUAL_SHELL, "-c", `${limit}exec "$0" -c "$1"`, shell, text];
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
