/// <reference lib="dom" />
/**
 * The form that adds a job, or many.
 *
 * @module
 */

import { useSignal } from "@preact/signals";
import { h } from "preact";
import type { Added } from "../../api.ts";
import { post } from "../actions.ts";
import type { ViewOf } from "../data.ts";
import { html, type Tree } from "../html.ts";
import {
  clonedValues,
  enqueueLine,
  enqueueManyLine,
  faultsOf,
  type FormValues,
  jobOf,
  jobsOfLines,
} from "../job_form.ts";
import { CommandLine, CopyButton, Empty, JobId, jobPath, PageHead } from "../parts.ts";
import { useStore } from "../store.ts";
import { counted, visibleLines, visibleText } from "../texts.ts";
import { CommandInput, FormEnd, JobFormFields } from "./job_form.ts";

/** The page; `clone` fills the form with what makes another job. */
export function NewJob({ settings, clone }: ViewOf<"new">): Tree {
  const store = useStore();
  const isFixed = store.status.value.read_only;
  const wanted = new URL(store.url.value, "http://localhost").searchParams.get("clone");
  return html.div(
    { class: "stack" },
    h(PageHead, { title: "New job" }),
    clone
      ? html.p(
        { class: "quiet" },
        "Like ",
        h(JobId, { id: clone.job.id }),
        clone.job.stdin ? "; what that reads on standard input is not copied" : "",
        ".",
      )
      : wanted === null
      ? null
      : html.p({ class: "banner warn" }, `No job has the ID "${visibleText(wanted)}".`),
    isFixed
      ? h(Empty, { title: "This dashboard is read-only." }, h(ByHand, null))
      : h(JobForm, { key: clone?.job.id ?? "", settings, ...(clone && { clone }) }),
    isFixed ? null : html.noscript(null, h(Empty, { title: "Type it:" }, h(ByHand, null))),
  );
}

function ByHand(): Tree {
  return html.p(null, h(CommandLine, { text: "queuectl enqueue -- echo hello" }));
}

function JobForm({ settings, clone }: Omit<ViewOf<"new">, "page">): Tree {
  const store = useStore();
  const values = useSignal<FormValues>(clone ? clonedValues(clone.job) : {});
  const isMany = useSignal(false);
  const error = useSignal("");
  const isSending = useSignal(false);
  const kind = isMany.value ? "many" : "one";
  const faults = faultsOf(kind, values.value);
  const usual = Object.fromEntries(settings.map(({ key, value }) => [key, `${value ?? "none"}`]));
  const line = isMany.value ? enqueueManyLine(values.value) : enqueueLine(values.value);

  const send = async () => {
    isSending.value = true;
    error.value = "";
    try {
      if (isMany.value) {
        const jobs = jobsOfLines(values.value);
        if (jobs.length === 0) throw new Error("There is no command.");
        const added = await post("/api/jobs", jobs) as Added[];
        const kept = added.filter(({ existed }) => existed).length;
        store.say(
          `${counted(added.length - kept, "job")} added` +
            (kept > 0 ? `; ${counted(kept, "key")} taken.` : "."),
        );
        await store.go("/jobs");
      } else {
        const { id, existed } = await post("/api/jobs", jobOf("one", values.value)) as Added;
        store.say(
          existed
            ? `Nothing was added: job ${visibleText(id)} has this key.`
            : `Added job ${visibleText(id)}.`,
        );
        await store.go(jobPath(id));
      }
    } catch (reason) {
      error.value = reason instanceof Error ? visibleText(reason.message) : String(reason);
    }
    isSending.value = false;
  };

  return html.form(
    {
      class: "job-form with-script",
      "aria-label": "New job",
      noValidate: true,
      onSubmit: (event) => {
        event.preventDefault();
        event.stopPropagation();
        if ((values.value.command ?? "").trim() === "") error.value = "It needs a command.";
        else if (Object.keys(faults).length > 0) error.value = "See the fields in red.";
        else void send();
      },
    },
    html.div(
      { class: "card form-command" },
      h(CommandInput, { values, isMany: isMany.value }),
      html.label(
        { class: "many" },
        html.input({
          type: "checkbox",
          checked: isMany.value,
          onChange: ({ target }) => isMany.value = (target as HTMLInputElement).checked,
        }),
        " Many jobs: one command a line",
      ),
    ),
    h(JobFormFields, { kind, values, faults, settings: usual }),
    html.div(
      { class: "card form-foot" },
      html.div(
        { class: "card-head" },
        html.h2({ id: "by-hand" }, "The same by hand"),
        h(CopyButton, { text: line, what: "the command line" }),
      ),
      html.pre(
        { class: "text-block", tabIndex: 0, role: "region", "aria-labelledby": "by-hand" },
        visibleLines(line),
      ),
      h(FormEnd, {
        verb: isMany.value ? "Add jobs" : "Add job",
        isSending: isSending.value,
        error: error.value,
      }),
    ),
  );
}
