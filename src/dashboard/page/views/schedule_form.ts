/// <reference lib="dom" />
/**
 * The form that adds a schedule or changes one, with its next times as one types.
 *
 * @module
 */

import { useSignal } from "@preact/signals";
import { h } from "preact";
import { useEffect } from "preact/hooks";
import type { SchedulePreview, ScheduleRow } from "../../api.ts";
import { post } from "../actions.ts";
import { html, type Tree } from "../html.ts";
import {
  commandWords,
  faultsOf,
  type FormValues,
  jobOf,
  optionWords,
  valuesOf,
} from "../job_form.ts";
import { CopyButton } from "../parts.ts";
import { schedulePath } from "../schedule_actions.ts";
import { useStore } from "../store.ts";
import { relativeText, shellWord, visibleLines, visibleText, zonedText } from "../texts.ts";
import { CommandInput, FormEnd, JobFormFields } from "./job_form.ts";

/** How long after the last key the times are asked for, in milliseconds. */
const PAUSE = 200;

/** What makes a schedule, besides its job. */
interface Times {
  name: string;
  when: string;
  tz: string;
  catch_up: string;
  overlap: string;
}

const USUAL: Times = { name: "", when: "", tz: "", catch_up: "latest", overlap: "" };

/** Adds a schedule, or changes the one that is given. */
export function ScheduleForm({ schedule }: { schedule?: ScheduleRow | undefined }): Tree {
  const store = useStore();
  const times = useSignal<Times>(schedule ? { ...USUAL, ...schedule } : USUAL);
  const values = useSignal<FormValues>(schedule ? valuesOf("schedule", schedule.job) : {});
  const error = useSignal("");
  const isSending = useSignal(false);
  const faults = faultsOf("schedule", values.value);
  const { name, when, tz, catch_up, overlap } = times.value;
  const set = (part: Partial<Times>) => times.value = { ...times.value, ...part };
  const added = scheduleLine(times.value, values.value);
  const line = schedule ? added.replace("schedule add", "schedule add --replace") : added;
  const back = schedule ? schedulePath(schedule.name) : "/schedules";

  const send = async () => {
    isSending.value = true;
    error.value = "";
    const job = { ...keptFields(schedule), ...jobOf("schedule", values.value) };
    const body = { when, tz, catch_up, overlap, job };
    try {
      if (schedule) await post(`/api/schedules/${encodeURIComponent(schedule.name)}/edit`, body);
      else await post("/api/schedules", { name, ...body });
      store.say(schedule ? "Changed." : `Added schedule ${visibleText(name)}.`);
      await store.go(schedulePath(schedule?.name ?? name));
    } catch (reason) {
      error.value = reason instanceof Error ? visibleText(reason.message) : String(reason);
    }
    isSending.value = false;
  };

  const choice = (key: "catch_up" | "overlap", label: string, words: Record<string, string>) =>
    html.div(
      { class: "form-field" },
      html.label({ for: `schedule-${key}` }, label),
      html.select(
        {
          id: `schedule-${key}`,
          onChange: ({ target }) => set({ [key]: (target as HTMLSelectElement).value }),
        },
        Object.entries(words).map(([value, text]) =>
          html.option({ key: value, value, selected: value === times.value[key] }, text)
        ),
      ),
    );
  const text = (key: "name" | "when" | "tz", label: string, hint: string, placeholder: string) =>
    html.div(
      { class: "form-field" },
      html.label({ for: `schedule-${key}` }, label),
      html.input({
        type: "text",
        id: `schedule-${key}`,
        name: key,
        value: times.value[key],
        placeholder,
        autocomplete: "off",
        spellcheck: false,
        required: key !== "tz",
        "aria-describedby": `schedule-${key}-hint`,
        ...(key === "tz" && { list: "zones" }),
        onInput: ({ target }) => set({ [key]: (target as HTMLInputElement).value }),
      }),
      html.div({ class: "hint", id: `schedule-${key}-hint` }, hint),
    );

  return html.form(
    {
      class: "job-form with-script",
      "aria-label": schedule ? "Edit schedule" : "Add a schedule",
      noValidate: true,
      onSubmit: (event) => {
        event.preventDefault();
        event.stopPropagation();
        if (Object.keys(faults).length > 0) error.value = "See the fields in red.";
        else void send();
      },
    },
    html.div(
      { class: "card" },
      html.div(
        { class: "form-fields" },
        schedule ? null : text("name", "Name", "1 to 40 letters, digits, - or _", "nightly"),
        text("when", "When", "cron fields, @daily, or every 90s", "30 2 * * *"),
        text("tz", "Time zone", "of the cron fields; the server's if empty", "Europe/Berlin"),
        choice("catch_up", "Times missed while no worker ran", {
          latest: "run the latest",
          all: "run all",
          none: "run none",
        }),
        choice("overlap", "While the last job has not ended", {
          "": "as usual: skip",
          skip: "skip",
          allow: "run beside it",
          tag: "skip while any job with its tags is unfinished",
        }),
      ),
      h(Zones, null),
      h(Preview, { when, tz }),
      h(CommandInput, { values }),
    ),
    h(JobFormFields, { kind: "schedule", values, faults }),
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
        verb: schedule ? "Save" : "Add schedule",
        isSending: isSending.value,
        error: error.value,
        back,
      }),
    ),
  );
}

