/**
 * The scanning thread, as the server sees it: each call is a message to {@link ./thread.ts}, which
 * opens the queue itself, so no scan ever holds up a request.
 *
 * @module
 */

import type { Finding, Queue } from "../../../mod.ts";
import type {
  DeadGroup,
  Events,
  JobDetail,
  JobsPage,
  JobsQuery,
  Scanner,
  SchedulesAnswer,
  StatsAnswer,
  Status,
} from "../api.ts";
import type { Answer, Opening, Question } from "./messages.ts";

/** Starts a thread that scans a queue. Nothing else watches or reads many files. */
export function startScanner(queue: Queue): Scanner {
  return new ThreadScanner(queue);
}

/** Called with each status. */
type Listener = (status: Status, jobs: Events["jobs"]) => void;

class ThreadScanner implements Scanner {
  readonly #thread: Worker;
  readonly #port: MessagePort;
  readonly #open = new Map<number, PromiseWithResolvers<unknown>>();
  readonly #listeners = new Set<Listener>();
  #asked = 0;
  #last: Status | undefined;
  /** Why no question is answered any more. */
  #over: Error | undefined;

  constructor(queue: Queue) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#port.onmessage = ({ data }: MessageEvent<Answer>) => this.#hear(data);
    this.#thread = new Worker(new URL("./thread.ts", import.meta.url), { type: "module" });
    this.#thread.onerror = (event) => {
      event.preventDefault();
      this.#end(new Error(`the scanning thread failed: ${event.message}`));
    };
    const opening: Opening = {
      dir: queue.dir,
      ofAnyUser: queue.store.owner !== Deno.uid(),
    };
    this.#thread.postMessage(opening, [port2]);
  }

  jobs(query: JobsQuery): Promise<JobsPage> {
    return this.#ask({ ask: "jobs", query });
  }

  job(id: string): Promise<JobDetail | undefined> {
    return this.#ask({ ask: "job", id });
  }

  dead(): Promise<DeadGroup[]> {
    return this.#ask({ ask: "dead" });
  }

  stats(span_ms: number, parts: number): Promise<StatsAnswer> {
    return this.#ask({ ask: "stats", span_ms, parts });
  }

  schedules(): Promise<SchedulesAnswer> {
    return this.#ask({ ask: "schedules" });
  }

  metrics(): Promise<string> {
    return this.#ask({ ask: "metrics" });
  }

  doctor(): Promise<Finding[]> {
    return this.#ask({ ask: "doctor" });
  }

  watch(changed: Listener): () => void {
    // A function of its own, so that one given twice is called twice.
    const listener: Listener = (status, jobs) => changed(status, jobs);
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) void this.#ask({ ask: "watch" }).catch(() => {});
    else if (this.#last) listener(this.#last, {});
    return () => {
      if (!this.#listeners.delete(listener) || this.#listeners.size > 0) return;
      this.#last = undefined;
      void this.#ask({ ask: "unwatch" }).catch(() => {});
    };
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#end(new Error("the scanning thread has ended"));
    return Promise.resolve();
  }

  #ask<T>(question: Question): Promise<T> {
    if (this.#over) return Promise.reject(this.#over);
    const asked = Promise.withResolvers<unknown>();
    this.#open.set(++this.#asked, asked);
    this.#port.postMessage({ ...question, number: this.#asked });
    return asked.promise as Promise<T>;
  }

  #hear(answer: Answer): void {
    if ("status" in answer) {
      if (this.#listeners.size > 0) this.#last = answer.status;
      for (const listener of this.#listeners) listener(answer.status, answer.jobs);
      return;
    }
    const asked = this.#open.get(answer.number);
    this.#open.delete(answer.number);
    if (answer.error === undefined) asked?.resolve(answer.value);
    else asked?.reject(new Error(answer.error));
  }

  #end(reason: Error): void {
    if (this.#over) return;
    this.#over = reason;
    this.#listeners.clear();
    for (const { reject } of this.#open.values()) reject(reason);
    this.#open.clear();
    this.#port.close();
    this.#thread.terminate();
  }
}
