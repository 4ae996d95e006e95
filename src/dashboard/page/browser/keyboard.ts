/// <reference lib="dom" />
/**
 * The keys that dialogs.ts explains. A row is what has `data-row`; its first link is what the
 * focus moves to, so that Enter opens it.
 *
 * @module
 */

import { PAGES } from "../shell.ts";
import type { Store } from "../store.ts";

/** How long the second key of two may take, in milliseconds. */
const PATIENCE = 1500;

/** Listens for keys, but not while somebody types or a dialog is open. */
export function listenForKeys(store: Store): void {
  let goUntil = 0;
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const { target } = event;
    if (!(target instanceof Element) || document.querySelector("dialog[open]")) return;
    if (target.closest("textarea, select, input:not([type=checkbox], [type=radio])")) {
      if (event.key === "Escape" && target instanceof HTMLElement) target.blur();
      return;
    }
    const isGoing = performance.now() < goUntil;
    goUntil = 0;
    if (isGoing) {
      const page = PAGES.find(({ key }) => key === event.key)?.path;
      const path = page ?? (event.key === "n" ? "/new" : undefined);
      if (path === undefined) return;
      event.preventDefault();
      return void store.go(path);
    }
    switch (event.key) {
      case "g":
        goUntil = performance.now() + PATIENCE;
        return;
      case "/":
        event.preventDefault();
        document.querySelector<HTMLInputElement>("#search")?.select();
        return;
      case "?":
        store.isHelpShown.value = true;
        return;
      case "j":
      case "k":
        moveToRow(event.key === "j" ? 1 : -1);
        return;
      case "x":
        document.activeElement?.closest("[data-row]")
          ?.querySelector<HTMLInputElement>("input[type=checkbox]")?.click();
    }
  });
}

function moveToRow(step: 1 | -1): void {
  const rows = [...document.querySelectorAll("[data-row]")].filter((row) => row.checkVisibility());
  const here = rows.indexOf(document.activeElement?.closest("[data-row]") ?? document.body);
  const next = here < 0 ? (step > 0 ? 0 : rows.length - 1) : here + step;
  const link = rows[next]?.querySelector<HTMLElement>("a");
  link?.focus();
  link?.closest("[data-row]")?.scrollIntoView({ block: "nearest" });
}
