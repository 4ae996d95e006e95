/**
 * A dashboard on a queue of its own, for tests, and requests that no browser would make.
 *
 * @module
 */

import { type DashboardOptions, startDashboard } from "../../src/dashboard/server/server.ts";
import type { Queue } from "../../src/queue.ts";
import { temporaryQueue } from "../temporary_queue.ts";

/** An answer over a plain connection. */
export interface RawAnswer {
  status: number;
  headers: Headers;
  text: string;
}

/** A server, its queue, and a client that knows the token. */
export class TestServer implements AsyncDisposable {
  private constructor(
    readonly queue: Queue,
    readonly dir: string,
    readonly link: string,
    readonly token: string,
    readonly port: number,
    readonly stack: AsyncDisposableStack,
  ) {}

  /** Starts one on a free port. */
  static async start(options: DashboardOptions = {}): Promise<TestServer> {
    await using stack = new AsyncDisposableStack();
    const { queue, dir } = stack.use(await temporaryQueue());
    const server = stack.use(await startDashboard(queue, { port: 0, ...options }));
    const { link, token, port = 0 } = server;
    return new TestServer(queue, dir, link, token, port, stack.move());
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Asks with the token. */
  get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(this.origin + path, { headers: { ...this.#bearer, ...headers } });
  }

  /** Asks with the token and gives the JSON. */
  async json<T>(path: string): Promise<T> {
    const answer = await this.get(path);
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return await answer.json();
  }

  /** Changes something with the token; gives the status and the JSON. */
  async post(path: string, body: unknown = {}): Promise<[number, Record<string, unknown>]> {
    const answer = await fetch(this.origin + path, {
      method: "POST",
      headers: { ...this.#bearer, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return [answer.status, await answer.json()];
  }

  get #bearer(): Record<string, string> {
    return { authorization: `Bearer ${this.token}` };
  }

  /** Sends a request as it stands, with the token and the right host unless it says otherwise. */
  async raw(
    line: string,
    headers: Record<string, string | undefined> = {},
    body = "",
  ): Promise<RawAnswer> {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port: this.port });
    return await rawRequest(connection, line, {
      host: `127.0.0.1:${this.port}`,
      ...this.#bearer,
      ...headers,
    }, body);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stack.disposeAsync();
  }
}

/** Sends a request over a connection, and reads the answer to its end. */
export async function rawRequest(
  connection: Deno.Conn,
  line: string,
  headers: Record<string, string | undefined>,
  body = "",
): Promise<RawAnswer> {
  const all = { connection: "close", ...(body && { "content-length": String(body.length) }) };
  const lines = Object.entries({ ...all, ...headers })
    .flatMap(([name, value]) => value === undefined ? [] : [`${name}: ${value}`]);
  const bytes = new TextEncoder().encode(
    [`${line} HTTP/1.1`, ...lines, "", body].join("\r\n"),
  );
  const writer = connection.writable.getWriter();
  // The server may answer, and close, before it has read a large body.
  void writer.write(bytes).catch(() => {});
  let text = "";
  try {
    for await (const piece of connection.readable.pipeThrough(new TextDecoderStream())) {
      text += piece;
      // The server may keep a connection whose body it has not read.
      const [head = "", rest = ""] = text.split(/\r\n\r\n(.*)/s);
      if (rest.length >= Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? Infinity)) break;
    }
  } catch {
    // A connection that was reset after the answer.
  }
  try {
    connection.close();
  } catch {
    // It is closed.
  }
  const [head = "", ...rest] = text.split("\r\n\r\n");
  const [first = "", ...fields] = head.split("\r\n");
  return {
    status: Number(first.split(" ")[1]),
    headers: new Headers(
      fields.map((field) => field.split(/: (.*)/s).slice(0, 2) as [string, string]),
    ),
    text: rest.join("\r\n\r\n"),
  };
}

/** An event of a stream. */
export interface SentEvent {
  event: string;
  data: Record<string, unknown>;
}

/** Reads a stream of events. */
export class EventReader {
  readonly #reader: ReadableStreamDefaultReader<string>;
  readonly #closed = new AbortController();
  #text = "";

  private constructor(readonly response: Response, closed: AbortController) {
    this.#closed = closed;
    this.#reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** Opens a stream with the token. */
  static async open(server: { origin: string; token: string }, query = ""): Promise<EventReader> {
    const closed = new AbortController();
    const response = await fetch(`${server.origin}/api/events${query}`, {
      headers: { authorization: `Bearer ${server.token}` },
      signal: closed.signal,
    });
    if (response.status !== 200) {
      throw new Error(`${response.status} ${await response.text()}`);
    }
    return new EventReader(response, closed);
  }

  /** The next event; `undefined` at the end of the stream. */
  async next(): Promise<SentEvent | undefined> {
    for (;;) {
      const end = this.#text.indexOf("\n\n");
      if (end >= 0) {
        const lines = this.#text.slice(0, end).split("\n");
        this.#text = this.#text.slice(end + 2);
        const event = lines.find((line) => line.startsWith("event: "))?.slice(7);
        const data = lines.find((line) => line.startsWith("data: "))?.slice(6);
        if (event && data) return { event, data: JSON.parse(data) };
        continue;
      }
      const { done, value } = await this.#reader.read();
      if (done) return undefined;
      this.#text += value;
    }
  }

  /** The next event for which something holds. */
  async until(what: string, holds: (sent: SentEvent) => boolean): Promise<SentEvent> {
    for (;;) {
      const sent = await this.next();
      if (!sent) throw new Error(`the stream ended before ${what}`);
      if (holds(sent)) return sent;
    }
  }

  close(): void {
    this.#closed.abort();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
