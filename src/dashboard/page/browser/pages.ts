/// <reference lib="dom" />
/**
 * Moving between pages without loading the document again. A link is an ordinary one: where a
 * script fails the browser follows it.
 *
 * @module
 */

import { batch } from "@preact/signals";
import { viewOf } from "../data.ts";
import { keptInPlace } from "../live_rows.ts";
import type { Store } from "../store.ts";
import { httpAnswers } from "./http_answers.ts";
import { type Manner, refresher } from "./refresher.ts";

/** Paths of this origin that are no pages. */
const NO_PAGE = /^\/(?:api|assets|metrics)(?:\/|$)/;

/** Has links, the search and the back button show pages in place. */
export function keepInPlace(store: Store): void {
  /** The last page that was asked for: an answer that comes after it is dropped. */
  let wanted = 0;

  const show = async (url: string, how: "moved" | Manner): Promise<void> => {
    const turn = ++wanted;
    const target = new URL(url, location.href);
    const isOther = target.pathname !== new URL(store.url.value, location.href).pathname;
    store.isMoving.value = how === "moved";
    try {
      const view = await viewOf(target.pathname, target.searchParams, httpAnswers);
      if (turn !== wanted) return;
      const shown = store.view.value;
      batch(() => {
        store.view.value = how === "in place" && view.page === "jobs" && shown.page === "jobs"
          ? keptInPlace(shown, view)
          : view;
        store.url.value = target.pathname + target.search;
      });
      if (how === "moved" && isOther) {
        scrollTo(0, 0);
        document.querySelector<HTMLElement>("#main")?.focus({ preventScroll: true });
      }
    } finally {
      if (turn === wanted) store.isMoving.value = false;
    }
  };

  store.go = async (url) => {
    try {
      await show(url, "moved");
      history.pushState(null, "", url);
    } catch {
      location.href = url;
    }
  };

  store.refresh = refresher(async (manner) => {
    // While another page is fetched there is nothing to refresh; a failure is the stream's to
    // notice.
    if (!store.isMoving.value) await show(store.url.value, manner).catch(() => undefined);
  });

  addEventListener("popstate", () => {
    void show(location.href, "moved").catch(() => location.reload());
  });

  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey &&
      !event.altKey && !event.defaultPrevented;
    if (!link || !isPlain || link.target || link.hasAttribute("download")) return;
    if (link.origin !== location.origin || NO_PAGE.test(link.pathname)) return;
    if (link.hash && link.pathname === location.pathname) return;
    event.preventDefault();
    void store.go(link.pathname + link.search);
  });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || form.method !== "get") return;
    event.preventDefault();
    const query = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      if (value !== "") query.append(name, String(value));
    }
    const text = query.toString();
    void store.go(new URL(form.action).pathname + (text && `?${text}`));
  });
}
