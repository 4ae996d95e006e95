/// <reference lib="dom" />
/**
 * A chart over time: bars that stand on each other, or lines. It is drawn as a picture of lines in
 * the page itself, so that it is there without JavaScript and follows the colours of the page.
 *
 * @module
 */

import type { Signal } from "@preact/signals";
import { html, type Tree } from "./html.ts";
import { clockText } from "./texts.ts";

/** Values of one kind: a class for its colour, and one for each part of the time. */
export interface Series {
  label: string;
  class: string;
  values: readonly (number | null)[];
}

interface ChartProps {
  title: string;
  kind: "bars" | "lines";
  /** When each part of the time begins, in seconds since 1970. */
  at: readonly number[];
  series: readonly Series[];
  text: (value: number) => string;
  /** The height of the chart, from its highest value. */
  top: (highest: number) => number;
  /** The part under the pointer in any of the charts beside each other, or -1. */
  hovered: Signal<number>;
}

/** The picture's own measures; it is stretched to its place. */
const WIDTH = 1000, HEIGHT = 100;

const SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE;

/** Spans in milliseconds that are short in words, and so are their halves. */
const SPAN_TOPS = [
  ...[2, 4, 10, 20, 40, 100, 200, 400],
  ...[1, 2, 4, 10, 20, 30, 40].map((seconds) => seconds * SECOND),
  ...[1, 2, 4, 10, 20, 30, 40].map((minutes) => minutes * MINUTE),
  ...[1, 2, 4, 6, 12, 24, 48, 96, 192, 384].map((hours) => hours * HOUR),
];

/** The height of a chart of spans of time up to this one, in milliseconds. */
export function topSpan(highest: number): number {
  return SPAN_TOPS.find((top) => top >= highest) ?? highest;
}

/** The height of a chart of counts up to this one: even, with few digits that are not 0. */
export function topCount(highest: number): number {
  for (let power = 1;; power *= 10) {
    const top = [2, 4, 6, 8].find((digit) => digit * power >= highest);
    if (top !== undefined) return top * power;
  }
}

/** The chart, with its legend; the legend says the values under the pointer. */
export function Chart({ title, kind, at, series, text, top: topOf, hovered }: ChartProps): Tree {
  const parts = at.length;
  const step = (at[1] ?? 0) - (at[0] ?? 0);
  const highest = Math.max(
    0,
    ...at.map((_, part) => {
      const values = series.map(({ values }) => values[part] ?? 0);
      return kind === "bars" ? values.reduce((a, b) => a + b, 0) : Math.max(...values);
    }),
  );
  const top = topOf(highest);
  const part = hovered.value < parts ? hovered.value : -1;
  const clock = (index: number) =>
    clockText(((at[0] ?? 0) + step * index) * 1000, step * parts * 1000);
  const middle = ((part + 0.5) / parts) * WIDTH;
  return html.figure(
    { class: "chart" },
    html.figcaption(
      null,
      html.h3(null, title),
      html.span(
        { class: "legend" },
        series.map(({ label, class: name, values }) => {
          const value = part < 0 ? undefined : values[part];
          return html.span(
            { key: label, class: `${kind} ${name}` },
            label,
            part < 0 ? null : ` ${value === null || value === undefined ? "–" : text(value)}`,
          );
        }),
        part < 0 ? null : html.span({ class: "quiet" }, clock(part)),
      ),
    ),
    html.div(
      { class: "plot" },
      html.span({ class: "top-label" }, text(top)),
      html.span({ class: "half-label" }, text(top / 2)),
      html.svg(
        {
          role: "img",
          "aria-label": `${title}: ${highest === 0 ? "nothing" : `up to ${text(highest)}`}`,
          viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
          preserveAspectRatio: "none",
          onPointerMove: ({ currentTarget, clientX }) => {
            if (!(currentTarget instanceof Element)) return;
            const { left, width } = currentTarget.getBoundingClientRect();
            const share = (clientX - left) / width;
            hovered.value = Math.min(parts - 1, Math.max(0, Math.floor(share * parts)));
          },
          onPointerLeave: () => hovered.value = -1,
        },
        [0, HEIGHT / 2, HEIGHT].map((y) => gridLine(y)),
        kind === "bars" ? bars(series, parts, top) : series.map((one) => line(one, parts, top)),
        part < 0 ? null : html.line({
          class: "cursor",
          x1: middle,
          x2: middle,
          y1: 0,
          y2: HEIGHT,
          "vector-effect": "non-scaling-stroke",
        }),
      ),
    ),
    parts === 0 ? null : html.div(
      { class: "times", "aria-hidden": "true" },
      // The last of these is where the last part ends.
      [0, parts / 2, parts].map((index) => html.span({ key: index }, clock(index))),
    ),
  );
}

function gridLine(y: number): Tree {
  return html.line({
    key: y,
    class: "grid",
    x1: 0,
    x2: WIDTH,
    y1: y,
    y2: y,
    "vector-effect": "non-scaling-stroke",
  });
}

function bars(series: readonly Series[], parts: number, top: number): Tree[] {
  const width = WIDTH / parts;
  const reached = new Array<number>(parts).fill(0);
  return series.flatMap(({ class: name, values }) =>
    values.flatMap((value, part) => {
      if (!value) return [];
      // What happened at all is seen, however high the others are.
      const height = Math.max(1.5, (value / top) * HEIGHT);
      const y = HEIGHT - reached[part]! - height;
      reached[part]! += height;
      const x = part * width + width * 0.1;
      return html.rect({ key: `${name}${part}`, class: name, x, y, width: width * 0.8, height });
    })
  );
}

/** A line, broken where nothing was measured; a part that stands alone is a short dash. */
function line({ class: name, values }: Series, parts: number, top: number): Tree {
  const y = (value: number) => (HEIGHT - (value / top) * HEIGHT).toFixed(2);
  const x = (part: number) => ((part + 0.5) / parts * WIDTH).toFixed(1);
  const d = values.map((value, part) => {
    if (value === null) return "";
    const isFirst = (values[part - 1] ?? null) === null;
    const isAlone = isFirst && (values[part + 1] ?? null) === null;
    return `${isFirst ? "M" : "L"}${x(part)} ${y(value)}${isAlone ? `h${WIDTH / parts / 2}` : ""}`;
  }).join("");
  return html.path({ key: name, class: name, d, "vector-effect": "non-scaling-stroke" });
}
