/**
 * The attempts of a job as a timeline, each with a link to what it printed.
 *
 * @module
 */

import { h } from "preact";
import type { JobView } from "../../../../mod.ts";
import { barsOf, type Run, type Span, spansOf } from "../attempts.ts";
import { html, type Tree } from "../html.ts";
import { Ago } from "../parts.ts";
import { useStore } from "../store.ts";
import { counted, spanText, visibleText } from "../texts.ts";
import { logPath } from "./job_log.ts";

/** At most so many attempts are shown: the newest. */
const MOST_SHOWN = 60;

/** The state whose colour and sign an outcome has. */
const LIKE: Readonly<Record<string, string>> = {
  ...{ done: "done", running: "processing", "put back": "pending" },
};
const SIGNS: Readonly<Record<string, string>> = {
  ...{ done: "✓", running: "▸", failed: "✕", timeout: "◷", cancelled: "⊘", lost: "?" },
  ...{ "worker died": "?", "put back": "↩" },
};

/** A row for each attempt, its bar on the scale of all. */
export function Attempts(
  { job, run, jump }: { job: JobView; run: Run | undefined; jump: (offset: number) => void },
): Tree {
  const store = useStore();
  const all = spansOf(job, job.state === "processing" ? store.now.value : 0, run);
  const spans = all.slice(-MOST_SHOWN);
  if (spans.length === 0) {
    return html.section(
      { class: "card", "aria-labelledby": "attempts" },
      html.h2({ id: "attempts" }, "Attempts"),
      html.p({ class: "quiet" }, h(WhyNone, { job })),
    );
  }
  const bars = barsOf(spans);
  const whole = Math.max(...spans.map((span) => span.endedAt)) - spans[0]!.waitedFrom;
  const heads = ["Attempt", "Waited and ran", "Waited", "Ran", "Worker", "Log"];
  return html.section(
    { class: "card", "aria-labelledby": "attempts" },
    html.div(
      { class: "card-head" },
      html.h2({ id: "attempts" }, "Attempts"),
      html.span(
        { class: "quiet" },
        all.length > spans.length ? `the newest ${spans.length} of ${all.length}, ` : "",
        Number.isFinite(whole) ? `${spanText(whole)} from end to end` : "",
      ),
    ),
    html.table(
      { class: "rows attempts" },
      html.caption({ class: "hidden-text" }, "Attempts"),
      html.thead(
        null,
        html.tr(null, heads.map((head) => html.th({ key: head, scope: "col" }, head))),
      ),
      html.tbody(
        null,
        spans.map((span, index) =>
          html.tr(
            { key: span.attempt, "data-row": "" },
            html.th({ scope: "row", class: "outcome-cell" }, h(Outcome, { span })),
            html.td({ class: "bar-cell" }, h(TimeBar, { span, bar: bars[index]! })),
            html.td(
              {
                class: "waited-cell",
                ...(span.isRerun && { title: "Its file does not say when it was run again." }),
              },
              span.isRerun ? "–" : lengthText(span.startedAt - span.waitedFrom),
            ),
            html.td(
              { class: "ran-cell" },
              lengthText(span.endedAt - span.startedAt),
              html.span(
                { class: "quiet" },
                " · ",
                h(Ago, { at: isoOf(span.startedAt) }),
              ),
            ),
            html.td({ class: "worker-cell" }, html.code(null, visibleText(span.worker))),
            html.td({ class: "log-cell" }, h(LogLink, { id: job.id, span, jump })),
          )
        ),
      ),
    ),
  );
}

/** Why a job has no attempts. */
function WhyNone({ job: { state, history } }: { job: JobView }): Tree {
  const last = state === "dead" && Array.isArray(history) ? history.at(-1) : undefined;
  if (!last) return html.span(null, state === "dead" ? "It never ran." : "It has not run yet.");
  return html.span(null, "It was cancelled ", h(Ago, { at: last.finished_at }), ", before it ran.");
}

function isoOf(time: number): string {
  return Number.isFinite(time) ? new Date(time).toISOString() : "";
}

function lengthText(span: number): string {
  return Number.isFinite(span) ? spanText(Math.max(0, span)) : "–";
}

function Outcome({ span: { attempt, outcome, end, reason } }: { span: Span }): Tree {
  const isOdd = LIKE[outcome] === undefined;
  return html.div(
    null,
    html.span({ class: "quiet" }, `${attempt}  `),
    html.span(
      { class: "state", "data-state": LIKE[outcome] ?? "dead" },
      html.span({ class: "sign", "aria-hidden": "true" }, SIGNS[outcome] ?? "✕"),
      visibleText(outcome),
    ),
    isOdd && end !== "" ? html.span(null, ` ${visibleText(end)}`) : null,
    reason ? html.div({ class: "quiet small" }, visibleText(reason)) : null,
  );
}

/** A line for the wait, a bar for the run. */
function TimeBar(
  { span, bar: { wait, run } }: { span: Span; bar: ReturnType<typeof barsOf>[number] },
): Tree {
  const share = (part: number) => `${(part * 100).toFixed(2)}%`;
  return html.svg(
    { class: "time-bar", "aria-hidden": "true", focusable: "false" },
    html.line({ class: "track", x1: 0, x2: "100%", y1: 9, y2: 9 }),
    html.rect({ class: "wait", x: share(wait.x), width: share(wait.width), y: 8, height: 2 }),
    html.rect({
      class: "run",
      "data-state": LIKE[span.outcome] ?? "dead",
      x: share(run.x),
      width: share(run.width),
      ...{ y: 3, height: 12, rx: 2 },
    }),
  );
}

function LogLink({ id, span: { attempt, log }, jump }: {
  id: string;
  span: Span;
  jump: (offset: number) => void;
}): Tree {
  if (!log) return html.span({ class: "quiet" }, "–");
  const size = log.to === undefined ? "" : ` of ${counted(log.to - log.from, "byte")}`;
  return html.a({
    href: logPath(id, log),
    "aria-label": `Log of attempt ${attempt}`,
    title: `What it printed${size}`,
    onClick: (event) => {
      event.preventDefault();
      jump(log.from);
    },
  }, "log");
}
