/**
 * What a page shows, as signals: a component that reads one is rendered again when it changes. The
 * server makes a store for each page that it renders; the browser has one, and keeps it current.
 *
 * @module
 */

import { type Signal, signal } from "@preact/signals";
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Status } from "../api.ts";
import type { PageData, View } from "./data.ts";

/**
 * How the browser hears from the server: not yet, live, not any more, or not until somebody opens
 * the link of its new start.
 */
export type Connection = "none" | "live" | "lost" | "stale";

/** A sentence that is shown for some seconds. */
export interface Toast {
  key: number;
  text: string;
  isError?: boolean;
  /** Takes back what was done. */
  undo?: () => void;
}

/** What a dialog asks before something is done. */
export interface Question {
  /** What is about to be done: `Remove 3 jobs?` */
  title: string;
  /** What it means, in a sentence. */
  text?: string;
  /** What it is done to: at most the first ten are shown. */
  items?: readonly string[];
  /** The command line that does the same. */
  command: string;
  /** The word on the button. */
  verb: string;
  /** Whether it cannot be undone. */
  isFinal?: boolean;
  go: () => void;
}

/** Signals of one page, or one browser. */
export class Store {
  readonly status: Signal<Status>;
  readonly view: Signal<View>;
  /** Path and query of the page that is shown. */
  readonly url: Signal<string>;
  /** Milliseconds since 1970, by the server's clock; ticks in the browser. */
  readonly now: Signal<number>;
  readonly connection: Signal<Connection> = signal("none");
  readonly toasts: Signal<readonly Toast[]> = signal([]);
  readonly question: Signal<Question | null> = signal(null);
  readonly isHelpShown: Signal<boolean> = signal(false);
  /** Whether another page is being fetched. */
  readonly isMoving: Signal<boolean> = signal(false);

  /** Shows another page. The browser's code sets it. */
  go: (url: string) => Promise<void> = () => Promise.resolve();
  /**
   * Asks for the page's data again; `in place` keeps the rows of a list where they are. The
   * browser's code sets it.
   */
  refresh: (how?: "in place") => Promise<void> = () => Promise.resolve();
  /** Called with each event of the server's stream, by name; see `listen`. */
  readonly #listeners = new Set<(name: string, data: unknown) => void>();
  #toasts = 0;

  /** @param url Path and query. */
  constructor({ status, view }: PageData, url: string) {
    this.status = signal(status);
    this.view = signal(view);
    this.url = signal(url);
    this.now = signal(Date.parse(status.now));
  }

  /** Shows a sentence: a result for 5 seconds; an error, or what can be undone, for 15. */
  say(text: string, how: Pick<Toast, "isError" | "undo"> = {}): void {
    const key = ++this.#toasts;
    this.toasts.value = [...this.toasts.value.slice(-3), { key, text, ...how }];
    setTimeout(() => this.dismiss(key), how.isError || how.undo ? 15_000 : 5_000);
  }

  /** Takes a sentence away. */
  dismiss(key: number): void {
    this.toasts.value = this.toasts.value.filter((toast) => toast.key !== key);
  }

  /** Has a function called with each event of the server's stream; returns what ends it. */
  listen(listener: (name: string, data: unknown) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Passes an event on to who listens. */
  tell(name: string, data: unknown): void {
    for (const listener of this.#listeners) listener(name, data);
  }
}

/** The store of the page around a component. */
export const StoreContext = createContext<Store | null>(null);

/** The store of the page around the component that calls this. */
export function useStore(): Store {
  const store = useContext(StoreContext);
  if (!store) throw new Error("a component is rendered outside a page");
  return store;
}
