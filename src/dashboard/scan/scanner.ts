/**
 * The scanning thread, as the server sees it: each call is a message to {@link ./thread.ts}, which
 * opens the queue itself, so no scan ever holds up a request.
 *
 * @module
 */

import type { Finding, Queue } from "../../../mod.ts";
import type {
  BulkAction,
  BulkFilter,
  DeadGroup,
  Events,
  JobDetail,
  JobsPage,
  JobsQuery,
  SchedulesAnswer,
  StatsAnswer,
  Status,
} from "../api.ts";
import { Refusal } from "../refusal.ts";
import type { Answer, Fault, Opening, Question } from "./messages.ts";

/** The jobs of a filter, and whether there are more. */
export interface Matching {
  ids: string[];
  more: boolean;
}

/**
 * The scanning thread: every look at many files, so that no request waits for another's. Rejects
 * with an `Error` whose message is one sentence.
 */
export interface Scanner extends AsyncDisposable {
  jobs(query: JobsQuery): Promise<JobsPage>;
  /** The newest jobs that match and that an action is for, at most so many. */
  matching(filter: BulkFilter, action: BulkAction, most: number): Promise<Matching>;
  /** `undefined` if no job has this ID. */
  job(id: string): Promise<JobDetail | undefined>;
  dead(): Promise<DeadGroup[]>;
  stats(span_ms: number, parts: number): Promise<StatsAnswer>;
  schedules(): Promise<SchedulesAnswer>;
  /** Looks now, and repairs nothing. */
  doctor(): Promise<Finding[]>;
  /**
   * Prometheus' text format 0.0.4. One scan at a time; its answer is kept for ten times as long as
   * it took.
   */
  metrics(): Promise<string>;
  /**
   * Called with the status, now and at each change, at most four times a second, and about once
   * while many jobs move; only while there is a listener does anything watch the queue. `failed` is
   * called each time it cannot be read.
   *
   * @returns Ends it.
   */
  watch(
    changed: (status: Status, jobs: Events["jobs"]) => void,
    failed: (error: Error) => void,
  ): () => void;
}

/** Starts a thread that scans a queue. Nothing else watches or reads many files. */
export function startScanner(queue: Queue): Scanner {
  return new ThreadScanner(queue);
}

/** Who watches: what is called with each status, and each time that there is none. */
interface Watcher {
  changed: (status: Status, jobs: Events["jobs"]) => void;
  failed: (error: Error) => void;
}

class ThreadScanner implements Scanner {
  readonly #thread: Worker;
  readonly #port: MessagePort;
  readonly #open = new Map<number, PromiseWithResolvers<unknown>>();
  readonly #watchers = new Set<Watcher>();
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

  matching(filter: BulkFilter, action: BulkAction, most: number): Promise<Matching> {
    return this.#ask({ ask: "matching", filter, action, most });
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

  watch(changed: Watcher["changed"], failed: Watcher["failed"]): () => void {
    const watcher: Watcher = { changed, failed };
    this.#watchers.add(watcher);
    if (this.#watchers.size === 1) void this.#ask({ ask: "watch" }).catch(failed);
    else if (this.#last) changed(this.#last, {});
    return () => {
      if (!this.#watchers.delete(watcher) || this.#watchers.size > 0) return;
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
      if (this.#watchers.size > 0) this.#last = answer.status;
      for (const { changed } of this.#watchers) changed(answer.status, answer.jobs);
      return;
    }
    if (!("number" in answer)) {
      this.#last = undefined;
      for (const { failed } of this.#watchers) failed(errorOf(answer.fault));
      return;
    }
    const asked = this.#open.get(answer.number);
    this.#open.delete(answer.number);
    if (answer.fault) asked?.reject(errorOf(answer.fault));
    else asked?.resolve(answer.value);
  }

  #end(reason: Error): void {
    if (this.#over) return;
    this.#over = reason;
    this.#watchers.clear();
    for (const { reject } of this.#open.values()) reject(reason);
    this.#open.clear();
    this.#port.close();
    this.#thread.terminate();
  }
}

function errorOf({ status, message }: Fault): Refusal {
  return new Refusal(status, message);
}
