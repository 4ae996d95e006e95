/**
 * What stands around each page: the head with its links, sentences about the connection and the
 * queue, and the dialogs.
 *
 * @module
 */

import { h } from "preact";
import type { Status } from "../api.ts";
import type { View } from "./data.ts";
import { Dialogs } from "./dialogs.ts";
import { html, type Tree } from "./html.ts";
import { ActionButton, Ago, CommandLine, JobId } from "./parts.ts";
import { type Store, StoreContext, useStore } from "./store.ts";
import { counted, cutMiddle, numberText, shellWord, visibleText } from "./texts.ts";
import { pauseAction } from "./actions.ts";
import { Page, titleOf } from "./views/page.ts";

/** The whole body of a page. */
export function Body({ store }: { store: Store }): Tree {
  return h(
    StoreContext.Provider,
    { value: store },
    html.a({ class: "skip", href: "#main" }, "Skip to content"),
    h(Head, null),
    h(Banners, null),
    html.main(
      { id: "main", tabIndex: -1, "aria-busy": store.isMoving.value ? "true" : "false" },
      h(Page, null),
    ),
    h(Foot, null),
    h(Toasts, null),
    h(Dialogs, null),
  );
}

/** What the tab of the browser says: `2 running · 3 dead · Jobs · queuectl`. */
export function tabTitle(store: Store): string {
  const { processing, dead } = store.status.value.jobs;
  return [
    ...(processing > 0 ? [`${numberText(processing)} running`] : []),
    ...(dead > 0 ? [`${numberText(dead)} dead`] : []),
    titleOf(store.view.value),
    "queuectl",
  ].join(" · ");
}

/** The pages that the head links to, and the key that follows `g` to open each. */
export const PAGES: readonly { path: string; key: string; label: string; pages: View["page"][] }[] =
  [
    { path: "/", key: "o", label: "Overview", pages: ["overview"] },
    { path: "/jobs", key: "j", label: "Jobs", pages: ["jobs", "job"] },
    { path: "/dead", key: "d", label: "Dead letters", pages: ["dead"] },
    { path: "/schedules", key: "s", label: "Schedules", pages: ["schedules"] },
    { path: "/workers", key: "w", label: "Workers", pages: ["workers"] },
    { path: "/settings", key: "e", label: "Settings", pages: ["settings"] },
  ];

function Head(): Tree {
  const store = useStore();
  const { dir, jobs, workers, read_only } = store.status.value;
  const { page } = store.view.value;
  const counts: Record<string, number> = { "/dead": jobs.dead, "/workers": workers.length };
  return html.header(
    { class: "top" },
    html.div(
      { class: "brand" },
      html.a({ href: "/" }, "queuectl"),
      html.span({ class: "dir", title: visibleText(dir) }, cutMiddle(visibleText(dir), 40)),
    ),
    html.nav(
      { "aria-label": "Pages" },
      PAGES.map(({ path, label, pages }) =>
        html.a(
          {
            key: path,
            href: path,
            ...(pages.includes(page) && { "aria-current": "page" as const }),
          },
          label,
          counts[path] ? html.span({ class: "count" }, numberText(counts[path])) : null,
        )
      ),
    ),
    h(Search, null),
    html.div(
      { class: "tools" },
      read_only ? null : html.a({ class: "button primary", href: "/new" }, "New job"),
      html.button({
        type: "button",
        class: "with-script icon",
        id: "theme",
        title: "Dark or light",
        "aria-label": "Dark or light",
      }, "◐"),
      html.button({
        type: "button",
        class: "with-script icon",
        title: "Keys (?)",
        "aria-label": "Keys",
        onClick: () => store.isHelpShown.value = true,
      }, "?"),
    ),
  );
}

/** The search for jobs; on the page of jobs it keeps what that page is narrowed to. */
function Search(): Tree {
  const view = useStore().view.value;
  const asked = view.page === "jobs" ? view.query : undefined;
  const kept = {
    states: asked?.states.join(","),
    tags: asked?.tags?.join(","),
    group: asked?.group,
    sort: asked?.sort === "created" ? undefined : asked?.sort,
    order: asked?.order === "asc" ? asked.order : undefined,
  };
  return html.form(
    { role: "search", class: "search", action: "/jobs", method: "get" },
    html.input({
      type: "search",
      id: "search",
      name: "text",
      value: asked?.text ?? "",
      placeholder: "Search jobs  /",
      "aria-label": "Search jobs by ID, command or last line of output",
      spellcheck: false,
      autocomplete: "off",
    }),
    Object.entries(kept).map(([name, value]) =>
      value ? html.input({ key: name, type: "hidden", name, value }) : null
    ),
  );
}

