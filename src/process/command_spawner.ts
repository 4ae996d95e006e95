/**
 * Starting commands with `Deno.Command`: where the C library cannot be called; slower, with the same result.
 *
 * @module
 */

import { signalName } from "./signals.ts";
import {
  canEnter,
  E2BIG,
  ELOOP,
  ENXIO,
  refuseUnrunnable,
  SpawnError,
  spawnError,
  unreadable,
} from "./spawn_error.ts";
import { type Child, shellWords, type Spawner, type SpawnRequest } from "./spawner.ts";

/** Starts commands with `Deno.Command`: a shell opens the log, and becomes the command's. */
export class CommandSpawner implements Spawner {
  readonly #openFiles: number | undefined;

  /** @param openFiles The soft limit of open files that commands are to have. */
  constructor(openFiles?: number) {
    this.#openFiles = openFiles;
  }

  spawn(request: SpawnRequest): Promise<Child> {
    return Promise.try(() => this.#start(request));
  }

  #start({ command, shell, cwd, env, inherited, stdin, log }: SpawnRequest): Child {
    if (cwd !== undefined && !canEnter(cwd)) {
      throw new SpawnError(`cannot enter ${cwd}: no such directory`, "ENOENT", false);
    }
    refuseUnrunnable(shell);
    const inTheWay = lookAt(log);
    if (inTheWay?.isSymlink) throw spawnError(ELOOP, undefined);
    if (inTheWay && !inTheWay.isFile && !inTheWay.isDirectory) throw spawnError(ENXIO, undefined);
    if (stdin !== undefined) {
      const reason = unreadable(stdin);
      if (reason !== undefined) {
        throw new SpawnError(`cannot read its input, ${stdin}: ${reason}`, "EINPUT", false);
      }
    }
    // The file is made here, so that it has its mode whatever the umask.
    Deno.openSync(log, { append: true, create: true, mode: 0o600 }).close();
    let child: Deno.ChildProcess;
    try {
      child = new Deno.Command("/bin/sh", {
        args: [
          "-c",
          'exec <"$1" >>"$0" 2>&1; shift; exec "$@"',
          log,
          stdin ?? "/dev/null",
          ...shellWords({ command, shell }, this.#openFiles),
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
        // The runtime has no name for a real-time signal, and refuses: "Invalid signal: 40".
        ({ message }) => ({ code: null, signal: signalName(Number(/\d+$/.exec(message))) }),
      ),
    };
  }

  close(): void {}
}

function lookAt(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.lstatSync(path);
  } catch {
    return undefined;
  }
}
