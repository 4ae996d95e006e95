/// <reference lib="dom" />
/**
 * The queue's settings, with what each means; those of resources below them.
 *
 * @module
 */

import { useSignal } from "@preact/signals";
import { h } from "preact";
import type { SettingRow } from "../../api.ts";
import { type Action, perform } from "../actions.ts";
import type { ViewOf } from "../data.ts";
import { html, type Tree } from "../html.ts";
import { ActionButton, CommandLine, PageHead } from "../parts.ts";
import { useStore } from "../store.ts";
import { shellWord, visibleText } from "../texts.ts";

const RESOURCE = "resources.";

/** All settings; each is changed in its row. */
export function Settings({ settings }: ViewOf<"settings">): Tree {
  const plain = settings.filter(({ key }) => !key.startsWith(RESOURCE));
  const resources = settings.filter(({ key }) => key.startsWith(RESOURCE));
  return html.div(
    { class: "stack" },
    h(PageHead, { title: "Settings" }, html.span({ class: "quiet" }, "for the whole queue")),
    html.div({ class: "card table-card" }, h(Table, { settings: plain, label: "Settings" })),
    html.section(
      { class: "card", "aria-labelledby": "resources" },
      html.h2({ id: "resources" }, "Resources"),
      html.p(
        { class: "quiet" },
        "A resource has places. A job that needs some of them waits until they are free.",
      ),
      resources.length === 0
        ? html.p(null, "There are none.")
        : h(Table, { settings: resources, label: "Resources" }),
      h(NewResource, null),
    ),
  );
}

function Table({ settings, label }: { settings: readonly SettingRow[]; label: string }): Tree {
  const heads = ["Setting", "Value", "Default", "Change"];
  return html.table(
    { class: "rows settings" },
    html.caption({ class: "hidden-text" }, label),
    html.thead(
      null,
      html.tr(null, heads.map((head) => html.th({ key: head, scope: "col" }, head))),
    ),
    html.tbody(null, settings.map((setting) => h(Row, { key: setting.key, setting }))),
  );
}

function valueText(value: SettingRow["value"]): string {
  return value === null ? "none" : String(value);
}

/** Sets one setting. */
function setAction(key: string, value: string): Action {
  return {
    label: "Set",
    path: "/api/settings",
    body: { set: { [key]: value } },
    command: `queuectl config set ${shellWord(key)} ${shellWord(value)}`,
    done: `${visibleText(key)} is ${visibleText(value)} now.`,
  };
}

function resetAction(key: string): Action {
  return {
    label: key.startsWith(RESOURCE) ? "Remove" : "Reset",
    path: "/api/settings",
    body: { reset: [key] },
    command: `queuectl config reset ${shellWord(key)}`,
    done: `${visibleText(key)} was reset.`,
  };
}

function Row({ setting }: { setting: SettingRow }): Tree {
  const { key, value, usual, is_set, help } = setting;
  const isFixed = useStore().status.value.read_only;
  const isOpen = useSignal(false);
  const text = valueText(value);
  return html.tr(
    { "data-row": "", "data-id": key },
    html.th(
      { scope: "row" },
      html.code(null, visibleText(key)),
      html.div({ class: "quiet small" }, visibleText(help)),
    ),
    html.td(
      { class: "value-cell" },
      html.code({ class: is_set ? "is-set" : "" }, visibleText(text)),
    ),
    html.td({ class: "usual-cell quiet" }, html.code(null, visibleText(usual))),
    html.td(
      { class: "change-cell" },
      isOpen.value ? h(Change, { setting, done: () => isOpen.value = false }) : [
        isFixed ? null : html.button({
          key: "change",
          type: "button",
          class: "with-script",
          "aria-label": `Change ${visibleText(key)}`,
          onClick: () => isOpen.value = true,
        }, "Change"),
        html.span(
          { key: "how", class: "how" },
          h(CommandLine, { text: `queuectl config set ${shellWord(key)} VALUE` }),
        ),
      ],
      is_set && !isOpen.value ? h(ActionButton, { action: resetAction(key) }) : null,
    ),
  );
}

function Change({ setting, done }: { setting: SettingRow; done: () => void }): Tree {
  const store = useStore();
  const { key, value } = setting;
  const text = useSignal(valueText(value));
  const action = setAction(key, text.value);
  const isFlag = typeof value === "boolean";
  const label = `New value of ${visibleText(key)}`;
  return html.form(
    {
      class: "setting-form",
      "aria-label": `Change ${visibleText(key)}`,
      onSubmit: (event) => {
        event.preventDefault();
        event.stopPropagation();
        perform(store, action, done);
      },
    },
    isFlag
      ? html.select(
        {
          "aria-label": label,
          onChange: ({ target }) => text.value = (target as HTMLSelectElement).value,
        },
        ["true", "false"].map((word) =>
          html.option({ key: word, value: word, selected: word === text.value }, word)
        ),
      )
      : html.input({
        type: "text",
        "aria-label": label,
        value: text.value,
        autofocus: true,
        spellcheck: false,
        autocomplete: "off",
        onInput: ({ target }) => text.value = (target as HTMLInputElement).value,
        onKeyDown: ({ key: pressed }) => {
          if (pressed === "Escape") done();
        },
      }),
    html.button({ type: "submit", class: "primary" }, "Set"),
    html.button({ type: "button", onClick: done }, "Cancel"),
    h(CommandLine, { text: action.command, most: 60 }),
  );
}

function NewResource(): Tree | null {
  const store = useStore();
  const name = useSignal("");
  const places = useSignal("1");
  if (store.status.value.read_only) return null;
  const action = setAction(`${RESOURCE}${name.value || "NAME"}`, places.value || "1");
  return html.form(
    {
      class: "setting-form with-script",
      "aria-label": "New resource",
      onSubmit: (event) => {
        event.preventDefault();
        event.stopPropagation();
        if (name.value.trim() !== "") perform(store, action, () => name.value = "");
      },
    },
    html.input({
      type: "text",
      placeholder: "gpu",
      "aria-label": "Name of the resource",
      value: name.value,
      spellcheck: false,
      autocomplete: "off",
      onInput: ({ target }) => name.value = (target as HTMLInputElement).value.trim(),
    }),
    html.input({
      type: "number",
      ...{ min: 0, max: 1024 },
      "aria-label": "Number of places",
      value: places.value,
      onInput: ({ target }) => places.value = (target as HTMLInputElement).value,
    }),
    html.button({ type: "submit" }, "Add resource"),
    h(CommandLine, { text: action.command, most: 60 }),
  );
}
