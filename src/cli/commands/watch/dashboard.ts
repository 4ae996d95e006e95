/**
 * `queuectl dashboard`: the queue in a browser.
 *
 * @module
 */

import { fromFileUrl } from "@std/path/posix/from-file-url";
import { replaceProcess } from "./replace_process.ts";
import { QueueError, reasonWithin, UsageError } from "../../../text/errors.ts";
import { absolutePath } from "../../../text/home_path.ts";
import { openQueue } from "../../args/open_queue.ts";
import type { Invocation } from "../../table/command.ts";
import { later } from "../../../text/later.ts";
import { onInterrupt } from "../../terminal/interrupt.ts";
import { jsonText, note, print } from "../../terminal/output.ts";
import { runOptions } from "../workers/own_program.ts";

/** A token that outlives the server, for services and web hooks. */
const TOKEN_VARIABLE = "QUEUECTL_TOKEN";

/**
 * Keeps the heap small: with 20 browsers at most 141 MB of memory, not 184. Code compiled so must
 * not replace the kept code of other commands.
 */
const SMALL_HEAP = ["--v8-flags=--max-semi-space-size=1,--optimize-for-size", "--no-code-cache"];

/** Tells the program which process started it again; without the C library that is its parent. */
const AGAIN_VARIABLE = "QUEUECTL_DASHBOARD_AGAIN";

/** The program, where it runs from its source. */
const MAIN = fromFileUrl(new URL("../../main.ts", import.meta.url));

/** Serves the dashboard until a signal ends it. */
export async function dashboard(call: Invocation): Promise<number> {
  const { options } = call;
  const port = options.whole("port", 0, 65535);
  const host = hostOf(options.text("host") ?? "127.0.0.1");
  const allowHosts = options.all("allow-host").map(nameOf);
  const socket = socketOf(options.text("socket"));
  if (socket !== undefined && (port !== undefined || options.has("host"))) {
    throw new UsageError("--socket listens on no port: remove --port and --host");
  }
  const token = givenToken();
  const starter = takeStarter();
  const socketFolder = `${socket}.${starter ?? Deno.pid}`;
  const hosts = socket === undefined ? [host] : [`unix:${socket}`, `unix:${socketFolder}/s`];
  if (starter === undefined && !mayUseNetwork()) return await startWithNetwork(hosts);
  Deno.env.delete(TOKEN_VARIABLE);
  const queue = await openQueue(call);
  // First as code: a package that an import on demand meets first as text cannot be resolved.
  await import(later("../../../dashboard/page/store.ts"));
  const { startDashboard, isLoopback } = await import(
    later("../../../dashboard/server/server.ts")
  ) as typeof import("../../../dashboard/server/server.ts");
  const stopped = Promise.withResolvers<void>();
  const quiet = onInterrupt(() => stopped.resolve());
  if (starter !== undefined && starter !== Deno.pid) void inputEnds().then(stopped.resolve);
  try {
    await using server = await startDashboard(queue, {
      host,
      port,
      socket,
      socketFolder,
      allowHosts,
      readOnly: options.has("read-only"),
      token,
    });
    const { link } = server;
    print(
      call.json
        ? jsonText({ link, token: server.token, port: server.port ?? null, socket: socket ?? null })
        : link,
    );
    if (socket !== undefined) note(`listening on ${socket}; Ctrl-C stops it`);
    else note(`listening on ${host}, port ${server.port}; Ctrl-C stops it`);
    if (socket === undefined && !isLoopback(host)) {
      note(
        `warning: whoever reaches ${host} and has the token runs commands as you, and it crosses ` +
          "the network unencrypted; better keep to 127.0.0.1 and use ssh -L or a proxy with TLS",
      );
    }
    using opened = options.has("open") ? openInBrowser(link) : undefined;
    await stopped.promise;
    void opened;
  } finally {
    quiet();
  }
  return 0;
}

function hostOf(host: string): string {
  if (/^[A-Za-z0-9._-]+$|^\[?[0-9A-Fa-f:.]+\]?$/.test(host)) {
    return host.replace(/^\[(.*)\]$/, "$1");
  }
  throw new UsageError(
    `--host must be an address of this machine, such as 127.0.0.1 or 0.0.0.0, not "${host}"`,
  );
}

function nameOf(name: string): string {
  if (/^[A-Za-z0-9._-]+$/.test(name)) return name;
  throw new UsageError(`--allow-host must be a name such as queue.example.com, not "${name}"`);
}

function socketOf(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  // A comma would part the list of what this program may open.
  if (path === "" || path.includes(",")) {
    throw new UsageError(`--socket must be a path without a comma, not "${path}"`);
  }
  return absolutePath(path, "--socket");
}

/** The token that the environment gives; `undefined` if each start makes one. */
function givenToken(): string | undefined {
  const token = Deno.env.get(TOKEN_VARIABLE);
  if (token === undefined || /^[\w-]{32,256}$/.test(token)) return token;
  throw new UsageError(
    `$${TOKEN_VARIABLE} must be 32 to 256 letters, digits, - or _ (see: openssl rand -hex 32)`,
  );
}

/** The process that started the program again; `undefined` at its first start. */
function takeStarter(): number | undefined {
  const pid = Deno.env.get(AGAIN_VARIABLE);
  Deno.env.delete(AGAIN_VARIABLE);
  return pid === undefined ? undefined : Number(pid);
}

/** Resolves when the parent, which holds the other end of stdin, is gone, killed or not. */
async function inputEnds(): Promise<void> {
  for await (const _ of Deno.stdin.readable);
}

/** A binary has all its permissions from the start. */
function mayUseNetwork(): boolean {
  return Deno.build.standalone ||
    Deno.permissions.querySync({ name: "net" }).state === "granted";
}

/**
 * Starts the program again in this process: no other command may use the network, and this one may
 * only listen where it was told to.
 *
 * @returns Its exit status, where this process could not become it.
 */
async function startWithNetwork(hosts: readonly string[]): Promise<number> {
  const list = hosts.map((host) => /^[0-9A-Fa-f]*:[0-9A-Fa-f:.]*$/.test(host) ? `[${host}]` : host);
  Deno.env.set(AGAIN_VARIABLE, `${Deno.pid}`);
  try {
    const net = `--allow-net=${list.join(",")}`;
    const flags = ["--quiet", "--no-prompt", ...SMALL_HEAP, ...runOptions(), net];
    return await replaceProcess([Deno.execPath(), "run", ...flags, MAIN, ...Deno.args]);
  } catch (error) {
    throw new QueueError(
      `dashboard needs the network, which ${reasonWithin(error)} with: start it with deno run -A ` +
        `${MAIN} dashboard`,
    );
  }
}

/**
 * Opens a link in the browser by a file that only this user can read: on a command line every user
 * could read the token.
 */
function openInBrowser(link: string): Disposable {
  const page = Deno.makeTempFileSync({ prefix: "queuectl-", suffix: ".html" });
  Deno.writeTextFileSync(
    page,
    `<!doctype html><meta http-equiv="refresh" content="0;url=${link}">\n`,
  );
  const program = Deno.build.os === "darwin" ? "open" : "xdg-open";
  const streams = { stdin: "null", stdout: "null", stderr: "null" } as const;
  const failed = () => note(`${program} opened no browser; open the link above yourself`);
  try {
    const child = new Deno.Command(program, { args: [page], ...streams }).spawn();
    child.unref();
    void child.status.then(({ success }) => success || failed());
  } catch {
    failed();
  }
  return { [Symbol.dispose]: () => Deno.removeSync(page) };
}
