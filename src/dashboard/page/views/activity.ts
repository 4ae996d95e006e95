/**
 * What happened over the last while: charts, and the same as a table.
 *
 * @module
 */

import { useSignal } from "@preact/signals";
import { h } from "preact";
import { Chart, type Series, topCount, topSpan } from "../chart.ts";
import { SPANS, type ViewOf } from "../data.ts";
import { html, type Tree } from "../html.ts";
import { clockText, numberText, spanText } from "../texts.ts";

const SPAN_WORDS = { "5m": "5 min", "1h": "1 hour", "24h": "24 hours", "7d": "7 days" } as const;

/** The charts of the overview, with links to other spans. */
export function Activity({ span, stats }: Omit<ViewOf<"overview">, "page">): Tree {
  const hovered = useSignal(-1);
  const { series } = stats;
  const { at } = series;
  const times = (title: string, p50: Series["values"], p95: Series["values"]) =>
    h(Chart, {
      title,
      kind: "lines",
      at,
      hovered,
      text: spanText,
      top: topSpan,
      series: [
        { label: "p50", class: "p50", values: p50 },
        { label: "p95", class: "p95", values: p95 },
      ],
    });
  return html.section(
    { class: "card", "aria-labelledby": "activity" },
    html.div(
      { class: "card-head" },
      html.h2({ id: "activity" }, "Activity"),
      html.nav(
        { class: "segments", "aria-label": "Span of the charts" },
        SPANS.map((known) =>
          html.a({
            key: known,
            href: `/?span=${known}`,
            ...(known === span && { "aria-current": "true" as const }),
          }, SPAN_WORDS[known])
        ),
      ),
    ),
    h(Facts, { stats }),
    html.div(
      { class: "charts" },
      h(Chart, {
        title: "Attempts that ended",
        kind: "bars",
        at,
        hovered,
        text: numberText,
        top: topCount,
        series: [
          { label: "done", class: "done", values: series.done },
          { label: "failed", class: "dead", values: series.failed },
        ],
      }),
      times("Waiting time", series.wait_p50_ms, series.wait_p95_ms),
      times("Running time", series.run_p50_ms, series.run_p95_ms),
    ),
    h(Numbers, { stats }),
  );
}

type Answered = Pick<ViewOf<"overview">, "stats">;

function Facts({ stats }: Answered): Tree {
  const { success_rate, attempts, wait_ms, run_ms } = stats;
  const span = (ms: number | null) => ms === null ? "–" : spanText(ms);
  const facts: [name: string, value: string][] = [
    ["attempts ended", numberText(attempts)],
    ["succeeded", success_rate === null ? "–" : `${Math.floor(success_rate * 1000) / 10} %`],
    ["median wait", span(wait_ms.p50)],
    ["median run", span(run_ms.p50)],
    ["longest run", span(run_ms.max)],
  ];
  return html.dl(
    { class: "facts" },
    facts.map(([name, value]) =>
      html.div({ key: name }, html.dt(null, name), html.dd(null, value))
    ),
  );
}

/** The charts for who cannot see them: parts without any attempt are left out. */
function Numbers({ stats: { series } }: Answered): Tree {
  const { at, done, failed, ...spans } = series;
  const columns = [spans.wait_p50_ms, spans.wait_p95_ms, spans.run_p50_ms, spans.run_p95_ms];
  const length = ((at[1] ?? 0) - (at[0] ?? 0)) * at.length * 1000;
  const parts = at.map((_, part) => part).filter((part) => done[part]! + failed[part]! > 0);
  const heads = ["From", "Done", "Failed", "Waited p50", "Waited p95", "Ran p50", "Ran p95"];
  return html.details(
    { class: "numbers" },
    html.summary(null, "The charts as a table"),
    parts.length === 0 ? html.p({ class: "quiet" }, "No attempt ended in this span.") : html.div(
      { class: "scroll", tabIndex: 0, role: "region", "aria-label": "The charts as a table" },
      html.table(
        null,
        html.thead(
          null,
          html.tr(null, heads.map((name) => html.th({ key: name, scope: "col" }, name))),
        ),
        html.tbody(
          null,
          parts.map((part) =>
            html.tr(
              { key: at[part] },
              html.th({ scope: "row" }, clockText(at[part]! * 1000, length)),
              html.td(null, numberText(done[part]!)),
              html.td(null, numberText(failed[part]!)),
              columns.map((values, index) => {
                const value = values[part];
                return html.td({ key: index }, typeof value === "number" ? spanText(value) : "–");
              }),
            )
          ),
        ),
      ),
    ),
  );
}
