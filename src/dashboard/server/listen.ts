/**
 * Where the server listens: a port, or a unix socket that nobody else can open.
 *
 * @module
 */

import { QueueError, quotedPath, reasonWithin, UsageError } from "../../../mod.ts";

/** Answers a request. */
export type Handler = (
  request: Request,
  info: Deno.ServeHandlerInfo<Deno.Addr>,
) => Promise<Response>;

/** A server that listens. */
export interface Listening {
  readonly server: Deno.HttpServer<Deno.Addr>;
  /** The port; `undefined` on a unix socket. */
  readonly port: number | undefined;
  /** Removes what the server leaves on disk. */
  remove(): void;
}

/** The runtime says nothing on stdout. */
const QUIET = { onListen() {} };

/**
 * Listens on a port of a host.
 *
 * @param signal Cuts off all connections.
 * @throws {UsageError} If this machine has no such address.
 * @throws {QueueError} If the port is taken or reserved.
 */
export function listenOnPort(
  host: string,
  port: number,
  signal: AbortSignal,
  handler: Handler,
): Listening {
  const hostname = host.replace(/^\[(.*)\]$/, "$1");
  try {
    const server = Deno.serve({ ...QUIET, signal, hostname, port }, handler);
    return { server, port: server.addr.port, remove() {} };
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) {
      throw new QueueError(
        `port ${port} is taken; choose another with --port, or --port 0 for one that is free`,
      );
    }
    if (error instanceof Deno.errors.PermissionDenied) {
      throw new QueueError(
        `port ${port} is reserved for root; choose one from 1024 up with --port`,
      );
    }
    throw new UsageError(
      `--host must be an address of this machine, such as 127.0.0.1 or 0.0.0.0, not "${host}": ` +
        reasonWithin(error),
    );
  }
}

/**
 * Listens on a unix socket of mode 0600. The socket is made in a directory that only this user can
 * enter and then moved to its place, so that not for a moment is it open to others.
 *
 * @param made That directory: beside the socket, as a rename does not cross file systems.
 * @throws {QueueError} If something else lies there, or another server listens there.
 */
export async function listenOnSocket(
  path: string,
  made: string,
  signal: AbortSignal,
  handler: Handler,
): Promise<Listening> {
  await refuseTaken(path);
  try {
    Deno.mkdirSync(made, { mode: 0o700 });
  } catch (error) {
    throw new QueueError(`cannot make the socket ${quotedPath(path)}: ${reasonWithin(error)}`);
  }
  const early = `${made}/s`;
  let server: Deno.HttpServer<Deno.UnixAddr> | undefined;
  try {
    server = Deno.serve({ ...QUIET, signal, path: early }, handler);
    Deno.chmodSync(early, 0o600);
    const { ino } = Deno.lstatSync(early);
    Deno.renameSync(early, path);
    const remove = () => {
      // Another server may have taken the place.
      if (inodeOf(path) === ino) Deno.removeSync(path);
    };
    return { server, port: undefined, remove };
  } catch (error) {
    await server?.shutdown();
    throw new QueueError(`cannot listen on ${quotedPath(path)}: ${reasonWithin(error)}`);
  } finally {
    await Deno.remove(made, { recursive: true });
  }
}

async function refuseTaken(path: string): Promise<void> {
  const stat = await Deno.lstat(path).catch(() => undefined);
  if (!stat) return;
  if (!stat.isSocket) {
    throw new QueueError(`${quotedPath(path)} is not a socket; choose another path with --socket`);
  }
  try {
    (await Deno.connect({ transport: "unix", path })).close();
  } catch (error) {
    // The server that made it is dead.
    if (error instanceof Deno.errors.ConnectionRefused) return;
    throw new QueueError(`cannot use the socket ${quotedPath(path)}: ${reasonWithin(error)}`);
  }
  throw new QueueError(
    `another server listens on ${quotedPath(path)}; stop it, or choose another path with --socket`,
  );
}

function inodeOf(path: string): number | null | undefined {
  try {
    return Deno.lstatSync(path).ino;
  } catch {
    return undefined;
  }
}
