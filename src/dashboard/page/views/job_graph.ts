/**
 * The jobs that a job waits for, and those that wait for it, as a graph from left to right.
 *
 * @module
 */

import { h } from "preact";
import type { JobDetail, JobLink } from "../../api.ts";
import { html, type Tree } from "../html.ts";
import { stateOf } from "../job_actions.ts";
import { jobPath, State } from "../parts.ts";
import { useStore } from "../store.ts";
import { cutMiddle, visibleText } from "../texts.ts";

/** At most so many jobs stand on a side. */
const MOST_SHOWN = 12;

/** The height of a job with the gap below it, in pixels, as in job.css. */
const ROW = 50;

/** Parents, the job, children, with lines between them; `null` if it has neither. */
export function JobGraph({ detail }: { detail: JobDetail }): Tree | null {
  const { parents, children, job } = detail;
  if (parents.length + children.length === 0) return null;
  const rows = Math.max(shownOf(parents).length, shownOf(children).length, 1);
  const now = useStore().now.peek();
  const self = { id: job.id, command: job.command, state: stateOf(job, now) };
  return html.section(
    { class: "card", "aria-labelledby": "graph" },
    html.h2({ id: "graph" }, "Dependencies"),
    html.div(
      { class: "graph" },
      h(Side, { links: parents, label: job.after_any ? "Runs once these end" : "Runs after" }),
      h(Lines, { count: shownOf(parents).length, rows, isFromLeft: true }),
      html.div({ class: "graph-self" }, h(Node, { link: self, isSelf: true })),
      h(Lines, { count: shownOf(children).length, rows, isFromLeft: false }),
      h(Side, { links: children, label: "Wait for it" }),
    ),
  );
}

function shownOf(links: readonly JobLink[]): readonly JobLink[] {
  return links.slice(0, MOST_SHOWN);
}

function Side({ links, label }: { links: readonly JobLink[]; label: string }): Tree {
  const more = links.slice(MOST_SHOWN);
  return html.div(
    { class: `graph-side ${links.length === 0 ? "empty-side" : ""}` },
    html.ul(
      { "aria-label": label },
      shownOf(links).map((link) =>
        html.li({ key: link.id, "data-row": "" }, h(Node, { link, isSelf: false }))
      ),
    ),
    more.length === 0 ? null : html.details(
      null,
      html.summary(null, `and ${more.length} more`),
      html.ul(
        { class: "ids" },
        more.map(({ id }) =>
          html.li({ key: id }, html.a({ class: "id", href: jobPath(id) }, visibleText(id)))
        ),
      ),
    ),
  );
}

function Node({ link, isSelf }: { link: JobLink; isSelf: boolean }): Tree {
  const { id, command, state } = link;
  const content = [
    html.span(
      { class: "node-head", key: "head" },
      html.span({ class: "id" }, cutMiddle(visibleText(id), 20)),
      state === null ? html.span({ class: "quiet" }, "gone") : h(State, { state }),
    ),
    html.code({ class: "node-command", key: "command" }, cutMiddle(visibleText(command), 60)),
  ];
  if (isSelf) return html.div({ class: "node self", "aria-current": "true" }, content);
  if (state === null) return html.div({ class: "node" }, content);
  return html.a(
    { class: "node", href: jobPath(id), title: visibleText(`${id}  ${cutMiddle(command, 200)}`) },
    content,
  );
}

/** A curve from each job of a side to the middle. */
function Lines(
  { count, rows, isFromLeft }: { count: number; rows: number; isFromLeft: boolean },
): Tree {
  const height = rows * ROW;
  const middle = height / 2;
  const top = (height - count * ROW) / 2;
  return html.svg(
    {
      class: "graph-lines",
      viewBox: `0 0 40 ${height}`,
      preserveAspectRatio: "none",
      height,
      "aria-hidden": "true",
      focusable: "false",
    },
    Array.from({ length: count }, (_, index) => {
      const y = top + (index + 0.5) * ROW;
      const [from, to] = isFromLeft ? [y, middle] : [middle, y];
      return html.path({
        key: index,
        d: `M0 ${from} C22 ${from} 18 ${to} 40 ${to}`,
        "vector-effect": "non-scaling-stroke",
      });
    }),
  );
}
