/// <reference lib="dom" />
/**
 * The small parts that pages share.
 *
 * @module
 */

import { Fragment, h } from "preact";
import type { WorkerRow } from "../api.ts";
import { type Action, perform } from "./actions.ts";
import { type Children, html, type Tree } from "./html.ts";
import { useStore } from "./store.ts";
import {
  cutEnd,
  cutMiddle,
  exactText,
  relativeText,
  spanText,
  visibleLines,
  visibleText,
} from "./texts.ts";

/** Each state's sign, so that its colour is not all that tells it. */
const SIGNS: Readonly<Record<string, string>> = {
  pending: "○",
  delayed: "◷",
  held: "‖",
  waiting: "⋯",
  processing: "▸",
  failed: "↻",
  done: "✓",
  dead: "✕",
};

/** A state: its sign, and its word. */
export function State({ state }: { state: string }): Tree {
  return html.span(
    { class: "state", "data-state": state },
    html.span({ class: "sign", "aria-hidden": "true" }, SIGNS[state] ?? "?"),
    state,
  );
}

/** A time as seen from now, with the exact one on hover: `3m ago`. */
export function Ago({ at }: { at: string }): Tree {
  const time = Date.parse(at);
  if (Number.isNaN(time)) return html.span(null, visibleText(at));
  const text = relativeText(time, useStore().now.value);
  return html.time({ dateTime: at, title: exactText(time) }, text);
}

/** How long something has been going on, with its beginning on hover: `1m 5s`. */
export function Since({ at }: { at: string }): Tree {
  const time = Date.parse(at);
  if (Number.isNaN(time)) return html.span(null, visibleText(at));
  const span = Math.max(0, Math.floor((useStore().now.value - time) / 1000) * 1000);
  const text = span < 1000 ? "0 s" : spanText(span);
  return html.time({ dateTime: at, title: `since ${exactText(time)}` }, text);
}

/** A job's command on one line, cut in the middle, the whole of it on hover. */
export function Command({ text, most = 90 }: { text: string; most?: number }): Tree {
  const shown = visibleText(text);
  if (shown.trim() === "") return html.em({ class: "quiet" }, "no command");
  return html.code({ class: "command", dir: "ltr", title: shown }, cutMiddle(shown, most));
}

/** A link to a job. */
export function JobId({ id }: { id: string }): Tree {
  const shown = visibleText(id);
  return html.a({ class: "id", href: jobPath(id), title: shown }, shown);
}

/** The path of a job's page. */
export function jobPath(id: string): string {
  return `/jobs/${encodeURIComponent(id)}`;
}

/** Progress as a bar with its text; a bar without an end where the share is not known. */
export function ProgressBar(
  { progress }: { progress: { text: string; fraction: number | null } },
): Tree {
  const text = visibleText(progress.text);
  const share = progress.fraction === null ? {} : { value: progress.fraction };
  return html.span(
    { class: "progress", title: text },
    html.progress({ max: 1, ...share, "aria-label": `progress: ${text}` }),
    html.span(null, cutMiddle(text, 30)),
  );
}

/** A command line that can be copied. */
export function CommandLine({ text, most = 72 }: { text: string; most?: number }): Tree {
  const shown = visibleText(text);
  return html.span(
    { class: "command-line" },
    html.code({ title: cutEnd(shown, 400) }, cutEnd(shown, most)),
    h(CopyButton, { text, what: `the command line: ${cutMiddle(shown, 200)}` }),
  );
}

/** What is wrong with a worker that is stopped, and what lets it go on. */
export function StoppedNote({ worker: { pid } }: { worker: WorkerRow }): Tree {
  return html.div(
    { class: "fault" },
    "The worker is stopped (SIGSTOP or Ctrl-Z), and its jobs wait for it. Let it go on: ",
    h(CommandLine, { text: `kill -CONT ${pid}` }),
  );
}

/** A button that copies a text; `what` says which, for who cannot see where it stands. */
export function CopyButton({ text, what }: { text: string; what: string }): Tree {
  const store = useStore();
  return html.button({
    type: "button",
    class: "copy with-script",
    title: `Copy ${cutMiddle(what, 80)}`,
    "aria-label": `Copy ${what}`,
    onClick: () => void copy(text).then((how) => store.say(how)),
  }, "Copy");
}

/** Text that may have many lines and be of any kind. */
export function TextBlock({ text, label }: { text: string; label?: string }): Tree {
  return html.pre(
    { class: "text-block", tabIndex: 0, ...(label && { role: "region", "aria-label": label }) },
    visibleLines(text),
  );
}

/** Puts text into the clipboard; on a page without HTTPS the old way is the only one. */
async function copy(text: string): Promise<string> {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
  } else {
    const area = document.createElement("textarea");
    area.value = text;
    (document.querySelector("dialog[open]") ?? document.body).append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  return "Copied.";
}

/**
 * A button with the command line that does the same beside it; without JavaScript, and where the
 * server takes no changes, the command line alone.
 */
export function ActionButton(
  { action, isPrimary, after }: { action: Action; isPrimary?: boolean; after?: () => void },
): Tree {
  const store = useStore();
  const { label, command } = action;
  return html.span(
    { class: "action" },
    store.status.value.read_only ? null : html.button({
      type: "button",
      class: `with-script ${isPrimary ? "primary" : ""} ${action.ask?.isFinal ? "final" : ""}`,
      title: visibleText(cutMiddle(command, 200)),
      onClick: () => perform(store, action, after),
    }, label),
    h(CommandLine, { text: command, most: 48 }),
  );
}

/** What stands where there is nothing to show, and what to type. */
export function Empty({ title, children }: { title: string; children?: Children }): Tree {
  return html.div({ class: "empty" }, html.p({ class: "empty-title" }, title), children);
}

/** The head of a page: its heading, and what stands beside it. */
export function PageHead({ title, children }: { title: Children; children?: Children }): Tree {
  return html.div(
    { class: "page-head" },
    html.h1(null, title),
    h(Fragment, null, children),
  );
}
