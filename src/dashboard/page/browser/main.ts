/// <reference lib="dom" />
/**
 * The browser's side: takes over the page that the server rendered, and keeps it current.
 *
 * @module
 */

import { effect } from "@preact/signals";
import { h, hydrate } from "preact";
import type { PageData } from "../data.ts";
import { Body, tabTitle } from "../shell.ts";
import { Store } from "../store.ts";
import { keepCurrent } from "./keep_current.ts";
import { listenForKeys } from "./keyboard.ts";
import { Live } from "./live.ts";
import { keepInPlace } from "./pages.ts";

const data: PageData = JSON.parse(document.querySelector("#data")!.textContent);
const store = new Store(data, location.pathname + location.search);
hydrate(h(Body, { store }), document.querySelector("#app")!);

keepInPlace(store);
listenForKeys(store);
const live = new Live(store);

effect(() => {
  document.title = tabTitle(store);
});
effect(() => {
  const view = store.view.value;
  live.follow(view.page === "job" ? view.detail.job.id : undefined);
});

keepCurrent(store);
