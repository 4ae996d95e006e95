/// <reference lib="dom" />
/**
 * What can be done to the selected jobs.
 *
 * @module
 */

import { type Signal, useSignal } from "@preact/signals";
import { h } from "preact";
import type { BulkAction, BulkFilter, JobRow, JobsQuery } from "../../api.ts";
import { perform } from "../actions.ts";
import { bulkAction, changeAllThatMatch, isFor, labelOf } from "../bulk_actions.ts";
import { isSearch } from "../data.ts";
import { html, type Tree } from "../html.ts";
import { CommandLine } from "../parts.ts";
import { useStore } from "../store.ts";
import { counted, numberText } from "../texts.ts";

const ACTIONS: readonly BulkAction[] = ["retry", "cancel", "hold", "release", "remove"];

interface BarProps {
  /** The rows that are selected. */
  jobs: readonly JobRow[];
  query: JobsQuery;
  /** How many jobs the list has on all its pages; `undefined` if only a search can say. */
  total: number | undefined;
  /** Whether all rows of the page are selected, and there are more pages. */
  mayTakeAll: boolean;
  /** Whether all that match are meant, on all pages. */
  everything: Signal<boolean>;
  clear: () => void;
}

/**
 * A button for each action, for those of the selected jobs that it makes sense for. The bar has its
 * place also while nothing is selected, so that the rows do not move; the command line is that of
 * the button which has the pointer or the focus.
 */
export function SelectionBar(props: BarProps): Tree {
  const { jobs, query, mayTakeAll, everything, clear } = props;
  const store = useStore();
  const priority = useSignal(9);
  const shown = useSignal<BulkAction>("retry");
  if (store.status.value.read_only) return html.div(null);
  const isEmpty = jobs.length === 0;
  const isAll = mayTakeAll && everything.value;
  const given = (name: BulkAction) => name === "priority" ? priority.value : undefined;
  const action = (name: BulkAction) => {
    const fitting = jobs.filter((job) => isFor(name, job));
    const rest = jobs.length - fitting.length;
    const text = rest === 0
      ? undefined
      : `${counted(rest, "other selected job")} ${rest === 1 ? "stays" : "stay"} unchanged.`;
    return bulkAction(name, fitting, { priority: given(name), text });
  };
  const button = (name: BulkAction) => {
    const show = () => shown.value = name;
    return html.button({
      key: name,
      type: "button",
      class: name === "remove" ? "final" : "",
      disabled: !isAll && !jobs.some((job) => isFor(name, job)),
      onFocus: show,
      onPointerMove: show,
      onClick: () =>
        isAll
          ? void changeAllThatMatch(store, name, filterOf(query, name), given(name), clear)
          : perform(store, action(name), clear),
    }, labelOf(name));
  };
  return html.div(
    { class: "selection with-script", role: "group", "aria-label": "Selected jobs" },
    html.span(
      { class: "selected-count", role: "status" },
      isEmpty ? "Select jobs" : isAll ? `${allText(props)} selected` : counted(jobs.length, "job"),
    ),
    mayTakeAll
      ? html.button({
        type: "button",
        onClick: () => everything.value = !isAll,
      }, isAll ? `Only the ${numberText(jobs.length)} on this page` : `Select ${allText(props)}`)
      : null,
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
    isEmpty || isAll || !jobs.some((job) => isFor(shown.value, job))
      ? null
      : h(CommandLine, { text: action(shown.value).command, most: 44 }),
  );
}

function allText({ query, total }: BarProps): string {
  const jobs = total === undefined ? "all jobs" : `all ${numberText(total)} jobs`;
  return !isSearch(query) && query.states.length === 0 ? jobs : `${jobs} that match`;
}

/** The filter of a list. One of all states does not mean to run again what succeeded. */
function filterOf({ states, text, tags, group }: JobsQuery, action: BulkAction): BulkFilter {
  const all = ["pending", "processing", "failed", "dead"] as const;
  return {
    states: states.length > 0 ? states : action === "retry" ? all : [...all, "done"],
    ...(text !== "" && { text }),
    ...(tags && { tags }),
    ...(group !== undefined && { group }),
  };
}
