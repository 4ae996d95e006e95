/**
 * One job: what it is, what became of it, and what can be done to it.
 *
 * @module
 */

import { useSignal } from "@preact/signals";
import { h } from "preact";
import { useRef } from "preact/hooks";
import type { JobView } from "../../../../mod.ts";
import type { JobDetail } from "../../api.ts";
import { type Run, runOf } from "../attempts.ts";
import type { ViewOf } from "../data.ts";
import { html, type Tree } from "../html.ts";
import { actionsOn, isWaiting, priorityAction, stateOf } from "../job_actions.ts";
import { ADDED_FIELDS } from "../job_fields.ts";
import { ActionButton, CommandLine, CopyButton, jobPath, PageHead, ProgressBar } from "../parts.ts";
import { State, StoppedNote, TextBlock } from "../parts.ts";
import { useStore } from "../store.ts";
import { counted, shellWord, visibleLines, visibleText } from "../texts.ts";
import { Attempts } from "./job_attempts.ts";
import { EditJob } from "./job_edit.ts";
import { Facts, WaitsFor } from "./job_facts.ts";
import { JobGraph } from "./job_graph.ts";
import { JobLog } from "./job_log.ts";

/** The page of a job; with `?edit` its form. */
export function Job({ detail }: ViewOf<"job">): Tree {
  const store = useStore();
  const { job } = detail;
  const { id } = job;
  const run = runOf(detail, store.status.value);
  const jump = useRef<((offset: number) => void) | undefined>(undefined);
  const isEdited = /[?&]edit\b/.test(store.url.value) && !store.status.peek().read_only;
  return html.div(
    { class: "stack job", "data-id": visibleText(id) },
    h(
      PageHead,
      { title: ["Job ", html.span({ class: "id" }, visibleText(id))] },
      h(StateNow, { job }),
    ),
    html.pre({ class: "job-command card", tabIndex: 0, role: "region", "aria-label": "Command" }, [
      visibleLines(String(job.command)),
    ]),
    h(Now, { detail, run }),
    isEdited ? h(EditJob, { job, key: id }) : html.div(
      { class: "job-columns" },
      html.div(
        { class: "stack job-main" },
        h(JobGraph, { detail }),
        h(Attempts, { job, run, jump: (offset) => jump.current?.(offset) }),
        h(JobLog, { key: id, detail, jump }),
        h(Result, { job }),
      ),
      html.div(
        { class: "stack job-side" },
        h(Actions, { job }),
        h(Facts, { job }),
        h(JobFile, { detail }),
      ),
    ),
  );
}

function StateNow({ job }: { job: JobView }): Tree {
  return h(State, { state: stateOf(job, useStore().now.value) });
}

/** What is the case now: its progress, or why it waits, or why it is dead. */
function Now(
  { detail: { job, pid }, run }: { detail: JobDetail; run: Run | undefined },
): Tree {
  const store = useStore();
  const progress = run?.progress ?? job.progress;
  const { malformed, reason } = job;
  return html.div(
    { class: "job-now" },
    typeof malformed === "string" ? html.p({ class: "banner bad" }, visibleText(malformed)) : null,
    job.state === "processing" && progress ? h(ProgressBar, { progress }) : null,
    run ? h(RunsOn, { run, pid }) : null,
    h(WaitsFor, { job, now: store.now.value }),
    job.state === "dead" && typeof reason === "string"
      ? html.p({ class: "quiet" }, visibleText(reason))
      : null,
  );
}

/** Where it runs, and what keeps it from running on. */
function RunsOn({ run, pid }: { run: Run; pid: number | undefined }): Tree {
  const name = visibleText(run.worker);
  if (run.worker_died) {
    return html.p(
      { class: "fault" },
      `Its worker ${name} died. The next worker takes it back: `,
      h(CommandLine, { text: "queuectl worker start" }),
    );
  }
  const worker = useStore().status.value.workers.find((each) => each.name === run.worker);
  const group = pid === undefined ? "." : `, process group ${pid}.`;
  return html.div(
    null,
    html.p({ class: "quiet" }, `Runs on worker ${name}${group}`),
    worker?.stopped ? h(StoppedNote, { worker }) : null,
  );
}

function Actions({ job }: { job: JobView }): Tree {
  const store = useStore();
  const { id } = job;
  const canChange = !store.status.value.read_only;
  const leave = () => void store.go("/jobs");
  return html.section(
    { class: "card job-actions", "aria-labelledby": "actions" },
    html.h2({ id: "actions" }, "Actions"),
    actionsOn(job, store.now.value).map((action, index) =>
      h(ActionButton, {
        key: action.label,
        action,
        isPrimary: index === 0 && action.label !== "Cancel",
        ...(action.label === "Remove" && { after: leave }),
      })
    ),
    isWaiting(job) ? h(Priority, { job }) : null,
    isWaiting(job)
      ? html.span(
        { class: "action" },
        canChange
          ? html.a({ class: "button with-script", href: `${jobPath(id)}?edit=1` }, "Edit")
          : null,
        h(CommandLine, { text: `queuectl edit ${shellWord(id)}`, most: 48 }),
      )
      : null,
    canChange
      ? html.span(
        { class: "action with-script" },
        html.a({ class: "button", href: `/new?clone=${encodeURIComponent(id)}` }, "Clone"),
        html.span({ class: "quiet" }, "as a new job"),
      )
      : null,
  );
}

function Priority({ job }: { job: JobView }): Tree {
  const store = useStore();
  const wanted = useSignal(job.priority);
  const action = priorityAction(job.id, wanted.value);
  return html.div(
    { class: "priority-action" },
    store.status.value.read_only ? null : html.select(
      {
        class: "with-script",
        "aria-label": "Priority",
        value: String(wanted.value),
        onChange: ({ target }) => wanted.value = Number((target as HTMLSelectElement).value),
      },
      Array.from({ length: 10 }, (_, level) =>
        html.option(
          { key: level, value: String(level), selected: level === wanted.value },
          String(level),
        )),
    ),
    h(ActionButton, { action }),
  );
}

/** What the job left in `$QUEUECTL_RESULT`. */
function Result({ job: { result, result_encoding } }: { job: JobView }): Tree | null {
  if (typeof result !== "string") return null;
  const isBinary = result_encoding === "base64";
  return html.section(
    { class: "card", "aria-labelledby": "result" },
    html.div(
      { class: "card-head" },
      html.h2({ id: "result" }, "Result"),
      isBinary
        ? html.span(
          { class: "quiet" },
          `${counted(Math.floor(result.replace(/=+$/, "").length * 3 / 4), "byte")} in base64`,
        )
        : null,
      h(CopyButton, { text: result, what: "the result" }),
    ),
    h(TextBlock, { text: result, label: "Text of the result" }),
  );
}

/** The file itself. */
function JobFile({ detail: { job, path } }: Pick<ViewOf<"job">, "detail">): Tree {
  const fields = Object.entries(job).filter(([name]) => !ADDED_FIELDS.includes(name));
  const text = JSON.stringify(Object.fromEntries(fields), null, 2);
  return html.section(
    { class: "card", "aria-labelledby": "file" },
    html.div(
      { class: "card-head" },
      html.h2({ id: "file" }, "File"),
      h(CopyButton, { text, what: "the file's text" }),
    ),
    html.p(
      { class: "file-path" },
      html.code(null, visibleText(path)),
      h(CopyButton, { text: path, what: "the file's path" }),
    ),
    html.details(
      null,
      html.summary(null, "As JSON"),
      h(TextBlock, { text, label: "The file as JSON" }),
    ),
  );
}
