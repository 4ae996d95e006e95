/// <reference lib="dom" />
/**
 * A job's log: its tail at once, the rest as somebody scrolls, live while it grows.
 *
 * @module
 */

import { useSignal } from "@preact/signals";
import { h } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Events, JobDetail } from "../../api.ts";
import { hasRun } from "../attempts.ts";
import { html, type Tree } from "../html.ts";
import type { LogPiece, ReadLog } from "../log/log_window.ts";
import { LogViewer, type Mark } from "../log/log_viewer.ts";
import { CommandLine } from "../parts.ts";
import { useStore } from "../store.ts";
import { shellWord, sizeText, visibleText } from "../texts.ts";

/** The path of a job's log, or of the part of it that an attempt printed. */
export function logPath(id: string, part?: { from: number; to: number | undefined }): string {
  const path = `/api/jobs/${encodeURIComponent(id)}/log`;
  if (!part) return path;
  return `${path}?from=${part.from}${part.to === undefined ? "" : `&to=${part.to}`}`;
}

/** The log, with what finds one's way in it. */
export function JobLog({ detail, jump }: {
  detail: JobDetail;
  /** Given a function that shows the log from a byte on. */
  jump: { current: ((offset: number) => void) | undefined };
}): Tree {
  const store = useStore();
  const { job, log } = detail;
  const { id } = job;
  const box = useRef<HTMLDivElement>(null);
  const text = useRef<HTMLPreElement>(null);
  const viewer = useSignal<LogViewer | undefined>(undefined);
  const isWrapped = useSignal(true);

  useEffect(() => {
    const made = new LogViewer(box.current!, text.current!, readOverHttp(id));
    made.marks = marksOf(detail);
    viewer.value = made;
    jump.current = (offset) => {
      void made.showAt(offset);
      box.current?.focus({ preventScroll: true });
      box.current?.scrollIntoView({ block: "nearest" });
    };
    if (log) void made.showEnd();
    return store.listen((name, data) => {
      const event = data as Events["log"];
      if (name === "log" && event.id === id) made.grown(event.size);
    });
  }, [id]);
  const size = log?.size ?? 0;
  useEffect(() => {
    if (viewer.value) viewer.value.marks = marksOf(detail);
    if (size > (viewer.value?.part.value.size ?? Infinity)) viewer.value?.grown(size);
  }, [size, job.history.length, job.state]);
  useEffect(() => viewer.value?.redraw(), [isWrapped.value]);

  const shown = viewer.value;
  const part = shown?.part.value ?? { from: 0, to: 0, size };
  const problem = shown?.problem.value ?? "";
  const isFollowing = shown?.isFollowing.value ?? true;
  return html.section(
    { class: "card log-card", "aria-labelledby": "log" },
    html.div(
      { class: "card-head" },
      html.h2({ id: "log" }, "Log"),
      html.span({ class: "quiet log-part" }, problem || partText(part)),
      html.div(
        { class: "log-tools" },
        html.button({
          type: "button",
          class: "with-script",
          title: "Stay at the end while the log grows",
          "aria-pressed": isFollowing ? "true" : "false",
          onClick: () => {
            if (!shown) return;
            if (isFollowing) shown.isFollowing.value = false;
            else void shown.showEnd();
          },
        }, "Follow"),
        html.button({
          type: "button",
          class: "with-script",
          title: "Break long lines",
          "aria-pressed": isWrapped.value ? "true" : "false",
          onClick: () => isWrapped.value = !isWrapped.value,
        }, "Wrap"),
        part.size === 0 ? null : [
          html.a({ key: "text", class: "button", href: logPath(id), target: "_blank" }, "As text"),
          html.a({
            key: "download",
            class: "button",
            href: `${logPath(id)}?download`,
            download: true,
          }, "Download"),
        ],
      ),
    ),
    html.div(
      {
        ref: box,
        class: `log with-script ${isWrapped.value ? "wrapped" : ""}`,
        role: "region",
        tabIndex: 0,
        "aria-label": `Log of job ${id}`,
        onScroll: () => shown?.scrolled(),
      },
      part.from > 0
        ? html.button({
          type: "button",
          class: "log-more",
          onClick: () => void shown?.older(),
        }, `${sizeText(part.from)} before this`)
        : null,
      html.pre({ ref: text, class: "log-text" }),
      part.size === 0
        ? html.p(
          { class: "log-none" },
          job.state === "done" || job.state === "dead" ? "It printed nothing." : "Nothing yet.",
        )
        : null,
      part.to < part.size && !isFollowing
        ? html.button({
          type: "button",
          class: "log-more",
          onClick: () => void shown?.newer(),
        }, `${sizeText(part.size - part.to)} after this`)
        : null,
    ),
    html.p(
      { class: "same" },
      log ? html.code({ class: "quiet" }, visibleText(log.path)) : null,
      h(CommandLine, { text: `queuectl logs --follow ${shellWord(id)}` }),
    ),
  );
}

function partText({ from, to, size }: { from: number; to: number; size: number }): string {
  if (size === 0) return "";
  const shown = to - from;
  return shown === 0 || shown >= size ? sizeText(size) : `${sizeText(shown)} of ${sizeText(size)}`;
}

/** Where each attempt begins, if there are several. */
function marksOf({ job: { history, state } }: JobDetail): Mark[] {
  if (!Array.isArray(history)) return [];
  const marks = history.filter(hasRun).map(({ attempt, log_offset: offset }) => ({
    offset,
    label: `Attempt ${attempt}`,
  }));
  const last = history.at(-1);
  if (state === "processing" && last?.log_end !== undefined) {
    marks.push({ offset: last.log_end, label: `Attempt ${last.attempt + 1}` });
  }
  return marks.length > 1 ? marks.filter(({ offset }) => typeof offset === "number") : [];
}

/** Reads a job's log from the server. */
function readOverHttp(id: string): ReadLog {
  return async (from, to) => {
    const query = to === undefined ? `?from=${from}` : `?from=${from}&to=${to}`;
    const response = await fetch(logPath(id) + query);
    if (response.status === 404) return undefined;
    if (!response.ok) throw new Error(`The log cannot be read (${response.status}).`);
    const bytes = new Uint8Array(await response.arrayBuffer());
    const begun = Number(response.headers.get("log-range")?.split("-")[0] ?? from);
    const size = Number(response.headers.get("log-size") ?? begun + bytes.length);
    return { from: begun, bytes, size } satisfies LogPiece;
  };
}
