/**
 * One client's stream of server-sent events. It holds only the latest of each event, so a client
 * that falls behind costs no memory, and gets what is so now when it reads on.
 *
 * @module
 */

import type { Events } from "../api.ts";

/** How soon a client connects again, in milliseconds. */
const RETRY = 1000;

/** More moved jobs than this are not named. */
const MOST_IDS = 100;

const encoder = new TextEncoder();

/** An event as the bytes of the stream. */
export function eventBytes<Name extends keyof Events>(
  name: Name,
  data: Events[Name],
): Uint8Array<ArrayBuffer> {
  return encoder.encode(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
}

/** What waits to be sent to one client. */
export class EventStream {
  /** The body of the answer. */
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>>;
  #status: Uint8Array<ArrayBuffer> | undefined;
  #jobs: Events["jobs"] | undefined;
  #log: Uint8Array<ArrayBuffer> | undefined;
  #ping = false;
  #isOver = false;
  #wake: () => void = () => {};

  /** @param ended Called once, when the client is gone. */
  constructor(ended: () => void) {
    let isFirst = true;
    this.body = new ReadableStream({
      pull: async (controller) => {
        if (isFirst) {
          isFirst = false;
          controller.enqueue(encoder.encode(`retry: ${RETRY}\n\n`));
          return;
        }
        while (!this.#hasMore()) {
          await new Promise<void>((resolve) => this.#wake = resolve);
        }
        for (const bytes of this.#take()) controller.enqueue(bytes);
        if (this.#isOver) controller.close();
      },
      cancel: ended,
    }, { highWaterMark: 0 });
  }

  /** Replaces the status that waits to be sent. */
  status(bytes: Uint8Array<ArrayBuffer>): void {
    this.#status = bytes;
    this.#wake();
  }

  /** Adds moved jobs to those that wait to be sent; without `ids` it may be any. */
  jobs({ ids }: Events["jobs"]): void {
    const before = this.#jobs === undefined ? [] : this.#jobs.ids;
    const all = ids && before && [...new Set([...before, ...ids])];
    this.#jobs = all && all.length <= MOST_IDS ? { ids: all } : {};
    this.#wake();
  }

  /** Replaces the size of the log that waits to be sent. */
  log(bytes: Uint8Array<ArrayBuffer>): void {
    this.#log = bytes;
    this.#wake();
  }

  /**
   * Sends a comment, so that the network between keeps the connection.
   *
   * @returns `false` if the last one still waits: the client reads nothing.
   */
  ping(): boolean {
    if (this.#ping) return false;
    this.#ping = true;
    this.#wake();
    return true;
  }

  /** Says that the server stops, and ends the stream. */
  close(): void {
    this.#isOver = true;
    this.#wake();
  }

  #hasMore(): boolean {
    return this.#status !== undefined || this.#jobs !== undefined || this.#log !== undefined ||
      this.#ping || this.#isOver;
  }

  *#take(): Generator<Uint8Array<ArrayBuffer>> {
    if (this.#status) yield this.#status;
    if (this.#jobs) yield eventBytes("jobs", this.#jobs);
    if (this.#log) yield this.#log;
    if (this.#ping) yield encoder.encode(":\n\n");
    if (this.#isOver) yield eventBytes("bye", {});
    this.#status = this.#jobs = this.#log = undefined;
    this.#ping = false;
  }
}
