/**
 * The page of the workers.
 *
 * @module
 */

import { h } from "preact";
import { pauseAction } from "../actions.ts";
import { html, type Tree } from "../html.ts";
import { ActionButton, PageHead } from "../parts.ts";
import { useStore } from "../store.ts";
import { NoWorkers } from "./overview.ts";
import { WorkerTable } from "./worker_table.ts";

/** Live workers, with what stops them. */
export function Workers(): Tree {
  const { workers, paused } = useStore().status.value;
  return html.div(
    { class: "stack" },
    h(
      PageHead,
      { title: "Workers" },
      paused ? null : h(ActionButton, { action: pauseAction(false) }),
    ),
    html.section(
      { class: "card", "aria-label": "Live workers" },
      workers.length > 0 ? h(WorkerTable, { hasActions: true }) : h(NoWorkers, null),
    ),
  );
}
