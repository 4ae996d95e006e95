/**
 * Dead letters, grouped by how they failed.
 *
 * @module
 */

import { h } from "preact";
import type { DeadGroup } from "../../api.ts";
import type { Action } from "../actions.ts";
import { bulkAction } from "../bulk_actions.ts";
import { jobsSearch, type ViewOf } from "../data.ts";
import { html, type Tree } from "../html.ts";
import { ActionButton, Ago, Command, Empty, JobId, PageHead } from "../parts.ts";
import { useStore } from "../store.ts";
import { counted, numberText, visibleText } from "../texts.ts";

/** A section for each group, and what can be done to all of it. */
export function Dead({ groups, more }: ViewOf<"dead">): Tree {
  const { dead } = useStore().status.value.jobs;
  return html.div(
    { class: "stack" },
    h(PageHead, {
      title: "Dead letters",
      children: html.span(
        { class: "quiet" },
        `${counted(dead, "job")} in `,
        counted(groups.length + more, "group"),
      ),
    }),
    groups.length === 0
      ? h(
        Empty,
        { title: "No job is dead." },
        html.p(
          null,
          "Here lie jobs that are out of retries or were cancelled, until somebody retries or removes them.",
        ),
      )
      : groups.map((group) => h(Group, { key: groupKey(group), group })),
    more === 0 ? null : html.p(
      null,
      `${counted(more, "more group")} of dead jobs: see `,
      html.a({ href: DEAD_JOBS }, "all dead jobs"),
      ".",
    ),
  );
}

/** All dead jobs in the table of jobs. */
const DEAD_JOBS = `/jobs${jobsSearch({ states: ["dead"] })}`;

/** The most jobs of a group that are listed. */
const IDS_SHOWN = 100;

function groupKey({ command, exit_code, signal, outcome, reason }: DeadGroup): string {
  return JSON.stringify([command, exit_code, signal, outcome, reason]);
}

/** How all jobs of a group failed: `exit 2`, `SIGKILL`, `timeout`, a reason. */
function endText({ exit_code, signal, outcome, reason }: DeadGroup): string {
  if (reason !== undefined) return visibleText(reason);
  // queuectl itself sent the signal then.
  if (outcome === "timeout" || outcome === "cancelled" || outcome === "lost") return outcome;
  if (signal !== null) return visibleText(signal);
  return exit_code === null ? "never ran" : `exit ${exit_code}`;
}

function Group({ group }: { group: DeadGroup }): Tree {
  const { command, count, latest, ids } = group;
  const jobs = ids.map((id) => ({ id, command }));
  return html.section(
    { class: "card group" },
    html.div(
      { class: "group-head" },
      html.h2(null, h(Command, { text: command, most: 110 })),
      html.p(
        null,
        html.strong({ "data-state": "dead" }, endText(group)),
        ` · ${counted(count, "job")} · last `,
        h(Ago, { at: latest }),
      ),
    ),
    html.div(
      { class: "group-actions" },
      h(ActionButton, { action: groupAction("retry", jobs, count) }),
      h(ActionButton, { action: groupAction("remove", jobs, count) }),
    ),
    html.details(
      null,
      html.summary(null, count > IDS_SHOWN ? `The newest ${IDS_SHOWN} jobs` : "Each job"),
      html.ul(
        { class: "ids" },
        ids.slice(0, IDS_SHOWN).map((id) => html.li({ key: id, "data-row": "" }, h(JobId, { id }))),
      ),
    ),
  );
}

/** What is done to a group: to its newest jobs where it is so large that not all are named. */
function groupAction(
  name: "retry" | "remove",
  jobs: { id: string; command: string }[],
  count: number,
): Action {
  const action = bulkAction(name, jobs);
  const which = jobs.length < count ? "the newest" : "all";
  return count === 1
    ? action
    : { ...action, label: `${action.label} ${which} ${numberText(jobs.length)}` };
}
