/// <reference lib="dom" />
/**
 * The stream of events. A browser opens only six connections to one server, so of all tabs that
 * somebody sees one has the stream, by a lock, and passes its events on to the others; a tab that
 * follows a log has its own. A hidden tab has none, and asks for all that is new when it is seen
 * again. When the stream breaks, its tab asks ever less often whether the server is there again.
 *
 * @module
 */

import type { Events, Status } from "../../api.ts";
import type { Connection, Store } from "../store.ts";
import { httpAnswers, StaleTokenError } from "./http_answers.ts";

/** How long to wait before each attempt to connect again, in milliseconds. */
const WAITS = [250, 500, 1000, 2000, 5000];

/** The lock of the tab that has the stream, and the channel that it passes events on by. */
const NAME = "queuectl-events";

/** What tabs pass on: events, how the connection is, and that all should ask again. */
interface News extends Events {
  connection: Connection;
  again: null;
}

/** Keeps a store current. */
export class Live {
  readonly #store: Store;
  readonly #version: string;
  readonly #counted: string;
  readonly #channel = new BroadcastChannel(NAME);
  #source: EventSource | undefined;
  #log: string | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #isFirst = true;
  /** Whether this tab passes its events on. */
  #leads = false;
  /** Gives up the lock, or no longer waits for it. */
  #release = () => {};

  constructor(store: Store) {
    this.#store = store;
    this.#version = store.status.value.version;
    this.#counted = whereJobsAre(store.status.value);
    this.#channel.onmessage = ({ data: [name, data] }) => {
      if (!document.hidden && !this.#source) this.#hear(name, data);
    };
    document.addEventListener("visibilitychange", () => {
      this.#stop();
      if (document.hidden) return;
      this.#start();
      void this.#catchUp();
    });
    if (!document.hidden) this.#start();
  }

  /** Follows the log of one job, or of none. */
  follow(log: string | undefined): void {
    if (log === this.#log) return;
    this.#log = log;
    if (document.hidden) return;
    this.#stop();
    this.#start();
  }

  #start(): void {
    // Pages that come by plain HTTP from another machine have no locks.
    if (this.#log !== undefined || !navigator.locks) return this.#open();
    const left = new AbortController();
    this.#release = () => left.abort();
    const lead = () =>
      new Promise<void>((release) => {
        if (left.signal.aborted) return release();
        this.#release = release;
        this.#leads = true;
        this.#open();
      });
    // It rejects only when it is no longer waited for.
    navigator.locks.request(NAME, { signal: left.signal }, lead).catch(() => undefined);
  }

  #stop(): void {
    this.#close();
    this.#leads = false;
    this.#release();
  }

  #close(): void {
    this.#source?.close();
    this.#source = undefined;
    clearTimeout(this.#retry);
  }

  #open(): void {
    this.#close();
    const query = this.#log === undefined ? "" : `?log=${encodeURIComponent(this.#log)}`;
    const source = this.#source = new EventSource(`/api/events${query}`);
    for (const name of ["status", "jobs", "log"] as const) {
      source.addEventListener(name, ({ data }) => {
        this.#failures = 0;
        this.#tell(name, JSON.parse(data));
      });
    }
    source.addEventListener("bye", () => this.#lost());
    // What happened before this stream began nobody has heard of.
    source.onopen = () => {
      if (!this.#isFirst) this.#tell("again", null);
    };
    source.onerror = () => this.#lost();
  }

  #lost(): void {
    this.#close();
    const wait = WAITS[Math.min(this.#failures++, WAITS.length - 1)];
    this.#retry = setTimeout(() => void this.#connect(), wait);
    // After the first failure the stream may only begin anew.
    if (this.#failures > 1) this.#tell("connection", "lost");
  }

  /** A stream does not say why it failed, so ask first. */
  async #connect(): Promise<void> {
    try {
      this.#tell("status", await httpAnswers.status());
      if (!document.hidden) this.#open();
    } catch (error) {
      if (!(error instanceof StaleTokenError)) return this.#lost();
      this.#tell("connection", "stale");
      // A tab that has the new link may lead.
      this.#stop();
    }
  }

  async #catchUp(): Promise<void> {
    try {
      this.#hear("status", await httpAnswers.status());
      await this.#store.refresh("in place");
    } catch (error) {
      if (error instanceof StaleTokenError) this.#hear("connection", "stale");
    }
  }

  #tell<N extends keyof News>(name: N, data: News[N]): void {
    this.#hear(name, data);
    if (this.#leads) this.#channel.postMessage([name, data]);
  }

  #hear<N extends keyof News>(name: N, data: News[N]): void {
    const store = this.#store;
    if (name === "connection") store.connection.value = data as Connection;
    else if (name === "again") void store.refresh("in place");
    else {
      if (name === "status") this.#hearStatus(data as Events["status"]);
      store.tell(name, data);
    }
  }

  #hearStatus(status: Events["status"]): void {
    // Another version has other pages: what this tab runs is out of date.
    if (status.version !== this.#version) return location.reload();
    const store = this.#store;
    store.connection.value = "live";
    store.status.value = status;
    store.now.value = Date.parse(status.now);
    // Jobs may have moved after the server made this page, and before anybody listened.
    if (this.#isFirst && whereJobsAre(status) !== this.#counted) {
      void store.refresh("in place");
    }
    this.#isFirst = false;
  }
}

/** A text that is another one if jobs have moved. */
function whereJobsAre({ jobs, running }: Status): string {
  return JSON.stringify([jobs, running.map(({ id }) => id)]);
}
