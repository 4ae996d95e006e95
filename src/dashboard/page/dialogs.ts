/// <reference lib="dom" />
/**
 * The two dialogs: what is about to be done, and the keys. The browser keeps the focus inside while
 * one is open, and gives it back afterwards.
 *
 * @module
 */

import { type Signal, useSignalEffect } from "@preact/signals";
import { h } from "preact";
import { useRef } from "preact/hooks";
import { type Children, html, type Tree } from "./html.ts";
import { CommandLine } from "./parts.ts";
import { useStore } from "./store.ts";

/** How many of the items of a question are shown. */
const ITEMS_SHOWN = 10;

/** What all pages may ask or explain. */
export function Dialogs(): Tree {
  return html.div(null, h(Confirm, null), h(Keys, null));
}

/** A dialog that is open while a signal holds something, which is taken away when it closes. */
function Modal<T>(
  { shown, closed, label, children }: {
    shown: Signal<T>;
    closed: T;
    label: string;
    children?: Children;
  },
): Tree {
  const dialog = useRef<HTMLDialogElement>(null);
  useSignalEffect(() => {
    const isWanted = shown.value !== closed;
    if (isWanted && !dialog.current?.open) dialog.current?.showModal();
    if (!isWanted) dialog.current?.close();
  });
  return html.dialog({
    ref: dialog,
    "aria-label": label,
    onClose: () => shown.value = closed,
    onClick: ({ target }) => {
      if (target === dialog.current) shown.value = closed;
    },
  }, html.div({ class: "dialog-body" }, children));
}

function Confirm(): Tree {
  const { question } = useStore();
  const asked = question.value;
  const items = asked?.items ?? [];
  return h(
    Modal<typeof asked>,
    { shown: question, closed: null, label: asked?.title ?? "Question" },
    asked && [
      html.h2(null, asked.title),
      asked.text ? html.p(null, asked.text) : null,
      items.length > 0
        ? html.ul(
          { class: "items" },
          items.slice(0, ITEMS_SHOWN).map((item) => html.li({ key: item }, item)),
          items.length > ITEMS_SHOWN
            ? html.li({ class: "quiet" }, `and ${items.length - ITEMS_SHOWN} more`)
            : null,
        )
        : null,
      html.p({ class: "same" }, "The same by hand: ", h(CommandLine, { text: asked.command })),
      html.form(
        { method: "dialog", class: "buttons" },
        html.button({ type: "submit", autofocus: asked.isFinal }, "Do nothing"),
        html.button({
          type: "submit",
          class: asked.isFinal ? "final" : "primary",
          autofocus: !asked.isFinal,
          onClick: asked.go,
        }, asked.verb),
      ),
    ],
  );
}

/** What each key does, as the dialog explains it. */
const KEYS: readonly (readonly [keys: string, does: string])[] = [
  ["/", "search jobs"],
  ["j k", "next and previous row"],
  ["Enter", "open the row"],
  ["x", "select the row"],
  ["g o", "overview"],
  ["g j", "jobs"],
  ["g d", "dead letters"],
  ["g s", "schedules"],
  ["g w", "workers"],
  ["g e", "settings"],
  ["g n", "new job"],
  ["?", "these keys"],
];

function Keys(): Tree {
  const { isHelpShown, status } = useStore();
  return h(
    Modal<boolean>,
    { shown: isHelpShown, closed: false, label: "Keys" },
    isHelpShown.value && [
      html.h2(null, "Keys"),
      html.dl(
        { class: "keys" },
        KEYS.flatMap(([keys, does]) => [
          html.dt({ key: keys }, keys.split(" ").map((key) => html.kbd({ key }, key))),
          html.dd({ key: does }, does),
        ]),
      ),
      html.p(
        { class: "quiet" },
        "The command lines on these pages work in a shell that uses the same queue, as after ",
        h(CommandLine, { text: `export QUEUECTL_DIR=${status.value.dir}` }),
      ),
      html.form(
        { method: "dialog", class: "buttons" },
        html.button({ type: "submit", class: "primary", autofocus: true }, "Close"),
      ),
    ],
  );
}
