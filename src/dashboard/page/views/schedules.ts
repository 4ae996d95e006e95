/**
 * Schedules: when each is due next, what came of it last, and one of them with all of it.
 *
 * @module
 */

import { h } from "preact";
import type { JobRow, ScheduleRow } from "../../api.ts";
import type { ViewOf } from "../data.ts";
import { html, type Tree } from "../html.ts";
import { actionsOnSchedule, schedulePath } from "../schedule_actions.ts";
import { ActionButton, Ago, Command, CommandLine, Empty, JobId, PageHead } from "../parts.ts";
import { State, TextBlock } from "../parts.ts";
import { useStore } from "../store.ts";
import { relativeText, spanText, visibleText, zonedText } from "../texts.ts";
import { ScheduleForm } from "./schedule_form.ts";

/** All schedules, or the one that is named. */
export function Schedules({ schedules, name, runs = [] }: ViewOf<"schedules">): Tree {
  const one = schedules.find((schedule) => schedule.name === name);
  return one ? h(Schedule, { schedule: one, runs }) : h(List, { schedules });
}

function List({ schedules }: { schedules: readonly ScheduleRow[] }): Tree {
  const store = useStore();
  const isAdded = /[?&]add\b/.test(store.url.value) && !store.status.value.read_only;
  return html.div(
    { class: "stack" },
    h(
      PageHead,
      { title: "Schedules" },
      store.status.value.read_only || isAdded
        ? null
        : html.a({ class: "button with-script", href: "/schedules?add=1" }, "Add a schedule"),
    ),
    isAdded ? h(ScheduleForm, { schedule: undefined }) : null,
    schedules.length === 0
      ? h(
        Empty,
        { title: "There are no schedules." },
        html.p(
          null,
          h(CommandLine, { text: "queuectl schedule add nightly '30 2 * * *' make backup" }),
        ),
      )
      : html.div({ class: "card table-card" }, h(Table, { schedules })),
  );
}

function Table({ schedules }: { schedules: readonly ScheduleRow[] }): Tree {
  const heads = ["Schedule", "When", "Next", "Last job", "Actions"];
  return html.table(
    { class: "rows schedules" },
    html.caption({ class: "hidden-text" }, "Schedules"),
    html.thead(
      null,
      html.tr(null, heads.map((head) => html.th({ key: head, scope: "col" }, head))),
    ),
    html.tbody(
      null,
      schedules.map((schedule) =>
        html.tr(
          { key: schedule.name, "data-row": "", "data-id": schedule.name },
          html.th(
            { scope: "row" },
            html.a({ href: schedulePath(schedule.name) }, visibleText(schedule.name)),
            html.div(null, h(Command, { text: String(schedule.job.command), most: 60 })),
          ),
          html.td({ class: "when-cell" }, h(When, { schedule })),
          html.td({ class: "next-cell" }, h(Next, { schedule, most: 1 })),
          html.td({ class: "last-cell" }, h(Last, { schedule })),
          html.td(
            { class: "schedule-actions" },
            actionsOnSchedule(schedule).slice(0, 2).map((action) =>
              h(ActionButton, { key: action.label, action })
            ),
          ),
        )
      ),
    ),
  );
}

/** When it is due, in words, with its fields and zone. */
function When({ schedule: { words, when, tz } }: { schedule: ScheduleRow }): Tree {
  const isSaid = words.toLowerCase() === when.toLowerCase();
  return html.div(
    null,
    visibleText(words),
    html.div(
      { class: "quiet small" },
      isSaid ? null : html.code(null, visibleText(when)),
      tz === undefined ? null : ` ${visibleText(tz)}`,
    ),
  );
}

/** The next times, from now and in the schedule's zone. */
function Next({ schedule, most }: { schedule: ScheduleRow; most: number }): Tree {
  const { now } = useStore();
  const { paused, next, tz } = schedule;
  if (paused) return html.span({ class: "state", "data-state": "held" }, "‖ paused");
  if (next.length === 0) return html.span({ class: "quiet" }, "never");
  return html.ol(
    { class: "times-list" },
    next.slice(0, most).map((time) =>
      html.li(
        { key: time },
        html.time({ dateTime: time }, relativeText(Date.parse(time), now.value)),
        html.span({ class: "quiet small" }, ` ${zonedText(time, tz)}`),
      )
    ),
  );
}

