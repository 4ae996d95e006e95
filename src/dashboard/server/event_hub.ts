/**
 * All streams of events, fed by one watcher however many browsers look. Nobody looks: nothing is
 * watched.
 *
 * @module
 */

import type { Queue } from "../../../mod.ts";
import type { Events, Status } from "../api.ts";
import type { Scanner } from "../scan/scanner.ts";
import { Refusal } from "../refusal.ts";
import { headersOf } from "./answer.ts";
import { eventBytes, EventStream } from "./event_stream.ts";
import { FollowedLog } from "./followed_log.ts";

/** How often each stream gets a comment, in milliseconds. A client that takes none is dropped. */
const HEARTBEAT = 15_000;

/** How long to go on watching for whoever asks next, in milliseconds: a page asks twice. */
const LINGER = 5_000;

interface Client {
  readonly stream: EventStream;
  readonly logId: string | undefined;
}

/** Sends events to each client. */
export class EventHub {
  readonly #queue: Queue;
  readonly #scanner: Scanner;
  readonly #readOnly: boolean;
  readonly #most: number;
  readonly #clients = new Set<Client>();
  readonly #logs = new Map<string, FollowedLog>();
  #latest: Status | undefined;
  /** Why the queue cannot be read now. */
  #failure: Error | undefined;
  #unwatch: (() => void) | undefined;
  #first = Promise.withResolvers<void>();
  #asking = 0;
  #linger: ReturnType<typeof setTimeout> | undefined;
  readonly #heart = setInterval(() => this.#beat(), HEARTBEAT);

  /** @param most How many streams there may be. */
  constructor(queue: Queue, scanner: Scanner, readOnly: boolean, most: number) {
    [this.#queue, this.#scanner, this.#readOnly, this.#most] = [queue, scanner, readOnly, most];
  }

  /**
   * The status now.
   *
   * @throws {Error} If the queue cannot be read.
   */
  async status(): Promise<Status> {
    this.#asking++;
    try {
      this.#watch();
      await this.#first.promise;
      if (this.#failure) throw this.#failure;
      return { ...this.#latest!, now: new Date().toISOString() };
    } finally {
      this.#asking--;
      this.#restIfAlone();
    }
  }

  /**
   * A stream of events.
   *
   * @param logId The job whose log is followed too.
   * @throws {Refusal} If there are too many streams.
   */
  open(logId: string | undefined): Response {
    if (this.#clients.size >= this.#most) {
      throw new Refusal(503, `${this.#most} browsers look already; close one`, {
        "retry-after": "10",
      });
    }
    const client: Client = { logId, stream: new EventStream(() => this.#leave(client)) };
    this.#clients.add(client);
    this.#watch();
    if (this.#latest) client.stream.status(eventBytes("status", this.#latest));
    if (logId !== undefined) client.stream.log(eventBytes("log", this.#follow(logId).latest));
    return new Response(client.stream.body, { headers: headersOf("text/event-stream") });
  }

  /** Says goodbye to each client, and watches nothing more. */
  close(): void {
    clearInterval(this.#heart);
    for (const client of [...this.#clients]) {
      client.stream.close();
      this.#leave(client);
    }
    this.#rest();
  }

  #watch(): void {
    clearTimeout(this.#linger);
    this.#unwatch ??= this.#scanner.watch(
      (status, jobs) => this.#changed(status, jobs),
      (error) => {
        this.#failure = error;
        this.#first.resolve();
      },
    );
  }

  #changed(status: Status, jobs: Events["jobs"]): void {
    const isFirst = this.#latest === undefined;
    this.#failure = undefined;
    this.#latest = { ...status, read_only: this.#readOnly };
    this.#first.resolve();
    const bytes = eventBytes("status", this.#latest);
    const moved = !isFirst && jobs.ids?.length !== 0;
    for (const { stream } of this.#clients) {
      stream.status(bytes);
      if (moved) stream.jobs(jobs);
    }
    if (moved) { for (const log of this.#logs.values()) log.jobsMoved(); }
  }

  #follow(id: string): FollowedLog {
    const known = this.#logs.get(id);
    if (known) return known;
    const log = new FollowedLog(this.#queue, this.#scanner, id, (log) => {
      const bytes = eventBytes("log", log);
      for (const { stream, logId } of this.#clients) if (logId === id) stream.log(bytes);
    });
    this.#logs.set(id, log);
    return log;
  }

  #leave(client: Client): void {
    this.#clients.delete(client);
    const { logId } = client;
    if (logId !== undefined && ![...this.#clients].some((other) => other.logId === logId)) {
      this.#logs.get(logId)?.close();
      this.#logs.delete(logId);
    }
    this.#restIfAlone();
  }

  #restIfAlone(): void {
    clearTimeout(this.#linger);
    if (this.#clients.size > 0 || this.#asking > 0 || !this.#unwatch) return;
    this.#linger = setTimeout(() => this.#rest(), LINGER);
  }

  #rest(): void {
    clearTimeout(this.#linger);
    this.#unwatch?.();
    this.#unwatch = this.#latest = this.#failure = undefined;
    this.#first = Promise.withResolvers();
  }

  #beat(): void {
    for (const client of [...this.#clients]) {
      if (client.stream.ping()) continue;
      client.stream.close();
      this.#leave(client);
    }
  }
}
