/// <reference lib="dom" />
/**
 * Moving between pages without loading the document again. A link is an ordinary one: where a
 * script fails the browser follows it.
 *
 * @module
 */

import { viewOf } from "../data.ts";
import { tabTitle } from "../shell.ts";
import type { Store } from "../store.ts";
import { httpAnswers } from "./http_answers.ts";

/** Paths of this origin that are no pages. */
const NO_PAGE = /^\/(?:api|assets|metrics)(?:\/|$)/;

/** Has links, the search and the back button show pages in place. */
export function keepInPlace(store: Store): void {
  /** The last page that was asked for: an answer that comes after it is dropped. */
  let wanted = 0;

  const show = async (url: string, isNew: boolean): Promise<void> => {
    const turn = ++wanted;
    const target = new URL(url, location.href);
    const wasPath = new URL(store.url.value, location.href).pathname;
    store.isMoving.value = isNew;
    try {
      const view = await viewOf(target.pathname, target.searchParams, httpAnswers);
      if (turn !== wanted) return;
      store.newJobs.value = 0;
      store.view.value = view;
      store.url.value = target.pathname + target.search;
      document.title = tabTitle(store);
      if (isNew && target.pathname !== wasPath) {
        scrollTo(0, 0);
        document.querySelector<HTMLElement>("#main")?.focus();
      }
    } finally {
      if (turn === wanted) store.isMoving.value = false;
    }
  };

  store.go = async (url) => {
    try {
      await show(url, true);
      history.pushState(null, "", url);
    } catch {
      location.href = url;
    }
  };

  let refreshing: Promise<void> | undefined;
  let isAskedAgain = false;
  // However many ask while one answer is under way, one more is fetched after it.
  store.refresh = () => {
    if (refreshing) {
      isAskedAgain = true;
      return refreshing;
    }
    return refreshing = (async () => {
      do {
        isAskedAgain = false;
        // A failure is the stream's to notice.
        await show(store.url.value, false).catch(() => undefined);
      } while (isAskedAgain);
      refreshing = undefined;
    })();
  };

  addEventListener("popstate", () => {
    void show(location.href, true).catch(() => location.reload());
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
