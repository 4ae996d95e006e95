/**
 * The dashboard's server: one queue, one token, one watcher.
 *
 * @module
 */

import type { Queue } from "../../../mod.ts";
import { type Scanner, startScanner } from "../scan/scanner.ts";
import { Refusal, refusalOf } from "../refusal.ts";
import { errorAnswer } from "./answer.ts";
import { readBody } from "./body.ts";
import { EventHub } from "./event_hub.ts";
import { Guard, newToken } from "./guard.ts";
import { type Listening, listenOnPort, listenOnSocket } from "./listen.ts";
import { Pages } from "./pages.ts";
import { findRoute, isOfApi } from "./routes.ts";

export { isLoopback } from "./guard.ts";

/** How the server is started. */
export interface DashboardOptions {
  /** The address to listen on. Default: 127.0.0.1. */
  host?: string;
  /** The port; 0 takes a free one. Default: 8000. */
  port?: number;
  /** Listen on this unix socket instead. */
  socket?: string;
  /** A folder to make, where the socket lies before it gets its place. Default: beside it. */
  socketFolder?: string;
  /** Names that it also answers to, such as that of a reverse proxy. */
  allowHosts?: readonly string[];
  /** Have no route that changes anything. Default: no. */
  readOnly?: boolean;
  /** What clients must know. Default: 256 random bits. */
  token?: string;
  /** Default: one that starts its thread. */
  scanner?: Scanner;
  /** Bounds, for tests: streams of events, requests under way, milliseconds for a body. */
  most?: Partial<Bounds>;
}

/** What one server bears at once. */
interface Bounds {
  streams: number;
  requests: number;
  patience: number;
}

const BOUNDS: Bounds = { streams: 64, requests: 256, patience: 10_000 };

/** How long answers under way may take once the server stops, in milliseconds. */
const LAST_ANSWERS = 2_000;

/** A server that runs. */
export interface Dashboard extends AsyncDisposable {
  /** What to open in a browser: the address, with the token. */
  readonly link: string;
  readonly token: string;
  /** The port; `undefined` on a unix socket. */
  readonly port: number | undefined;
}

/**
 * Starts a dashboard.
 *
 * @throws {UsageError} If its host is none of this machine's.
 * @throws {QueueError} If its port or socket is taken.
 */
export async function startDashboard(
  queue: Queue,
  options: DashboardOptions = {},
): Promise<Dashboard> {
  const { host = "127.0.0.1", port: asked = 8000, socket, allowHosts = [] } = options;
  const { readOnly = false, token = newToken(), socketFolder = `${socket}.${Deno.pid}` } = options;
  const bounds = { ...BOUNDS, ...options.most };
  // A request may come before all that answers it is there.
  const ready = Promise.withResolvers<Answerer>();
  const handler = async (request: Request, info: Deno.ServeHandlerInfo<Deno.Addr>) =>
    await (await ready.promise).handle(request, info);
  const cutOff = new AbortController();
  const listening: Listening = socket === undefined
    ? listenOnPort(host, asked, cutOff.signal, handler)
    : await listenOnSocket(socket, socketFolder, cutOff.signal, handler);
  const { port } = listening;
  const scanner = options.scanner ?? startScanner(queue);
  const hub = new EventHub(queue, scanner, readOnly, bounds.streams);
  const guard = new Guard({ port, host, allowed: allowHosts.map((n) => n.toLowerCase()) }, token);
  const answerer = new Answerer({ queue, scanner, hub, guard, readOnly, bounds });
  ready.resolve(answerer);
  const name = port === undefined ? "localhost" : `${linkHost(host)}:${port}`;
  return {
    link: `http://${name}/?token=${token}`,
    token,
    port,
    async [Symbol.asyncDispose]() {
      hub.close();
      const late = setTimeout(() => cutOff.abort(), LAST_ANSWERS);
      await listening.server.shutdown();
      clearTimeout(late);
      listening.remove();
      await scanner[Symbol.asyncDispose]();
    },
  };
}

/** The host of the link: where the server listens everywhere, this machine itself. */
function linkHost(host: string): string {
  if (host === "0.0.0.0") return "127.0.0.1";
  if (host === "::" || host === "[::]") return "[::1]";
  return host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
}

/** What answers are made from. */
interface Means {
  readonly queue: Queue;
  readonly scanner: Scanner;
  readonly hub: EventHub;
  readonly guard: Guard;
  readonly readOnly: boolean;
  readonly bounds: Bounds;
}

/** Takes requests one by one from the network to their answers. */
class Answerer {
  readonly #means: Means;
  readonly #pages: Pages;
  #underWay = 0;

  constructor(means: Means) {
    this.#means = means;
    this.#pages = new Pages(means.queue, means.scanner, means.hub);
  }

  async handle(request: Request, info: Deno.ServeHandlerInfo<Deno.Addr>): Promise<Response> {
    const { bounds } = this.#means;
    this.#underWay++;
    void info.completed.catch(() => {}).finally(() => this.#underWay--);
    try {
      if (this.#underWay > bounds.requests) {
        throw new Refusal(503, `${bounds.requests} requests are under way; try again`, {
          "retry-after": "1",
        });
      }
      return await this.#answer(request);
    } catch (error) {
      return await errorAnswer(request, refusalOf(error, this.#means.queue.dir));
    }
  }

  async #answer(request: Request): Promise<Response> {
    const { guard, readOnly, bounds, ...means } = this.#means;
    const url = urlOf(request);
    const entry = guard.check(request, url);
    if (entry) return entry;
    if (!isOfApi(url.pathname)) return await this.#pages.answer(request, url);
    const { route, name } = findRoute(request.method, url.pathname, readOnly);
    const isHead = request.method === "HEAD";
    const body = route.method === "POST" ? await readBody(request, bounds.patience) : {};
    const answer = await route.answer({
      ...means,
      request,
      query: url.searchParams,
      name,
      body,
      isHead,
    });
    if (!isHead) return answer;
    await answer.body?.cancel();
    return new Response(null, { status: answer.status, headers: answer.headers });
  }
}

/** @throws {Refusal} If the request's address makes no sense. */
function urlOf(request: Request): URL {
  try {
    return new URL(request.url);
  } catch {
    throw new Refusal(400, "the address of this request makes no sense");
  }
}