function Last({ schedule: { last, last_job: job } }: { schedule: ScheduleRow }): Tree {
  if (!last) return html.span({ class: "quiet" }, "none yet");
  if (!job) {
    return html.span({ class: "quiet" }, h(Ago, { at: last.due }), ", no longer there");
  }
  return html.div(
    null,
    h(State, { state: job.state }),
    html.div({ class: "small" }, html.a({ href: `/jobs/${job.id}` }, h(Ago, { at: last.due }))),
  );
}

function Schedule({ schedule, runs }: { schedule: ScheduleRow; runs: readonly JobRow[] }): Tree {
  const store = useStore();
  const { name, job, skipped = [] } = schedule;
  const isFixed = store.status.value.read_only;
  const isEdited = /[?&]edit\b/.test(store.url.value) && !isFixed;
  const { command, ...options } = job;
  return html.div(
    { class: "stack" },
    h(
      PageHead,
      { title: `Schedule ${visibleText(name)}` },
      html.a({ href: "/schedules" }, "All schedules"),
    ),
    isEdited ? h(ScheduleForm, { key: name, schedule }) : html.div(
      { class: "job-columns" },
      html.div(
        { class: "stack job-main" },
        html.section(
          { class: "card", "aria-labelledby": "when" },
          html.h2({ id: "when" }, "When"),
          h(When, { schedule }),
          html.h3({ class: "next-head" }, "Next"),
          h(Next, { schedule, most: 3 }),
        ),
        h(Runs, { runs, last: schedule }),
        skipped.length === 0 ? null : html.section(
          { class: "card", "aria-labelledby": "skipped" },
          html.h2({ id: "skipped" }, "Times without a job"),
          html.ul(
            null,
            [...skipped].reverse().map(({ due, reason }) =>
              html.li(
                { key: due },
                h(Ago, { at: due }),
                html.span(null, `: ${visibleText(reason)}`),
              )
            ),
          ),
        ),
      ),
      html.div(
        { class: "stack job-side" },
        html.section(
          { class: "card job-actions", "aria-labelledby": "actions" },
          html.h2({ id: "actions" }, "Actions"),
          actionsOnSchedule(schedule).map((action) =>
            h(ActionButton, {
              key: action.label,
              action,
              ...(action.label === "Remove" && { after: () => void store.go("/schedules") }),
            })
          ),
          isFixed ? null : html.span(
            { class: "action with-script" },
            html.a({ class: "button", href: `${schedulePath(name)}?edit=1` }, "Edit"),
          ),
        ),
        html.section(
          { class: "card", "aria-labelledby": "job" },
          html.h2({ id: "job" }, "Job"),
          h(TextBlock, { text: String(command), label: "Command" }),
          Object.keys(options).length === 0
            ? null
            : h(TextBlock, { text: JSON.stringify(options, null, 2), label: "Its other fields" }),
          html.p(
            { class: "quiet small" },
            `Times that passed while no worker ran: ${schedule.catch_up}. `,
            `While its last job has not ended: ${schedule.overlap}.`,
          ),
        ),
      ),
    ),
  );
}

/** The newest jobs, those that were added by hand too. */
function Runs({ runs, last }: { runs: readonly JobRow[]; last: ScheduleRow }): Tree {
  const heads = ["Job", "State", "Ran", "Added"];
  return html.section(
    { class: "card", "aria-labelledby": "runs" },
    html.h2({ id: "runs" }, "Last jobs"),
    runs.length === 0 ? h(Last, { schedule: last }) : html.table(
      { class: "rows runs-table" },
      html.thead(
        null,
        html.tr(null, heads.map((head) => html.th({ key: head, scope: "col" }, head))),
      ),
      html.tbody(
        null,
        runs.map((job) =>
          html.tr(
            { key: job.id, "data-row": "" },
            html.th({ scope: "row" }, h(JobId, { id: job.id })),
            html.td(
              null,
              h(State, { state: job.state }),
              job.exit_code ? html.span({ class: "quiet" }, ` exit ${job.exit_code}`) : null,
            ),
            html.td(null, job.duration_ms === undefined ? "–" : spanText(job.duration_ms)),
            html.td(null, h(Ago, { at: job.created_at })),
          )
        ),
      ),
    ),
  );
}
