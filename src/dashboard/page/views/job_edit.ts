/**
 * The form that changes a waiting job.
 *
 * @module
 */

import { useSignal } from "@preact/signals";
import { h } from "preact";
import type { JobView } from "../../../../mod.ts";
import { post } from "../actions.ts";
import { html, type Tree } from "../html.ts";
import { isWaiting } from "../job_actions.ts";
import { editedJob, faultsOf, type FormValues, valuesOf } from "../job_form.ts";
import { CommandLine, jobPath } from "../parts.ts";
import { useStore } from "../store.ts";
import { shellWord } from "../texts.ts";
import { CommandInput, FormEnd, JobFormFields } from "./job_form.ts";

/** The fields of a job that may be changed while it waits. */
export function EditJob({ job }: { job: JobView }): Tree {
  const store = useStore();
  const values = useSignal<FormValues>(valuesOf("edit", job));
  const error = useSignal("");
  const isSending = useSignal(false);
  const faults = faultsOf("edit", values.value);
  const back = jobPath(job.id);
  const send = async () => {
    isSending.value = true;
    try {
      await post(`/api/jobs/${encodeURIComponent(job.id)}/edit`, editedJob(job, values.value));
      store.say("Changed.");
      await store.go(back);
    } catch (reason) {
      error.value = reason instanceof Error ? reason.message : String(reason);
    }
    isSending.value = false;
  };
  return html.form(
    {
      class: "job-form with-script",
      "aria-label": "Edit job",
      noValidate: true,
      onSubmit: (event) => {
        event.preventDefault();
        event.stopPropagation();
        if (Object.keys(faults).length === 0) void send();
      },
    },
    isWaiting(job) ? null : html.p({ class: "banner warn" }, "It no longer waits: it is too late."),
    html.div({ class: "card" }, h(CommandInput, { values })),
    h(JobFormFields, { kind: "edit", values, faults }),
    html.div(
      { class: "card form-foot" },
      html.p(
        { class: "same" },
        "The same in an editor: ",
        h(CommandLine, { text: `queuectl edit ${shellWord(job.id)}` }),
      ),
      h(FormEnd, { verb: "Save", isSending: isSending.value, error: error.value, back }),
    ),
  );
}
