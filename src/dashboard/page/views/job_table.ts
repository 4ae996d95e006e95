/// <reference lib="dom" />
/**
 * Jobs as rows.
 *
 * @module
 */

import type { Signal } from "@preact/signals";
import { h } from "preact";
import { useRef } from "preact/hooks";
import type { JobRow, JobsQuery } from "../../api.ts";
import { jobsSearch } from "../data.ts";
import { html, type Tree } from "../html.ts";
import { Ago, Command, jobPath, ProgressBar, Since, State } from "../parts.ts";
import { useStore } from "../store.ts";
import { cutMiddle, numberText, spanText, visibleText } from "../texts.ts";

interface TableProps {
  query: JobsQuery;
  jobs: readonly JobRow[];
  /** The IDs of jobs that are no longer what was asked for. */
  left: readonly string[];
  selected: Signal<ReadonlySet<string>>;
}

/** The columns: a class, a head, and what the head sorts by. */
const COLUMNS: readonly [name: string, head: string, sort?: JobsQuery["sort"]][] = [
  ["id-cell", "ID"],
  ["state-cell", "State"],
  ["command-cell", "Command", "command"],
  ["priority-cell number", "Prio", "priority"],
  ["attempts-cell number", "Tries", "attempts"],
  ["exit-cell", "Exit"],
  ["age-cell number", "Added", "created"],
  ["duration-cell number", "Ran", "duration"],
];

/** The table, with a box to select each row; shift-click selects all between. */
export function JobTable({ query, jobs, left, selected }: TableProps): Tree {
  const canSelect = !useStore().status.value.read_only;
  const lastClicked = useRef<string | undefined>(undefined);
  const cut = shortIds(jobs.map(({ id }) => id));
  const chosen = selected.value;

  const select = (id: string, isWanted: boolean, isRange: boolean) => {
    const ids = jobs.map((job) => job.id);
    const [from, to] = [ids.indexOf(lastClicked.current ?? id), ids.indexOf(id)];
    const between = isRange && from >= 0
      ? ids.slice(Math.min(from, to), Math.max(from, to) + 1)
      : [id];
    const next = new Set(chosen);
    for (const one of between) isWanted ? next.add(one) : next.delete(one);
    selected.value = next;
    lastClicked.current = id;
  };

  const count = jobs.filter(({ id }) => chosen.has(id)).length;
  const all = html.input({
    type: "checkbox",
    class: "with-script",
    "aria-label": "Select all on this page",
    checked: count === jobs.length,
    indeterminate: count > 0 && count < jobs.length,
    onChange: () => {
      selected.value = new Set(count === jobs.length ? [] : jobs.map(({ id }) => id));
    },
  });
  return html.table(
    { class: "rows jobs" },
    html.caption({ class: "hidden-text" }, "Jobs"),
    html.thead(
      null,
      html.tr(
        null,
        canSelect ? html.td({ class: "box-cell" }, all) : null,
        COLUMNS.map(([name, head, sort]) =>
          html.th({
            key: head,
            scope: "col",
            class: name,
            ...(query.sort === sort && {
              "aria-sort": query.order === "asc" ? "ascending" as const : "descending" as const,
            }),
          }, sort ? h(SortLink, { query, sort, head }) : head)
        ),
      ),
    ),
    html.tbody(
      null,
      jobs.map((job) =>
        h(Row, {
          key: job.id,
          job,
          shortId: cut.get(job.id)!,
          isGone: left.includes(job.id),
          isSelected: chosen.has(job.id),
          ...(canSelect && { select }),
        })
      ),
    ),
  );
}

/** A head that sorts by its column; a second time the other way round. */
function SortLink(
  { query, sort, head }: { query: JobsQuery; sort: JobsQuery["sort"]; head: string },
): Tree {
  const isSorted = query.sort === sort;
  const order = isSorted && query.order === "desc" ? "asc" : "desc";
  const { cursor: _, ...asked } = query;
  return html.a(
    { href: `/jobs${jobsSearch({ ...asked, sort, order })}` },
    head,
    html.span(
      { class: "sort", "aria-hidden": "true" },
      isSorted ? (query.order === "asc" ? "▴" : "▾") : "",
    ),
  );
}

interface RowProps {
  job: JobRow;
  shortId: string;
  isGone: boolean;
  isSelected: boolean;
  select?: (id: string, isWanted: boolean, isRange: boolean) => void;
}

