/**
 * The first page: how the queue is, at a glance.
 *
 * @module
 */

import { h } from "preact";
import { useMemo } from "preact/hooks";
import { pauseAction } from "../actions.ts";
import { jobsSearch, type ViewOf } from "../data.ts";
import { html, type Tree } from "../html.ts";
import { ActionButton, CommandLine, Empty, PageHead, State } from "../parts.ts";
import { useStore } from "../store.ts";
import { counted, numberText, sizeText } from "../texts.ts";
import { Activity } from "./activity.ts";
import { WorkerTable } from "./worker_table.ts";

/** The states that are counted, with what each means. */
const COUNTED = [
  ["pending", "ready to run"],
  ["delayed", "due later, held or waiting"],
  ["processing", "running now"],
  ["failed", "waiting for a retry"],
  ["done", "succeeded"],
  ["dead", "out of retries, or cancelled"],
] as const;

/** Counts, charts, workers. */
export function Overview({ span, stats }: ViewOf<"overview">): Tree {
  const { jobs, workers, paused, disk, rates } = useStore().status.value;
  const isNew = workers.length === 0 && Object.values(jobs).every((count) => count === 0);
  // Charts are drawn anew with their own numbers only, not with each status.
  const activity = useMemo(() => h(Activity, { span, stats }), [span, stats]);
  return html.div(
    { class: "stack" },
    h(
      PageHead,
      { title: "Overview" },
      paused ? null : h(ActionButton, { action: pauseAction(false) }),
    ),
    isNew ? h(FirstSteps, null) : null,
    html.nav(
      { class: "tiles", "aria-label": "Jobs by state" },
      COUNTED.map(([state, meaning]) =>
        html.a(
          { key: state, class: "tile", href: `/jobs${jobsSearch({ states: [state] })}` },
          h(State, { state }),
          html.span({ class: "number" }, numberText(jobs[state])),
          html.span({ class: "quiet" }, meaning),
        )
      ),
    ),
    isNew ? null : activity,
    isNew ? null : html.section(
      { class: "card", "aria-labelledby": "workers" },
      html.div(
        { class: "card-head" },
        html.h2({ id: "workers" }, "Workers"),
        html.span(
          { class: "quiet" },
          `${numberText(jobs.processing)} running · `,
          `${rateText(rates.minute)} ended over the last minute, ${
            rateText(rates.five_minutes)
          } over five`,
          disk ? ` · disk: ${sizeText(disk.free)} of ${sizeText(disk.total)} free` : "",
        ),
      ),
      workers.length > 0 ? h(WorkerTable, { hasActions: false }) : h(NoWorkers, null),
    ),
  );
}

function rateText(perSecond: number): string {
  return perSecond >= 1 || perSecond === 0
    ? `${Math.round(perSecond * 10) / 10}/s`
    : `${Math.round(perSecond * 600) / 10}/min`;
}

/** What to type for the first job. */
function FirstSteps(): Tree {
  return h(
    Empty,
    { title: "This queue is empty." },
    html.p(null, "Add a job, and start a worker that runs it:"),
    html.p(null, h(CommandLine, { text: "queuectl enqueue -- echo hello" })),
    html.p(null, h(CommandLine, { text: "queuectl worker start" })),
    html.p(null, "It shows here at once."),
  );
}

/** What to type where nothing runs the jobs. */
export function NoWorkers(): Tree {
  const { pending } = useStore().status.value.jobs;
  return html.p(
    { class: "no-workers" },
    "No worker runs",
    pending > 0 ? `, and ${counted(pending, "job")} wait${pending === 1 ? "s" : ""} for one` : "",
    ". Start one: ",
    h(CommandLine, { text: "queuectl worker start" }),
  );
}
