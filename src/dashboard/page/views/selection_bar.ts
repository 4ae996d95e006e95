/// <reference lib="dom" />
/**
 * What can be done to the selected jobs.
 *
 * @module
 */

import { useSignal } from "@preact/signals";
import { h } from "preact";
import type { BulkAction, JobRow } from "../../api.ts";
import { bulkAction, perform } from "../actions.ts";
import { html, type Tree } from "../html.ts";
import { CommandLine } from "../parts.ts";
import { useStore } from "../store.ts";
import { counted } from "../texts.ts";

const ACTIONS: readonly BulkAction[] = ["retry", "cancel", "hold", "release", "remove"];

/**
 * A button for each action. It has its place also while nothing is selected, so that the rows do
 * not move; the command line is that of the button which has the pointer or the focus.
 */
export function SelectionBar(
  { jobs, clear }: { jobs: readonly JobRow[]; clear: () => void },
): Tree {
  const store = useStore();
  const priority = useSignal(9);
  const shown = useSignal<BulkAction>("retry");
  if (store.status.value.read_only) return html.div(null);
  const isEmpty = jobs.length === 0;
  const action = (name: BulkAction) =>
    bulkAction(name, jobs, name === "priority" ? priority.value : undefined);
  const button = (name: BulkAction) => {
    const show = () => shown.value = name;
    return html.button({
      key: name,
      type: "button",
      class: name === "remove" ? "final" : "",
      disabled: isEmpty,
      onFocus: show,
      onPointerMove: show,
      onClick: () => perform(store, action(name), clear),
    }, action(name).label);
  };
  return html.div(
    { class: "selection with-script", role: "group", "aria-label": "Selected jobs" },
    html.span(
      { class: "selected-count", role: "status" },
      isEmpty ? "Select jobs" : counted(jobs.length, "job"),
    ),
    ACTIONS.map(button),
    html.span(
      { class: "joined" },
      button("priority"),
      html.select(
        {
          "aria-label": "Priority to set",
          disabled: isEmpty,
          value: String(priority.value),
          onChange: ({ currentTarget }) => {
            if (currentTarget instanceof HTMLSelectElement) {
              priority.value = Number(
                currentTarget.value,
              );
            }
            shown.value = "priority";
          },
        },
        Array.from(
          { length: 10 },
          (_, level) => html.option({ key: level, value: String(level) }, String(level)),
        ),
      ),
    ),
    isEmpty ? null : h(CommandLine, { text: action(shown.value).command, most: 44 }),
  );
}