/** Fields of a schedule's job that the form does not have. */
function keptFields(schedule: ScheduleRow | undefined): Record<string, unknown> {
  const { resource: _one, resources: _many, ...job } = schedule?.job ?? { command: "" };
  const inForm = valuesOf("schedule", job);
  return Object.fromEntries(Object.entries(job).filter(([name]) => !(name in inForm)));
}

/** The command line that adds a schedule. */
export function scheduleLine({ name, when, tz, catch_up, overlap }: Times, values: FormValues) {
  return [
    "queuectl schedule add",
    ...(tz ? ["--tz", shellWord(tz)] : []),
    ...(catch_up === "latest" ? [] : ["--catch-up", catch_up]),
    ...(overlap === "" ? [] : ["--overlap", overlap]),
    ...optionWords("schedule", values),
    shellWord(name || "NAME"),
    shellWord(when || "WHEN"),
    ...commandWords(values.command ?? ""),
  ].join(" ");
}

/** The zones that this browser knows. */
function Zones(): Tree {
  const zones = useSignal<readonly string[]>([]);
  useEffect(() => {
    zones.value = Intl.supportedValuesOf("timeZone");
  }, []);
  return html.datalist(
    { id: "zones" },
    zones.value.map((zone) => html.option({ key: zone, value: zone })),
  );
}

/** What the times mean, and the next five, once nobody has typed for a moment. */
function Preview({ when, tz }: { when: string; tz: string }): Tree {
  const { now } = useStore();
  const preview = useSignal<SchedulePreview | undefined>(undefined);
  const fault = useSignal("");
  useEffect(() => {
    let isOld = false;
    const timer = setTimeout(async () => {
      if (when.trim() === "") {
        [preview.value, fault.value] = [undefined, ""];
        return;
      }
      try {
        const answer = await post("/api/schedules/preview", { when, tz });
        if (!isOld) [preview.value, fault.value] = [answer as SchedulePreview, ""];
      } catch (error) {
        if (!isOld) fault.value = error instanceof Error ? visibleText(error.message) : "";
      }
    }, PAUSE);
    return () => {
      isOld = true;
      clearTimeout(timer);
    };
  }, [when, tz]);
  const shown = preview.value;
  return html.div(
    { class: "preview", role: "status", "aria-label": "Next times" },
    fault.value ? html.p({ class: "fault" }, fault.value) : shown
      ? html.div(
        null,
        html.strong(null, visibleText(shown.words)),
        shown.tz ? html.span({ class: "quiet" }, ` ${visibleText(shown.tz)}`) : null,
        html.ol(
          { class: "times-list" },
          shown.next.map((time) =>
            html.li(
              { key: time },
              zonedText(time, shown.tz),
              html.span({ class: "quiet" }, ` ${relativeText(Date.parse(time), now.value)}`),
            )
          ),
        ),
      )
      : html.p({ class: "quiet" }, "The next five times show here."),
  );
}
