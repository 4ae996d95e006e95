/**
 * The page of jobs: tabs by state, the table, what can be done to many.
 *
 * @module
 */

import { useSignal } from "@preact/signals";
import { h } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { JobsQuery } from "../../api.ts";
import { isSearch, type JobsNews, jobsSearch, STATES, type ViewOf } from "../data.ts";
import { html, type Tree } from "../html.ts";
import { CommandLine, Empty, PageHead, State } from "../parts.ts";
import { useStore } from "../store.ts";
import { counted, numberText, visibleText } from "../texts.ts";
import { JobTable } from "./job_table.ts";
import { SelectionBar } from "./selection_bar.ts";

/** Jobs as the URL asks for them. */
export function Jobs({ query, found, news }: ViewOf<"jobs">): Tree {
  const store = useStore();
  const selected = useSignal<ReadonlySet<string>>(new Set());
  const everything = useSignal(false);
  const url = store.url.value;
  const shown = useRef(url);
  useEffect(() => {
    // Not at first: somebody may have been quicker.
    if (shown.current !== url) selected.value = new Set();
    shown.current = url;
  }, [url]);
  useEffect(() => {
    everything.value = false;
  }, [selected.value]);
  const jobs = found.jobs.filter(({ id }) => selected.value.has(id));
  const actedOn = selected.value;
  return html.div(
    null,
    h(PageHead, {
      title: "Jobs",
      children: html.span({ class: "quiet" }, totalText(query, found.total)),
    }),
    h(Tabs, { query }),
    !isSearch(query) ? null : h(Searched, { query, found }),
    found.jobs.length === 0 ? h(None, { query, isRead: found.next === null }) : html.div(
      { class: "card table-card" },
      h(SelectionBar, {
        jobs,
        query,
        total: isSearch(query) ? undefined : found.total,
        mayTakeAll: jobs.length === found.jobs.length &&
          (found.next !== null || query.cursor !== undefined),
        everything,
        clear: () => {
          // What was selected since stays selected.
          if (selected.value === actedOn) selected.value = new Set();
        },
      }),
      h(News, { news }),
      h(JobTable, { query, jobs: found.jobs, left: news?.left ?? [], selected }),
    ),
    h(Paging, { query, next: found.next }),
  );
}

function totalText(query: JobsQuery, total: number): string {
  const jobs = counted(total, `${query.states.map((state) => `${state} `).join("")}job`);
  return isSearch(query) ? `a search in ${jobs}` : jobs;
}

/** A tab for each state, with the number of jobs that its list holds. */
function Tabs({ query }: { query: JobsQuery }): Tree {
  const { jobs } = useStore().status.value;
  const { pending, delayed, held, waiting } = jobs;
  const counts = { ...jobs, pending: pending + delayed, delayed: delayed - held - waiting };
  const tab = (states: JobsQuery["states"], label: Tree | string, count?: number) => {
    const isHere = query.states.join() === states.join();
    const { cursor: _, ...asked } = query;
    return html.a(
      {
        key: states.join(),
        href: `/jobs${jobsSearch({ ...asked, states })}`,
        ...(isHere && { "aria-current": "true" as const }),
      },
      label,
      count === undefined ? null : html.span({ class: "count" }, numberText(count)),
    );
  };
  return html.nav(
    { class: "tabs", "aria-label": "Jobs by state" },
    tab([], "all"),
    STATES.map((state) => tab([state], h(State, { state }), counts[state])),
  );
}

function Searched({ query, found }: Pick<ViewOf<"jobs">, "query" | "found">): Tree {
  const { text, tags = [], group, cursor: _cursor, ...rest } = query;
  const strong = (word: string) => html.strong({ key: word }, visibleText(word));
  return html.p(
    { class: "searched" },
    "Jobs",
    tags.map((tag) => [" tagged ", strong(tag)]),
    group === undefined ? null : [" of group ", strong(group)],
    text === ""
      ? null
      : [" with ", strong(text), " in their ID, command, label or last line of output"],
    found.searched === undefined ? "" : `; ${counted(found.searched, "job")} read`,
    ". ",
    html.a({ href: `/jobs${jobsSearch(rest)}` }, "Show all"),
  );
}

/** What changed while the rows stay in place. */
function News({ news }: { news: JobsNews | undefined }): Tree {
  const store = useStore();
  const { added = 0, left = [] } = news ?? {};
  const parts = [
    ...(added > 0 ? [`${numberText(added)} new ${added === 1 ? "job" : "jobs"}`] : []),
    ...(left.length > 0 ? [`${numberText(left.length)} left this list`] : []),
  ];
  return html.div(
    { class: "news", role: "status" },
    parts.length === 0 ? null : html.button({
      type: "button",
      class: "with-script",
      onClick: () => void store.refresh(),
    }, `${parts.join(", ")} – show`),
  );
}

function None({ query, isRead }: { query: JobsQuery; isRead: boolean }): Tree {
  if (!isRead) {
    return h(Empty, { title: "Nothing yet." }, html.p(null, "Search on through older jobs:"));
  }
  if (isSearch(query)) return h(Empty, { title: "No job matches." });
  if (query.states.length > 0) {
    return h(Empty, { title: `No job is ${query.states.join(" or ")}.` });
  }
  return h(
    Empty,
    { title: "There are no jobs." },
    html.p(null, h(CommandLine, { text: "queuectl enqueue -- echo hello" })),
  );
}

function Paging({ query, next }: { query: JobsQuery; next: string | null }): Tree {
  const { cursor, ...first } = query;
  return html.nav(
    { class: "paging", "aria-label": "Pages of jobs" },
    cursor === undefined
      ? null
      : html.a({ class: "button", href: `/jobs${jobsSearch(first)}` }, "First page"),
    next === null ? null : html.a(
      { class: "button", rel: "next", href: `/jobs${jobsSearch({ ...query, cursor: next })}` },
      isSearch(query) ? "Search on" : "Next page",
    ),
  );
}
