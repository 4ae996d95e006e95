/**
 * Starting commands with `Deno.Command`, where the C library cannot be called: slower, with the
 * same result.
 *
 * @module
 */

import { signalName } from "./signals.ts";
import {
  canEnter,
  E2BIG,
  EEXIST,
  ELOOP,
  ENXIO,
  refuseUnrunnable,
  SpawnError,
  spawnError,
  unreadable,
} from "./spawn_error.ts";
import { type Child, shellWords, type Spawner, type SpawnRequest } from "./spawner.ts";

/**
 * Starts commands with `Deno.Command`: a shell opens the log, then executes the command's shell.
 */
export class CommandSpawner implements Spawner {
  readonly #openFiles: number | undefined;

  /** @param openFiles The commands' soft limit of open files. Default: that of this process. */
  constructor(openFiles?: number) {
    this.#openFiles = openFiles;
  }

  spawn(request: SpawnRequest): Promise<Child> {
    return Promise.try(() => this.#start(request));
  }

  #start(request: SpawnRequest): Child {
    const { shell, cwd, env, inherited, stdin, log, isLogNew } = request;
    if (cwd !== undefined && !canEnter(cwd)) {
      throw new SpawnError(`cannot enter ${cwd}: no such directory`, "ENOENT", false);
    }
    refuseUnrunnable(shell);
    const found = statOf(log);
    if (found && isLogNew) throw spawnError(EEXIST, undefined);
    if (found?.isSymlink) throw spawnError(ELOOP, undefined);
    if (found && !found.isFile && !found.isDirectory) throw spawnError(ENXIO, undefined);
    if (stdin !== undefined) {
      const reason = unreadable(stdin);
      if (reason !== undefined) {
        throw new SpawnError(`cannot read its input, ${stdin}: ${reason}`, "EINPUT", false);
      }
    }
    // Made here, so that it has this mode whatever the umask.
    try {
      const make = isLogNew ? { createNew: true } : { create: true };
      Deno.openSync(log, { append: true, ...make, mode: 0o600 }).close();
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
      throw spawnError(EEXIST, undefined);
    }
    let child: Deno.ChildProcess;
    try {
      child = new Deno.Command("/bin/sh", {
        args: [
          "-c",
          'exec <"$1" >>"$0" 2>&1; shift; exec "$@"',
          log,
          stdin ?? "/dev/null",
          ...shellWords(request, this.#openFiles),
        ],
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
        // The runtime has no name for a real-time signal and fails: "Invalid signal: 40".
        ({ message }) => ({ code: null, signal: signalName(Number(/\d+$/.exec(message))) }),
      ),
    };
  }

  close(): void {}
}

function statOf(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.lstatSync(path);
  } catch {
    return undefined;
  }
}
