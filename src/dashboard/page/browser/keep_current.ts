/// <reference lib="dom" />
/**
 * When a page asks for its data again: after jobs moved, but no more often than is of use and as
 * the server can answer without much work.
 *
 * @module
 */

import type { Events } from "../../api.ts";
import { isSearch, type Span, type View } from "../data.ts";
import type { Store } from "../store.ts";

/** How old the charts of a span may be while jobs move, in milliseconds. */
const CHARTS_AGE: Readonly<Record<Span, number>> = {
  "5m": 2_000,
  "1h": 10_000,
  "24h": 60_000,
  "7d": 60_000,
};

/** How old the charts may be while nothing happens: time goes on in them all the same. */
const IDLE_CHARTS_AGE = 60_000;

/**
 * How old a page may be when jobs have moved, in milliseconds; `Infinity` if they do not concern
 * it.
 */
export function oldestAfter(view: View, { ids }: Events["jobs"]): number {
  switch (view.page) {
    case "overview":
      return CHARTS_AGE[view.span];
    case "jobs":
      // A search reads many files.
      return isSearch(view.query) ? 5_000 : view.query.sort !== "created" ? 2_000 : 0;
    case "job":
      return !ids || ids.includes(view.detail.job.id) ? 0 : 2_000;
    case "schedules":
      // The jobs of one schedule are searched for.
      return view.name === undefined ? 1_000 : 5_000;
    case "dead":
      return 1_000;
    default:
      return Infinity;
  }
}

/** Has the page of a store follow the events of the stream, and the clock. */
export function keepCurrent(store: Store): void {
  let asked = performance.now();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const refresh = () => {
    timer = undefined;
    asked = performance.now();
    void store.refresh("in place");
  };
  let told = performance.now();
  store.listen((name, data) => {
    if (name === "status") told = performance.now();
    if (name !== "jobs" || timer !== undefined) return;
    const oldest = oldestAfter(store.view.value, data as Events["jobs"]);
    if (oldest === Infinity) return;
    timer = setTimeout(refresh, Math.max(0, asked + oldest - performance.now()));
  });

  // Nobody sees ages and charts grow old while the tab is hidden.
  setInterval(() => {
    if (document.hidden) return;
    const since = performance.now() - told;
    // A status has just drawn the page by its own clock.
    if (since > 1200) store.now.value = Date.parse(store.status.value.now) + since;
    const isOld = performance.now() - asked > IDLE_CHARTS_AGE;
    if (store.view.value.page === "overview" && isOld && timer === undefined) refresh();
  }, 1000);
}