function Row({ job, shortId, isGone, isSelected, select }: RowProps): Tree {
  const { id, state, attempts, max_retries } = job;
  const exit = exitText(job);
  return html.tr(
    {
      "data-row": "",
      "data-id": id,
      class: `${isGone ? "gone" : ""} ${isSelected ? "chosen" : ""}`,
    },
    select
      ? html.td(
        { class: "box-cell" },
        html.input({
          type: "checkbox",
          class: "with-script",
          checked: isSelected,
          "aria-label": `Select job ${visibleText(id)}`,
          onClick: (event) => select(id, !isSelected, event.shiftKey),
        }),
      )
      : null,
    html.th(
      { scope: "row", class: "id-cell" },
      html.a({ class: "id", href: jobPath(id), title: visibleText(id) }, visibleText(shortId)),
    ),
    html.td({ class: "state-cell" }, h(State, { state: divisionOf(job) })),
    html.td(
      { class: "command-cell" },
      job.label ? html.span({ class: "label" }, cutMiddle(visibleText(job.label), 80)) : null,
      h(Command, { text: job.command, most: 120 }),
      job.waits && job.waits !== "held"
        ? html.span({ class: "waits" }, h(Waits, { text: job.waits }))
        : null,
      h(Marks, { job }),
      job.progress ? h(ProgressBar, { progress: job.progress }) : null,
      job.last_line === undefined
        ? null
        : html.code({ class: "last-line" }, cutMiddle(visibleText(job.last_line), 160)),
    ),
    html.td({ class: "priority-cell number" }, String(job.priority)),
    html.td(
      {
        class: "attempts-cell number",
        title: `${attempts} of at most ${max_retries + 1} attempts`,
      },
      `${numberText(attempts)}/${numberText(max_retries + 1)}`,
    ),
    html.td({ class: `exit-cell ${exit === "" ? "unset" : ""}` }, exit || "–"),
    html.td({ class: "age-cell number" }, h(Ago, { at: job.created_at })),
    html.td(
      { class: "duration-cell number" },
      state === "processing"
        ? h(Since, { at: job.updated_at })
        : job.duration_ms === undefined
        ? "–"
        : spanText(job.duration_ms),
    ),
  );
}

/** A job's group and tags, as links to all jobs that have them. */
function Marks({ job: { tags = [], group } }: { job: JobRow }): Tree | null {
  if (tags.length === 0 && group === undefined) return null;
  const link = (label: string, href: string) =>
    html.a({ key: label, class: "tag", href }, cutMiddle(visibleText(label), 40));
  return html.span(
    { class: "tags" },
    group === undefined ? null : link(`group ${group}`, `/jobs${jobsSearch({ group })}`),
    tags.map((tag) => link(tag, `/jobs${jobsSearch({ tags: [tag] })}`)),
  );
}

/** How the last attempt ended: its exit status, its signal, or a word; empty if none did. */
function exitText({ outcome, exit_code, signal, state }: JobRow): string {
  if (state === "processing" || outcome === undefined) return "";
  if (outcome === "timeout" || outcome === "cancelled" || outcome === "lost") return outcome;
  if (signal) return visibleText(signal);
  return typeof exit_code === "number" ? String(exit_code) : visibleText(outcome);
}

/** The state that the tabs have it under: those that wait in pending/ are told apart by why. */
function divisionOf({ state, waits = "" }: JobRow): string {
  if (state !== "pending") return state;
  if (waits === "held") return "held";
  return waits.startsWith("until ") ? "delayed" : waits.startsWith("after ") ? "waiting" : state;
}

/** Why a job waits; a time in it as seen from now. */
function Waits({ text }: { text: string }): Tree {
  const until = /^until (\S+)$/.exec(text)?.[1];
  if (until !== undefined && !Number.isNaN(Date.parse(until))) {
    return html.span(null, "runs ", h(Ago, { at: until }));
  }
  return html.span(null, visibleText(text));
}

/** The least that is left of a long ID. */
const LEAST_ID = 8;

/** The ends of long IDs, which commands take too: so much of each that they differ on this page. */
export function shortIds(ids: readonly string[]): Map<string, string> {
  const isLong = (id: string) => /^[0-9A-Z]{26}$/.test(id);
  const long = ids.filter(isLong);
  let kept = LEAST_ID;
  while (kept < 26 && new Set(long.map((id) => id.slice(-kept))).size < long.length) kept++;
  return new Map(ids.map((id) => [id, isLong(id) ? `…${id.slice(-kept)}` : cutMiddle(id, 24)]));
}