function Banners(): Tree {
  const { status, connection } = useStore();
  const { paused, lost = 0, hooks, dir, findings } = status.value;
  const problems = findings?.filter(({ mended }) => !mended) ?? [];
  return html.section(
    { class: "banners", "aria-label": "Notices" },
    html.div(
      { role: "status" },
      connection.value === "lost"
        ? html.p(
          { class: "banner warn" },
          "Connection lost. This page shows what was; it reconnects by itself.",
        )
        : connection.value === "stale"
        ? html.p(
          { class: "banner bad" },
          "The dashboard was restarted, so this page may no longer ask it. ",
          "Open the new link that `queuectl dashboard` printed.",
        )
        : null,
    ),
    paused
      ? html.div(
        { class: "banner warn" },
        html.span(
          null,
          html.strong(null, "Paused."),
          " Workers finish what they run and start nothing more.",
        ),
        h(ActionButton, { action: pauseAction(true) }),
      )
      : null,
    lost === 0 ? null : h(Lost, { lost }),
    hooks ? h(FailedHooks, { hooks, dir }) : null,
    problems.length === 0 ? null : h(Findings, { problems }),
  );
}

function Lost({ lost }: { lost: number }): Tree {
  return html.div(
    { class: "banner bad" },
    html.span(
      null,
      html.strong(null, `${counted(lost, "job")} of dead workers.`),
      ` The next worker takes ${lost === 1 ? "it" : "them"} back:`,
    ),
    h(CommandLine, { text: "queuectl worker start" }),
  );
}

function FailedHooks(
  { hooks: { failed, last: { hook, job, at, how } }, dir }:
    & { hooks: NonNullable<Status["hooks"]> }
    & Pick<Status, "dir">,
): Tree {
  return html.div(
    { class: "banner warn" },
    html.span(
      null,
      html.strong(null, `${counted(failed, "hook")} failed in the last day.`),
      " The last, ",
      h(Ago, { at }),
      `: ${hook} of job `,
      h(JobId, { id: job }),
      `, ${visibleText(how)}.`,
    ),
    h(CommandLine, { text: `tail ${shellWord(`${dir}/hooks.log`)}` }),
  );
}

/** How many findings are shown before somebody asks for all. */
const FINDINGS_SHOWN = 3;

function Findings({ problems }: { problems: NonNullable<Status["findings"]> }): Tree {
  const items = problems.map(({ problem, remedy }) =>
    html.li(
      { key: problem },
      visibleText(problem),
      html.span({ class: "quiet" }, " – ", visibleText(remedy)),
    )
  );
  const rest = items.slice(FINDINGS_SHOWN);
  return html.div(
    { class: "banner bad findings" },
    html.strong(null, `doctor found ${counted(problems.length, "problem")}`),
    h(CommandLine, { text: "queuectl doctor" }),
    html.ul(null, items.slice(0, FINDINGS_SHOWN)),
    rest.length === 0 ? null : html.details(
      null,
      html.summary(null, `and ${numberText(rest.length)} more`),
      html.ul(null, rest),
    ),
  );
}

function Foot(): Tree {
  const { status, connection } = useStore();
  const { version, read_only, now } = status.value;
  return html.footer(
    { class: "foot" },
    html.span(null, `queuectl ${version}`),
    read_only ? html.span(null, "read-only: this dashboard changes nothing") : null,
    html.span(
      null,
      connection.value === "live"
        ? "live"
        : ["as of ", html.time({ dateTime: now }, now.replace("T", " ").slice(0, 19), " UTC")],
    ),
  );
}

function Toasts(): Tree {
  const store = useStore();
  return html.div(
    { class: "toasts", role: "status", "aria-live": "polite" },
    store.toasts.value.map(({ key, text, isError, undo }) =>
      html.div(
        { key, class: isError ? "toast bad" : "toast" },
        html.span(null, text),
        undo
          ? html.button({
            type: "button",
            onClick: () => {
              store.dismiss(key);
              undo();
            },
          }, "Undo")
          : null,
        html.button({
          type: "button",
          class: "icon",
          "aria-label": "Dismiss",
          onClick: () => store.dismiss(key),
        }, "×"),
      )
    ),
  );
}
