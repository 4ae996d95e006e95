/// <reference lib="dom" />
/**
 * The stream of events: one for each tab, closed while nobody sees the tab, opened again with all
 * that is new when somebody does. When it breaks it asks, ever less often, whether the server is
 * there again.
 *
 * @module
 */

import type { Events, Status } from "../../api.ts";
import type { Store } from "../store.ts";
import { httpAnswers, StaleTokenError } from "./http_answers.ts";

/** How long to wait before each attempt to connect again, in milliseconds. */
const WAITS = [250, 500, 1000, 2000, 5000];

/** Keeps a store current. A page that needs a job's log asks for it by its ID. */
export class Live {
  readonly #store: Store;
  readonly #version: string;
  #source: EventSource | undefined;
  #log: string | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;

  constructor(store: Store) {
    this.#store = store;
    this.#version = store.status.value.version;
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) this.#close();
      else this.#open(true);
    });
    if (!document.hidden) this.#open(false);
  }

  /** Follows the log of one job, or of none. */
  follow(log: string | undefined): void {
    if (log === this.#log) return;
    this.#log = log;
    if (!this.#source) return;
    this.#close();
    this.#open(false);
  }

  /** @param isLate Whether events may have been missed, so that the page asks again. */
  #open(isLate: boolean): void {
    this.#close();
    const query = this.#log === undefined ? "" : `?log=${encodeURIComponent(this.#log)}`;
    const source = this.#source = new EventSource(`/api/events${query}`);
    const on = <N extends keyof Events>(name: N, heard: (data: Events[N]) => void) =>
      source.addEventListener(name, (event) => heard(JSON.parse(event.data)));
    let isFirst = true;
    on("status", (status) => {
      // Another version has other pages: what this tab runs is out of date.
      if (status.version !== this.#version) return location.reload();
      const isBehind = isFirst && (isLate || areOthers(this.#store.status.value, status));
      isFirst = false;
      this.#failures = 0;
      this.#store.connection.value = "live";
      this.#store.status.value = status;
      this.#store.now.value = Date.parse(status.now);
      this.#store.tell("status", status);
      if (isBehind) void this.#store.refresh("in place");
    });
    on("jobs", (jobs) => this.#store.tell("jobs", jobs));
    on("log", (log) => this.#store.tell("log", log));
    on("bye", () => this.#lost());
    source.onerror = () => this.#lost();
  }

  #close(): void {
    this.#source?.close();
    this.#source = undefined;
    clearTimeout(this.#retry);
  }

  #lost(): void {
    this.#close();
    this.#retry = setTimeout(
      () => void this.#connect(),
      WAITS[Math.min(this.#failures++, WAITS.length - 1)],
    );
    // The first failure may be that of a stream that the server or a proxy ended to begin anew.
    if (this.#failures > 1) this.#store.connection.value = "lost";
  }

  /** An event source does not say why it failed, so ask first. */
  async #connect(): Promise<void> {
    try {
      await httpAnswers.status();
      if (!document.hidden) this.#open(true);
    } catch (error) {
      if (error instanceof StaleTokenError) this.#store.connection.value = "stale";
      else this.#lost();
    }
  }
}

/** Whether jobs moved between two statuses: from a rendering to the first event, say. */
function areOthers(before: Status, after: Status): boolean {
  const moved = ({ jobs, running }: Status) => JSON.stringify([jobs, running.map(({ id }) => id)]);
  return moved(before) !== moved(after);
}
