/**
 * A worker whose events a test can wait for.
 *
 * @module
 */

import type { Queue } from "../../src/queue.ts";
import type { WorkerEvent } from "../../src/worker/events.ts";
import { type FinishReason, Worker, type WorkerOptions } from "../../src/worker/worker.ts";
import { requestCancel } from "../../src/contents/requests.ts";
import { eventually, isThere, PATIENCE } from "../temporary_queue.ts";

type EventOf<K extends WorkerEvent["kind"]> = Extract<WorkerEvent, { kind: K }>;

/** A live worker in this process. `await using` ends it and what it runs. */
export class ObservedWorker implements AsyncDisposable {
  /** All that has happened. */
  readonly events: WorkerEvent[] = [];
  /** The worker. */
  readonly worker: Worker;
  readonly #queue: Queue;
  #look: () => void = () => {};

  private constructor(queue: Queue, options: WorkerOptions) {
    this.#queue = queue;
    this.worker = new Worker(queue, {
      ...options,
      onEvent: (event) => {
        this.events.push(event);
        this.#look();
      },
    });
  }

  /** Starts a worker. */
  static async start(queue: Queue, options: WorkerOptions = {}): Promise<ObservedWorker> {
    const observed = new ObservedWorker(queue, options);
    await observed.worker.start();
    return observed;
  }

  /** The events of a kind so far, of one job if that is given. */
  all<K extends WorkerEvent["kind"]>(kind: K, id?: string): EventOf<K>[] {
    return this.events.filter((event): event is EventOf<K> =>
      event.kind === kind && (id === undefined || ("id" in event && event.id === id))
    );
  }

  /** Waits for the n-th event of a kind, of one job if that is given. */
  async next<K extends WorkerEvent["kind"]>(kind: K, id?: string, n = 1): Promise<EventOf<K>> {
    const found = Promise.withResolvers<void>();
    const look = this.#look;
    this.#look = () => {
      look();
      if (this.all(kind, id).length >= n) found.resolve();
    };
    this.#look();
    const timer = setTimeout(
      () => found.reject(new Error(`no ${kind} of ${id}: ${JSON.stringify(this.events)}`)),
      PATIENCE,
    );
    try {
      await found.promise;
    } finally {
      clearTimeout(timer);
    }
    return this.all(kind, id)[n - 1]!;
  }

  /** Waits until the worker has heard of all that has changed in its queue so far. */
  async caughtUp(): Promise<void> {
    const { store } = this.#queue;
    // Events come in order, and the worker takes a request as soon as it hears of it.
    requestCancel(store, this.worker.name, "nobody");
    const path = `${store.dir}/workers/${this.worker.name}.cancel.nobody`;
    await eventually("the worker hears of a request", () => !isThere(path));
  }

  /** Waits until the worker has finished, and gives why. */
  async finished(): Promise<FinishReason> {
    return await within(this.worker.finished, "the worker to finish");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.worker.stop({ now: true });
    await this.finished();
  }
}

/** Runs a worker until nothing is left to do, and gives its events. */
export async function drain(queue: Queue, options: WorkerOptions = {}): Promise<ObservedWorker> {
  const observed = await ObservedWorker.start(queue, { ...options, drain: true });
  const reason = await observed.finished();
  if (reason !== "drained") throw new Error(`the worker ${reason}`);
  return observed;
}

/** What a promise resolves to, or an error if it takes beyond all patience. */
export async function within<T>(promise: Promise<T>, what: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    return await Promise.race([
      promise,
      new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error(`waited in vain for ${what}`)), PATIENCE);
      }),
    ]);
  } finally {
    clearTimeout(timer);
  }
}
