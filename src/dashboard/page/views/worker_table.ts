/**
 * Live workers, and what each runs.
 *
 * @module
 */

import { h } from "preact";
import type { RunningRow, WorkerRow } from "../../api.ts";
import { stopAction } from "../actions.ts";
import { html, type Tree } from "../html.ts";
import { ActionButton, Ago, Command, JobId, ProgressBar, Since, StoppedNote } from "../parts.ts";
import { useStore } from "../store.ts";
import { visibleText } from "../texts.ts";

/** A row for each worker; with what stops it, if asked for. */
export function WorkerTable({ hasActions }: { hasActions: boolean }): Tree {
  const { workers, running } = useStore().status.value;
  const jobs = new Map(running.map((row) => [row.id, row]));
  const heads = ["Worker", "Slots", "Runs", "Since"];
  return html.table(
    { class: "rows workers" },
    html.thead(
      null,
      html.tr(null, heads.map((head) => html.th({ key: head, scope: "col" }, head))),
    ),
    html.tbody(
      null,
      workers.map((worker) => [
        html.tr(
          { key: worker.name },
          html.th({ scope: "row" }, h(Name, { worker })),
          html.td({ class: "slots" }, h(Slots, { worker })),
          html.td({ class: "runs" }, h(Runs, { worker, jobs })),
          html.td({ class: "since" }, h(Ago, { at: worker.started_at })),
        ),
        worker.stopped
          ? html.tr(
            { key: `stopped ${worker.name}`, class: "stops" },
            html.td({ colSpan: heads.length }, h(StoppedNote, { worker })),
          )
          : null,
        hasActions
          ? html.tr(
            { key: `stop ${worker.name}`, class: "stops" },
            html.td(
              { colSpan: heads.length },
              [false, true].map((now) =>
                h(ActionButton, {
                  key: now,
                  action: stopAction(worker.name, now, worker.running),
                })
              ),
            ),
          )
          : null,
      ]),
    ),
  );
}

function Name({ worker }: { worker: WorkerRow }): Tree {
  const { name, host, pid, version, tags, only } = worker;
  const facts = [
    `on ${host}`,
    `PID ${pid}`,
    version,
    ...(tags.length > 0 ? [`tags ${tags.join(", ")}`] : []),
    ...(only === undefined ? [] : [`only for job ${only}`]),
  ];
  return html.div(
    null,
    html.code(null, visibleText(name)),
    html.div({ class: "quiet small" }, visibleText(facts.join(" · "))),
  );
}

/** How many of its slots are busy, as a number and as boxes. */
function Slots({ worker: { slots, busy } }: { worker: WorkerRow }): Tree {
  const shown = Math.min(slots, 16);
  return html.span(
    { class: "slot-count" },
    html.span(null, `${busy} / ${slots}`),
    html.span(
      { class: "boxes", "aria-hidden": "true" },
      Array.from(
        { length: shown },
        (_, index) => html.span({ key: index, class: index < busy * shown / slots ? "busy" : "" }),
      ),
    ),
  );
}

function Runs({ worker, jobs }: { worker: WorkerRow; jobs: Map<string, RunningRow> }): Tree {
  if (worker.running.length === 0) return html.span({ class: "quiet" }, "nothing");
  return html.ul(
    null,
    // A worker claims a few short jobs ahead: those claimed first run.
    worker.running.slice(0, worker.slots).map((id) => {
      const job = jobs.get(id);
      return html.li(
        { key: id, class: "run" },
        h(JobId, { id }),
        job ? h(Command, { text: job.command, most: 60 }) : null,
        job ? html.span({ class: "quiet" }, "for ", h(Since, { at: job.started_at })) : null,
        job?.progress ? h(ProgressBar, { progress: job.progress }) : null,
      );
    }),
  );
}
